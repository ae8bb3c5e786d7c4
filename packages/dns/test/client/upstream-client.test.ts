import { simulatedWorld, type SimulatedWorld } from "@tenon/kit";
import { describe, expect, test } from "vitest";
import { UpstreamError } from "../../src/client/errors.ts";
import { UpstreamClient, type Reply } from "../../src/client/upstream-client.ts";
import { encodeMessage } from "../../src/message/encode.ts";
import { TYPE } from "../../src/rdata/types.ts";
import { answerTo, queryBytes, question } from "../support/messages.ts";
import { type Asked, type Script, ScriptedServer } from "../support/scripted-server.ts";

const SERVER = "10.0.0.53";
const FORGER = "10.0.0.66";
const QUERY = queryBytes("www.example. A");
const RIGHT = "www.example. 60 IN A 192.0.2.1";
const FORGED = "www.example. 60 IN A 6.6.6.6";

const right: Script = ({ query: asked }) => answerTo(asked, [RIGHT]);

interface Setting {
  readonly world: SimulatedWorld;
  readonly server: ScriptedServer;
  readonly client: UpstreamClient;
  /** Moves time until it settles. */
  readonly go: <T>(work: Promise<T>) => Promise<T>;
}

async function setting(script: Script = right, seed = 1): Promise<Setting> {
  const world = simulatedWorld(seed);
  const server = await ScriptedServer.start(world.machine(SERVER), SERVER, script);
  return { world, server, client: new UpstreamClient(world), go: (work) => world.clock.runUntil(work) };
}

function addresses({ message }: Reply): string[] {
  return message.answers.filter(({ type }) => type === TYPE.A).map(({ rdata }) => rdata.join("."));
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof UpstreamError)) throw error ?? new Error("it did not fail");
  return error.code;
}

