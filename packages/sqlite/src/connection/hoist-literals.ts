/**
 * Statements that differ in their literals only, as those are that programs put together: the literals become parameters, so that one plan serves
 * them all.
 *
 * Only where a literal and a parameter mean the same: in the rows of INSERT … VALUES, and behind `=` in WHERE of a SELECT. Everything that is not
 * plainly of this form is left alone. −1, 0 and 1 in WHERE stay, since the planner counts on them.
 */
import { Tokenizer } from "../sql/tokenizer.ts";
import { TOKEN, type TokenKind } from "../sql/tokens.ts";
import { Cells, INTEGER, type Payload, REAL, type Tag, TEXT } from "../values/value.ts";

export interface Hoisted {
  /** The statement with `?` where the literals were. */
  readonly shape: string;
  /** What stood there. */
  readonly values: Cells;
  /** Where the next statement begins. */
  readonly end: number;
  readonly isSelect: boolean;
}

/** More literals than this are data, of which the next statement has another number. */
const MAX_LITERALS = 100;
/** Longer texts are not worth going through. */
const MAX_LENGTH = 2_048;

/** The statement of `sql` at `offset`; undefined when it is not of a form that is known to mean the same. */
export function hoistLiterals(sql: string, offset: number): Hoisted | undefined {
  const tokenizer = new Tokenizer(sql, offset);
  const first = tokenizer.next();
  if (first === TOKEN.SELECT) return new Hoisting(tokenizer, true).run();
  return first === TOKEN.INSERT || first === TOKEN.REPLACE ? new Hoisting(tokenizer, false).run() : undefined;
}

class Hoisting {
  readonly #tokenizer: Tokenizer;
  readonly #isSelect: boolean;
  readonly #tags: Tag[] = [];
  readonly #payloads: Payload[] = [];
  #shape = "";
  #copied: number;

  constructor(tokenizer: Tokenizer, isSelect: boolean) {
    this.#tokenizer = tokenizer;
    this.#isSelect = isSelect;
    this.#copied = tokenizer.start;
  }

  run(): Hoisted | undefined {
    const tokenizer = this.#tokenizer;
    const begin = this.#copied;
    const isFine = this.#isSelect ? this.#select() : this.#values();
    if (!isFine || this.#tags.length === 0 || tokenizer.end - begin > MAX_LENGTH) return undefined;
    const values = new Cells(this.#tags.length);
    this.#tags.forEach((tag, at) => values.set(at, tag, this.#payloads[at]!));
    const shape = this.#shape + tokenizer.text.slice(this.#copied, tokenizer.start);
    return { shape, values, end: tokenizer.end, isSelect: this.#isSelect };
  }

  /** `INSERT INTO t(a, b) VALUES (1, 'x'), (2, NULL)`, and nothing behind. */
  #values(): boolean {
    const tokenizer = this.#tokenizer;
    for (let kind = tokenizer.next(); kind !== TOKEN.VALUES; kind = tokenizer.next()) {
      if (!BEFORE_VALUES.has(kind) && !isName(kind)) return false;
    }
    for (let kind = tokenizer.next(); ; kind = tokenizer.next()) {
      if (kind === TOKEN.END_OF_INPUT || kind === TOKEN.SEMICOLON) return true;
      if (!IN_VALUES.has(kind) || !this.#take(kind, false)) return false;
    }
  }

  /** `SELECT … FROM … WHERE a = 1 AND b = 'x' ORDER BY …`, one SELECT. */
  #select(): boolean {
    const tokenizer = this.#tokenizer;
    let inWhere = false;
    let before: TokenKind = TOKEN.SELECT;
    let last: TokenKind = TOKEN.SELECT;
    for (let kind = tokenizer.next(); ; kind = tokenizer.next()) {
      if (kind === TOKEN.END_OF_INPUT || kind === TOKEN.SEMICOLON) return true;
      if (NOT_IN_SELECT.has(kind)) return false;
      if (kind === TOKEN.WHERE) inWhere = true;
      else if (BEHIND_WHERE.has(kind)) inWhere = false;
      const isCompared = inWhere && last === TOKEN.EQUAL && isName(before);
      if (isCompared && !this.#take(kind, true)) return false;
      before = last;
      last = kind;
    }
  }

  /** Takes the token's place, if it is a literal. False: too many, or one that is not to be touched. */
  #take(kind: TokenKind, keepSmall: boolean): boolean {
    const { text, start, end } = this.#tokenizer;
    const literal = text.slice(start, end);
    if (kind === TOKEN.INTEGER) {
      if (!/^\d{1,15}$/.test(literal)) return false;
      const value = Number(literal);
      if (keepSmall && value <= 1) return true;
      return this.#put(INTEGER, value);
    }
    if (kind === TOKEN.FLOAT) return /^\d{1,7}\.\d{1,7}$/.test(literal) && this.#put(REAL, Number(literal));
    if (kind === TOKEN.STRING) return this.#put(TEXT, literal.slice(1, -1).replaceAll("''", "'"));
    return true;
  }

  #put(tag: Tag, payload: Payload): boolean {
    if (this.#tags.length >= MAX_LITERALS) return false;
    const { text, start, end } = this.#tokenizer;
    this.#tags.push(tag);
    this.#payloads.push(payload);
    this.#shape += `${text.slice(this.#copied, start)}?`;
    this.#copied = end;
    return true;
  }
}

/** An identifier without quotes, or a keyword that the grammar takes for one. */
function isName(kind: TokenKind): boolean {
  return kind === TOKEN.ID;
}

const BEFORE_VALUES: ReadonlySet<TokenKind> = new Set([
  TOKEN.INTO,
  TOKEN.OR,
  TOKEN.IGNORE,
  TOKEN.REPLACE,
  TOKEN.ABORT,
  TOKEN.FAIL,
  TOKEN.DOT,
  TOKEN.LEFT_PAREN,
  TOKEN.RIGHT_PAREN,
  TOKEN.COMMA,
]);

const IN_VALUES: ReadonlySet<TokenKind> = new Set([
  TOKEN.LEFT_PAREN,
  TOKEN.RIGHT_PAREN,
  TOKEN.COMMA,
  TOKEN.NULL,
  TOKEN.INTEGER,
  TOKEN.FLOAT,
  TOKEN.STRING,
]);

/** Parameters of the statement's own, and what brings another SELECT or scope. */
const NOT_IN_SELECT: ReadonlySet<TokenKind> = new Set([
  TOKEN.ILLEGAL,
  TOKEN.VARIABLE,
  TOKEN.SELECT,
  TOKEN.VALUES,
  TOKEN.UNION,
  TOKEN.EXCEPT,
  TOKEN.INTERSECT,
  TOKEN.CASE,
  TOKEN.COLLATE,
  TOKEN.INDEXED,
]);

const BEHIND_WHERE: ReadonlySet<TokenKind> = new Set([
  TOKEN.GROUP,
  TOKEN.HAVING,
  TOKEN.ORDER,
  TOKEN.LIMIT,
  TOKEN.WINDOW,
]);
