/** How bytes are printed in master files. */
import { decimalEscape } from "../name/text.ts";

const QUOTED_TEXT: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  if (byte < 0x20 || byte >= 0x7f) return decimalEscape(byte);
  const character = String.fromCharCode(byte);
  return character === '"' || character === "\\" ? `\\${character}` : character;
});

/** In quotes, with `\"`, `\\` and `\DDD` for what is not printable ASCII. */
export function quotedText(bytes: Uint8Array): string {
  let text = '"';
  for (const byte of bytes) text += QUOTED_TEXT[byte]!;
  return `${text}"`;
}

/** As dig splits hexadecimal and base64 for people: a blank after each `width` characters; 0 leaves it whole. */
export function splitText(text: string, width: number): string {
  if (width === 0 || text.length <= width) return text;
  const parts: string[] = [];
  for (let at = 0; at < text.length; at += width) parts.push(text.slice(at, at + width));
  return parts.join(" ");
}
