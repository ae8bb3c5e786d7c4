/**
 * SQL text → tokens, as SQLite cuts it.
 *
 * Offsets count UTF-16 units of the text. Nothing is copied: who needs a token's text slices it out. White space and comments are passed
 * over; a comment that does not end reaches to the end of the text.
 */
import { TOKEN, type TokenKind, wordKind } from "./tokens.ts";

/** What a character may begin or continue, as bits. */
const SPACE = 1;
const WORD = 2;
const DIGIT = 4;
const HEX = 8;

const CHARACTERS = new Uint8Array(128);
for (const code of [0x09, 0x0a, 0x0c, 0x0d, 0x20]) CHARACTERS[code]! |= SPACE;
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code);
  if (/[A-Za-z0-9_$]/.test(character)) CHARACTERS[code]! |= WORD;
  if (/[0-9]/.test(character)) CHARACTERS[code]! |= DIGIT;
  if (/[0-9A-Fa-f]/.test(character)) CHARACTERS[code]! |= HEX;
}

function isWord(code: number): boolean {
  return code >= 128 || (CHARACTERS[code]! & WORD) !== 0;
}

function is(code: number, what: number): boolean {
  return code < 128 && (CHARACTERS[code]! & what) !== 0;
}

/** Reads one token after the other. `next` sets `start` and `end` beside the kind that it returns. */
export class Tokenizer {
  readonly text: string;
  start: number;
  end: number;

  /** Begins at `offset` of `text`. */
  constructor(text: string, offset = 0) {
    this.text = text;
    this.start = offset;
    this.end = offset;
  }

  /** The next token's kind. At the end of the text END_OF_INPUT, as often as it is asked. */
  next(): TokenKind {
    const { text } = this;
    let at = this.#skip(this.end);
    this.start = at;
    // A NUL ends the text, as it does for whom passes it on as a C string.
    if (at >= text.length || text.charCodeAt(at) === 0) {
      this.end = at;
      return TOKEN.END_OF_INPUT;
    }
    const code = text.charCodeAt(at);
    if (isWord(code) && !is(code, DIGIT) && code !== 0x24) {
      if ((code | 0x20) === 0x78 && text.charCodeAt(at + 1) === 0x27) return this.#blob(at);
      at += 1;
      while (at < text.length && isWord(text.charCodeAt(at))) at += 1;
      this.end = at;
      return wordKind(text.slice(this.start, at));
    }
    if (is(code, DIGIT)) return this.#number(at);
    return this.#symbol(code, at);
  }

