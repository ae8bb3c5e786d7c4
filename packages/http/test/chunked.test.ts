import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ChunkedDecoder,
  chunkHead,
  DEFAULT_LIMITS,
  HttpProtocolError,
  LAST_CHUNK,
  LengthDecoder,
} from "../src/index.ts";

/** A few seconds of them in the test run, minutes in `npm run soak`. */
const MUTATIONS = process.env["TENON_SOAK"] === undefined ? 2000 : 500_000;

interface Outcome {
  readonly data: string;
  readonly done: boolean;
  readonly trailers: unknown;
  /** Bytes that were not the body's. */
  readonly left: string;
  readonly fault?: string;
}

function decode(pieces: readonly string[], limits = DEFAULT_LIMITS): Outcome {
  const decoder = new ChunkedDecoder(limits);
  let data = "";
  let left = "";
  const sink = { data: (bytes: Buffer) => (data += bytes.toString("latin1")) };
  try {
    for (const piece of pieces) {
      const bytes = Buffer.from(piece, "latin1");
      left += bytes.toString("latin1", decoder.done ? 0 : decoder.feed(bytes, 0, sink));
    }
  } catch (error) {
    expect(error).toBeInstanceOf(HttpProtocolError);
    return { data, done: false, trailers: [], left, fault: (error as HttpProtocolError).code };
  }
  return { data, done: decoder.done, trailers: decoder.trailers, left };
}

const VALID = `5;ext="a b"\r\nhello\r\n00A\r\n0123456789\r\n0\r\nX-Sum: 42\r\nContent-Length: 9\r\nY:\r\n\r\nGET /`;

describe("a chunked body", () => {
  test("is decoded, its framing fields among the trailers dropped, what follows left alone", () => {
    expect(decode([VALID])).toEqual({
      data: "hello0123456789",
      done: true,
      trailers: [
        ["x-sum", "42"],
        ["y", ""],
      ],
      left: "GET /",
    });
  });

  test("gives the same however it is cut", () => {
    const whole = decode([VALID]);
    for (let cut = 0; cut <= VALID.length; cut++)
      expect(decode([VALID.slice(0, cut), VALID.slice(cut)])).toEqual(whole);
    expect(decode([...VALID])).toEqual(whole);
  });

  test("decode(encode(x)) = x", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1, maxLength: 300, unit: "grapheme-ascii" })), (chunks) => {
        const encoded = chunks.map((chunk) => `${chunkHead(chunk.length)}${chunk}\r\n`).join("") + LAST_CHUNK;
        expect(decode([encoded])).toEqual({ data: chunks.join(""), done: true, trailers: [], left: "" });
      }),
    );
  });

  test("mutated, it decodes the same in one piece and byte by byte, or is refused the same", () => {
    const nasty = fc.constantFrom("\r", "\n", "\0", ";", " ", "f", "0\r\n\r\n", "-", "\r\n");
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(VALID.length), fc.nat(2), nasty), { minLength: 1, maxLength: 4 }),
        (edits) => {
          let text = VALID;
          for (const [at, removed, inserted] of edits) text = text.slice(0, at) + inserted + text.slice(at + removed);
          const { data, ...whole } = decode([text]);
          const { data: bytewiseData, ...bytewise } = decode([...text]);
          expect(bytewise).toEqual(whole);
          expect(bytewiseData).toBe(data);
        },
      ),
      { numRuns: MUTATIONS },
    );
  });
});

describe("refused in a chunked body:", () => {
  test.each([
    ["a bare LF after the size", "5\nhello\r\n0\r\n\r\n", "bare-line-end"],
    ["a bare CR after the size", "5\rhello\r\n0\r\n\r\n", "bare-line-end"],
    ["a bare LF after the data", "5\r\nhello\n0\r\n\r\n", "bare-line-end"],
    ["a bare LF at the end", "0\r\n\n", "bare-line-end"],
    ["a bare LF in the trailers", "0\r\nX: y\n\r\n", "bare-line-end"],
    ["a bare LF in an extension", "5;a\nhello\r\n0\r\n\r\n", "bare-line-end"],
    ["no line end after the data", "5\r\nhelloX", "chunk-end"],
    ["a plus sign", "+5\r\nhello\r\n0\r\n\r\n", "chunk-size"],
    ["a minus sign", "-5\r\nhello\r\n0\r\n\r\n", "chunk-size"],
    ["0x", "0x5\r\nhello\r\n0\r\n\r\n", "chunk-size"],
    ["an underscore", "1_0\r\n", "chunk-size"],
    ["a blank before the size", " 5\r\nhello\r\n", "chunk-size"],
    ["a blank after the size", "5 \r\nhello\r\n", "chunk-size"],
    ["an empty size", "\r\nhello\r\n", "chunk-size"],
    ["17 digits", "00000000000000005\r\nhello\r\n", "chunk-size"],
    ["a size above 2^53-1", "20000000000000\r\n", "chunk-size"],
    ["NUL in an extension", "5;a\0\r\nhello\r\n", "chunk-extension"],
    ["a folded trailer", "0\r\nX: y\r\n z\r\n\r\n", "obs-fold"],
    ["a trailer with a blank before its colon", "0\r\nX : y\r\n\r\n", "field-name"],
    ["NUL in a trailer", "0\r\nX: \0\r\n\r\n", "field-value"],
  ])("%s", (_what, text, fault) => {
    expect(decode([text]).fault).toBe(fault);
  });

  test("framing out of proportion to the data", () => {
    const extension = `;${"x".repeat(100)}`;
    expect(decode([`1${extension}\r\nz\r\n`.repeat(300)]).fault).toBe("chunk-overhead");
    expect(decode([`5;${"x".repeat(DEFAULT_LIMITS.chunkOverheadBytes)}`]).fault).toBe("chunk-overhead");
    // One byte per chunk is wasteful, and legal.
    expect(decode(["1\r\nz\r\n".repeat(100_000)]).fault).toBeUndefined();
  });

  test("trailers that are too large", () => {
    expect(decode([`0\r\nX: ${"y".repeat(DEFAULT_LIMITS.trailerBytes)}\r\n\r\n`]).fault).toBe("trailers-too-large");
  });
});

test("a body by length takes what is its own", () => {
  const decoder = new LengthDecoder(5);
  let data = "";
  const sink = { data: (bytes: Buffer) => (data += bytes.toString()) };
  expect(decoder.feed(Buffer.from("hel"), 0, sink)).toBe(3);
  expect(decoder.done).toBe(false);
  expect(decoder.bytesLeft).toBe(2);
  expect(decoder.feed(Buffer.from("..loGET"), 2, sink)).toBe(4);
  expect(decoder.done).toBe(true);
  expect(data).toBe("hello");
});
