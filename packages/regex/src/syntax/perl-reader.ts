/** What the parts of the Perl parser share: the text with a place in it, numbers and names, and PCRE2's words for what is wrong. */
import type { RegexErrorCode } from "../errors.ts";
import { PatternProblem } from "./problem.ts";

/** PCRE2's messages (pcre2_compile's error table). */
export const PERL_MESSAGES = {
  endEscape: "\\ at end of pattern",
  endControl: "\\c at end of pattern",
  badControl: "\\c must be followed by a printable ASCII character",
  unknownEscape: "unrecognized character follows \\",
  unsupportedEscape: "PCRE2 does not support \\F, \\L, \\l, \\N{name}, \\U, or \\u",
  quantifierOrder: "numbers out of order in {} quantifier",
  quantifierSize: "number too big in {} quantifier",
  classEnd: "missing terminating ] for character class",
  classEscape: "escape sequence is invalid in character class",
  classNewline: "\\N is not supported in a class",
  classOrder: "range out of order in character class",
  classRange: "invalid range in character class",
  nothingToRepeat: "quantifier does not follow a repeatable item",
  badGroup: "unrecognized character after (? or (?-",
  badNamedGroup: "unrecognized character after (?P",
  badLookbehind: "unrecognized character after (?<",
  posixOutside: "POSIX named classes are supported only within a class",
  posixCollating: "POSIX collating elements are not supported",
  posixName: "unknown POSIX class name",
  missingParenthesis: "missing closing parenthesis",
  unmatchedParenthesis: "unmatched closing parenthesis",
  noSuchGroup: "reference to non-existent subpattern",
  comment: "missing ) after (?# comment",
  tooDeep: "parentheses are too deeply nested",
  lookbehindLength: "lookbehind assertion is not fixed length",
  conditionBranches: "conditional subpattern contains more than two branches",
  defineBranches: "DEFINE subpattern contains more than one branch",
  conditionEnd: "missing closing parenthesis for condition",
  conditionKind: "assertion expected after (?( or (?(?C)",
  relativeZero: "(?R (recursive pattern call) must be followed by a closing parenthesis",
  nameEnd: "syntax error in subpattern name (missing terminator?)",
  nameDigit: "subpattern name must start with a non-digit",
  nameExpected: "subpattern name expected",
  nameTwice: "two named subpatterns have the same name (PCRE2_DUPNAMES not set)",
  hexSize: "character code point value in \\x{} or \\o{} is too large",
  hexDigits: "non-hex character in \\x{} (closing brace missing?)",
  octalDigits: "non-octal character in \\o{} (closing brace missing?)",
  octalBrace: "missing opening brace after \\o",
  emptyNumber: "digits missing in \\x{} or \\o{} or \\N{U+}",
  surrogate: "disallowed Unicode code point (>= 0xd800 && <= 0xdfff)",
  unicodeOnly: "\\N{U+dddd} is supported only in Unicode (UTF) mode",
  property: "unknown property after \\P or \\p",
  propertyForm: "malformed \\P or \\p sequence",
  kReference: "\\k is not followed by a braced, angle-bracketed, or quoted name",
  gReference: "\\g is not followed by a braced, angle-bracketed, or quoted name/number or by a plain number",
  verb: "(*VERB) not recognized or malformed",
  keepInLook: "\\K is not allowed in lookarounds (but see PCRE2_EXTRA_ALLOW_LOOKAROUND_BSK)",
  lookbehindByte: "\\C is not allowed in a lookbehind assertion in UTF-8 mode",
  tooBig: "regular expression is too large",
} as const;

export type PerlMessage = keyof typeof PERL_MESSAGES;

/** (?imsxnJ) */
export interface Flags {
  readonly i: boolean;
  readonly m: boolean;
  readonly n: boolean;
  readonly s: boolean;
  readonly x: boolean;
  readonly J: boolean;
}

export class PerlReader {
  readonly text: readonly number[];
  at = 0;

  constructor(text: readonly number[]) {
    this.text = text;
  }

  get atEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** The ASCII character at `at + ahead`; "" at the end and for any other. */
  peek(ahead = 0): string {
    const character = this.text[this.at + ahead];
    return character === undefined || character >= 0x80 ? "" : String.fromCharCode(character);
  }

  /** Takes `expected` when it is next. */
  eat(expected: string): boolean {
    for (let i = 0; i < expected.length; i++) if (this.text[this.at + i] !== expected.charCodeAt(i)) return false;
    this.at += expected.length;
    return true;
  }

  /** Takes what a sticky expression over ASCII finds here. */
  match(pattern: RegExp): RegExpExecArray | undefined {
    const ahead = this.text.slice(this.at, this.at + 128).map((character) => Math.min(character, 0x80));
    const found = pattern.exec(String.fromCharCode(...ahead));
    if (found === null || found.index !== 0) return undefined;
    this.at += found[0].length;
    return found;
  }

  fail(message: PerlMessage, code: RegexErrorCode = "EPERL"): never {
    throw new PatternProblem(code, PERL_MESSAGES[message], this.at);
  }

  /** What PCRE2 knows and this engine does not. */
  unsupported(what: string): never {
    throw new PatternProblem("EUNSUPPORTED", `${what} is not supported`, this.at);
  }

  /** A group's name up to `terminator`, which is taken. */
  name(terminator: string): string {
    const first = this.text[this.at];
    if (first === undefined || !isNameCharacter(first)) this.fail("nameExpected");
    if (first >= 0x30 && first <= 0x39) this.fail("nameDigit");
    let name = "";
    while (!this.atEnd && isNameCharacter(this.text[this.at]!)) name += String.fromCodePoint(this.text[this.at++]!);
    if (!this.eat(terminator)) this.fail("nameEnd");
    return name;
  }
}

function isNameCharacter(character: number): boolean {
  if (character > 0x10ffff) return false;
  return character < 0x80
    ? /\w/.test(String.fromCharCode(character))
    : /[\p{L}\p{Nd}]/u.test(String.fromCodePoint(character));
}
