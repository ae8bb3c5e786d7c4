import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { JsKernel } from "../src/kernel/js-kernel.ts";
import {
  BLOCK_BYTES,
  CHAINS,
  HITS_PER_CHAIN,
  WINDOW_BYTES,
  type Kernel,
  type KernelOptions,
} from "../src/kernel/kernel.ts";
import { hasWasmKernel, WasmKernel } from "../src/kernel/wasm-kernel.ts";
import { matchesAt, plainLiteral, type MaskedLiteral } from "../src/literals/masked-literal.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const NO_LITERALS: KernelOptions = { terminator: 10, literals: [] };
const KERNELS: readonly [string, new (options: KernelOptions) => Kernel][] = [
  ["js", JsKernel],
  ["wasm", WasmKernel],
];

/** Text of few different bytes, so that everything occurs often, of a length around the vector sizes. */
const text = fc
  .array(fc.constantFrom(10, 97, 98, 65, 0xc3, 0xa9, 0x80, 0xff, 0), { maxLength: 300 })
  .map((list) => Uint8Array.from(list));
const range = (length: number): fc.Arbitrary<[number, number]> =>
  fc.tuple(fc.nat(length), fc.nat(length)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);
const textAndRange = text.chain((input) => fc.tuple(fc.constant(input), range(input.length)));

function filled(kernel: Kernel, input: Uint8Array): Kernel {
  kernel.reserve(input.length + 200).fill(97); // what lies behind the range must not be seen
  kernel.input.set(input);
  return kernel;
}

test("this runtime has the WebAssembly kernel", () => {
  expect(hasWasmKernel()).toBe(true);
});

