/**
 * Master files as tokens (RFC 1035 §5.1), on bytes, in one pass, without strings.
 *
 * An entry is a line; parentheses let it run over several. Words end at blanks, parentheses, `;` and quotes; a quoted string is a token of
 * its own and ends on its line. Escapes stay in the token: what they mean depends on who reads it.
 */
import { DnsError } from "../errors.ts";
import { Name } from "../name/name.ts";
import { escapedByte, escapeLength, scanName, scannedName } from "../name/text.ts";
import { plainBytes } from "../wire/plain-bytes.ts";

const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const HASH = 0x23;
const OPEN = 0x28;
const CLOSE = 0x29;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const AT = 0x40;
const BACKSLASH = 0x5c;

export class Scanner {
  readonly source: Uint8Array;
  /** What relative names are relative to. */
  origin: Name;
  /** The newest token: `source[start…end)`, a quoted one without its quotes. */
  start = 0;
  end = 0;
  quoted = false;
  /** Line of the newest token, from 1. */
  tokenLine: number;
  #at = 0;
  #line: number;
  #depth = 0;
  /** Line of the outermost open parenthesis. */
  #openedOn = 0;

  constructor(source: Uint8Array, origin: Name = Name.root, line = 1) {
    this.source = plainBytes(source);
    this.origin = origin;
    this.#line = line;
    this.tokenLine = line;
  }

  /** The line that is being read, from 1. */
  get line(): number {
    return this.#line;
  }

  get atEndOfFile(): boolean {
    return this.#at >= this.source.length;
  }

