/** Lua 5.1's tokens (llex.c), from a source of one-byte characters. */
import { chunkId, LuaSyntaxError, SYNTAX_ID } from "./errors.ts";
import { parseNumber } from "./numbers.ts";

const RESERVED: ReadonlySet<string> = new Set(
  "and break do else elseif end false for function if in local nil not or repeat return then true until while".split(
    " ",
  ),
);

/** Token types: reserved words and symbols are themselves; the others have names in angle brackets, as messages show them. */
export type TokenType = string;

const ESCAPES: Readonly<Record<string, string>> = { a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isNameStart = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95;
const isNamePart = (code: number): boolean => isNameStart(code) || isDigit(code);
const isNewline = (code: number): boolean => code === 10 || code === 13;

export class Lexer {
  /** The current token. */
  type: TokenType = "<eof>";
  /** Text of a name or string. */
  text = "";
  number = 0;
  /** Line that the reader has reached. */
  line = 1;
  /** Line of the token before the current one. */
  lastLine = 1;
  readonly #source: string;
  readonly #chunk: string;
  #at = 0;
  /** What has been read of a name, number or string, as messages quote it. */
  #raw = "";
  #ahead: { type: TokenType; text: string; number: number } | undefined;

  constructor(source: string, chunkName: string) {
    this.#source = source;
    this.#chunk = chunkId(chunkName, SYNTAX_ID);
    this.next();
  }

  next(): void {
    this.lastLine = this.line;
    if (this.#ahead === undefined) {
      this.type = this.#scan();
      return;
    }
    ({ type: this.type, text: this.text, number: this.number } = this.#ahead);
    this.#ahead = undefined;
  }

  /** The token after the current one. */
  peek(): TokenType {
    if (this.#ahead === undefined) {
      const { type, text, number } = this;
      const ahead = this.#scan();
      this.#ahead = { type: ahead, text: this.text, number: this.number };
      this.type = type;
      this.text = text;
      this.number = number;
    }
    return this.#ahead.type;
  }

  /** Throws the message with the reader's position; `near` a token, or undefined for none. */
  fail(message: string, near?: TokenType): never {
    const suffix = near === undefined ? "" : ` near '${this.#quote(near)}'`;
    throw new LuaSyntaxError(`${this.#chunk}:${this.line}: ${message}${suffix}`);
  }

  #quote(type: TokenType): string {
    if (type === "<name>" || type === "<string>" || type === "<number>") return this.#raw.split("\0", 1)[0]!;
    const code = type.charCodeAt(0);
    return type.length === 1 && (code < 32 || code === 127) ? `char(${code})` : type;
  }

  #code(): number {
    return this.#source.charCodeAt(this.#at);
  }

  #newline(): void {
    const before = this.#code();
    this.#at++;
    if (isNewline(this.#code()) && this.#code() !== before) this.#at++;
    this.line++;
  }

  #scan(): TokenType {
    const source = this.#source;
    for (;;) {
      const code = this.#code();
      if (Number.isNaN(code)) return "<eof>";
      if (isNewline(code)) {
        this.#newline();
        continue;
      }
      if (code === 32 || (code >= 9 && code <= 13)) {
        this.#at++;
        continue;
      }
      if (isNameStart(code)) return this.#name();
      if (isDigit(code)) return this.#numeral();
      const char = source[this.#at]!;
      const following = source[this.#at + 1];
      switch (char) {
        case "-":
          if (following !== "-") break;
          this.#at += 2;
          this.#comment();
          continue;
        case "[": {
          const level = this.#bracketLevel();
          if (level >= 0) {
            this.text = this.#longBracket(level, "string");
            return "<string>";
          }
          if (level === -1) break;
          this.#raw = source.slice(this.#at, this.#at - level);
          return this.fail("invalid long string delimiter", "<string>");
        }
        case "=":
        case "<":
        case ">":
        case "~":
          if (following !== "=") break;
          this.#at += 2;
          return `${char}=`;
        case '"':
        case "'":
          return this.#string(char);
        case ".":
          if (following === ".") {
            const three = source[this.#at + 2] === ".";
            this.#at += three ? 3 : 2;
            return three ? "..." : "..";
          }
          if (isDigit(source.charCodeAt(this.#at + 1))) return this.#numeral();
          break;
        default:
      }
      this.#at++;
      return char;
    }
  }

  #name(): TokenType {
    const start = this.#at;
    while (isNamePart(this.#code())) this.#at++;
    const text = this.#source.slice(start, this.#at);
    this.#raw = text;
    if (RESERVED.has(text)) return text;
    this.text = text;
    return "<name>";
  }

  #numeral(): TokenType {
    const source = this.#source;
    const start = this.#at;
    while (isDigit(this.#code()) || source[this.#at] === ".") this.#at++;
    if (source[this.#at] === "e" || source[this.#at] === "E") {
      this.#at++;
      if (source[this.#at] === "+" || source[this.#at] === "-") this.#at++;
    }
    while (isNamePart(this.#code())) this.#at++;
    this.#raw = source.slice(start, this.#at);
    const value = parseNumber(this.#raw);
    if (value === undefined) return this.fail("malformed number", "<number>");
    this.number = value;
    return "<number>";
  }

  /** At a bracket: 0, 1, … for `[[`, `[=[`, …; -1 for a bracket alone; else minus the length of what is wrong. */
  #bracketLevel(): number {
    let at = this.#at + 1;
    while (this.#source[at] === "=") at++;
    if (this.#source[at] === this.#source[this.#at]) return at - this.#at - 1;
    return at - this.#at === 1 ? -1 : -(at - this.#at);
  }

  #comment(): void {
    if (this.#source[this.#at] === "[") {
      const level = this.#bracketLevel();
      if (level >= 0) {
        this.#longBracket(level, "comment");
        return;
      }
    }
    while (this.#at < this.#source.length && !isNewline(this.#code())) this.#at++;
  }

  #longBracket(level: number, what: "string" | "comment"): string {
    const opening = this.#at;
    this.#at += level + 2;
    if (isNewline(this.#code())) this.#newline();
    const parts: string[] = [];
    let from = this.#at;
    for (;;) {
      const char = this.#source[this.#at];
      if (char === undefined) this.fail(`unfinished long ${what}`, "<eof>");
      if (char === "\n" || char === "\r") {
        parts.push(this.#source.slice(from, this.#at), "\n");
        this.#newline();
        from = this.#at;
      } else if (char === "]" && this.#bracketLevel() === level) {
        parts.push(this.#source.slice(from, this.#at));
        this.#at += level + 2;
        this.#raw = this.#source.slice(opening, this.#at);
        return parts.join("");
      } else if (char === "[" && level === 0 && this.#bracketLevel() === 0) {
        this.#at++;
        this.fail("nesting of [[...]] is deprecated", "[");
      } else this.#at++;
    }
  }

  #string(quote: string): TokenType {
    const source = this.#source;
    const parts: string[] = [];
    let from = ++this.#at;
    const soFar = (): string => quote + parts.join("") + source.slice(from, this.#at);
    for (;;) {
      const char = source[this.#at];
      if (char === undefined) return this.fail("unfinished string", "<eof>");
      if (char === quote) break;
      if (char === "\n" || char === "\r") {
        this.#raw = soFar();
        return this.fail("unfinished string", "<string>");
      }
      if (char !== "\\") {
        this.#at++;
        continue;
      }
      parts.push(source.slice(from, this.#at));
      this.#at++;
      const escaped = source[this.#at];
      if (escaped === undefined) {
        from = this.#at;
        continue;
      }
      if (escaped === "\n" || escaped === "\r") {
        this.#newline();
        parts.push("\n");
      } else if (isDigit(escaped.charCodeAt(0))) {
        const digits = /^\d{1,3}/.exec(source.slice(this.#at, this.#at + 3))![0];
        this.#at += digits.length;
        if (Number(digits) > 255) {
          from = this.#at;
          this.#raw = soFar();
          this.fail("escape sequence too large", "<string>");
        }
        parts.push(String.fromCharCode(Number(digits)));
      } else {
        parts.push(ESCAPES[escaped] ?? escaped);
        this.#at++;
      }
      from = this.#at;
    }
    this.#raw = soFar() + quote;
    parts.push(source.slice(from, this.#at));
    this.#at++;
    this.text = parts.join("");
    return "<string>";
  }
}
