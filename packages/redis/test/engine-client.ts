import { Engine } from "../src/engine/engine.ts";
import type { Client } from "../src/engine/client.ts";
import type { Effect } from "../src/engine/effects.ts";

/** A deterministic source of randomness (mulberry32). */
export function seededRandom(seed: number): {
  bytes(length: number): Uint8Array;
  float(): number;
  integer(limit: number): number;
} {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return {
    bytes: (length) => Uint8Array.from({ length }, () => next() & 0xff),
    float: () => next() / 2 ** 32,
    integer: (limit) => next() % limit,
  };
}

/** An engine whose clock the test moves, and whose clients speak without a socket. */
export class EngineUnderTest {
  readonly engine: Engine;
  now = 1_700_000_000_000;

  constructor(seed = 1) {
    this.engine = new Engine({ random: seededRandom(seed), now: this.now, monotonic: () => 0 });
  }

  connect(): EngineClient {
    return new EngineClient(this);
  }

  /** Moves the clock and lets what is due happen. */
  advance(ms: number): void {
    this.now += ms;
    this.engine.tick(this.now);
    this.engine.flush();
  }

  /** The commands that would go to replicas from now on, as words, until it is read. */
  recordEffects(): () => string[] {
    const seen: string[] = [];
    this.engine.effects.subscribe((effects: readonly Effect[]) => {
      for (const { command } of effects) seen.push(command.strings().join(" "));
    });
    return () => seen.splice(0);
  }
}

export class EngineClient {
  readonly #owner: EngineUnderTest;
  readonly #client: Client;
  #output = "";

  constructor(owner: EngineUnderTest) {
    this.#owner = owner;
    const sink = {
      flush: (client: Client): void => void (this.#output += client.reply.take().toString("latin1")),
      close: (client: Client): void => owner.engine.disconnect(client),
      queuedBytes: 0,
    };
    this.#client = owner.engine.connect(sink, { remote: "127.0.0.1:1", local: "127.0.0.1:6379", descriptor: 1 });
  }

  /** Sends a command, of one-byte strings and numbers; returns what it answered, raw: "" while it waits. */
  raw(...words: readonly (string | number)[]): string {
    const parts = words.map(String).map((word) => `$${word.length}\r\n${word}\r\n`);
    return this.bytes(Buffer.from(`*${words.length}\r\n${parts.join("")}`, "latin1"));
  }

  /** Sends bytes as they are, any part of any number of commands; returns what they brought, raw. */
  bytes(chunk: Buffer): string {
    this.#owner.engine.receive(this.#client, chunk, this.#owner.now);
    this.#owner.engine.flush();
    return this.output();
  }

  /** Sends commands in one piece; returns all that they answered, raw. */
  pipeline(...commands: readonly (readonly (string | number)[])[]): string {
    const bulk = (word: string): string => `$${word.length}\r\n${word}\r\n`;
    const requests = commands.map((words) => `*${words.length}\r\n${words.map((word) => bulk(String(word))).join("")}`);
    this.#owner.engine.receive(this.#client, Buffer.from(requests.join(""), "latin1"), this.#owner.now);
    this.#owner.engine.flush();
    return this.output();
  }

  /** What came since it was last asked. */
  output(): string {
    const output = this.#output;
    this.#output = "";
    return output;
  }

  /** Sends a command; returns its reply as plain data. See `parseReply`. */
  run(...words: readonly (string | number)[]): Reply {
    return parseReply(this.raw(...words));
  }

  /** The same for a command line of words without spaces in them. */
  line(command: string): Reply {
    return this.run(...command.split(" "));
  }
}

export type Reply = string | number | null | Error | Reply[] | { readonly [kind: string]: Reply | Reply[] };

/**
 * RESP as plain data: strings, numbers, null, arrays, and Error for errors. What RESP3 adds keeps its mark, as in
 * `{ ",": "1.5" }`, `{ "~": [...] }`, `{ "%": [...] }`, so that tests see which it was; so does a null array, `{ "*": null }`.
 */
export function parseReply(text: string): Reply {
  let at = 0;
  const next = (): Reply => {
    const end = text.indexOf("\r\n", at);
    const mark = text[at]!;
    const head = text.slice(at + 1, end);
    at = end + 2;
    switch (mark) {
      case "$": {
        if (head === "-1") return null;
        const bulk = text.slice(at, at + Number(head));
        at += Number(head) + 2;
        return bulk;
      }
      case "+":
        return head;
      case ":":
        return Number(head);
      case "_":
        return null;
      case "-":
        return new Error(head);
      case "*":
      case "~":
      case "%": {
        if (head === "-1") return { "*": null };
        const items: Reply[] = [];
        for (let left = Number(head) * (mark === "%" ? 2 : 1); left > 0; left--) items.push(next());
        return mark === "*" ? items : { [mark]: items };
      }
      default:
        return { [mark]: head };
    }
  };
  const reply = next();
  if (at !== text.length) throw new Error(`bytes behind the reply: ${JSON.stringify(text.slice(at, at + 100))}`);
  return reply;
}
