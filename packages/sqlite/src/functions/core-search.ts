/** Texts in texts: instr() and replace() (https://www.sqlite.org/lang_corefunc.html). Hot: instr. */
import { BLOB, type Cells, NULL } from "../values/value.ts";
import { payloadAt, tagAt, textAt } from "./arguments.ts";
import { pure } from "./core-values.ts";
import type { CallContext, ScalarFunction } from "./function.ts";
import { isPairAt, SHORT, SPECIAL } from "./surrogates.ts";
import { startsWithAt, utf8Bytes, utf8Text } from "./utf8.ts";

export const coreSearchFunctions: readonly ScalarFunction[] = [
  pure("instr", 2, 2, instr),
  pure("replace", 3, 3, replace),
];

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
    if (code >= 0xd800 && isPairAt(text, i)) characters -= 1;
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