describe("over UDP", () => {
  test("an answer comes with the id that was asked under, whatever went out", async () => {
    const { client, server, go } = await setting();
    const reply = await go(client.query(QUERY, server.address));
    expect(addresses(reply)).toEqual(["192.0.2.1"]);
    expect(reply).toMatchObject({ tcp: false, server: server.address });
    expect(reply.message.id).toBe(4242);
    expect(reply.elapsedMs).toBeCloseTo(1, 5);
  });

  test("every query has an id and a port of its own; keepId keeps the id", async () => {
    const { client, server, go } = await setting();
    for (let i = 0; i < 40; i++) await go(client.query(QUERY, server.address));
    expect(new Set(server.log.map(({ from }) => from.port)).size).toBe(40);
    expect(new Set(server.log.map(({ query: { id } }) => id)).size).toBeGreaterThan(36);
    await go(client.query(QUERY, server.address, { keepId: true }));
    expect(server.log.at(-1)!.query.id).toBe(4242);
  });

  const forgeries: Readonly<Record<string, (asked: Asked) => Uint8Array>> = {
    "of another id": ({ query: asked }) => encodeMessage(answerTo({ ...asked, id: asked.id ^ 1 }, [FORGED])),
    "to another name": ({ query: asked }) =>
      encodeMessage({ ...answerTo(asked, [FORGED]), questions: [question("www.example.org. A")] }),
    "to another type": ({ query: asked }) =>
      encodeMessage({ ...answerTo(asked, [FORGED]), questions: [question("www.example. AAAA")] }),
    "to another class": ({ query: asked }) =>
      encodeMessage({ ...answerTo(asked, [FORGED]), questions: [question("www.example. A CH")] }),
    "without a question": ({ query: asked }) => encodeMessage({ ...answerTo(asked, [FORGED]), questions: [] }),
    "to two questions": ({ query: asked }) =>
      encodeMessage({ ...answerTo(asked, [FORGED]), questions: [...asked.questions, ...asked.questions] }),
    "that is a query": ({ query: asked }) => encodeMessage({ ...answerTo(asked, [FORGED]), response: false }),
    "that is shorter than a header": ({ bytes }) => bytes.slice(0, 11),
    "that ends within its question": ({ query: asked }) => encodeMessage(answerTo(asked, [])).slice(0, 20),
  };
  for (const [what, forge] of Object.entries(forgeries)) {
    test(`a reply ${what} is passed over, and the wait goes on`, async () => {
      const { client, server, go } = await setting((asked) => [forge(asked), answerTo(asked.query, [RIGHT])]);
      const passedOver: string[] = [];
      const reply = await go(client.query(QUERY, server.address, { stray: (_, match) => passedOver.push(match) }));
      expect(addresses(reply)).toEqual(["192.0.2.1"]);
      expect(passedOver).toHaveLength(1);
      server.script((asked) => [forge(asked)]);
      expect(await go(codeOf(client.query(QUERY, server.address, { timeoutMs: 300 })))).toBe("timeout");
    });
  }

  test("a right answer from another address or port is not heard", async () => {
    const { world, client, server, go } = await setting();
    const forger = await ScriptedServer.start(world.machine(FORGER), FORGER, () => undefined);
    const otherPort = await ScriptedServer.start(world.machine(SERVER), SERVER, () => undefined, 5353);
    server.script(({ query: asked, from }) => {
      const forged = encodeMessage(answerTo(asked, [FORGED]));
      forger.sendTo(forged, from);
      otherPort.sendTo(forged, from);
      world.clock.setTimeout(() => server.sendTo(encodeMessage(answerTo(asked, [RIGHT])), from), 50);
      return undefined;
    });
    expect(addresses(await go(client.query(QUERY, server.address)))).toEqual(["192.0.2.1"]);
  });

  test("an error without the question is an answer, as of servers that could not read it", async () => {
    const { client, server, go } = await setting(({ query: asked }) =>
      answerTo(asked, [], { rcode: 1, questions: [] }),
    );
    expect((await go(client.query(QUERY, server.address))).message.rcode).toBe(1);
  });

  test("silence ends in a timeout after all attempts, each with its own port and id", async () => {
    const { world, client, server, go } = await setting(() => undefined);
    expect(await go(codeOf(client.query(QUERY, server.address, { timeoutMs: 700, attempts: 3 })))).toBe("timeout");
    expect(world.clock.monotonic()).toBeCloseTo(2100, 0);
    expect(new Set(server.log.map(({ from }) => from.port)).size).toBe(3);
    expect(new Set(server.log.map(({ query: { id } }) => id)).size).toBe(3);
  });

  test("a lost datagram is sent again", async () => {
    let count = 0;
    const { client, server, go } = await setting((asked) => (++count === 1 ? undefined : right(asked)));
    const reply = await go(client.query(QUERY, server.address, { timeoutMs: 500, attempts: 2 }));
    expect(addresses(reply)).toEqual(["192.0.2.1"]);
    expect(reply.elapsedMs).toBeCloseTo(1, 5);
  });

  test("an answer after its attempt's end is nobody's", async () => {
    const { world, client, server, go } = await setting(({ query: asked, from }) => {
      world.clock.setTimeout(() => server.sendTo(encodeMessage(answerTo(asked, [RIGHT])), from), 600);
      return undefined;
    });
    expect(await go(codeOf(client.query(QUERY, server.address, { timeoutMs: 500, attempts: 2 })))).toBe("timeout");
    await world.clock.runUntilIdle();
  });

  test("where nobody listens it is refused at once", async () => {
    const { world, client, go } = await setting();
    expect(await go(codeOf(client.query(QUERY, { address: SERVER, port: 99 }, { timeoutMs: 5000 })))).toBe("refused");
    expect(world.clock.monotonic()).toBeLessThan(10);
  });

  test("an answer that is no message is told as what it is", async () => {
    const { client, server, go } = await setting(({ query: asked }) => {
      const bytes = encodeMessage(answerTo(asked, [RIGHT]));
      return bytes.slice(0, -1);
    });
    expect(await go(codeOf(client.query(QUERY, server.address)))).toBe("bad-reply");
  });

  test("aborting ends the wait with the signal's reason, before and meanwhile", async () => {
    const { world, client, server, go } = await setting(() => undefined);
    const controller = new AbortController();
    const reason = new Error("enough");
    const asked = client.query(QUERY, server.address, { signal: controller.signal });
    world.clock.setTimeout(() => controller.abort(reason), 20);
    await expect(go(asked)).rejects.toBe(reason);
    await expect(go(client.query(QUERY, server.address, { signal: controller.signal }))).rejects.toBe(reason);
    expect(world.clock.pendingTimers).toBe(0);
  });
});

