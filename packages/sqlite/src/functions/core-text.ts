/**
 * Functions that measure, cut and join texts and BLOBs (https://www.sqlite.org/lang_corefunc.html).
 *
 * Characters are code points. Texts that are no strings (RawText) are worked on as bytes of UTF-8, by the original's rules for what is a character
 * in them; the functions on strings are the fast half of the same. Hot: length, substr, lower, upper, trim.
 */
import { encodedLength } from "../values/text-codec.ts";
import { BLOB, type Cells, NULL, RawText } from "../values/value.ts";
import { concatenatedText } from "./accumulated-text.ts";
import { integerAt, payloadAt, tagAt, textAt } from "./arguments.ts";
import { pure } from "./core-values.ts";
import type { CallContext, ScalarFunction } from "./function.ts";
import { isPairAt, nextCharacter, previousCharacter, SHORT, SPECIAL } from "./surrogates.ts";
import { beforeNul, characterEnd, readEnd, startsWithAt, utf8Bytes, utf8Text } from "./utf8.ts";

export const coreTextFunctions: readonly ScalarFunction[] = [
  pure("concat", 1, Infinity, (context, cells, at, count) => concatenate(context, cells, at, count, "")),
  pure("concat_ws", 2, Infinity, concatWithSeparator),
  pure("length", 1, 1, length),
  pure("lower", 1, 1, lower),
  pure("ltrim", 1, 2, (context, cells, at, count) => trim(context, cells, at, count, true, false)),
  pure("octet_length", 1, 1, octetLength),
  pure("rtrim", 1, 2, (context, cells, at, count) => trim(context, cells, at, count, false, true)),
  pure("substr", 2, 3, substr),
  pure("substring", 2, 3, substr),
  pure("trim", 1, 2, (context, cells, at, count) => trim(context, cells, at, count, true, true)),
  pure("upper", 1, 1, upper),
];

function length(context: CallContext, cells: Cells, at: number): void {
  const tag = tagAt(cells, at);
  if (tag === NULL) return context.setNull();
  if (tag === BLOB) return context.setInteger((payloadAt(cells, at) as Uint8Array).length);
  const text = textAt(cells, at, context.encoding);
  context.setInteger(typeof text === "string" ? countCharacters(text) : countCharactersOfBytes(text.bytes));
}

/** Up to a NUL. */
function countCharacters(text: string): number {
  if (text.length > SHORT && !SPECIAL.test(text)) return text.length;
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0) break;
    if (code >= 0xd800 && isPairAt(text, i)) i += 1;
    count += 1;
  }
  return count;
}

function countCharactersOfBytes(bytes: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < bytes.length && bytes[at] !== 0; at = characterEnd(bytes, at)) count += 1;
  return count;
}

function octetLength(context: CallContext, cells: Cells, at: number): void {
  const tag = tagAt(cells, at);
  if (tag === NULL) context.setNull();
  else if (tag === BLOB) context.setInteger((payloadAt(cells, at) as Uint8Array).length);
  else context.setInteger(encodedLength(textAt(cells, at, context.encoding), context.encoding));
}

/** From the p1-th character on p2 of them; a negative p1 counts from the end, a negative p2 asks for those before. */
function substr(context: CallContext, cells: Cells, at: number, count: number): void {
  const tag = tagAt(cells, at);
  if (tag === NULL || tagAt(cells, at + 1) === NULL || (count === 3 && tagAt(cells, at + 2) === NULL))
    return context.setNull();
  const from = integerAt(cells, at + 1, context.encoding);
  const wanted = count === 3 ? integerAt(cells, at + 2, context.encoding) : MAX_INTEGER;
  if (tag === BLOB) return subBlob(context, payloadAt(cells, at) as Uint8Array, from, wanted);
  const text = textAt(cells, at, context.encoding);
  if (typeof text !== "string") return subRawText(context, text.bytes, from, wanted);
  const length = from < 0 ? countCharacters(text) : 0;
  const { start, end } = substringRange(from, wanted, length);
  const isPlain = from < 0 ? length === text.length : end > SHORT && !SPECIAL.test(text.slice(0, end));
  if (isPlain) return context.setText(text.slice(start, end));
  let unit = 0;
  let character = 0;
  for (; character < start && unit < text.length && text.charCodeAt(unit) !== 0; character++)
    unit = nextCharacter(text, unit);
  const first = unit;
  for (; character < end && unit < text.length && text.charCodeAt(unit) !== 0; character++)
    unit = nextCharacter(text, unit);
  context.setText(text.slice(first, unit));
}

