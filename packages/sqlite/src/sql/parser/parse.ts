/**
 * SQL text → syntax tree, by recursive descent.
 *
 * The grammar has no reserved list of names: a word is a keyword where the grammar can use it there, and a name elsewhere. What may follow is
 * decided by the next token alone, which is the one that an error names, as in the original's LALR parser; only words that could go both
 * ways look one or two tokens further.
 */
import type { Begin, Expression, Pragma, Statement } from "../ast.ts";
import { SQL_LIMITS, type SqlLimits } from "../limits.ts";
import { TOKEN, type TokenKind } from "../tokens.ts";
import { ChangeGrammar } from "./changes.ts";
import { SchemaGrammar } from "./schema-statements.ts";
import { SelectGrammar } from "./select.ts";
import { TokenCursor } from "./token-cursor.ts";

export interface ParsedStatement {
  /** Undefined when there was nothing but white space, comments and perhaps a semicolon. */
  readonly statement: Statement | undefined;
  /** Where the text of the next statement begins: behind the semicolon. */
  readonly end: number;
  /** Where its last token ends. */
  readonly lastTokenEnd: number;
  /** Where the semicolon stands, or the text ends. */
  readonly terminator: number;
  /** Names of the parameters with their sign, the first one at 0; `?` has none. */
  readonly variables: readonly (string | undefined)[];
}

/** The first statement of `text` from `offset` on. Throws SqlError. */
export function parseStatement(text: string, offset = 0, limits: SqlLimits = SQL_LIMITS): ParsedStatement {
  const cursor = new TokenCursor(text, offset, limits);
  const { start, end } = cursor;
  if (cursor.at(TOKEN.END_OF_INPUT) || cursor.at(TOKEN.SEMICOLON))
    return { statement: undefined, end, lastTokenEnd: offset, terminator: start, variables: [] };
  const statement = new StatementGrammar(cursor).statement();
  cursor.finish();
  const { end: next, previousEnd: lastTokenEnd, start: terminator, variables } = cursor;
  return { statement, end: next, lastTokenEnd, terminator, variables };
}

/** An expression that is all of `text`: a default, a check or an index's column from the schema. Throws SqlError. */
export function parseExpression(text: string, limits: SqlLimits = SQL_LIMITS): Expression {
  const cursor = new TokenCursor(text, 0, limits);
  const expression = new SelectGrammar(cursor).expressions.expression();
  if (cursor.at(TOKEN.SEMICOLON)) cursor.fail();
  cursor.finish();
  return expression;
}

class StatementGrammar {
  readonly #cursor: TokenCursor;
  readonly #selects: SelectGrammar;
  readonly #changes: ChangeGrammar;
  readonly #schema: SchemaGrammar;

  constructor(cursor: TokenCursor) {
    this.#cursor = cursor;
    this.#selects = new SelectGrammar(cursor);
    this.#changes = new ChangeGrammar(cursor, this.#selects);
    this.#schema = new SchemaGrammar(cursor, this.#selects, this.#changes);
  }

