import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EngineUnderTest } from "./engine-client.ts";

/** Commands as the wire has them. */
function wire(commands: readonly (readonly string[])[]): Buffer {
  const text = commands.map(
    (words) => `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`,
  );
  return Buffer.from(text.join(""), "latin1");
}

const key = fc.integer({ min: 0, max: 30 }).map((n) => `key:${n}${n === 30 ? "-".repeat(100) : ""}`);
const command = fc.oneof(
  fc.tuple(fc.constant("SET"), key, fc.string({ maxLength: 30 })),
  fc.tuple(fc.constantFrom("GET", "DEL", "INCR", "STRLEN"), key),
  fc.tuple(fc.constant("APPEND"), key, fc.constant("12")),
  fc.tuple(fc.constant("MSET"), key, fc.constant("1"), key, fc.constant("two")),
  fc.tuple(fc.constant("RENAME"), key, key),
  fc.tuple(fc.constant("SELECT"), fc.constantFrom("0", "1", "x")),
  fc.tuple(fc.constantFrom("FLUSHDB", "MULTI", "EXEC", "PING")),
  fc.tuple(fc.constant("SWAPDB"), fc.constant("0"), fc.constant("1")),
);

describe("looking ahead in a pipeline", () => {
  it("changes no reply, however the commands are cut into chunks", () => {
    fc.assert(
      fc.property(
        fc.array(command, { minLength: 1, maxLength: 120 }),
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 40 }),
        (commands, cuts) => {
          const one = new EngineUnderTest();
          const alone = one.connect();
          const expected = commands.map((words) => alone.raw(...words)).join("");
          const other = new EngineUnderTest();
          const piped = other.connect();
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
      { seed: 2, numRuns: 300 },
    );
  });

  it("forgets what it saw when the same memory holds another batch", () => {
    const world = new EngineUnderTest();
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
    expect(client.run("MGET", "aaa", "bbb", "ccc")).toEqual(["14", "2", "3"]);
  });
});
