/** Characters and bytes by their numbers and as they are written (https://www.sqlite.org/lang_corefunc.html). */
import { BLOB, type Cells, NULL, type RawText, TEXT } from "../values/value.ts";
import { integerAt, payloadAt, tagAt, textAt } from "./arguments.ts";
import { pure } from "./core-values.ts";
import type { CallContext, ScalarFunction } from "./function.ts";
import { hexText } from "./hex.ts";
import { quotedValue } from "./quote.ts";
import { unescapeUnistr } from "./unistr.ts";
import { codePointAt, encoded, pushUtf8, readEnd, utf8Bytes, utf8Text } from "./utf8.ts";

export const coreCharacterFunctions: readonly ScalarFunction[] = [
  pure("char", 0, Infinity, char),
  pure("hex", 1, 1, hex),
  pure("quote", 1, 1, (context, cells, at) => quote(context, cells, at, false)),
  pure("unhex", 1, 2, unhex),
  pure("unicode", 1, 1, unicode),
  pure("unistr", 1, 1, unistr),
  pure("unistr_quote", 1, 1, (context, cells, at) => quote(context, cells, at, true)),
];

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
