import { expect, test } from "vitest";
import { OutputBuffer } from "../src/print/output-buffer.ts";

function written(use: (out: OutputBuffer) => void): string {
  const pieces: string[] = [];
  const out = new OutputBuffer({ write: (bytes) => pieces.push(Buffer.from(bytes).toString("latin1")) });
  use(out);
  out.flush();
  return pieces.join("");
}

test("numbers are written as String() has them, as wide as asked", () => {
  const numbers = [0, 9, 10, 99, 100, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 12_345_678_901, 2 ** 53 - 1];
  for (const number of numbers)
    for (const width of [0, 1, 5, 20])
      expect(written((out) => out.decimal(number, width))).toBe(String(number).padStart(width));
});

test("what does not fit goes out in pieces, and nothing is lost", () => {
  const long = "0123456789".repeat(20_000);
  const text = written((out) => {
    out.text("a");
    out.text(long);
    for (let i = 0; i < 20_000; i++) out.decimal(i, 6);
    out.bytes(Buffer.from(long), 0, long.length);
    out.text("b");
  });
  const numbers = Array.from({ length: 20_000 }, (_, i) => String(i).padStart(6)).join("");
  expect(text === `a${long}${numbers}${long}b`).toBe(true);
});
