import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LOOKAHEAD_KEYS } from "../src/keyspace/lookahead.ts";
import { type EngineClient, EngineUnderTest } from "./engine-client.ts";

/** Commands as the wire has them. */
function wire(commands: readonly (readonly string[])[]): Buffer {
  const text = commands.map(
    (words) => `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`,
  );
  return Buffer.from(text.join(""), "latin1");
}

const key = fc.integer({ min: 0, max: 30 }).map((n) => `key:${n}${n === 30 ? "-".repeat(100) : ""}`);
const member = fc.integer({ min: 0, max: 20 }).map((n) => `member:${n}${n === 20 ? "-".repeat(100) : ""}`);
/** Collections are tables from the first member on. */
const TABLES =
  "CONFIG SET hash-max-listpack-entries 0 set-max-listpack-entries 0 set-max-intset-entries 0 zset-max-listpack-entries 0";
const command = fc.oneof(
  fc.tuple(fc.constant("HSET"), fc.constantFrom("h", "s"), member, fc.string({ maxLength: 5 })),
  fc.tuple(fc.constantFrom("HGET", "HDEL"), fc.constantFrom("h", "z"), member),
  fc.tuple(fc.constantFrom("SADD", "SREM", "SISMEMBER"), fc.constantFrom("s", "h"), member),
  fc.tuple(fc.constant("ZADD"), fc.constant("z"), fc.constantFrom("1", "2.5", "NX"), member),
  fc.tuple(fc.constantFrom("ZSCORE", "ZREM"), fc.constant("z"), member),
  fc.tuple(fc.constantFrom("DEL", "TYPE"), fc.constantFrom("h", "s", "z")),
  fc.tuple(fc.constant("SET"), key, fc.string({ maxLength: 30 })),
  fc.tuple(fc.constantFrom("GET", "DEL", "INCR", "STRLEN"), key),
  fc.tuple(fc.constant("APPEND"), key, fc.constant("12")),
  fc.tuple(fc.constant("MSET"), key, fc.constant("1"), key, fc.constant("two")),
  fc.tuple(fc.constant("RENAME"), key, key),
  fc.tuple(fc.constant("SELECT"), fc.constantFrom("0", "1", "x")),
  fc.tuple(fc.constantFrom("FLUSHDB", "MULTI", "EXEC", "PING")),
  fc.tuple(fc.constant("SWAPDB"), fc.constant("0"), fc.constant("1")),
);

/** In a small database there is nothing to look ahead for. */
const MANY_KEYS = ["MSET", ...Array.from({ length: LOOKAHEAD_KEYS + 100 }, (_, n) => [`other:${n}`, "x"]).flat()];

function prepare(client: EngineClient): void {
  client.line(TABLES);
  for (const db of ["1", "0"]) {
    client.run("SELECT", db);
    client.run(...MANY_KEYS);
  }
}

describe("looking ahead in a pipeline", () => {
  it("changes no reply, however the commands are cut into chunks", () => {
    fc.assert(
      fc.property(
        fc.array(command, { minLength: 1, maxLength: 120 }),
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 40 }),
        (commands, cuts) => {
          const one = new EngineUnderTest();
          const alone = one.connect();
          prepare(alone);
          const expected = commands.map((words) => alone.raw(...words)).join("");
          const other = new EngineUnderTest();
          const piped = other.connect();
          prepare(piped);
          const bytes = wire(commands);
          let replies = "";
          for (let at = 0, n = 0; at < bytes.length; n++) {
            const size = cuts[n % cuts.length]!;
            replies += piped.bytes(bytes.subarray(at, at + size));
            at += size;
          }
          expect(replies).toBe(expected);
        },
      ),
      { seed: 2, numRuns: 150 },
    );
  });

  it("forgets what it saw when the same memory holds another batch", () => {
    const world = new EngineUnderTest();
    const database = world.engine.keyspace.databases[0]!;
    for (let n = 0; n < LOOKAHEAD_KEYS; n++) database.insertKey(`other:${n}`, "x");
    const client = world.connect();
    // One object, as a socket reads into it again when as many bytes arrive.
    const memory = wire([
      ["APPEND", "aaa", "1"],
      ["APPEND", "bbb", "2"],
    ]);
    expect(client.bytes(memory)).toBe(":1\r\n:1\r\n");
    wire([
      ["APPEND", "ccc", "3"],
      ["APPEND", "aaa", "4"],
    ]).copy(memory);
    expect(client.bytes(memory)).toBe(":1\r\n:2\r\n");
    const single = Buffer.from("*3\r\n$6\r\nAPPEND\r\n$3\r\nbbb\r\n$32\r\n\r\n");
    expect(single.length + 32).toBe(memory.length);
    single.copy(memory);
    memory.fill("-", single.length - 2);
    memory.write("\r\n", memory.length - 2);
    expect(client.bytes(memory)).toBe(":33\r\n");
    expect(client.run("MGET", "aaa", "bbb", "ccc")).toEqual(["14", `2${"-".repeat(32)}`, "3"]);
  });
});
