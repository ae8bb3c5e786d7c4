/**
 * Texts as strings of bytes: each unit is one byte of UTF-8. In this form printf counts and cuts as the original does; a text in ASCII is its own
 * form, so that most never change it.
 */
import type { RawText } from "../values/value.ts";
import { utf8Bytes, utf8Text } from "./utf8.ts";

const NOT_ASCII = /[^\0-\x7f]/;
/** So many arguments a call takes for sure. */
const CHUNK = 4096;

export function toBinary(text: string | RawText): string {
  if (typeof text === "string" && !NOT_ASCII.test(text)) return text;
  const bytes = utf8Bytes(text);
  let binary = "";
  for (let at = 0; at < bytes.length; at += CHUNK) binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return binary;
}

export function fromBinary(binary: string): string | RawText {
  if (!NOT_ASCII.test(binary)) return binary;
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return utf8Text(bytes);
}
