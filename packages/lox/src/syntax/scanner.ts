/**
 * Text → tokens, one at a time (Crafting Interpreters, chapters 4 and 16).
 *
 * The scanner never fails: text that is no token becomes an `ERROR` token, which says what is wrong, and scanning goes
 * on behind it. Who reads the tokens decides whether to collect such errors first or to meet them on the way.
 */
import { type Comment, KEYWORDS, type Token, type TokenType } from "./token.ts";

export const UNEXPECTED_CHARACTER = "Unexpected character.";
export const UNTERMINATED_STRING = "Unterminated string.";

const TAB = 9;
const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const QUOTE = 34;
const DOT = 46;
const SLASH = 47;
const EQUAL = 61;

/** Tokens of one character. */
const SINGLE: ReadonlyMap<number, TokenType> = byCharacter({
  "(": "LEFT_PAREN",
  ")": "RIGHT_PAREN",
  "{": "LEFT_BRACE",
  "}": "RIGHT_BRACE",
  ",": "COMMA",
  ".": "DOT",
  "-": "MINUS",
  "+": "PLUS",
  ";": "SEMICOLON",
  "/": "SLASH",
  "*": "STAR",
});

/** Tokens that an `=` behind them changes: without it, with it. */
const BEFORE_EQUAL: ReadonlyMap<number, readonly [TokenType, TokenType]> = byCharacter({
  "!": ["BANG", "BANG_EQUAL"],
  "=": ["EQUAL", "EQUAL_EQUAL"],
  "<": ["LESS", "LESS_EQUAL"],
  ">": ["GREATER", "GREATER_EQUAL"],
});

function byCharacter<T>(table: Readonly<Record<string, T>>): ReadonlyMap<number, T> {
  return new Map(Object.entries(table).map(([character, value]) => [character.charCodeAt(0), value]));
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** ASCII letters and the underscore: the book's identifiers have no others. */
function isAlpha(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95;
}

export class Scanner {
  readonly #source: string;
  readonly #comments: Comment[] | undefined;
  #start = 0;
  #current = 0;
  #line = 1;

  /** With `comments`, the comments passed over are appended to it. */
  constructor(source: string, comments?: Comment[]) {
    this.#source = source;
    this.#comments = comments;
  }

  /** The next token; at the end, `EOF` as often as asked. */
  next(): Token {
    this.#skipBlanks();
    this.#start = this.#current;
    const source = this.#source;
    if (this.#current >= source.length) return this.#token("EOF");

    const code = source.charCodeAt(this.#current++);
    if (isAlpha(code)) return this.#identifier();
    if (isDigit(code)) return this.#number();
    if (code === QUOTE) return this.#string();
    const single = SINGLE.get(code);
    if (single !== undefined) return this.#token(single);
    const pair = BEFORE_EQUAL.get(code);
    if (pair === undefined) return this.#token("ERROR", UNEXPECTED_CHARACTER);
    if (source.charCodeAt(this.#current) !== EQUAL) return this.#token(pair[0]);
    this.#current++;
    return this.#token(pair[1]);
  }

  #token(type: TokenType, literal: string | number | null = null): Token {
    const lexeme = this.#source.slice(this.#start, this.#current);
    return { type, lexeme, literal, line: this.#line, start: this.#start };
  }

  /** White space and comments. */
  #skipBlanks(): void {
    const source = this.#source;
    for (;;) {
      const code = source.charCodeAt(this.#current);
      if (code === NEWLINE) {
        this.#line++;
        this.#current++;
      } else if (code === SPACE || code === TAB || code === CARRIAGE_RETURN) {
        this.#current++;
      } else if (code === SLASH && source.charCodeAt(this.#current + 1) === SLASH) {
        this.#skipComment();
      } else {
        return;
      }
    }
  }

  #skipComment(): void {
    const start = this.#current;
    const newline = this.#source.indexOf("\n", start);
    this.#current = newline === -1 ? this.#source.length : newline;
    this.#comments?.push({ start, end: this.#current });
  }

  #identifier(): Token {
    const source = this.#source;
    let code = source.charCodeAt(this.#current);
    while (isAlpha(code) || isDigit(code)) code = source.charCodeAt(++this.#current);
    return this.#token(KEYWORDS.get(source.slice(this.#start, this.#current)) ?? "IDENTIFIER");
  }

  #number(): Token {
    this.#skipDigits();
    // `123.` and `.5` are no numbers: a dot belongs to the number only between digits.
    if (this.#source.charCodeAt(this.#current) === DOT && isDigit(this.#source.charCodeAt(this.#current + 1))) {
      this.#current++;
      this.#skipDigits();
    }
    return this.#token("NUMBER", Number(this.#source.slice(this.#start, this.#current)));
  }

  #skipDigits(): void {
    while (isDigit(this.#source.charCodeAt(this.#current))) this.#current++;
  }

  /** Strings span lines and have no escapes. */
  #string(): Token {
    const source = this.#source;
    const quote = source.indexOf('"', this.#current);
    const end = quote === -1 ? source.length : quote;
    for (let at = source.indexOf("\n", this.#current); at !== -1 && at < end; at = source.indexOf("\n", at + 1)) {
      this.#line++;
    }
    this.#current = end;
    if (quote === -1) return this.#token("ERROR", UNTERMINATED_STRING);
    this.#current++;
    return this.#token("STRING", source.slice(this.#start + 1, end));
  }
}