  /** Whether the entry that begins here begins with a blank: it belongs to the owner before it. */
  startsBlank(): boolean {
    const byte = this.source[this.#at];
    return byte === SPACE || byte === TAB;
  }

  /** Skips blanks, comments and parentheses; true when the entry has no more tokens. Throws DnsError("syntax") for parentheses that do not match. */
  atEnd(): boolean {
    const { source } = this;
    for (;;) {
      const byte = this.#at < source.length ? source[this.#at]! : -1;
      if (byte === SPACE || byte === TAB || byte === RETURN) {
        this.#at += 1;
      } else if (byte === SEMICOLON) {
        this.#skipComment();
      } else if (byte === OPEN) {
        if (this.#depth++ === 0) this.#openedOn = this.#line;
        this.#at += 1;
      } else if (byte === CLOSE) {
        if (this.#depth === 0) this.#fail(`closing parenthesis without an opening one`);
        this.#depth -= 1;
        this.#at += 1;
      } else if (byte === NEWLINE) {
        if (this.#depth === 0) return true;
        this.#at += 1;
        this.#line += 1;
      } else if (byte === -1) {
        if (this.#depth === 0) return true;
        this.tokenLine = this.#openedOn;
        this.#depth = 0;
        throw new DnsError("syntax", "parenthesis is never closed");
      } else {
        return false;
      }
    }
  }

  /**
   * The next token of the entry, into `start`, `end` and `quoted`. With `pairs`, `key="value"` is one token, quotes included.
   * Throws DnsError("syntax") when there is none, saying that `what` is missing.
   */
  take(what: string, pairs = false): void {
    if (this.atEnd()) {
      this.tokenLine = this.#line;
      throw new DnsError("syntax", `${what} is missing`);
    }
    this.tokenLine = this.#line;
    this.quoted = this.source[this.#at] === QUOTE;
    if (this.quoted) {
      this.start = this.#at + 1;
      this.end = this.#endOfQuoted(this.start);
      this.#at = this.end + 1;
    } else {
      this.start = this.#at;
      this.end = this.#endOfWord(pairs);
      this.#at = this.end;
    }
  }

  /** Whether `\# length hex` (RFC 3597) begins here; asked behind `atEnd`. */
  startsGeneric(): boolean {
    const { source } = this;
    const at = this.#at;
    return (
      source[at] === BACKSLASH && source[at + 1] === HASH && (at + 2 >= source.length || isDelimiter(source[at + 2]!))
    );
  }

  /** Ends the entry. Throws DnsError("syntax") when tokens are left. */
  endEntry(): void {
    if (!this.atEnd()) {
      this.take("");
      throw new DnsError("syntax", `unexpected "${this.raw()}" at the end of the entry`);
    }
    this.#newline();
  }

  /** Skips to the next entry, whatever is wrong with this one. */
  recover(): void {
    for (;;) {
      try {
        while (!this.atEnd()) this.take("");
        return this.#newline();
      } catch {
        // A quote that stays open takes its line along, a parenthesis that stays open the rest of the file.
        if (this.atEndOfFile) return;
        if (this.source[this.#at] === CLOSE) this.#at += 1;
        else this.#skipComment();
      }
    }
  }

  /** The next token as it stands, in Latin-1. */
  word(what: string): string {
    this.take(what);
    return this.raw();
  }

  /** The newest token as it stands, in Latin-1. */
  raw(): string {
    let text = "";
    for (let i = this.start; i < this.end; i++) text += String.fromCharCode(this.source[i]!);
    return text;
  }

  /** The next token's bytes, escapes resolved: a character-string, whose length nobody has checked. */
  string(what: string): Uint8Array {
    this.take(what);
    return this.unescaped();
  }

  /** The newest token's bytes, escapes resolved. */
  unescaped(start: number = this.start, end: number = this.end): Uint8Array {
    const { source } = this;
    const bytes = source.slice(start, end);
    if (!bytes.includes(BACKSLASH)) return bytes;
    let length = 0;
    for (let at = start; at < end;) {
      let byte = source[at++]!;
      if (byte === BACKSLASH) {
        byte = escapedByte(source, at, end);
        at += escapeLength(source, at);
      }
      bytes[length++] = byte;
    }
    return bytes.subarray(0, length);
  }

  name(what: string): Name {
    this.take(what);
    return this.tokenName();
  }

  /** The newest token as a name. */
  tokenName(): Name {
    if (this.quoted) throw new DnsError("syntax", "a name stands in quotes");
    return Name.parseBytes(this.source, this.start, this.end, this.origin);
  }

  /** The newest token as a name, its wire form into `into`; returns its length. */
  tokenNameInto(into: Uint8Array): number {
    if (this.quoted) throw new DnsError("syntax", "a name stands in quotes");
    const isOrigin = this.end - this.start === 1 && this.source[this.start] === AT;
    const from = isOrigin ? this.origin.wire : scannedName;
    const length = isOrigin ? from.length : scanName(this.source, this.start, this.end, this.origin);
    for (let i = 0; i < length; i++) into[i] = from[i]!;
    return length;
  }

  /** The next token as a decimal number from 0 to `max`. */
  integer(what: string, max: number): number {
    this.take(what);
    const value = this.digits(Number.POSITIVE_INFINITY);
    if (value === undefined) throw new DnsError("syntax", `${what} is no number: "${this.raw()}"`);
    if (value > max) throw new DnsError("syntax", `${what} is above ${max}: ${this.raw()}`);
    return value;
  }

  /** The newest token as a decimal number; undefined when it is none, or above `max`. */
  digits(max: number): number | undefined {
    let value = 0;
    for (let at = this.start; at < this.end; at++) {
      const digit = this.source[at]! - 0x30;
      if (digit < 0 || digit > 9) return undefined;
      value = value * 10 + digit;
    }
    return value > max || this.start === this.end ? undefined : value;
  }

  /** All that is left of the entry, tokens joined: hexadecimal and base64 may be split anywhere. */
  rest(what: string): string {
    let text = this.word(what);
    while (!this.atEnd()) text += this.word(what);
    return text;
  }

  /** What is left of the entry as it stands, without looking into it; for directives that bring their own syntax. */
  restOfLine(): Uint8Array {
    if (this.atEnd()) return new Uint8Array(0);
    const start = this.#at;
    let end = start;
    while (!this.atEnd()) {
      this.take("");
      end = this.#at;
    }
    return this.source.subarray(start, end);
  }

  #newline(): void {
    if (this.atEndOfFile) return;
    this.#at += 1;
    this.#line += 1;
  }

  #skipComment(): void {
    const { source } = this;
    while (this.#at < source.length && source[this.#at] !== NEWLINE) this.#at += 1;
  }

  #endOfWord(pairs: boolean): number {
    const { source } = this;
    let at = this.#at;
    for (; at < source.length; at++) {
      const byte = source[at]!;
      if (byte === BACKSLASH) {
        if (at + 1 >= source.length || source[at + 1] === NEWLINE) break;
        at += 1;
      } else if (byte === QUOTE) {
        if (!pairs || source[at - 1] !== EQUALS) break;
        at = this.#endOfQuoted(at + 1);
      } else if (isDelimiter(byte)) {
        break;
      }
    }
    // A backslash before the end of the line is a token of its own, which whoever reads it refuses.
    return at === this.#at ? at + 1 : at;
  }

  #endOfQuoted(start: number): number {
    const { source } = this;
    for (let at = start; at < source.length && source[at] !== NEWLINE; at++) {
      if (source[at] === QUOTE) return at;
      if (source[at] === BACKSLASH && source[at + 1] !== NEWLINE) at += 1;
    }
    return this.#fail("quote is never closed");
  }

  #fail(message: string): never {
    this.tokenLine = this.#line;
    throw new DnsError("syntax", message);
  }
}

function isDelimiter(byte: number): boolean {
  return (
    byte === SPACE ||
    byte === TAB ||
    byte === NEWLINE ||
    byte === RETURN ||
    byte === OPEN ||
    byte === CLOSE ||
    byte === SEMICOLON
  );
}
