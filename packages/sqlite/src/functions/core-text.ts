/**
 * Functions of texts and BLOBs (https://www.sqlite.org/lang_corefunc.html).
 *
 * Characters are code points. Texts that are no strings (RawText) are worked on as bytes of UTF-8, by the original's rules for what is a character
 * in them; the functions on strings are the fast half of the same. Hot: length, substr, instr, lower, upper, trim.
 */
import { encodedLength } from "../values/text-codec.ts";
import { BLOB, type Cells, NULL, RawText, TEXT } from "../values/value.ts";
import { concatenatedText } from "./accumulated-text.ts";
import { integerAt, payloadAt, tagAt, textAt } from "./arguments.ts";
import { pure } from "./core-values.ts";
import type { CallContext, ScalarFunction } from "./function.ts";
import { hexText } from "./hex.ts";
import { quotedValue } from "./quote.ts";
import { unescapeUnistr } from "./unistr.ts";
import { beforeNul, characterEnd, codePointAt, encoded, pushUtf8, readEnd, utf8Bytes, utf8Text } from "./utf8.ts";

export const coreTextFunctions: readonly ScalarFunction[] = [
  pure("char", 0, Infinity, char),
  pure("concat", 1, Infinity, (context, cells, at, count) => concatenate(context, cells, at, count, "")),
  pure("concat_ws", 2, Infinity, concatWithSeparator),
  pure("hex", 1, 1, hex),
  pure("instr", 2, 2, instr),
  pure("length", 1, 1, length),
  pure("lower", 1, 1, lower),
  pure("ltrim", 1, 2, (context, cells, at, count) => trim(context, cells, at, count, true, false)),
  pure("octet_length", 1, 1, octetLength),
  pure("quote", 1, 1, (context, cells, at) => quote(context, cells, at, false)),
  pure("replace", 3, 3, replace),
  pure("rtrim", 1, 2, (context, cells, at, count) => trim(context, cells, at, count, false, true)),
  pure("substr", 2, 3, substr),
  pure("substring", 2, 3, substr),
  pure("trim", 1, 2, (context, cells, at, count) => trim(context, cells, at, count, true, true)),
  pure("unhex", 1, 2, unhex),
  pure("unicode", 1, 1, unicode),
  pure("unistr", 1, 1, unistr),
  pure("unistr_quote", 1, 1, (context, cells, at) => quote(context, cells, at, true)),
  pure("upper", 1, 1, upper),
];

function length(context: CallContext, cells: Cells, at: number): void {
  const tag = tagAt(cells, at);
  if (tag === NULL) return context.setNull();
  if (tag === BLOB) return context.setInteger((payloadAt(cells, at) as Uint8Array).length);
  const text = textAt(cells, at, context.encoding);
  context.setInteger(typeof text === "string" ? countCharacters(text) : countCharactersOfBytes(text.bytes));
}

/** What keeps units from being characters, or ends a text: only texts that have it are counted one by one. */
const SPECIAL = /[\0\ud800-\udbff]/;
/** Up to so many units a loop is quicker than a regular expression. */
const SHORT = 24;

/** Up to a NUL. */
function countCharacters(text: string): number {
  if (text.length > SHORT && !SPECIAL.test(text)) return text.length;
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0) break;
    if (code >= 0xd800 && code <= 0xdbff && isLowSurrogate(text, i + 1)) i += 1;
    count += 1;
  }
  return count;
}

function isLowSurrogate(text: string, at: number): boolean {
  const code = text.charCodeAt(at); // NaN at the end, which is none
  return code >= 0xdc00 && code <= 0xdfff;
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
  const { start, end } = substringRange(from, wanted, from < 0 ? countCharacters(text) : 0);
  if (end > SHORT && !SPECIAL.test(end < text.length ? text.slice(0, end) : text))
    return context.setText(text.slice(start, end));
  let unit = 0;
  let character = 0;
  for (; character < start && unit < text.length && text.charCodeAt(unit) !== 0; character++)
    unit = nextCharacter(text, unit);
  const first = unit;
  for (; character < end && unit < text.length && text.charCodeAt(unit) !== 0; character++)
    unit = nextCharacter(text, unit);
  context.setText(text.slice(first, unit));
}

