/** LIKE on bytes is LIKE. */
import { expect, test } from "vitest";
import { matchesPlain, plainPattern } from "../../src/compile/source/like-bytes.ts";
import { textCache } from "../../src/compile/source/text-cache.ts";
import { likeMatcher } from "../../src/functions/like.ts";
import { decodeText } from "../../src/values/text-codec.ts";
import { randomBelow } from "../support/random-below.ts";

test("plain patterns match the same bytes as ever", () => {
  const below = randomBelow(3);
  const some = (alphabet: readonly string[], length: number): string =>
    Array.from({ length }, () => alphabet[below(alphabet.length)]!).join("");
  let matches = 0;
  for (let round = 0; round < 20_000; round++) {
    const pattern = some(["a", "B", "b", "%", "%", " "], below(7));
    const bytes = Buffer.from(some(["a", "A", "b", "B", " ", "ä", "\0", "a"], below(9)));
    const text = decodeText(bytes, 0, bytes.length, "utf8");
    const expected = likeMatcher(pattern, undefined, false, 50_000).matches(text);
    expect(
      matchesPlain(plainPattern(pattern)!, bytes, 0, bytes.length),
      `${JSON.stringify(text)} LIKE '${pattern}'`,
    ).toBe(expected);
    if (expected) matches += 1;
  }
  expect(matches).toBeGreaterThan(1_000);
  for (const pattern of ["a_", "ä%", "a\0"]) expect(plainPattern(pattern)).toBeUndefined();
});

test("texts that are remembered are those of the bytes", () => {
  const below = randomBelow(4);
  const read = textCache();
  for (let round = 0; round < 50_000; round++) {
    const bytes = Uint8Array.from({ length: below(5) }, () => 0x60 + below(6) * (below(4) === 0 ? 24 : 1));
    expect(read(bytes, 0, bytes.length, "utf8")).toEqual(decodeText(bytes, 0, bytes.length, "utf8"));
  }
});
