/** How texts are written into other notations. */
import { bytesOf, textOf } from "../bytes.ts";

/** What makes a field need quotes: space, quotes, control characters, and all that is not ASCII. */
const NEEDS_CSV_QUOTES = /[\x00-\x20"'\x7f-\uffff]/;

export function csvField(text: string, separator: string): string {
  const isPlain = text !== "" && !NEEDS_CSV_QUOTES.test(text) && !(separator !== "" && text.includes(separator));
  return isPlain ? text : `"${text.replaceAll('"', '""')}"`;
}

const HTML: Readonly<Record<string, string>> = {
  "<": "&lt;",
  "&": "&amp;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export function htmlText(text: string): string {
  return text.replace(/[<&>"']/g, (character) => HTML[character]!);
}

const C_ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", '"': '\\"', "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/** In double quotes as C and Tcl read it: what is no printable ASCII as octal numbers. */
export function cString(text: string): string {
  const escaped = text.replace(/[^ !#-[\]-~]+/g, (characters) => {
    let all = "";
    for (const byte of bytesOf(characters)) {
      const character = String.fromCharCode(byte);
      all += C_ESCAPES[character] ?? `\\${byte.toString(8).padStart(3, "0")}`;
    }
    return all;
  });
  return `"${escaped}"`;
}

const JSON_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

export function jsonText(text: string): string {
  const escaped = text.replace(
    /["\\\x00-\x1f]/g,
    (character) => JSON_ESCAPES[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `"${escaped}"`;
}

export function jsonBytes(bytes: Uint8Array): string {
  return jsonText(textOf(bytes));
}
