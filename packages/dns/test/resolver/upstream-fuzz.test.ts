/** Upstreams whose answers are broken in every way: whatever they send, each client has an answer in bounded time, and the cache stays sound. */
import { expect, test } from "vitest";
import { decodeMessage } from "../../src/message/decode.ts";
import { encodeMessage } from "../../src/message/encode.ts";
import type { Message } from "../../src/message/message.ts";
import { Name } from "../../src/name/name.ts";
import { TYPE } from "../../src/rdata/types.ts";
import { answerTo, query, record } from "../support/messages.ts";
import { mutated } from "../support/mutations.ts";
import { drawing } from "../support/random-messages.ts";
import { CLIENT, EDNS, ResolverRig, UPSTREAM } from "../support/resolving.ts";

const ANSWERS: readonly ((asked: Message) => Message)[] = [
  (asked) => answerTo(asked, ["www.example. 60 IN A 192.0.2.1", "www.example. 60 IN A 192.0.2.2"]),
  (asked) => answerTo(asked, ["www.example. 60 IN CNAME a.example.", "a.example. 30 IN A 192.0.2.1"]),
  (asked) => answerTo(asked, ["example. 60 IN DNAME example.org.", "www.example.org. 30 IN A 192.0.2.1"]),
  (asked) => answerTo(asked, [], { rcode: 3, authorities: [record("example. 60 IN SOA ns. root. 1 2 3 4 60")] }),
  (asked) => answerTo(asked, [], { authorities: [record("example. 60 IN NS ns.example.")], edns: EDNS }),
];

/** Every owner of an answer is the question's name, or where an alias before it leads. */
function isChain({ answers }: Message, start: string): boolean {
  let reachable: readonly Name[] = [Name.parse(start)];
  for (const { name, type, rdata } of answers) {
    const isDname = type === TYPE.DNAME;
    if (!reachable.some((known) => (isDname ? known.isBelow(name) : known.equals(name)))) return false;
    if (type === TYPE.CNAME) reachable = [...reachable, Name.fromWire(rdata)];
  }
  return true;
}

test("mutated answers over UDP and TCP never keep a client waiting, and never come out as something else", async () => {
  const draw = drawing(77);
  const rig = await ResolverRig.start(
    ({ query: asked }) => {
      const right = encodeMessage(ANSWERS[draw(ANSWERS.length)]!(asked));
      const count = draw(3);
      return Array.from({ length: count }, () => mutated(draw, right));
    },
    { "forward-zone": [{ name: ".", address: [UPSTREAM, "10.0.0.54"] }], "use-caps-for-id": true },
  );
  await rig.serve("10.0.0.54", ({ query: asked }) =>
    mutated(draw, encodeMessage(ANSWERS[draw(ANSWERS.length)]!(asked))),
  );
  const out = new Uint8Array(65_535);
  let answered = 0;
  for (let i = 0; i < 700; i++) {
    if (i % 3 === 0) rig.resolver.cache.flush();
    // Longer than failures are remembered.
    await rig.world.clock.advanceAsync("6s");
    const asked = query("www.example. A", { id: i, ...(i % 2 === 0 ? { edns: EDNS } : {}) });
    const startMs = rig.world.clock.monotonic();
    const reply = (await rig.world.clock.runUntil(rig.resolver.resolve(asked, CLIENT)))!;
    expect(rig.world.clock.monotonic() - startMs).toBeLessThan(20_000);
    expect(reply).toMatchObject({ id: i, response: true, recursionAvailable: true, questions: asked.questions });
    expect(isChain(reply, "www.example.")).toBe(true);
    expect(decodeMessage(encodeMessage(reply)).answers).toHaveLength(reply.answers.length);
    if (reply.rcode === 0 && reply.answers.length > 0) answered += 1;
    const bytes = encodeMessage(asked);
    const length = rig.resolver.answer(bytes, bytes.length, CLIENT, out);
    if (length > 0) expect(decodeMessage(out.slice(0, length)).rcode).toBe(reply.rcode);
  }
  for (const { remainingS } of rig.resolver.cache.entries()) expect(remainingS).toBeLessThanOrEqual(86_400);
  // Of mutations many leave the answer readable: a resolver that refused all would be no resolver.
  expect(answered).toBeGreaterThan(20);
});

test("mutated queries by bytes are answered or left alone, and never throw", async () => {
  const rig = await ResolverRig.start(({ query: asked }) => ANSWERS[0]!(asked));
  await rig.ask("www.example. A");
  const draw = drawing(78);
  const out = new Uint8Array(65_535);
  const good = [undefined, EDNS, { ...EDNS, dnssecOk: true }].map((edns) =>
    encodeMessage(query("www.example. A", edns === undefined ? {} : { edns })),
  );
  let hits = 0;
  for (let i = 0; i < 100_000; i++) {
    const bytes = mutated(draw, good[i % good.length]!);
    const length = rig.resolver.answer(bytes, bytes.length, CLIENT, out);
    if (length <= 0) continue;
    hits += 1;
    // What is answered is a query that our own decoder takes, too.
    const [asked, reply] = [decodeMessage(bytes), decodeMessage(out.slice(0, length))];
    expect([reply.id, reply.questions.length]).toEqual([asked.id, 1]);
    expect(reply.questions[0]!.name.equals(asked.questions[0]!.name)).toBe(true);
  }
  expect(hits).toBeGreaterThan(100);
});
