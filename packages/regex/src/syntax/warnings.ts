/**
 * What GNU grep warns of: operators with nothing before them, and backslashes that mean nothing. The warnings come from its line matcher
 * (gnulib's dfa.c), which has its own idea of where an expression begins; this reads the pattern as that does.
 */
import { unicodeClass } from "../unicode/posix-classes.ts";
import { contains } from "../unicode/code-point-set.ts";

/** Characters that mean something behind a backslash, or that dfa.c's table of cases names for another reason. */
const NAMED = "\\^$123456789`'<>bB?*+{|()./sSwW[]}\n";

export interface WarningOptions {
  readonly extended: boolean;
  readonly perlClasses: boolean;
  readonly encoding: "utf8" | "bytes";
}

/** In order; without "warning: ". */
export function patternWarnings(text: readonly number[], options: WarningOptions): string[] {
  const { extended } = options;
  const warnings: string[] = [];
  /** Nothing has been read that could be repeated. */
  let atStart = true;
  for (let at = 0; at < text.length; at++) {
    const escaped = text[at] === 0x5c && at + 1 < text.length;
    if (escaped) at++;
    const character = text[at]!;
    const letter = character < 0x80 ? String.fromCharCode(character) : "";
    const operator = extended !== escaped;
    if (letter === "[" && !escaped) {
      at = bracketEnd(text, at);
      atStart = false;
    } else if (letter === "|" || letter === "(") {
      atStart = operator;
    } else if (letter === "*" && !escaped) {
      if (atStart && extended) warnings.push("* at start of expression");
      else atStart = false;
    } else if ((letter === "+" || letter === "?") && operator) {
      if (atStart && extended) warnings.push(`${letter} at start of expression`);
      else atStart = false;
    } else if (letter === "{" && operator && extended) {
      const interval = /^\{(?:\d+|\d*,\d*)\}/.exec(ascii(text, at));
      if (interval !== null) {
        if (atStart) warnings.push("{...} at start of expression");
        at += interval[0].length - 1;
      }
      atStart = false;
    } else if (
      ((letter === "^" || letter === "$") && !escaped) ||
      (escaped && "`'<>bB".includes(letter) && letter !== "")
    ) {
      // Anchors leave the start where it is, where they are anchors.
      if (!extended && !escaped && !(letter === "^" ? atStart : at + 1 === text.length)) atStart = false;
    } else {
      if (escaped && isStray(letter, options)) warnings.push(strayBackslash(character, options));
      atStart = false;
    }
  }
  return warnings;
}

function isStray(letter: string, options: WarningOptions): boolean {
  if (letter === "") return true;
  if (options.perlClasses && (letter === "d" || letter === "D")) return false;
  return letter === "/" || !NAMED.includes(letter);
}

function strayBackslash(character: number, options: WarningOptions): string {
  const known = options.encoding === "utf8" || character < 0x80;
  if (!known || !contains(unicodeClass("print"), character)) return "stray \\ before unprintable character";
  if (contains(unicodeClass("space"), character)) return "stray \\ before white space";
  return `stray \\ before ${String.fromCodePoint(character)}`;
}

/** Index of the bracket that closes the expression; the pattern is known to be right. */
function bracketEnd(text: readonly number[], open: number): number {
  let at = open + 1;
  if (text[at] === 0x5e) at++;
  if (text[at] === 0x5d) at++;
  for (; at < text.length && text[at] !== 0x5d; at++) {
    const delimiter = text[at + 1];
    if (text[at] !== 0x5b || (delimiter !== 0x3a && delimiter !== 0x2e && delimiter !== 0x3d)) continue;
    at += 2;
    while (at + 1 < text.length && !(text[at] === delimiter && text[at + 1] === 0x5d)) at++;
    at++;
  }
  return at;
}

function ascii(text: readonly number[], at: number): string {
  return String.fromCharCode(...text.slice(at, at + 64).map((character) => Math.min(character, 0x80)));
}
