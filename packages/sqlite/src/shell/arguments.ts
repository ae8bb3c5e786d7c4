/** Words of dot-commands, and what they may mean. */
import { isSpace } from "./complete.ts";

const MAX_WORDS = 52;
const ESCAPES: Readonly<Record<string, string>> = { a: "\x07", b: "\b", t: "\t", n: "\n", v: "\v", f: "\f", r: "\r" };

/** The words of a line: in quotes, or between spaces; backslashes count except in single quotes. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let at = 0;
  while (words.length < MAX_WORDS) {
    while (at < line.length && isSpace(line[at]!)) at += 1;
    if (at >= line.length) break;
    const quote = line[at]!;
    if (quote === "'" || quote === '"') {
      const start = ++at;
      while (at < line.length && line[at] !== quote)
        at += line[at] === "\\" && quote === '"' && at + 1 < line.length ? 2 : 1;
      const word = line.slice(start, at);
      words.push(quote === '"' ? unescaped(word) : word);
      at += 1;
    } else {
      const start = at;
      while (at < line.length && !isSpace(line[at]!)) at += 1;
      words.push(unescaped(line.slice(start, at)));
      at += 1;
    }
  }
  return words;
}

/** Backslashes resolved as in C: letters, octal numbers; before anything else they go. */
export function unescaped(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(/\\([0-7]{1,3}|[^])/g, (_, escape: string) =>
    /^[0-7]/.test(escape) ? String.fromCharCode(Number.parseInt(escape, 8) & 0xff) : (ESCAPES[escape] ?? escape),
  );
}

/** Whether a word is the option `name`, with one dash or two. */
export function isOption(word: string, name: string): boolean {
  return word === `-${name}` || word === `--${name}`;
}

const SIZES: Readonly<Record<string, number>> = {
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  k: 1e3,
  m: 1e6,
  g: 1e9,
};

/** A number, perhaps hexadecimal or with a unit; what is behind it does not count. */
export function integerOf(word: string): number {
  const [, sign, hex, digits = "", unit = ""] = /^([+-]?)(?:0x([0-9a-fA-F]+)|([0-9]*)([a-zA-Z]*))/.exec(word)!; // matches the empty word too
  const size = hex === undefined ? Number(digits) * (SIZES[unit.toLowerCase()] ?? 1) : Number.parseInt(hex, 16);
  return sign === "-" ? -size : size;
}

/** `complain` is told of what is neither on nor off, and counts as off. */
export function booleanOf(word: string, complain: (text: string) => void): boolean {
  if (/^[0-9]+$/.test(word) || /^0x[0-9a-fA-F]*$/.test(word)) return integerOf(word) !== 0;
  const lower = word.toLowerCase();
  if (lower === "on" || lower === "yes") return true;
  if (lower !== "off" && lower !== "no") complain(`ERROR: Not a boolean value: "${word}". Assuming "no".\n`);
  return false;
}
