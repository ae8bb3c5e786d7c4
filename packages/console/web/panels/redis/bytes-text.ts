/** Bytes as text: what is shown of keys and values, and back. */
import type { WireBytes } from "../../../src/protocol.ts";

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

export function rawBytes(bytes: WireBytes): Uint8Array {
  return typeof bytes === "string" ? new TextEncoder().encode(bytes) : fromBase64(bytes.base64);
}

/** Length in bytes. */
export function byteLength(bytes: WireBytes): number {
  return rawBytes(bytes).length;
}

const ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\", '"': '\\"' };

/** In one line: text as it is but for controls; other bytes as redis-cli shows them, `\xff`. */
export function oneLine(bytes: WireBytes): string {
  if (typeof bytes === "string") return bytes.replaceAll(/[\u0000-\u001f\u007f]/g, escapeCharacter);
  return latin1(bytes).replaceAll(/[^\u0020-\u007e]/g, escapeCharacter);
}

/** In double quotes, as redis-cli prints and reads bulk strings. */
export function quoted(bytes: WireBytes): string {
  const [text, escaped] =
    typeof bytes === "string"
      ? [bytes, /[\u0000-\u001f\u007f"\\]/g] // Text above ASCII stays readable, as with redis-cli --no-raw on UTF-8.
      : [latin1(bytes), /[^\u0020-\u007e]|["\\]/g];
  return `"${text.replaceAll(escaped, escapeCharacter)}"`;
}

/** A stable name for a key, for maps. */
export function identity(bytes: WireBytes): string {
  return typeof bytes === "string" ? `t${bytes}` : `b${bytes.base64}`;
}

/** Offset, sixteen bytes in hex, the same as ASCII. */
export function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += 16) {
    const row = [...bytes.subarray(offset, offset + 16)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, "0"));
    const left = hex.slice(0, 8).join(" ").padEnd(23);
    const right = hex.slice(8).join(" ").padEnd(23);
    const text = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·")).join("");
    lines.push(`${offset.toString(16).padStart(8, "0")}  ${left}  ${right}  ${text}`);
  }
  return lines.join("\n");
}

/** Indented JSON when `text` is a JSON object or array, else undefined. */
export function prettyJson(text: string): string | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return undefined;
  }
}

function escapeCharacter(character: string): string {
  return ESCAPES[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

/** One character per byte. */
function latin1(bytes: { readonly base64: string }): string {
  return atob(bytes.base64);
}

/** A command in one line, as it could be typed: words in quotes where they need them. */
export function commandText(words: readonly WireBytes[]): string {
  return words
    .map((word) => (typeof word === "string" && /^[^\s"'\\\u0000-\u001f\u007f]+$/.test(word) ? word : quoted(word)))
    .join(" ");
}
