/**
 * The parser's view of the tokens, and the two ways in which the book's interpreters survive a compile error.
 *
 * - `unwind` (jlox): all lexical errors come first. A syntax error throws; the declaration that catches it skips to
 *   what looks like the next statement. An error that leaves the parser in no doubt is told and passed over.
 * - `panic` (clox): nothing throws. The first error of a declaration is told, the parser goes on with the tokens that
 *   are there, silent, and skips to the next statement when the declaration is over.
 *
 * Both are exact, down to which tokens are skipped, because which second and third errors a program shows depends on it.
 */
import type { Dialect } from "../dialect.ts";
import type { CompileErrorEntry } from "./compile-error.ts";
import { Scanner } from "./scanner.ts";
import { type Comment, type Token, tokenEnd, type TokenType } from "./token.ts";

/** Deepest nesting of expressions and statements; the originals overflow their stacks somewhere beyond. */
export const MAX_NESTING = 1_000;
export const TOO_DEEP = "Nested too deeply.";
/** Longest chain of operators, calls or properties on one level, as in `a + b + c`. */
export const MAX_CHAIN = 4_000;

/** Thrown by `unwind` to give a declaration up. Told already. */
export const UNWIND: unique symbol = Symbol("unwind");

/** The tokens at which a new statement is likely to begin. */
const STATEMENT_STARTS: ReadonlySet<TokenType> = new Set<TokenType>([
  "CLASS",
  "FUN",
  "VAR",
  "FOR",
  "IF",
  "WHILE",
  "PRINT",
  "RETURN",
]);

export class TokenStream {
  /** With `unwind`, lexical errors are told before all others, though they are met on the way. */
  readonly #lexicalErrors: CompileErrorEntry[] = [];
  readonly #syntaxErrors: CompileErrorEntry[] = [];
  readonly comments: Comment[] = [];
  protected readonly dialect: Dialect;
  protected readonly unwinds: boolean;
  protected previous: Token;
  protected current: Token;
  readonly #source: string;
  readonly #scanner: Scanner;
  #panicking = false;
  /** Where the program ends early. */
  #abandonedAt: Token | undefined;
  #nesting = 0;
  #deepest = 0;

  constructor(source: string, dialect: Dialect) {
    this.#source = source;
    this.dialect = dialect;
    this.unwinds = dialect.recovery === "unwind";
    this.#scanner = new Scanner(source, this.comments);
    this.previous = this.current = { type: "EOF", lexeme: "", literal: null, line: 1, start: 0 };
    this.advance();
  }

  /** In the order in which the dialect's interpreter tells them. */
  get errors(): CompileErrorEntry[] {
    if (this.unwinds) while (this.#scan().type !== "EOF");
    return [...this.#lexicalErrors, ...this.#syntaxErrors];
  }

  #scan(): Token {
    const token = this.#scanner.next();
    if (this.unwinds && token.type === "ERROR") this.#tell(token, token.literal as string, this.#lexicalErrors);
    return token;
  }

  protected advance(): Token {
    this.previous = this.current;
    for (;;) {
      this.current = this.#abandonedAt ?? this.#scan();
      if (this.current.type !== "ERROR") return this.previous;
      if (!this.unwinds) this.errorAt(this.current, this.current.literal as string);
    }
  }

  protected check(type: TokenType): boolean {
    return this.current.type === type;
  }

  protected match(type: TokenType): boolean {
    if (this.current.type !== type) return false;
    this.advance();
    return true;
  }

  /** Takes a token of this type. Where another stands: `unwind` gives the declaration up, `panic` goes on without it. */
  protected consume(type: TokenType, message: string): Token {
    if (this.current.type === type) return this.advance();
    return this.fail(message);
  }

  /** An error at the current token that nothing good can follow. Returns, where it returns, that token, which is not consumed. */
  protected fail(message: string): Token {
    this.errorAt(this.current, message);
    if (this.unwinds) throw UNWIND;
    return this.current;
  }

  /** Tells an error, unless the parser is panicking already. */
  protected errorAt(token: Token, message: string): void {
    if (this.#panicking || this.#abandonedAt !== undefined) return;
    if (!this.unwinds) this.#panicking = true;
    this.#tell(token, message, this.#syntaxErrors);
  }

  #tell(token: Token, message: string, errors: CompileErrorEntry[]): void {
    const where = token.type === "EOF" ? " at end" : token.type === "ERROR" ? "" : ` at '${token.lexeme}'`;
    const column = token.start - this.#source.lastIndexOf("\n", token.start - 1);
    errors.push({ line: token.line, column, start: token.start, end: tokenEnd(token), where, message });
  }

  /** Parses one declaration, and finds the next one where this one failed. */
  protected guarded<T>(parse: () => T): T | undefined {
    const nesting = this.#nesting;
    try {
      const parsed = parse();
      if (this.#panicking) this.#synchronize();
      return parsed;
    } catch (error) {
      if (error !== UNWIND) throw error;
      this.#nesting = nesting;
      this.advance();
      this.#synchronize();
      return undefined;
    }
  }

  #synchronize(): void {
    this.#panicking = false;
    while (this.current.type !== "EOF") {
      if (this.previous.type === "SEMICOLON" || STATEMENT_STARTS.has(this.current.type)) return;
      this.advance();
    }
  }

  /** An error behind which there is nothing worth reading: the program ends here. */
  protected abandon(message: string): void {
    this.errorAt(this.current, message);
    this.#abandonedAt ??= { ...this.current, type: "EOF", lexeme: "", literal: null };
    this.advance();
  }

  /**
   * Goes one level deeper into something that may contain its own kind; every success is followed by `leave`. False, with an
   * error, where that would be too deep.
   */
  protected enter(): boolean {
    if (this.#nesting >= MAX_NESTING) {
      this.abandon(TOO_DEEP);
      return false;
    }
    this.#nesting++;
    if (this.#nesting > this.#deepest) this.#deepest = this.#nesting;
    return true;
  }

  protected leave(): void {
    this.#nesting--;
  }

  /** The deepest nesting so far. */
  get deepest(): number {
    return this.#deepest;
  }
}
