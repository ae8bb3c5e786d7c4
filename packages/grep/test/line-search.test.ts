/** However the input is cut into pieces, the same lines come out. */
import { compile } from "@tenon/regex";
import fc from "fast-check";
import { expect, test } from "vitest";
import { LineSearch, type LineSearchOptions } from "../src/search/line-search.ts";
import { selectionOf } from "../src/search/selection.ts";

interface Outcome {
  readonly events: readonly string[];
  readonly selected: number;
  readonly selectedEnd: number;
}

/** Feeds `input` in pieces of `piece` bytes. */
function searched(
  input: Uint8Array,
  piece: number,
  pattern: string,
  options: Partial<LineSearchOptions> & { invert?: boolean },
): Outcome {
  const scanner = compile(pattern, { syntax: "ere" }).scanner();
  const events: string[] = [];
  const search: LineSearch = new LineSearch(
    scanner,
    selectionOf(scanner, { invert: options.invert ?? false, terminator: 10, conditions: [] }),
    {
      terminator: 10,
      binaryFiles: "text",
      before: 0,
      after: 0,
      maxCount: Number.POSITIVE_INFINITY,
      stopAtFirst: false,
      output: true,
      lineNumbers: true,
      runs: options.invert ?? false,
      ...options,
    },
    {
      region() {},
      gap: () => events.push("--"),
      line(start, end, selected, number, offset) {
        const text = Buffer.from(scanner.buffer.subarray(start, end)).toString("latin1");
        events.push(`${number}${selected ? ":" : "-"}${offset}:${text}`);
        return true;
      },
    },
  );
  search.begin();
  let wantsMore = true;
  for (let at = 0; at < input.length && wantsMore; at += piece) {
    const bytes = input.subarray(at, at + piece);
    const space = search.space();
    scanner.buffer.set(bytes, space);
    wantsMore = search.filled(bytes.length);
  }
  if (wantsMore) search.end();
  return { events, selected: search.selected, selectedEnd: search.selectedEndOffset };
}

/** The same, with nothing but strings: right by being plain. */
function plainly(
  text: string,
  pattern: string,
  { before = 0, after = 0, maxCount = Number.POSITIVE_INFINITY, invert = false },
): string[] {
  const lines = text.endsWith("\n") ? text.slice(0, -1).split("\n") : text.split("\n");
  const events: string[] = [];
  let printed = 0;
  let selected = 0;
  let pending = 0;
  const offsets = lines.map((_, index) => lines.slice(0, index).reduce((sum, line) => sum + line.length + 1, 0));
  lines.forEach((line, index) => {
    if (selected < maxCount && new RegExp(pattern).test(line) !== invert) {
      const first = Math.max(printed, index - before);
      if (selected > 0 && first !== printed) events.push("--");
      for (let i = first; i < index; i++) events.push(`${i + 1}-${offsets[i]}:${lines[i]}`);
      events.push(`${index + 1}:${offsets[index]}:${line}`);
      printed = index + 1;
      selected++;
      pending = after;
    } else if (pending > 0) {
      events.push(`${index + 1}-${offsets[index]}:${line}`);
      printed = index + 1;
      pending--;
    }
  });
  return events;
}

test("pieces of 1, 2, 3, 7 bytes and all at once select the same lines, with context and -m", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", "b", "c", "\n", "\n"), minLength: 1, maxLength: 60 }),
      fc.constantFrom("a", "b+c", "^$", "a|^b", "c$"),
      fc.record({
        before: fc.nat(3),
        after: fc.nat(3),
        maxCount: fc.constantFrom(1, 2, Number.POSITIVE_INFINITY),
        invert: fc.boolean(),
      }),
      (text, pattern, options) => {
        const bytes = Buffer.from(text);
        const whole = searched(bytes, bytes.length, pattern, options);
        expect(whole.events).toEqual(plainly(text, pattern, options));
        for (const piece of [1, 2, 3, 7]) expect(searched(bytes, piece, pattern, options), `${piece}`).toEqual(whole);
      },
    ),
    { numRuns: 100 },
  );
});

test("a NUL ends the output as text from its piece of 96 KiB on, and ends lines", () => {
  const line = "a long enough line of text to match\n";
  const clean = line.repeat(4_000);
  const input = Buffer.from(`${clean}a line\0another a\n${line}`);
  const piece = 288 * 1024;
  const outcome = searched(input, piece, "a", { binaryFiles: "binary" });
  // The lines that are complete within the first piece, and one more, which is only counted.
  const complete = Math.floor((96 * 1024) / line.length);
  expect(outcome.events.length).toBe(complete);
  expect(outcome.selected).toBe(complete + 1);
  expect(searched(input, piece, "a", { binaryFiles: "binary", output: false }).selected).toBe(4_000 + 3);
  expect(searched(input, piece, "a", { binaryFiles: "without-match" }).selected).toBe(0);
});

test("a line longer than the buffer is found whole", () => {
  const long = "x".repeat(1_000_000);
  const { events } = searched(Buffer.from(`a\n${long}b\nc\n`), 100_000, "b$", {});
  expect(events).toEqual([`2:2:${long}b`]);
});
