/** Texts put together out of many, below the limit. */
import { encodedLength } from "../values/text-codec.ts";
import type { RawText } from "../values/value.ts";
import type { CallContext } from "./function.ts";
import { utf8Bytes, utf8Text } from "./utf8.ts";

/** All of `parts[from…)` as one text. Throws SQLITE_TOOBIG before it is made. */
export function concatenatedText(
  parts: readonly (string | RawText)[],
  context: CallContext,
  from = 0,
): string | RawText {
  let units = 0;
  let areStrings = true;
  for (let i = from; i < parts.length; i++) {
    const part = parts[i]!;
    if (typeof part === "string") units += part.length;
    else areStrings = false;
  }
  context.checkString(units);
  let length = units;
  if (!areStrings || units * 3 > context.limits.length) {
    length = 0;
    for (let i = from; i < parts.length; i++) length += encodedLength(parts[i]!, context.encoding);
    context.checkLength(length);
  }
  if (areStrings) return from === 0 ? parts.join("") : parts.slice(from).join("");
  // Only databases in UTF-8 have texts that are no strings, whose halves of characters may find each other here.
  const bytes = new Uint8Array(length);
  let at = 0;
  for (let i = from; i < parts.length; i++) {
    const part = utf8Bytes(parts[i]!);
    bytes.set(part, at);
    at += part.length;
  }
  return utf8Text(bytes);
}