describe("0x20", () => {
  const echoing: Script = ({ query: asked }) => answerTo(asked, [RIGHT]);

  test("the name goes out in random case and comes back in the asker's, owners too", async () => {
    const { client, server, go } = await setting(({ query: asked }) => {
      const answer = answerTo(asked, [RIGHT]);
      return { ...answer, answers: [{ ...answer.answers[0]!, name: asked.questions[0]!.name }] };
    });
    const spellings = new Set<string>();
    for (let i = 0; i < 12; i++) {
      const reply = await go(client.query(QUERY, server.address, { randomCase: true }));
      expect(reply.tcp).toBe(false);
      expect(String(reply.message.questions[0]!.name)).toBe("www.example.");
      expect(String(reply.message.answers[0]!.name)).toBe("www.example.");
      spellings.add(String(server.log.at(-1)!.query.questions[0]!.name));
    }
    expect(spellings.size).toBeGreaterThan(8);
    for (const spelling of spellings) expect(spelling.toLowerCase()).toBe("www.example.");
  });

  test("a reply in another case is not believed: the question goes out again over TCP", async () => {
    const { client, server, go } = await setting((asked) =>
      asked.tcp ? echoing(asked) : { ...answerTo(asked.query, [FORGED]), questions: [question("www.example. A")] },
    );
    // Of 2^10 spellings one is all lower case; this seed does not draw it.
    const reply = await go(client.query(QUERY, server.address, { randomCase: true }));
    expect(reply.tcp).toBe(true);
    expect(addresses(reply)).toEqual(["192.0.2.1"]);
  });

  test("without it, another case is no answer", async () => {
    const { client, server, go } = await setting(({ query: asked }) => ({
      ...answerTo(asked, [FORGED]),
      questions: [question("WWW.example. A")],
    }));
    expect(await go(codeOf(client.query(QUERY, server.address, { timeoutMs: 100 })))).toBe("timeout");
  });
});

