/** The packet view's parts that need no browser: hex dumps, and fields found by their bytes. */
import { describeMessage, encodeMessage, Name, request, TYPE } from "@tenon/dns";
import fc from "fast-check";
import { expect, test } from "vitest";
import { base64Of, bytesOfBase64, bytesOfHex } from "../web/panels/dns/packet-bytes.ts";
import { closedAtFirst, fieldAt, openedTo, pathOfByte, shownPath, visibleRows } from "../web/panels/dns/packet-rows.ts";

type Print = (bytes: Buffer) => string;

/** Rows of sixteen bytes. */
const rows =
  (row: (offset: number, bytes: Buffer) => string): Print =>
  (bytes) =>
    Array.from({ length: Math.ceil(bytes.length / 16) }, (_, n) =>
      row(n * 16, bytes.subarray(n * 16, (n + 1) * 16)),
    ).join("\n");
const pairs = (bytes: Buffer): string => bytes.toString("hex").replaceAll(/..(?=.)/g, "$& ");
const quads = (bytes: Buffer): string => bytes.toString("hex").replaceAll(/.{4}(?=.)/g, "$& ");
const characters = (bytes: Buffer): string => bytes.toString("latin1").replaceAll(/[^ -~]/g, ".");
const offset = (at: number, width: number): string => at.toString(16).padStart(width, "0");

const FORMS: readonly (readonly [what: string, print: Print])[] = [
  ["digits", (bytes) => bytes.toString("hex")],
  ["capitals, with breaks", (bytes) => `  ${bytes.toString("hex").toUpperCase().replaceAll(/.{10}/g, "$&\n  ")}`],
  ["pairs between colons", (bytes) => bytes.toString("hex").replaceAll(/..(?=.)/g, "$&:")],
  ["a program's list", (bytes) => [...bytes].map((byte) => `0x${offset(byte, 2)}`).join(", ")],
  ["xxd", rows((at, bytes) => `${offset(at, 8)}: ${quads(bytes).padEnd(39)}  ${characters(bytes)}`)],
  ["hexdump -C", rows((at, bytes) => `${offset(at, 8)}  ${pairs(bytes).padEnd(48)}  |${characters(bytes)}|`)],
  ["an analyser's dump", rows((at, bytes) => `${offset(at, 4)}  ${pairs(bytes).padEnd(49)}  ${characters(bytes)}`)],
  ["offsets and pairs", rows((at, bytes) => `${offset(at, 4)}: ${pairs(bytes)}`)],
];

test.each(FORMS)("hexadecimal as %s", (_what, print) => {
  // Bytes of text make columns of characters that could be taken for digits.
  const text = fc.string({ unit: fc.constantFrom(..."abcdef 0123|xyz"), minLength: 1, maxLength: 70 }).map(Buffer.from);
  const bytes = fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 70 }), text).map((value) => Buffer.from(value));
  fc.assert(
    fc.property(bytes, (value) => {
      const printed = print(value);
      expect(Buffer.from(bytesOfHex(printed) ?? []).toString("hex"), printed).toBe(value.toString("hex"));
    }),
  );
});

test.each(["", "no bytes", "abc", "0x", "00 0g"])("%j are no bytes", (text) => {
  expect(bytesOfHex(text)).toBeUndefined();
});

test("bytes go through base64 and back", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(Buffer.from(bytesOfBase64(base64Of(bytes))).equals(bytes)).toBe(true);
    }),
  );
});

const message = encodeMessage(
  request({ name: Name.parse("www.example.org."), type: TYPE.A, class: 1 }, { recursionDesired: true }),
);
const root = describeMessage(message);

test("every byte leads to a field that holds it, which can be seen once what it lies in is open", () => {
  const closed = closedAtFirst(root);
  for (let at = 0; at < message.length; at++) {
    const path = pathOfByte(root, at)!;
    const field = fieldAt(root, path)!;
    expect(field.start <= at && at < field.end && field.children.length === 0).toBe(true);
    expect(visibleRows(root, openedTo(closed, path)).map((row) => row.path)).toContain(path);
    const shown = visibleRows(root, closed).find((row) => row.path === shownPath(closed, path))!;
    expect(shown.field.start <= at && at < shown.field.end).toBe(true);
  }
  expect(pathOfByte(root, message.length)).toBeUndefined();
});

test("flags and labels are closed at first, unless something is wrong in them", () => {
  const labels = visibleRows(root, closedAtFirst(root)).map(({ field, depth }) => `${depth} ${field.label}`);
  expect(labels).toEqual([
    "0 header",
    "1 id",
    "1 flags",
    "1 question count",
    "1 answer count",
    "1 authority count",
    "1 additional count",
    "0 question",
    "1 name",
    "1 type",
    "1 class",
  ]);
  const cut = describeMessage(message.subarray(0, 20));
  expect(visibleRows(cut, closedAtFirst(cut)).at(-1)!.field.label).toBe("label");
});