describe.each(KERNELS)("the %s kernel", (_, Kernel) => {
  test("finds a byte forwards, backwards, and counts it, within the range only", () => {
    const kernel = new Kernel(NO_LITERALS);
    fc.assert(
      fc.property(textAndRange, ([input, [from, to]]) => {
        filled(kernel, input);
        const slice = input.subarray(from, to);
        const shifted = (at: number): number => (at < 0 ? -1 : at + from);
        for (const byte of [10, 97, 0xff]) {
          expect(kernel.findByte(byte, from, to)).toBe(shifted(slice.indexOf(byte)));
          expect(kernel.findLastByte(byte, from, to)).toBe(shifted(slice.lastIndexOf(byte)));
          expect(kernel.countByte(byte, from, to)).toBe(slice.filter((value) => value === byte).length);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("finds the first place where no UTF-8 sequence of up to six bytes begins", () => {
    const kernel = new Kernel(NO_LITERALS);
    /** By the value: what is decoded must need so many bytes and be no surrogate. */
    const sequenceLength = (input: Uint8Array, at: number): number => {
      const ones = Math.clz32(~(input[at]! << 24));
      if (ones === 0) return 1;
      if (ones === 1 || ones > 6 || at + ones > input.length) return 0;
      let value = input[at]! & (0x7f >> ones);
      for (let i = 1; i < ones; i++) {
        if ((input[at + i]! & 0xc0) !== 0x80) return 0;
        value = value * 64 + (input[at + i]! & 0x3f);
      }
      const least = [0, 0, 0x80, 0x800, 0x10000, 0x200000, 0x4000000][ones]!;
      return value < least || (value >= 0xd800 && value <= 0xdfff) ? 0 : ones;
    };
    const pieces = fc.array(
      fc.oneof(
        fc.string({ unit: "binary", maxLength: 20 }).map(bytes),
        fc.uint8Array({ maxLength: 3 }),
        fc
          .constantFrom(
            [0xed, 0xa0, 0x80],
            [0xf4, 0x90, 0x80, 0x80],
            [0xf8, 0x88, 0x80, 0x80, 0x80],
            [0xf8, 0x87, 0xbf, 0xbf, 0xbf],
            [0xfd, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf],
            [0xfe, 0x80],
            [0xc0, 0x80],
            [0xe0, 0x9f, 0xbf],
            [0xf0, 0x8f, 0xbf, 0xbf],
          )
          .map((list) => Uint8Array.from(list)),
      ),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(pieces, (parts) => {
        const input = Uint8Array.from(parts.flatMap((part) => [...part]));
        filled(kernel, input);
        let expected = 0;
        while (expected < input.length) {
          const length = sequenceLength(input, expected);
          if (length === 0) break;
          expected += length;
        }
        expect(kernel.encodingError(0, input.length)).toBe(expected < input.length ? expected : -1);
      }),
      { numRuns: 1000 },
    );
  });

  const literal = fc
    .array(fc.tuple(fc.constantFrom(97, 98, 65, 0xc3), fc.constantFrom(0, 0, 0x20)), { minLength: 1, maxLength: 9 })
    .map((positions): MaskedLiteral => ({
      value: Uint8Array.from(positions, ([byte, bits]) => byte | bits),
      mask: Uint8Array.from(positions, ([, bits]) => bits),
      exact: true,
    }));

  test("finds the lines that hold one of several literals, whole in the range", () => {
    fc.assert(
      fc.property(fc.array(literal, { minLength: 1, maxLength: 12 }), textAndRange, (literals, [input, [from, to]]) => {
        const kernel = filled(new Kernel({ terminator: 10, literals }), input);
        const standsAt = (at: number): boolean =>
          literals.some((one) => at + one.value.length <= to && matchesAt(one, input, at));
        const ends: number[] = [];
        let lineHolds = false;
        for (let at = from; at <= to; at++) {
          if (at === to || input[at] === 10) {
            if (lineHolds) ends.push(at);
            lineHolds = false;
          } else if (standsAt(at)) lineHolds = true;
        }
        // How many lines there were decides how it searches next.
        for (let round = 0; round < 2; round++) {
          const count = filled(kernel, input).literalLines(from, to);
          expect(Array.from(kernel.hits.subarray(0, count), (at: number) => at - kernel.origin)).toEqual(ends);
          expect(filled(kernel, input).countLiteralLines(from, to)).toBe(ends.length);
        }
      }),
      { numRuns: 150 },
    );
  });

  test("finds long and many literals", () => {
    const words = Array.from({ length: 60 }, (_, index) => `word${index}-${"x".repeat(index)}`);
    const kernel = filled(
      new Kernel({ terminator: 10, literals: words.map((word) => plainLiteral(bytes(word))) }),
      bytes(`none\n${"word-".repeat(50)}${words[59]}\nnone`),
    );
    // "word5-xxxxx" is not there: word59 begins like it only up to its digit.
    expect(kernel.literalLines(0, 260 + words[59]!.length)).toBe(1);
    expect(kernel.hits[0]! - kernel.origin).toBe(255 + words[59]!.length);
    expect(kernel.literalLines(0, 254 + words[59]!.length)).toBe(0);
  });

  test("grows its input and keeps what is in it", () => {
    const kernel = new Kernel(NO_LITERALS);
    kernel.reserve(10).set(bytes("hello\n"));
    kernel.reserve(3 * 1024 * 1024).fill(10, 2_000_000, 2_000_005);
    expect(kernel.findByte(10, 0, 100)).toBe(5);
    expect(kernel.countByte(10, 0, 3_000_000)).toBe(6);
  });

  describe("four automata in lock-step", () => {
    /** Counts lines that hold an "a": states 1 (no "a" yet) and 2 ("a" seen); entering a line after a hit is the counted state. */
    function prepared(Class: new (options: KernelOptions) => Kernel, known: (byte: number) => boolean): Kernel {
      const kernel = new Class(NO_LITERALS);
      const { values, unit, hitState } = kernel.table;
      for (const state of [1, 2, hitState]) {
        for (let byte = 0; byte < 256; byte++) {
          if (!known(byte)) continue;
          const seen = state === 2 || byte === 97;
          values[state * 256 + byte] = unit * (byte === 10 ? (state === 2 ? hitState : 1) : seen ? 2 : 1);
        }
      }
      return kernel;
    }

    const runs = fc.array(fc.array(fc.constantFrom(97, 98, 98, 98, 10), { minLength: 64, maxLength: 64 }), {
      minLength: CHAINS,
      maxLength: CHAINS,
    });

    test("count and list the visits of the counted state", () => {
      const kernel = prepared(Kernel, () => true);
      fc.assert(
        fc.property(runs, (parts) => {
          filled(kernel, Uint8Array.from(parts.flat()));
          for (const collecting of [false, true]) {
            parts.forEach((_, chain) => {
              kernel.chains.positions[chain] = kernel.origin + chain * 64;
              kernel.chains.states[chain] = kernel.table.unit;
              kernel.chains.counts[chain] = 0;
            });
            expect(collecting ? kernel.walkCollecting(64) : kernel.walkCounting(64)).toBe(64);
            for (const [chain, part] of parts.entries()) {
              const ends: number[] = [];
              part.forEach((byte, index) => {
                if (
                  byte === 10 &&
                  part.slice(part.lastIndexOf(10, index - 1) + 1, index).includes(97) &&
                  !(index === 0)
                )
                  ends.push(chain * 64 + index);
              });
              expect(kernel.chains.counts[chain]).toBe(ends.length);
              expect(kernel.chains.positions[chain]).toBe(kernel.origin + chain * 64 + 64);
              if (collecting) {
                const list = kernel.hits.subarray(chain * HITS_PER_CHAIN, chain * HITS_PER_CHAIN + ends.length);
                expect(Array.from(list, (at: number) => at - kernel.origin)).toEqual(ends);
              }
            }
          }
        }),
        { numRuns: 200 },
      );
    });

    test("stop before the block in which one of them meets an unknown transition", () => {
      const kernel = filled(
        prepared(Kernel, (byte) => byte !== 0xff),
        new Uint8Array(CHAINS * 64).fill(97),
      );
      kernel.input[2 * 64 + 3 * BLOCK_BYTES + 1] = 0xff;
      for (let chain = 0; chain < CHAINS; chain++) {
        kernel.chains.positions[chain] = kernel.origin + chain * 64;
        kernel.chains.states[chain] = kernel.table.unit;
      }
      expect(kernel.walkCounting(64)).toBe(3 * BLOCK_BYTES);
      expect([...kernel.chains.states]).toEqual(new Array(CHAINS).fill(2 * kernel.table.unit));
      expect([...kernel.chains.positions]).toEqual(
        [0, 1, 2, 3].map((chain) => kernel.origin + chain * 64 + 3 * BLOCK_BYTES),
      );
    });
  });

  test("has room in its lists for a window of empty lines", () => {
    const kernel = new Kernel({ terminator: 10, literals: [plainLiteral(bytes("a"))] });
    kernel.reserve(WINDOW_BYTES);
    for (let at = 0; at < WINDOW_BYTES; at += 2) kernel.input.set([97, 10], at);
    expect(kernel.literalLines(0, WINDOW_BYTES)).toBe(WINDOW_BYTES / 2);
    expect(kernel.hits.length).toBeGreaterThanOrEqual(WINDOW_BYTES);
  });
});