const MAX_INTEGER: bigint = 2n ** 63n - 1n;

/** Left by `substringRange`, which is hot. */
const range = { start: 0, end: 0 };

/** Which characters, from 0, substr's numbers mean; `length` counts only where `from` is negative. */
function substringRange(
  from: number | bigint,
  wanted: number | bigint,
  length: number,
): { readonly start: number; readonly end: number } {
  const isWhole = wanted === MAX_INTEGER; // so large that it need not be exact
  if (typeof from === "bigint" || (typeof wanted === "bigint" && !isWhole))
    return exactRange(BigInt(from), BigInt(wanted), length);
  let start = from;
  let count = Number(wanted);
  if (start < 0) {
    start += length;
    if (start < 0) {
      count = count < 0 ? 0 : count + start;
      start = 0;
    }
  } else if (start > 0) start -= 1;
  else if (count > 0) count -= 1;
  if (count < 0) {
    count = Math.min(start, -count);
    start -= count;
  }
  range.start = start;
  range.end = start + count;
  return range;
}

/** The same where numbers are not exact. */
function exactRange(from: bigint, wanted: bigint, length: number): { readonly start: number; readonly end: number } {
  let start = from;
  let count = wanted;
  if (start < 0n) {
    start += BigInt(length);
    if (start < 0n) {
      count = count < 0n ? 0n : count + start;
      start = 0n;
    }
  } else if (start > 0n) start -= 1n;
  else if (count > 0n) count -= 1n;
  if (count < 0n) {
    count = start < -count ? start : -count;
    start -= count;
  }
  return { start: Number(start), end: Number(start + count) };
}

/** An empty BLOB is none to the original, and gives NULL. */
function subBlob(context: CallContext, bytes: Uint8Array, from: number | bigint, wanted: number | bigint): void {
  if (bytes.length === 0) return context.setNull();
  const { start, end } = substringRange(from, wanted, bytes.length);
  context.setBlob(bytes.slice(Math.min(start, bytes.length), Math.min(end, bytes.length)));
}

function subRawText(context: CallContext, bytes: Uint8Array, from: number | bigint, wanted: number | bigint): void {
  // From the end the original counts otherwise than from the beginning.
  let length = 0;
  for (let at = 0; at < bytes.length && bytes[at] !== 0; at = readEnd(bytes, at)) length += 1;
  const { start, end } = substringRange(from, wanted, length);
  let at = 0;
  let character = 0;
  for (; character < start && at < bytes.length && bytes[at] !== 0; character++) at = characterEnd(bytes, at);
  const first = at;
  for (; character < end && at < bytes.length && bytes[at] !== 0; character++) at = characterEnd(bytes, at);
  context.setText(utf8Text(bytes, first, at));
}

const NOT_ASCII = /[^\0-\x7f]/;

/** ASCII letters only, as of all functions here. */
function lower(context: CallContext, cells: Cells, at: number): void {
  if (tagAt(cells, at) === NULL) return context.setNull();
  const text = textAt(cells, at, context.encoding);
  if (typeof text !== "string") context.setText(mapBytes(text.bytes, 0x41, 0x5a, 0x20));
  else if (!NOT_ASCII.test(text)) context.setText(text.toLowerCase());
  else context.setText(text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()));
}

