/** Collations: the order of texts. BINARY goes by the bytes of the database's encoding, NOCASE folds ASCII letters, RTRIM leaves spaces at the end out. */
import { encodedLength, encodeText, type TextEncoding } from "./text-codec.ts";
import { RawText } from "./value.ts";

export interface Collation {
  readonly name: string;
  /** `user`: made from a function; the others may be compared and hashed as bytes. */
  readonly kind: "binary" | "nocase" | "rtrim" | "user";
  /** Negative, 0 or positive. */
  compare(a: string | RawText, b: string | RawText): number;
}

/** The collations that every database has, for one of that encoding, by their names in upper case. */
export function builtInCollations(encoding: TextEncoding): ReadonlyMap<string, Collation> {
  const binary = binaryOrder(encoding);
  const collations: Collation[] = [
    { name: "BINARY", kind: "binary", compare: binary },
    { name: "NOCASE", kind: "nocase", compare: compareNoCase },
    { name: "RTRIM", kind: "rtrim", compare: compareTrimmed },
  ];
  return new Map(collations.map((collation) => [collation.name, collation]));
}

function binaryOrder(encoding: TextEncoding): Collation["compare"] {
  if (encoding === "utf16le") return compareLittleEndian;
  const strings = encoding === "utf8" ? compareCodePoints : compareUnits;
  return (a, b) =>
    typeof a === "string" && typeof b === "string"
      ? strings(a, b)
      : compareBytes(bytesOf(a, encoding), bytesOf(b, encoding));
}

/** The order of UTF-16BE's bytes. */
function compareUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The order of UTF-8's bytes, which is that of code points. It differs from that of UTF-16's units where surrogates meet U+E000 and above. */
export function compareCodePoints(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return left >= 0xd800 && right >= 0xd800 ? aboveBmp(left) - aboveBmp(right) : left - right;
  }
  return a.length - b.length;
}

/** A unit of UTF-16 as a number that puts surrogates last. */
function aboveBmp(unit: number): number {
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}

/** The order of UTF-16LE's bytes: of each unit the low byte counts first. */
function compareLittleEndian(a: string | RawText, b: string | RawText): number {
  if (typeof a !== "string" || typeof b !== "string") return compareBytes(bytesOf(a, "utf16le"), bytesOf(b, "utf16le"));
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return (left & 0xff) - (right & 0xff) || left - right;
  }
  return a.length - b.length;
}

/** Both are compared up to a NUL at most, and then by length, as the original's library function does. */
function compareNoCase(a: string | RawText, b: string | RawText): number {
  if (typeof a !== "string" || typeof b !== "string") {
    const [left, right] = [bytesOf(a, "utf8"), bytesOf(b, "utf8")];
    return foldedDifference(
      left.length,
      right.length,
      (i) => left[i]!,
      (i) => right[i]!,
    );
  }
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = foldedCode(a.charCodeAt(i));
    const right = foldedCode(b.charCodeAt(i));
    if (left !== right) return left >= 0xd800 && right >= 0xd800 ? aboveBmp(left) - aboveBmp(right) : left - right;
    if (left === 0) break;
  }
  // By bytes, of which other letters than ASCII's have several.
  return encodedLength(a, "utf8") - encodedLength(b, "utf8");
}

function foldedDifference(
  lengthA: number,
  lengthB: number,
  a: (at: number) => number,
  b: (at: number) => number,
): number {
  for (let i = 0; i < Math.min(lengthA, lengthB); i++) {
    const difference = foldedCode(a(i)) - foldedCode(b(i));
    if (difference !== 0) return difference;
    if (a(i) === 0) break;
  }
  return lengthA - lengthB;
}

function foldedCode(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
}

/** The original has NOCASE and RTRIM for UTF-8 only, to which it turns what it compares. */
const compareUtf8 = binaryOrder("utf8");

function compareTrimmed(a: string | RawText, b: string | RawText): number {
  return compareUtf8(withoutSpaces(a), withoutSpaces(b));
}

function withoutSpaces(text: string | RawText): string | RawText {
  if (typeof text === "string") return text.endsWith(" ") ? text.replace(/ +$/, "") : text;
  let end = text.bytes.length;
  while (end > 0 && text.bytes[end - 1] === 0x20) end -= 1;
  return new RawText(text.bytes.subarray(0, end));
}

function bytesOf(text: string | RawText, encoding: TextEncoding): Uint8Array {
  if (typeof text !== "string") return text.bytes;
  const bytes = new Uint8Array(encodedLength(text, encoding));
  encodeText(text, encoding, bytes, 0);
  return bytes;
}

/** The order of `memcmp`, the shorter first. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a[i] !== b[i]) return a[i]! - b[i]!;
  }
  return a.length - b.length;
}