function nextCharacter(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xd800 && code <= 0xdbff && isLowSurrogate(text, at + 1) ? at + 2 : at + 1;
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

/** The character, or of two BLOBs the byte, where the second first begins in the first, from 1; 0: nowhere. */
function instr(context: CallContext, cells: Cells, at: number): void {
  const tag = tagAt(cells, at);
  const needleTag = tagAt(cells, at + 1);
  if (tag === NULL || needleTag === NULL) return context.setNull();
  if (tag === BLOB && needleTag === BLOB)
    return context.setInteger(
      indexOfBytes(payloadAt(cells, at) as Uint8Array, payloadAt(cells, at + 1) as Uint8Array, false),
    );
  const text = textAt(cells, at, context.encoding);
  const needle = textAt(cells, at + 1, context.encoding);
  if (typeof text !== "string" || typeof needle !== "string")
    return context.setInteger(indexOfBytes(utf8Bytes(text), utf8Bytes(needle), true));
  const unit = text.indexOf(needle);
  let characters = unit + 1;
  const isPlain = unit > SHORT && !SPECIAL.test(text);
  for (let i = 0; !isPlain && i < unit; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0xd800 && code <= 0xdbff && isLowSurrogate(text, i + 1)) characters -= 1;
  }
  context.setInteger(characters);
}

function indexOfBytes(bytes: Uint8Array, needle: Uint8Array, isText: boolean): number {
  let position = 1;
  for (let at = 0; at + needle.length <= bytes.length; position++) {
    if (startsWithAt(bytes, at, needle)) return position;
    at += 1;
    while (isText && at < bytes.length && (bytes[at]! & 0xc0) === 0x80) at += 1;
  }
  return 0;
}

function startsWithAt(bytes: Uint8Array, at: number, needle: Uint8Array): boolean {
  for (let i = 0; i < needle.length; i++) {
    if (bytes[at + i] !== needle[i]) return false;
  }
  return true;
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
      const last = end > start + 1 && isLowSurrogate(text, end - 1) && isPairAt(text, end - 2) ? end - 2 : end - 1;
      if (!isIn(text, last, characters)) break;
      end = last;
    }
  }
  context.setText(text.slice(start, end));
}

function isPairAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xd800 && code <= 0xdbff && isLowSurrogate(text, at + 1);
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

/** Nothing is replaced in a text of which nothing, or what begins with a NUL, is to be. */
function replace(context: CallContext, cells: Cells, at: number): void {
  if (tagAt(cells, at) === NULL || tagAt(cells, at + 1) === NULL) return context.setNull();
  const text = textAt(cells, at, context.encoding);
  const pattern = textAt(cells, at + 1, context.encoding);
  if (pattern === "" || (typeof pattern === "string" ? pattern.charCodeAt(0) : pattern.bytes[0]) === 0)
    return context.setText(text);
  if (tagAt(cells, at + 2) === NULL) return context.setNull();
  const replacement = textAt(cells, at + 2, context.encoding);
  if (typeof text === "string" && typeof pattern === "string" && typeof replacement === "string") {
    if (replacement.length <= pattern.length || text.length * replacement.length < context.limits.length / 3)
      return context.setText(text.replaceAll(pattern, () => replacement));
  }
  replaceBytes(context, utf8Bytes(text), utf8Bytes(pattern), utf8Bytes(replacement));
}

function replaceBytes(context: CallContext, text: Uint8Array, pattern: Uint8Array, replacement: Uint8Array): void {
  const places: number[] = [];
  for (let at = 0; at + pattern.length <= text.length; at++) {
    if (!startsWithAt(text, at, pattern)) continue;
    places.push(at);
    at += pattern.length - 1;
  }
  const length = text.length + places.length * (replacement.length - pattern.length);
  context.checkLength(length);
  const result = new Uint8Array(length);
  let from = 0;
  let to = 0;
  for (const place of places) {
    result.set(text.subarray(from, place), to);
    to += place - from;
    result.set(replacement, to);
    to += replacement.length;
    from = place + pattern.length;
  }
  result.set(text.subarray(from), to);
  context.setText(utf8Text(result));
}