function upper(context: CallContext, cells: Cells, at: number): void {
  if (tagAt(cells, at) === NULL) return context.setNull();
  const text = textAt(cells, at, context.encoding);
  if (typeof text !== "string") context.setText(mapBytes(text.bytes, 0x61, 0x7a, -0x20));
  else if (!NOT_ASCII.test(text)) context.setText(text.toUpperCase());
  else context.setText(text.replace(/[a-z]+/g, (letters) => letters.toUpperCase()));
}

function mapBytes(bytes: Uint8Array, first: number, last: number, difference: number): RawText {
  return new RawText(bytes.map((byte) => (byte >= first && byte <= last ? byte + difference : byte)));
}

function trim(context: CallContext, cells: Cells, at: number, count: number, atStart: boolean, atEnd: boolean): void {
  if (tagAt(cells, at) === NULL || (count === 2 && tagAt(cells, at + 1) === NULL)) return context.setNull();
  const text = textAt(cells, at, context.encoding);
  const set = count === 2 ? textAt(cells, at + 1, context.encoding) : " ";
  if (typeof text !== "string" || typeof set !== "string") return trimBytes(context, text, set, atStart, atEnd);
  const characters = beforeNul(set);
  let start = 0;
  let end = text.length;
  if (atStart) while (start < end && isIn(text, start, characters)) start = nextCharacter(text, start);
  if (atEnd) {
    while (start < end) {
      const last = previousCharacter(text, start, end);
      if (!isIn(text, last, characters)) break;
      end = last;
    }
  }
  context.setText(text.slice(start, end));
}

/** Whether the character at `at` is one of `characters`. */
function isIn(text: string, at: number, characters: string): boolean {
  const code = text.charCodeAt(at);
  if (code < 0xd800 || code > 0xdfff) {
    for (let i = 0; i < characters.length; i++) if (characters.charCodeAt(i) === code) return true;
    return false;
  }
  return characters.includes(text.slice(at, nextCharacter(text, at)));
}

function trimBytes(
  context: CallContext,
  text: string | RawText,
  set: string | RawText,
  atStart: boolean,
  atEnd: boolean,
): void {
  const bytes = utf8Bytes(text);
  const characters = charactersOf(utf8Bytes(set));
  let start = 0;
  let end = bytes.length;
  while (atStart) {
    const found = characters.find((one) => start + one.length <= end && startsWithAt(bytes, start, one));
    if (found === undefined) break;
    start += found.length;
  }
  while (atEnd) {
    const found = characters.find((one) => end - one.length >= start && startsWithAt(bytes, end - one.length, one));
    if (found === undefined) break;
    end -= found.length;
  }
  context.setText(utf8Text(bytes, start, end));
}

/** Up to a NUL. */
function charactersOf(bytes: Uint8Array): Uint8Array[] {
  const characters: Uint8Array[] = [];
  for (let at = 0; at < bytes.length && bytes[at] !== 0;) {
    const end = readEnd(bytes, at);
    characters.push(bytes.subarray(at, end));
    at = end;
  }
  return characters;
}

/** Texts one after another; NULL counts as nothing, and has no separator. */
function concatenate(context: CallContext, cells: Cells, at: number, count: number, separator: string | RawText): void {
  const parts: (string | RawText)[] = [];
  for (let i = at; i < at + count; i++) {
    if (tagAt(cells, i) === NULL) continue;
    if (parts.length > 0 && separator !== "") parts.push(separator);
    parts.push(textAt(cells, i, context.encoding));
  }
  context.setText(concatenatedText(parts, context));
}

function concatWithSeparator(context: CallContext, cells: Cells, at: number, count: number): void {
  if (tagAt(cells, at) === NULL) return context.setNull();
  concatenate(context, cells, at + 1, count - 1, textAt(cells, at, context.encoding));
}
