import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Args } from "../src/resp/args.ts";
import { DoubleReply, plainValue, ReplyParser, ReplyProtocolError } from "../src/resp/reply-parser.ts";
import { ReplyWriter } from "../src/resp/reply-writer.ts";
import { MAX_INLINE_BYTES, ProtocolError, RequestParser } from "../src/resp/request-parser.ts";

const LIMITS = { maxBulkBytes: 512 * 1024 * 1024, maxPendingBytes: 1024 * 1024 * 1024 };

function request(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;
}

/** All commands in `chunks`, as words. */
function parse(chunks: readonly Buffer[], parser = new RequestParser(LIMITS)): string[][] {
  const args = Args.from([]);
  const commands: string[][] = [];
  for (const chunk of chunks) {
    parser.feed(chunk);
    while (parser.next(args)) commands.push(args.strings());
  }
  return commands;
}

/** `bytes` cut after each of `cuts`. */
function cut(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [0, ...cuts.map((each) => each % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => Buffer.from(bytes.subarray(at[index], end)));
}

const word = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
  maxLength: 40,
});
const commands = fc.array(fc.array(word, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 8 });

describe("request parser", () => {
  it("gives the same commands however the bytes are cut", () => {
    fc.assert(
      fc.property(commands, fc.array(fc.nat(4000), { maxLength: 12 }), (list, cuts) => {
        const bytes = Buffer.from(list.map(request).join(""), "latin1");
        expect(parse(cut(bytes, cuts))).toEqual(list);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  it("gives the same commands at every single cut, and byte by byte", () => {
    const list = [
      ["SET", "key", "x".repeat(300)],
      ["GET", ""],
      ["MGET", "\r\n", "\x00\xff"],
    ];
    const bytes = Buffer.from(`${list.map(request).join("")}PING "a b"\r\n`, "latin1");
    const wanted = [...list, ["PING", "a b"]];
    for (let at = 0; at <= bytes.length; at++) expect(parse(cut(bytes, [at]))).toEqual(wanted);
    expect(parse(Array.from(bytes, (byte) => Buffer.from([byte])))).toEqual(wanted);
  });

  it("tells a double from an integer of the same value", () => {
    const [reply] = new ReplyParser().feed(Buffer.from("*2\r\n:1\r\n,1\r\n"));
    expect(reply).toEqual([1, new DoubleReply(1)]);
    expect(plainValue(reply!)).toEqual([1, 1]);
  });

  it("throws nothing but protocol errors at mutated input", () => {
    const edit = fc.record({ at: fc.nat(400), byte: fc.constantFrom(..."0123456789-$*\r\n\"' a\xff") });
    fc.assert(
      fc.property(
        commands,
        fc.array(edit, { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat(400)),
        (list, edits, cuts) => {
          const bytes = Buffer.from(list.map(request).join(""), "latin1");
          for (const { at, byte } of edits) bytes[at % bytes.length] = byte.charCodeAt(0);
          let thrown: unknown = new ProtocolError("none");
          try {
            parse(cut(bytes, cuts));
          } catch (error) {
            thrown = error;
          }
          expect(thrown).toBeInstanceOf(ProtocolError);
        },
      ),
      { seed: 2, numRuns: 3000 },
    );
  });

  for (const [bytes, message] of [
    ["*1x\r\n", "invalid multibulk length"],
    ["*3000000000\r\n", "invalid multibulk length"],
    ["*1\r\n+PING\r\n", "expected '$', got '+'"],
    ["*1\r\n$-1\r\n", "invalid bulk length"],
    ["*1\r\n$600000000\r\n", "invalid bulk length"],
    ['GET "a\r\n', "unbalanced quotes in request"],
    ["x".repeat(MAX_INLINE_BYTES + 1), "too big inline request"],
    [`*${"1".repeat(MAX_INLINE_BYTES + 1)}`, "too big mbulk count string"],
    [`*1\r\n$${"1".repeat(MAX_INLINE_BYTES + 1)}`, "too big bulk count string"],
  ] as const) {
    it(`says "${message}" of ${JSON.stringify(bytes.slice(0, 16))}`, () => {
      expect(() => parse([Buffer.from(bytes)])).toThrow(`ERR Protocol error: ${message}`);
    });
  }

  it("allocates nothing for what is only claimed", () => {
    const before = process.memoryUsage().arrayBuffers;
    const parser = new RequestParser(LIMITS);
    expect(parse([Buffer.from("*2147483647\r\n$536870912\r\nabc")], parser)).toEqual([]);
    expect(parse([Buffer.from("def")], parser)).toEqual([]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
  });

  it("limits clients that have not authenticated", () => {
    const parser = new RequestParser(LIMITS);
    parser.unauthenticated = true;
    expect(() => parse([Buffer.from("*11\r\n")], parser)).toThrow("unauthenticated multibulk length");
    const other = new RequestParser(LIMITS);
    other.unauthenticated = true;
    expect(() => parse([Buffer.from("*1\r\n$16385\r\n")], other)).toThrow("unauthenticated bulk length");
  });

  it("takes a large bulk string in small chunks", () => {
    const value = "v".repeat(3_000_000);
    const bytes = Buffer.from(request(["SET", "k", value]) + request(["GET", "k"]));
    const chunks: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += 1000) chunks.push(bytes.subarray(at, at + 1000));
    expect(parse(chunks)).toEqual([
      ["SET", "k", value],
      ["GET", "k"],
    ]);
  });
});

describe("borrowed memory", () => {
  it("is let go by keep: a command cut anywhere survives what is read over it", () => {
    const bytes = Buffer.from("*2\r\n$3\r\nGET\r\n$5\r\nhello\r\nPING inline\r\n*1\r\n$4\r\nQUIT\r\n");
    const shared = Buffer.alloc(bytes.length);
    for (let first = 0; first <= bytes.length; first++) {
      for (let second = first; second <= bytes.length; second++) {
        const parser = new RequestParser({ maxBulkBytes: 1000, maxPendingBytes: 1000 });
        const args = Args.from([]);
        const commands: string[][] = [];
        for (const [from, to] of [
          [0, first],
          [first, second],
          [second, bytes.length],
        ] as const) {
          bytes.copy(shared, 0, from, to);
          parser.feed(shared.subarray(0, to - from));
          while (parser.next(args)) commands.push(args.strings());
          parser.keep();
          shared.fill(0xff);
        }
        expect(commands).toEqual([["GET", "hello"], ["PING", "inline"], ["QUIT"]]);
      }
    }
  });
});

describe("reply parser", () => {
  function sample(): Buffer {
    const writer = new ReplyWriter();
    writer.resp = 3;
    writer.array(9);
    writer.ok();
    writer.error("ERR no");
    writer.integer(9007199254740993n);
    writer.bulk("a\r\nb");
    writer.nil();
    writer.double(1.5);
    writer.map(1);
    writer.bulk("k");
    writer.set(2);
    writer.boolean(true);
    writer.bigNumber("123456789012345678901234567890");
    writer.verbatim("txt", "hello");
    writer.array(0);
    return writer.take();
  }

  it("reads what the reply writer writes, at every cut", () => {
    const bytes = sample();
    for (let at = 0; at <= bytes.length; at++) {
      const parser = new ReplyParser();
      const replies = cut(bytes, [at]).flatMap((chunk) => Array.from(parser.feed(chunk)));
      expect(replies).toHaveLength(1);
      const [ok, error, ...rest] = plainValue(replies[0]!) as unknown[];
      expect(ok).toBe("OK");
      expect(error).toMatchObject({ message: "ERR no", code: "ERR" });
      expect(rest).toEqual([
        9007199254740993n,
        "a\r\nb",
        null,
        1.5,
        new Map([["k", new Set([true, 123456789012345678901234567890n])]]),
        "hello",
        [],
      ]);
    }
  });

  it("throws nothing but protocol errors at mutated input", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { minLength: 1, maxLength: 5 }), (edits) => {
        const bytes = Buffer.from(sample());
        for (const [at, byte] of edits) bytes[at % bytes.length] = byte;
        let thrown: unknown = new ReplyProtocolError();
        try {
          Array.from(new ReplyParser().feed(bytes));
        } catch (error) {
          thrown = error;
        }
        expect(thrown).toBeInstanceOf(ReplyProtocolError);
      }),
      { seed: 3, numRuns: 5000 },
    );
  });
});
