import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeSource, encodeText } from "../src/cli/source-text.ts";

test("any bytes survive the way into text and back", () => {
  const pieces = fc.array(fc.oneof(fc.uint8Array({ maxLength: 6 }), fc.string({ unit: "binary" }).map(utf8)));
  fc.assert(
    fc.property(pieces, (parts) => {
      const bytes = Buffer.concat(parts);
      expect(encodeText(decodeSource(bytes)).equals(bytes)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test("what is UTF-8 is read as such", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const wellFormed = text.toWellFormed();
      expect(decodeSource(utf8(wellFormed))).toBe(wellFormed);
    }),
  );
});

test("each byte outside a sequence stands for itself; a truncated sequence does not eat what follows", () => {
  expect(decodeSource(Buffer.from([0x61, 0xff, 0xe2, 0x82, 0x62]))).toBe("a\udcff\udce2\udc82b");
  expect(decodeSource(Buffer.from([0xed, 0xa0, 0x80]))).toBe("\udced\udca0\udc80");
  expect(decodeSource(Buffer.from([0xc0, 0xaf, 0xf5]))).toBe("\udcc0\udcaf\udcf5");
});

test("text of characters beyond U+FFFF is not taken for escaped bytes", () => {
  expect(encodeText("\u{1f480}\udc80").equals(Buffer.from([0xf0, 0x9f, 0x92, 0x80, 0x80]))).toBe(true);
});

function utf8(text: string): Uint8Array {
  return Buffer.from(text, "utf8");
}