/** The code points that the arguments are, U+FFFD for those that there are not. Halves of pairs are made all the same in UTF-8. */
function char(context: CallContext, cells: Cells, at: number, count: number): void {
  const bytes: number[] = [];
  for (let i = at; i < at + count; i++) {
    const code = integerAt(cells, i, context.encoding);
    const isNone = code < 0 || code > 0x10ffff || (context.encoding !== "utf8" && isSurrogate(Number(code)));
    pushUtf8(bytes, isNone ? 0xfffd : Number(code));
  }
  context.setText(utf8Text(Uint8Array.from(bytes)));
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}

function unicode(context: CallContext, cells: Cells, at: number): void {
  if (tagAt(cells, at) === NULL) return context.setNull();
  const text = textAt(cells, at, context.encoding);
  if (typeof text !== "string") return setCodePoint(context, codePointAt(text.bytes, 0));
  setCodePoint(context, text.codePointAt(0) ?? 0);
}

/** There is none where the text ends. What bytes that are no text come to may be beyond 31 bits, and wraps. */
function setCodePoint(context: CallContext, code: number): void {
  if (code === 0) context.setNull();
  else context.setInteger(code | 0);
}

/** Of a text the bytes in the database's encoding, of a number those of its text in UTF-8. */
function hex(context: CallContext, cells: Cells, at: number): void {
  const bytes = hexedBytes(context, cells, at);
  context.checkString(bytes.length * 2);
  context.setText(hexText(bytes));
}

function hexedBytes(context: CallContext, cells: Cells, at: number): Uint8Array {
  const payload = payloadAt(cells, at);
  switch (tagAt(cells, at)) {
    case NULL:
      return NOTHING;
    case BLOB:
      return payload as Uint8Array; // by its tag
    case TEXT:
      return encoded(payload as string | RawText, context.encoding);
    default:
      return utf8Bytes(textAt(cells, at, "utf8"));
  }
}

/** Pairs of hexadecimal digits, and between pairs what the second argument has; NULL for anything else. */
function unhex(context: CallContext, cells: Cells, at: number, count: number): void {
  if (tagAt(cells, at) === NULL || (count === 2 && tagAt(cells, at + 1) === NULL)) return context.setNull();
  const text = utf8Bytes(textAt(cells, at, context.encoding));
  const ignored = count === 2 ? utf8Bytes(textAt(cells, at + 1, context.encoding)) : NOTHING;
  const bytes = new Uint8Array(text.length >> 1);
  let written = 0;
  for (let from = 0; from < text.length && text[from] !== 0;) {
    const high = hexDigit(text[from]!);
    if (high >= 0) {
      const low = hexDigit(text[from + 1] ?? 0);
      if (low < 0) return context.setNull();
      bytes[written] = high * 16 + low;
      written += 1;
      from += 2;
    } else {
      if (!hasCharacter(ignored, codePointAt(text, from))) return context.setNull();
      from = readEnd(text, from);
    }
  }
  context.setBlob(bytes.slice(0, written));
}

const NOTHING: Uint8Array = new Uint8Array(0);

function hasCharacter(bytes: Uint8Array, code: number): boolean {
  for (let at = 0; at < bytes.length; at = readEnd(bytes, at)) if (codePointAt(bytes, at) === code) return true;
  return false;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function quote(context: CallContext, cells: Cells, at: number, unistr: boolean): void {
  const payload = payloadAt(cells, at);
  if (payload instanceof Uint8Array) context.checkString(payload.length * 2 + 3);
  context.setText(quotedValue(cells, at, unistr));
}

function unistr(context: CallContext, cells: Cells, at: number): void {
  if (tagAt(cells, at) === NULL) return context.setNull();
  context.setText(unescapeUnistr(textAt(cells, at, context.encoding)));
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
