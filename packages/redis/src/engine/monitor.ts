/** MONITOR's lines. */
import type { Args } from "../resp/args.ts";

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  '"': '\\"',
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\x07": "\\a",
  "\b": "\\b",
};

/** `1339518083.107412 [0 127.0.0.1:60866] "keys" "*"`. */
export function monitorLine(now: number, database: number, address: string, args: Args): string {
  const seconds = Math.floor(now / 1000);
  const microseconds = String(Math.floor((now % 1000) * 1000)).padStart(6, "0");
  const words = args.strings().map(quote).join(" ");
  return `${seconds}.${microseconds} [${database} ${address}] ${words}`;
}

/** A one-byte string in quotes, with escapes for what cannot be printed. */
function quote(text: string): string {
  let quoted = '"';
  for (const character of text) {
    const code = character.charCodeAt(0);
    quoted +=
      ESCAPES[character] ?? (code >= 0x20 && code < 0x7f ? character : `\\x${code.toString(16).padStart(2, "0")}`);
  }
  return `${quoted}"`;
}
