/**
 * The parser's place in the text: the token that comes next, those behind it when they are asked for, and what is said when it does not fit.
 *
 * An error is always about the token that comes next, as in the original, whose parser decides with one token of lookahead.
 */
import { SqlError } from "../../errors.ts";
import { MAX_NESTING, type SqlLimits } from "../limits.ts";
import { Tokenizer } from "../tokenizer.ts";
import { FIRST_FALLBACK, TOKEN, type TokenKind } from "../tokens.ts";

/** Whether a token of this kind may be a name where the grammar has no other use for it. */
function mayBeIdentifier(kind: TokenKind): boolean {
  return kind === TOKEN.ID || kind === TOKEN.INDEXED || kind >= FIRST_FALLBACK;
}

/** How WINDOW, OVER and FILTER see what follows them. */
function looksLikeIdentifier(kind: TokenKind): boolean {
  return (
    kind === TOKEN.ID ||
    kind === TOKEN.STRING ||
    kind === TOKEN.JOIN_KIND ||
    kind === TOKEN.WINDOW ||
    kind === TOKEN.OVER ||
    kind >= FIRST_FALLBACK
  );
}

export class TokenCursor {
  readonly text: string;
  readonly limits: SqlLimits;
  readonly #tokenizer: Tokenizer;
  /** Kind, start and end of the tokens that were read and not yet passed: a token a slot, `#at` the next one. */
  readonly #kinds: TokenKind[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  #at = 0;
  #lastRead: TokenKind | undefined;
  /** The kind of the next token. */
  kind: TokenKind;
  /** Where the next token begins. */
  start: number;
  /** Where the next token ends. */
  end: number;
  /** Where the token before it ends. */
  previousEnd: number;
  #nesting = 0;
  #complaint: SqlError | undefined;
  /** Names of parameters, the first one at 0; `?` and gaps below `?NNN` have none. */
  readonly variables: (string | undefined)[] = [];

  constructor(text: string, offset: number, limits: SqlLimits) {
    this.text = text;
    this.limits = limits;
    this.#tokenizer = new Tokenizer(text, offset);
    this.previousEnd = offset;
    this.#read();
    this.kind = this.#kinds[0]!;
    this.start = this.#starts[0]!;
    this.end = this.#ends[0]!;
  }

  /** The kind of the token that is `ahead` tokens behind the next one. */
  peek(ahead: number): TokenKind {
    while (this.#at + ahead >= this.#kinds.length) this.#read();
    return this.#kinds[this.#at + ahead]!;
  }

  /** Passes the next token. */
  advance(): void {
    if (this.#complaint !== undefined) throw this.#complaint;
    this.previousEnd = this.end;
    this.#at += 1;
    if (this.#at === this.#kinds.length) this.#read();
    this.kind = this.#kinds[this.#at]!;
    this.start = this.#starts[this.#at]!;
    this.end = this.#ends[this.#at]!;
  }

  /** Whether the next token is of this kind. */
  at(kind: TokenKind): boolean {
    return this.kind === kind;
  }

  /** Passes the next token if it is of this kind, and says whether it was. */
  accept(kind: TokenKind): boolean {
    if (this.kind !== kind) return false;
    this.advance();
    return true;
  }

  expect(kind: TokenKind): void {
    if (this.kind !== kind) this.fail();
    this.advance();
  }

  /** The next token fits nowhere. */
  fail(): never {
    const near = this.text.slice(this.start, this.end);
    if (this.kind === TOKEN.ILLEGAL) throw new SqlError(`unrecognized token: "${near}"`, this.start);
    if (this.kind === TOKEN.END_OF_INPUT) throw new SqlError("incomplete input");
    throw new SqlError(`near "${near}": syntax error`, this.start);
  }

  /** Something is wrong with what was read, and is said unless the next token fits nowhere. The first complaint counts. */
  complain(message: string, offset = -1): void {
    this.#complaint ??= new SqlError(message, offset);
  }

  /** The text is over: what is wrong with the end of it is said. */
  finish(): void {
    if (this.kind !== TOKEN.SEMICOLON && this.kind !== TOKEN.END_OF_INPUT) this.fail();
    if (this.#complaint !== undefined) throw this.#complaint;
  }

  /** Whether the next token can be a name: an identifier, a word that is none of this place's keywords, or (as SQLite lets it) a string. */
  get atName(): boolean {
    return mayBeIdentifier(this.kind) || this.kind === TOKEN.STRING || this.kind === TOKEN.JOIN_KIND;
  }

  /** Whether the next token can be an alias without AS, or a word of a type. */
  get atAlias(): boolean {
    return (mayBeIdentifier(this.kind) && this.kind !== TOKEN.INDEXED) || this.kind === TOKEN.STRING;
  }

  /** Whether the next token can be the name of a column or function in an expression. */
  get atIdentifier(): boolean {
    return mayBeIdentifier(this.kind) || this.kind === TOKEN.JOIN_KIND;
  }

  /** Passes a name and gives it without its quotes. */
  name(): string {
    if (!this.atName) this.fail();
    return this.takeName();
  }

  /** The next token as a name, whatever it is, without quotes. */
  takeName(): string {
    const name = unquoted(this.text.slice(this.start, this.end));
    this.advance();
    return name;
  }

  /** Whether the next token begins with `quote`. */
  startsWith(quote: string): boolean {
    return this.text[this.start] === quote;
  }

  /** The text of the next token in upper case: which of the keywords that share a kind it is. */
  word(): string {
    return this.text.slice(this.start, this.end).toUpperCase();
  }

  /** Text from `start` to the end of what was passed last. */
  textFrom(start: number): string {
    return this.text.slice(start, this.previousEnd);
  }

  /** Goes `weight` deeper; `leave` with the same weight comes back. */
  enter(weight: number): void {
    this.#nesting += weight;
    if (this.#nesting > MAX_NESTING) throw new SqlError("Recursion limit");
  }

  leave(weight: number): void {
    this.#nesting -= weight;
  }

  #read(): void {
    // What has been passed is not asked for again.
    if (this.#at > 64) {
      this.#kinds.splice(0, this.#at);
      this.#starts.splice(0, this.#at);
      this.#ends.splice(0, this.#at);
      this.#at = 0;
    }
    const tokenizer = this.#tokenizer;
    let kind = tokenizer.next();
    if (kind === TOKEN.WINDOW || kind === TOKEN.OVER || kind === TOKEN.FILTER) kind = this.#contextual(kind);
    this.#lastRead = kind;
    this.#kinds.push(kind);
    this.#starts.push(tokenizer.start);
    this.#ends.push(tokenizer.end);
  }

  /** Three keywords that came late to the language are ones only where nothing else was possible before. */
  #contextual(kind: TokenKind): TokenKind {
    const ahead = new Tokenizer(this.text, this.#tokenizer.end);
    const following = ahead.next();
    if (kind === TOKEN.WINDOW)
      return looksLikeIdentifier(following) && ahead.next() === TOKEN.AS ? TOKEN.WINDOW : TOKEN.ID;
    if (this.#lastRead !== TOKEN.RIGHT_PAREN) return TOKEN.ID;
    if (following === TOKEN.LEFT_PAREN) return kind;
    return kind === TOKEN.OVER && looksLikeIdentifier(following) ? kind : TOKEN.ID;
  }
}

/** A name or string without its quotes, doubled ones made single. */
export function unquoted(token: string): string {
  const first = token[0];
  if (first === "[") return token.slice(1, -1);
  if (first !== '"' && first !== "'" && first !== "`") return token;
  return token.slice(1, -1).replaceAll(first + first, first);
}