describe("over TCP", () => {
  const truncatedOnUdp: Script = ({ query: asked, tcp }) =>
    tcp ? answerTo(asked, [RIGHT]) : answerTo(asked, [], { truncated: true });

  test("a truncated answer is asked for again there, unless told not to", async () => {
    const { client, server, go } = await setting(truncatedOnUdp);
    const reply = await go(client.query(QUERY, server.address));
    expect(reply.tcp).toBe(true);
    expect(addresses(reply)).toEqual(["192.0.2.1"]);
    const cut = await go(client.query(QUERY, server.address, { ignoreTruncation: true }));
    expect(cut).toMatchObject({ tcp: false, message: { truncated: true } });
  });

  test("an answer that is cut in the middle of a record counts as truncated, not as broken", async () => {
    const { client, server, go } = await setting(({ query: asked, tcp }) =>
      tcp ? answerTo(asked, [RIGHT]) : encodeMessage(answerTo(asked, [RIGHT], { truncated: true })).slice(0, -7),
    );
    expect(addresses(await go(client.query(QUERY, server.address)))).toEqual(["192.0.2.1"]);
  });

  test("one connection serves many questions, answered out of order", async () => {
    const { client, server, go } = await setting();
    await go(client.query(QUERY, server.address, { tcp: true }));
    const held: Asked[] = [];
    server.script((asked) => {
      held.push(asked);
      if (held.length < 20) return undefined;
      for (const { query: one, send } of held.toReversed()) send(encodeMessage(answerTo(one, [RIGHT])));
      return undefined;
    });
    const names = Array.from({ length: 20 }, (_, i) => `n${i}.example.`);
    const replies = await go(
      Promise.all(names.map((name) => client.query(queryBytes(`${name} A`), server.address, { tcp: true }))),
    );
    expect(replies.map(({ message }) => String(message.questions[0]!.name))).toEqual(names);
    expect(new Set(server.log.map(({ connection }) => connection))).toEqual(new Set([1]));
    expect(new Set(held.map(({ query: { id } }) => id)).size).toBe(20);
  });

  test("a connection that was idle too long is closed, and a new one opened", async () => {
    const { world, client, server, go } = await setting();
    await go(client.query(QUERY, server.address, { tcp: true }));
    await world.clock.advanceAsync("11s");
    await go(client.query(QUERY, server.address, { tcp: true }));
    expect(server.log.map(({ connection }) => connection)).toEqual([1, 2]);
  });

  test("a question on a connection that the server has just ended goes out on another", async () => {
    const { client, server, go } = await setting();
    await go(client.query(QUERY, server.address, { tcp: true }));
    server.script((asked) => {
      if (asked.connection !== 1) return right(asked);
      asked.hangUp();
      return undefined;
    });
    expect(addresses(await go(client.query(QUERY, server.address, { tcp: true })))).toEqual(["192.0.2.1"]);
    expect(server.log.map(({ connection }) => connection)).toEqual([1, 1, 2]);
  });

  test("a server that ends every connection without an answer has not answered", async () => {
    const { client, server, go } = await setting(({ hangUp }) => {
      hangUp();
      return undefined;
    });
    expect(await go(codeOf(client.query(QUERY, server.address, { tcp: true })))).toBe("closed");
    expect(server.log).toHaveLength(1);
  });

  test("the time limit holds for connecting and waiting together, and leaves the connection to others", async () => {
    const { world, client, server, go } = await setting();
    await go(client.query(QUERY, server.address, { tcp: true }));
    server.script(() => undefined);
    expect(await go(codeOf(client.query(QUERY, server.address, { tcp: true, timeoutMs: 400 })))).toBe("timeout");
    server.script(right);
    await go(client.query(QUERY, server.address, { tcp: true }));
    expect(server.log.map(({ connection }) => connection)).toEqual([1, 1, 1]);
    world.network.partition(SERVER);
    const startMs = world.clock.monotonic();
    const elsewhere = { address: SERVER, port: 54 };
    expect(await go(codeOf(client.query(QUERY, elsewhere, { tcp: true, timeoutMs: 400 })))).toBe("timeout");
    expect(world.clock.monotonic() - startMs).toBeCloseTo(400, 0);
  });

  test("a reply to something else on the same connection is passed over", async () => {
    const { client, server, go } = await setting(({ query: asked }) => [
      answerTo({ ...asked, id: asked.id ^ 1 }, [FORGED]),
      { ...answerTo(asked, [FORGED]), questions: [question("x.example. A")] },
      Uint8Array.of(7),
      answerTo(asked, [RIGHT]),
    ]);
    expect(addresses(await go(client.query(QUERY, server.address, { tcp: true })))).toEqual(["192.0.2.1"]);
  });

  test("close ends what is open", async () => {
    const { client, server, go } = await setting(() => undefined);
    const asked = codeOf(client.query(QUERY, server.address, { tcp: true }));
    await go(Promise.race([asked, client.query(QUERY, server.address, { timeoutMs: 50 }).catch(() => {})]));
    client.close();
    expect(await go(asked)).toBe("closed");
  });
});

describe("a stream of messages", () => {
  test("hands all messages of the query's id out, as the network cuts them", async () => {
    const { world, client, server, go } = await setting(({ query: asked }) => [
      answerTo(asked, [RIGHT]),
      answerTo({ ...asked, id: asked.id ^ 1 }, [FORGED]),
      ...Array.from({ length: 50 }, () =>
        answerTo(
          asked,
          Array.from({ length: 60 }, () => RIGHT),
        ),
      ),
    ]);
    world.network.defaults({ shred: true, segmentBytes: 700, jitterMs: 2 });
    const sizes: number[] = [];
    await go(
      (async () => {
        for await (const bytes of client.stream(QUERY, server.address)) {
          if (sizes.push(bytes.length) === 51) break;
        }
      })(),
    );
    expect(sizes).toHaveLength(51);
    expect(new Set(sizes.slice(1)).size).toBe(1);
  });

  test("ends with an error when the connection ends, or stays silent", async () => {
    const { client, server, go } = await setting((asked) => {
      asked.send(encodeMessage(answerTo(asked.query, [RIGHT])));
      asked.hangUp();
      return undefined;
    });
    const read = async (): Promise<number> => {
      let count = 0;
      for await (const _ of client.stream(QUERY, server.address, { timeoutMs: 1000 })) count++;
      return count;
    };
    expect(await go(codeOf(read()))).toBe("closed");
    server.script(right);
    expect(await go(codeOf(read()))).toBe("timeout");
    server.script(() => undefined);
    const signal = AbortSignal.abort(new Error("stop"));
    await expect(go(client.stream(queryBytes("example. AXFR"), server.address, { signal }).next())).rejects.toThrow(
      "stop",
    );
  });
});