  /** A statement, which EXPLAIN may stand in front of once. */
  statement(): Statement {
    const cursor = this.#cursor;
    if (!cursor.accept(TOKEN.EXPLAIN)) return this.#plain();
    const queryPlan = cursor.accept(TOKEN.QUERY);
    if (queryPlan) cursor.expect(TOKEN.PLAN);
    return { kind: "explain", queryPlan, statement: this.#plain() };
  }

  #plain(): Statement {
    const cursor = this.#cursor;
    const simple = SIMPLE.get(cursor.kind);
    if (simple !== undefined) return this[simple]();
    const withClause = this.#selects.with();
    const change = this.#changes.change(withClause, "statement");
    if (change !== undefined) return change;
    if (cursor.kind !== TOKEN.SELECT && cursor.kind !== TOKEN.VALUES) cursor.fail();
    return { kind: "select-statement", select: this.#selects.selectAfter(withClause) };
  }

  create(): Statement {
    return this.#schema.create();
  }

  drop(): Statement {
    return this.#schema.drop();
  }

  alter(): Statement {
    return this.#schema.alter();
  }

  begin(): Statement {
    const cursor = this.#cursor;
    cursor.advance();
    let mode: Begin["mode"] = "DEFERRED";
    const word = cursor.word();
    if (word === "DEFERRED" || word === "IMMEDIATE" || word === "EXCLUSIVE") {
      mode = word;
      cursor.advance();
    }
    this.#transaction();
    return { kind: "begin", mode };
  }

  commit(): Statement {
    this.#cursor.advance();
    this.#transaction();
    return { kind: "commit" };
  }

  rollback(): Statement {
    const cursor = this.#cursor;
    cursor.advance();
    this.#transaction();
    if (!cursor.accept(TOKEN.TO)) return { kind: "rollback" };
    cursor.accept(TOKEN.SAVEPOINT);
    return { kind: "rollback", savepoint: cursor.name() };
  }

  savepoint(): Statement {
    this.#cursor.advance();
    return { kind: "savepoint", name: this.#cursor.name() };
  }

  release(): Statement {
    this.#cursor.advance();
    this.#cursor.accept(TOKEN.SAVEPOINT);
    return { kind: "release", name: this.#cursor.name() };
  }

  pragma(): Pragma {
    const cursor = this.#cursor;
    cursor.advance();
    const { schema, name } = this.#schema.tableName();
    const head = { kind: "pragma", ...(schema !== undefined && { schema }), name } as const;
    if (cursor.accept(TOKEN.EQUAL)) return { ...head, value: this.#pragmaValue(), assigned: true };
    if (!cursor.accept(TOKEN.LEFT_PAREN)) return { ...head, assigned: false };
    const value = this.#pragmaValue();
    cursor.expect(TOKEN.RIGHT_PAREN);
    return { ...head, value, assigned: false };
  }

  attach(): Statement {
    const cursor = this.#cursor;
    cursor.advance();
    cursor.accept(TOKEN.DATABASE);
    const { expressions } = this.#selects;
    const file = expressions.expression();
    cursor.expect(TOKEN.AS);
    const schema = expressions.expression();
    const key = cursor.accept(TOKEN.KEY) ? expressions.expression() : undefined;
    return { kind: "attach", file, schema, ...(key && { key }) };
  }

  detach(): Statement {
    const cursor = this.#cursor;
    cursor.advance();
    cursor.accept(TOKEN.DATABASE);
    return { kind: "detach", schema: this.#selects.expressions.expression() };
  }

  vacuum(): Statement {
    const cursor = this.#cursor;
    cursor.advance();
    const schema = cursor.atName ? cursor.takeName() : undefined;
    const into = cursor.accept(TOKEN.INTO) ? this.#selects.expressions.expression() : undefined;
    return { kind: "vacuum", ...(schema !== undefined && { schema }), ...(into && { into }) };
  }

  analyze(): Statement {
    return this.#maintenance("analyze");
  }

  reindex(): Statement {
    return this.#maintenance("reindex");
  }

  #maintenance(kind: "analyze" | "reindex"): Statement {
    const cursor = this.#cursor;
    cursor.advance();
    if (!cursor.atName) return { kind };
    const { schema, name } = this.#schema.tableName();
    return { kind, ...(schema !== undefined && { schema }), name };
  }

  /** `TRANSACTION name`, of which nothing counts. */
  #transaction(): void {
    const cursor = this.#cursor;
    if (cursor.accept(TOKEN.TRANSACTION) && cursor.atName) cursor.advance();
  }

  #pragmaValue(): string {
    const cursor = this.#cursor;
    const { start, kind } = cursor;
    if (kind === TOKEN.PLUS || kind === TOKEN.MINUS) {
      cursor.advance();
      if (cursor.kind !== TOKEN.INTEGER && cursor.kind !== TOKEN.FLOAT) cursor.fail();
    }
    const isNumber = cursor.kind === TOKEN.INTEGER || cursor.kind === TOKEN.FLOAT;
    const isWord = cursor.kind === TOKEN.ON || cursor.kind === TOKEN.DELETE || cursor.kind === TOKEN.DEFAULT;
    if (isNumber) {
      cursor.advance();
      const text = cursor.textFrom(start);
      return kind === TOKEN.MINUS ? `-${text.slice(1).trim()}` : text.replace(/^\+\s*/, "");
    }
    return isWord ? cursor.takeName() : cursor.name();
  }
}

/** Statements that their first word tells. */
const SIMPLE: ReadonlyMap<
  TokenKind,
  | "create"
  | "drop"
  | "alter"
  | "begin"
  | "commit"
  | "rollback"
  | "savepoint"
  | "release"
  | "pragma"
  | "attach"
  | "detach"
  | "vacuum"
  | "analyze"
  | "reindex"
> = new Map([
  [TOKEN.CREATE, "create"],
  [TOKEN.DROP, "drop"],
  [TOKEN.ALTER, "alter"],
  [TOKEN.BEGIN, "begin"],
  [TOKEN.COMMIT, "commit"],
  [TOKEN.END, "commit"],
  [TOKEN.ROLLBACK, "rollback"],
  [TOKEN.SAVEPOINT, "savepoint"],
  [TOKEN.RELEASE, "release"],
  [TOKEN.PRAGMA, "pragma"],
  [TOKEN.ATTACH, "attach"],
  [TOKEN.DETACH, "detach"],
  [TOKEN.VACUUM, "vacuum"],
  [TOKEN.ANALYZE, "analyze"],
  [TOKEN.REINDEX, "reindex"],
]);