  /** Where the next token begins: behind white space and comments. */
  #skip(from: number): number {
    const { text } = this;
    let at = from;
    for (;;) {
      const code = text.charCodeAt(at);
      if (is(code, SPACE) || code === 0xfeff) at += 1;
      else if (code === 0x2d && text.charCodeAt(at + 1) === 0x2d) {
        const end = text.indexOf("\n", at + 2);
        at = end === -1 ? text.length : end + 1;
      } else if (code === 0x2f && text.charCodeAt(at + 1) === 0x2a && at + 2 < text.length) {
        const end = text.indexOf("*/", at + 2);
        at = end === -1 ? text.length : end + 2;
      } else return at;
    }
  }

  #take(kind: TokenKind, length: number): TokenKind {
    this.end = this.start + length;
    return kind;
  }

  #symbol(code: number, at: number): TokenKind {
    const { text } = this;
    const after = text.charCodeAt(at + 1);
    switch (code) {
      case 0x28:
        return this.#take(TOKEN.LEFT_PAREN, 1);
      case 0x29:
        return this.#take(TOKEN.RIGHT_PAREN, 1);
      case 0x2c:
        return this.#take(TOKEN.COMMA, 1);
      case 0x3b:
        return this.#take(TOKEN.SEMICOLON, 1);
      case 0x2a:
        return this.#take(TOKEN.STAR, 1);
      case 0x2b:
        return this.#take(TOKEN.PLUS, 1);
      case 0x2d:
        if (after !== 0x3e) return this.#take(TOKEN.MINUS, 1);
        return this.#take(TOKEN.ARROW, text.charCodeAt(at + 2) === 0x3e ? 3 : 2);
      case 0x2f:
        return this.#take(TOKEN.SLASH, 1);
      case 0x25:
        return this.#take(TOKEN.PERCENT, 1);
      case 0x26:
        return this.#take(TOKEN.AMPERSAND, 1);
      case 0x7e:
        return this.#take(TOKEN.TILDE, 1);
      case 0x3d:
        return this.#take(TOKEN.EQUAL, after === 0x3d ? 2 : 1);
      case 0x3c:
        if (after === 0x3d) return this.#take(TOKEN.LESS_EQUAL, 2);
        if (after === 0x3e) return this.#take(TOKEN.NOT_EQUAL, 2);
        return after === 0x3c ? this.#take(TOKEN.SHIFT_LEFT, 2) : this.#take(TOKEN.LESS, 1);
      case 0x3e:
        if (after === 0x3d) return this.#take(TOKEN.GREATER_EQUAL, 2);
        return after === 0x3e ? this.#take(TOKEN.SHIFT_RIGHT, 2) : this.#take(TOKEN.GREATER, 1);
      case 0x21:
        return after === 0x3d ? this.#take(TOKEN.NOT_EQUAL, 2) : this.#take(TOKEN.ILLEGAL, 1);
      case 0x7c:
        return after === 0x7c ? this.#take(TOKEN.CONCAT, 2) : this.#take(TOKEN.PIPE, 1);
      case 0x2e:
        return is(after, DIGIT) ? this.#number(at) : this.#take(TOKEN.DOT, 1);
      case 0x27:
      case 0x22:
      case 0x60:
        return this.#quoted(code, at);
      case 0x5b: {
        const end = text.indexOf("]", at);
        if (end === -1) return this.#take(TOKEN.ILLEGAL, text.length - at);
        return this.#take(TOKEN.ID, end + 1 - at);
      }
      case 0x3f: {
        let end = at + 1;
        while (is(text.charCodeAt(end), DIGIT)) end += 1;
        return this.#take(TOKEN.VARIABLE, end - at);
      }
      case 0x24:
      case 0x40:
      case 0x23:
      case 0x3a:
        return this.#variable(at);
      default:
        return this.#take(TOKEN.ILLEGAL, 1);
    }
  }

  /** `'…'` is a string, `"…"` and `` `…` `` are identifiers; the quote itself is doubled inside. */
  #quoted(quote: number, at: number): TokenKind {
    const { text } = this;
    const mark = text[at]!;
    let end = text.indexOf(mark, at + 1);
    while (end !== -1 && text.charCodeAt(end + 1) === quote) end = text.indexOf(mark, end + 2);
    if (end === -1) return this.#take(TOKEN.ILLEGAL, text.length - at);
    return this.#take(quote === 0x27 ? TOKEN.STRING : TOKEN.ID, end + 1 - at);
  }

  /** `$a`, `@a`, `:a`, `#a`; inside a name `::` may stand, and behind it, once, something in parentheses (as in Tcl). */
  #variable(from: number): TokenKind {
    const { text } = this;
    let at = from + 1;
    let letters = 0;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (isWord(code)) letters += 1;
      else if (code === 0x28 && letters > 0) {
        do at += 1;
        while (at < text.length && !is(text.charCodeAt(at), SPACE) && text.charCodeAt(at) !== 0x29);
        if (text.charCodeAt(at) !== 0x29) return this.#take(TOKEN.ILLEGAL, at - from);
        at += 1;
        break;
      } else if (code === 0x3a && text.charCodeAt(at + 1) === 0x3a) at += 1;
      else break;
    }
    return this.#take(letters === 0 ? TOKEN.ILLEGAL : TOKEN.VARIABLE, at - from);
  }

  #blob(from: number): TokenKind {
    const { text } = this;
    let at = from + 2;
    while (is(text.charCodeAt(at), HEX)) at += 1;
    if (text.charCodeAt(at) === 0x27 && (at - from) % 2 === 0) return this.#take(TOKEN.BLOB, at + 1 - from);
    while (at < text.length && text.charCodeAt(at) !== 0x27) at += 1;
    return this.#take(TOKEN.ILLEGAL, Math.min(at + 1, text.length) - from);
  }

  /** Digits and underscores between them; whether these stand right is for the literal to say. Letters right behind a number make both illegal. */
  #number(from: number): TokenKind {
    const { text } = this;
    let at = from;
    let kind: TokenKind = TOKEN.INTEGER;
    if (text.charCodeAt(at) === 0x30 && (text.charCodeAt(at + 1) | 0x20) === 0x78 && is(text.charCodeAt(at + 2), HEX)) {
      at = this.#digits(at + 2, HEX);
    } else {
      at = this.#digits(at, DIGIT);
      if (text.charCodeAt(at) === 0x2e) {
        kind = TOKEN.FLOAT;
        at = this.#digits(at + 1, DIGIT);
      }
      if ((text.charCodeAt(at) | 0x20) === 0x65) {
        const sign = text.charCodeAt(at + 1);
        const digits = sign === 0x2b || sign === 0x2d ? at + 2 : at + 1;
        if (is(text.charCodeAt(digits), DIGIT)) {
          kind = TOKEN.FLOAT;
          at = this.#digits(digits, DIGIT);
        }
      }
    }
    while (at < text.length && isWord(text.charCodeAt(at))) {
      kind = TOKEN.ILLEGAL;
      at += 1;
    }
    return this.#take(kind, at - from);
  }

  #digits(from: number, what: number): number {
    const { text } = this;
    let at = from;
    for (;;) {
      const code = text.charCodeAt(at);
      if (is(code, what)) at += 1;
      else if (code === 0x5f && at > from) at += 1;
      else return at;
    }
  }
}
