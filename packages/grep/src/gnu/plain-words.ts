/**
 * GNU grep looks for two or more plain words as -F does, without asking its regular expressions whether they are right: a backslash that ends
 * the list, an error otherwise, is then a backslash.
 */
import { isUtf8 } from "node:buffer";
import { type ByteString, isAscii, toBytes } from "../byte-string.ts";
import type { Locale } from "./locale.ts";
import type { Settings } from "./settings.ts";

/** Characters that mean themselves, with or without a backslash before them. */
const PLAIN = {
  bre: /^(?:[^$*.[^\\]|\\[^<>bBsSwW`'1-9(){|+?])*$/,
  ere: /^(?:[^$*.[^\\({|+?]|\\[^<>bBsSwW`'1-9])*$/,
} as const;

/** The patterns with the backslash that ends the list doubled, where it is one. */
export function withFinalBackslash(
  patterns: readonly ByteString[],
  { matcher, ignoreCase }: Settings,
  { encoding }: Locale,
): readonly ByteString[] {
  const last = patterns.at(-1) ?? "";
  if (patterns.length < 2 || !last.endsWith("\\") || (matcher !== "bre" && matcher !== "ere")) return patterns;
  const escaped = [...patterns.slice(0, -1), `${last}\\`];
  const isWord = (pattern: ByteString): boolean =>
    PLAIN[matcher].test(pattern) &&
    (encoding === "bytes" || isAscii(pattern) || (!ignoreCase && isUtf8(toBytes(pattern))));
  return escaped.every(isWord) ? escaped : patterns;
}
