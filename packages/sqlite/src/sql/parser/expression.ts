/**
 * Expressions, by precedence climbing.
 *
 * From loose to tight: OR; AND; prefix NOT; equality with IS, IN, LIKE, BETWEEN and the tests for NULL; order; bits and shifts; sums;
 * products; `||` and `->`; COLLATE; the signs and `~`. Binary operators group to the left. NOT before an expression takes everything down
 * to equality with it wherever it stands: `1 + NOT 2 = 3` is `1 + (NOT (2 = 3))`.
 *
 * `height` is the height of the tree that was made last, which a limit bounds.
 */
import { SqlError } from "../../errors.ts";
import type {
  BinaryOperator,
  Call,
  Case,
  CurrentTime,
  Expression,
  In,
  Literal,
  OrderingTerm,
  Raise,
  Select,
  UnaryOperator,
  Variable,
  Window,
} from "../ast.ts";
import { TOKEN, type TokenKind } from "../tokens.ts";
import { type TokenCursor, unquoted } from "./token-cursor.ts";

const OR = 1;
const AND = 2;
const NOT = 3;
const EQUALITY = 4;
const ORDER = 5;
const BITS = 7;
const SUM = 8;
const PRODUCT = 9;
const CONCAT = 10;
const COLLATE = 11;

/** How tightly the token binds as an operator behind an operand; 0: it is none. */
const PRECEDENCE = new Uint8Array(256);
/** What the token is as a plain binary operator. */
const OPERATORS: (BinaryOperator | undefined)[] = [];

const BINARY: readonly (readonly [number, ...(readonly [TokenKind, BinaryOperator])[]])[] = [
  [OR, [TOKEN.OR, "OR"]],
  [AND, [TOKEN.AND, "AND"]],
  [EQUALITY, [TOKEN.EQUAL, "="], [TOKEN.NOT_EQUAL, "<>"]],
  [ORDER, [TOKEN.LESS, "<"], [TOKEN.LESS_EQUAL, "<="], [TOKEN.GREATER, ">"], [TOKEN.GREATER_EQUAL, ">="]],
  [BITS, [TOKEN.AMPERSAND, "&"], [TOKEN.PIPE, "|"], [TOKEN.SHIFT_LEFT, "<<"], [TOKEN.SHIFT_RIGHT, ">>"]],
  [SUM, [TOKEN.PLUS, "+"], [TOKEN.MINUS, "-"]],
  [PRODUCT, [TOKEN.STAR, "*"], [TOKEN.SLASH, "/"], [TOKEN.PERCENT, "%"]],
  [CONCAT, [TOKEN.CONCAT, "||"], [TOKEN.ARROW, "->"]],
];
for (const [precedence, ...operators] of BINARY) {
  for (const [kind, operator] of operators) {
    PRECEDENCE[kind] = precedence;
    OPERATORS[kind] = operator;
  }
}
for (const kind of [TOKEN.IS, TOKEN.ISNULL, TOKEN.NOTNULL, TOKEN.NOT, TOKEN.IN, TOKEN.LIKE, TOKEN.MATCH, TOKEN.BETWEEN])
  PRECEDENCE[kind] = EQUALITY;
PRECEDENCE[TOKEN.COLLATE] = COLLATE;

/** Weights of `enter`. */
const SIGN = 1;
const PARENTHESES = 3;
const CALL = 3;
const CASE = 5;

const LITERAL_TYPES: Partial<Record<TokenKind, Literal["type"]>> = {
  [TOKEN.NULL]: "null",
  [TOKEN.INTEGER]: "integer",
  [TOKEN.FLOAT]: "float",
  [TOKEN.BLOB]: "blob",
  [TOKEN.STRING]: "string",
};

/** `_` in a number that does not stand between two digits. */
const MISPLACED_SEPARATOR = /^0x[\da-f_]*(?:__|_$)|^(?!0x).*(?:_(?!\d)|[^\d]_)/i;

/** What expressions need of the rest of the grammar. */
export interface SelectParser {
  select(): Select;
  window(): Window;
  orderingTerms(): OrderingTerm[];
}

export class ExpressionParser {
  readonly #cursor: TokenCursor;
  readonly #selects: SelectParser;
  /** The height of the expression that was parsed last. */
  height = 0;

  constructor(cursor: TokenCursor, selects: SelectParser) {
    this.#cursor = cursor;
    this.#selects = selects;
  }

  expression(): Expression {
    return this.#binary(OR);
  }

  /** `a, b, c`; `height` is that of the highest. */
  list(): Expression[] {
    const expressions: Expression[] = [];
    let height = 0;
    do {
      expressions.push(this.expression());
      height = Math.max(height, this.height);
    } while (this.#cursor.accept(TOKEN.COMMA));
    this.height = height;
    return expressions;
  }

  /** Operators that bind at least as tightly as `least`. */
  #binary(least: number): Expression {
    const cursor = this.#cursor;
    let left = this.#unary();
    for (;;) {
      const { kind } = cursor;
      const precedence = PRECEDENCE[kind]!;
      if (precedence === 0 || precedence < least) return left;
      const plain = OPERATORS[kind];
      left = plain === undefined ? this.#postfix(kind, left) : this.#plainBinary(plain, precedence, left);
    }
  }

  #plainBinary(plain: BinaryOperator, precedence: number, left: Expression): Expression {
    const cursor = this.#cursor;
    const { height } = this;
    const operator = plain === "->" && cursor.end - cursor.start === 3 ? "->>" : plain;
    cursor.advance();
    const right = this.#binary(precedence + 1);
    this.#grow(height);
    return { kind: "binary", operator, left, right, offset: left.offset };
  }

  /** Everything behind an operand that is more than a token between two operands. */
  #postfix(kind: TokenKind, operand: Expression): Expression {
    const cursor = this.#cursor;
    const { offset } = operand;
    if (kind === TOKEN.COLLATE) {
      cursor.advance();
      if (!cursor.atAlias) cursor.fail();
      const collation = cursor.takeName();
      this.#grow(0);
      return { kind: "collate", operand, collation, offset };
    }
    if (kind === TOKEN.IS) return this.#is(operand);
    if (kind === TOKEN.ISNULL || kind === TOKEN.NOTNULL) {
      cursor.advance();
      this.#grow(0);
      return { kind: "null-test", not: kind === TOKEN.NOTNULL, operand, offset };
    }
    const not = cursor.accept(TOKEN.NOT);
    switch (cursor.kind) {
      case TOKEN.IN:
        return this.#in(operand, not);
      case TOKEN.BETWEEN:
        return this.#between(operand, not);
      case TOKEN.LIKE:
      case TOKEN.MATCH:
        return this.#like(operand, not);
      case TOKEN.NULL:
        cursor.advance();
        this.#grow(0);
        return { kind: "null-test", not: true, operand, offset };
      default:
        return cursor.fail();
    }
  }

  #is(left: Expression): Expression {
    const cursor = this.#cursor;
    const { height } = this;
    cursor.advance();
    let not = cursor.accept(TOKEN.NOT);
    if (cursor.accept(TOKEN.DISTINCT)) {
      cursor.expect(TOKEN.FROM);
      not = !not;
    }
    const right = this.#binary(ORDER);
    this.#grow(height);
    return { kind: "binary", operator: not ? "IS NOT" : "IS", left, right, offset: left.offset };
  }

  #between(operand: Expression, not: boolean): Expression {
    const cursor = this.#cursor;
    const { height } = this;
    cursor.advance();
    let low = this.#binary(NOT);
    // OR takes all that follows with it, the AND of BETWEEN too, so that AND is missed at the end.
    if (cursor.kind === TOKEN.OR) low = this.#plainBinary("OR", OR, low);
    const lowHeight = this.height;
    cursor.expect(TOKEN.AND);
    const high = this.#binary(ORDER);
    this.#grow(Math.max(height, lowHeight));
    return { kind: "between", not, operand, low, high, offset: operand.offset };
  }

  #like(operand: Expression, not: boolean): Expression {
    const cursor = this.#cursor;
    const operator = cursor.word() as "LIKE" | "GLOB" | "REGEXP" | "MATCH"; // the words that have these kinds
    let { height } = this;
    cursor.advance();
    const pattern = this.#binary(ORDER);
    let escape: Expression | undefined;
    if (cursor.accept(TOKEN.ESCAPE)) {
      height = Math.max(height, this.height);
      escape = this.#binary(ORDER);
    }
    this.#grow(height);
    const { offset } = operand;
    return { kind: "like", operator, not, operand, pattern, ...(escape && { escape }), offset };
  }

  #in(operand: Expression, not: boolean): Expression {
    const cursor = this.#cursor;
    const { height } = this;
    cursor.advance();
    this.height = 0;
    const among = this.#among();
    this.#grow(height);
    return { kind: "in", not, operand, among, offset: operand.offset };
  }

  #among(): In["among"] {
    const cursor = this.#cursor;
    if (cursor.accept(TOKEN.LEFT_PAREN)) {
      if (this.#atSelect()) return this.#selectInParentheses();
      const list = cursor.kind === TOKEN.RIGHT_PAREN ? [] : this.list();
      cursor.expect(TOKEN.RIGHT_PAREN);
      return list;
    }
    const offset = cursor.start;
    let name = cursor.name();
    let schema: string | undefined;
    if (cursor.accept(TOKEN.DOT)) {
      schema = name;
      name = cursor.name();
    }
    const table = { kind: "table", ...(schema !== undefined && { schema }), name, offset } as const;
    if (!cursor.accept(TOKEN.LEFT_PAREN)) return table;
    const list = cursor.kind === TOKEN.RIGHT_PAREN ? [] : this.list();
    cursor.expect(TOKEN.RIGHT_PAREN);
    return { ...table, arguments: list };
  }

  #unary(): Expression {
    const cursor = this.#cursor;
    const { kind, start: offset } = cursor;
    let operator: UnaryOperator;
    if (kind === TOKEN.MINUS) operator = "-";
    else if (kind === TOKEN.PLUS) operator = "+";
    else if (kind === TOKEN.TILDE) operator = "~";
    else if (kind === TOKEN.NOT) operator = "NOT";
    else return this.#primary();
    cursor.enter(SIGN);
    cursor.advance();
    const operand = operator === "NOT" ? this.#binary(NOT) : this.#unary();
    cursor.leave(SIGN);
    this.#grow(0);
    return { kind: "unary", operator, operand, offset };
  }

  #primary(): Expression {
    const cursor = this.#cursor;
    const { kind, start: offset } = cursor;
    switch (kind) {
      case TOKEN.NULL:
      case TOKEN.INTEGER:
      case TOKEN.FLOAT:
      case TOKEN.BLOB:
        return this.literal();
      case TOKEN.STRING:
        return cursor.peek(1) === TOKEN.DOT ? this.#column() : this.literal();
      case TOKEN.VARIABLE:
        return this.#variable();
      case TOKEN.LEFT_PAREN:
        return this.#parentheses();
      case TOKEN.CASE:
        return this.#case();
      case TOKEN.CAST:
        return this.#cast();
      case TOKEN.RAISE:
        return this.#raise();
      case TOKEN.EXISTS: {
        cursor.advance();
        cursor.expect(TOKEN.LEFT_PAREN);
        if (!this.#atSelect()) cursor.fail();
        const select = this.#selectInParentheses();
        this.#grow(0);
        return { kind: "exists", select, offset };
      }
      case TOKEN.CURRENT_TIME:
        return this.currentTime();
      default:
        if (!cursor.atIdentifier) cursor.fail();
        return cursor.peek(1) === TOKEN.LEFT_PAREN ? this.#call() : this.#column();
    }
  }

  /** NULL, a number, a blob or a string. */
  literal(): Literal {
    const cursor = this.#cursor;
    const type = LITERAL_TYPES[cursor.kind];
    if (type === undefined) return cursor.fail();
    const { start: offset } = cursor;
    const token = cursor.text.slice(offset, cursor.end);
    cursor.advance();
    const isNumber = type === "integer" || type === "float";
    if (isNumber && MISPLACED_SEPARATOR.test(token)) cursor.complain(`unrecognized token: "${token}"`, offset);
    this.height = 1;
    return { kind: "literal", type, text: type === "string" ? unquoted(token) : token, offset };
  }

  /** CURRENT_DATE, CURRENT_TIME or CURRENT_TIMESTAMP. */
  currentTime(): CurrentTime {
    const cursor = this.#cursor;
    const { start: offset } = cursor;
    const what = cursor.word() as CurrentTime["what"]; // the words that have this kind
    cursor.advance();
    this.height = 1;
    return { kind: "current-time", what, offset };
  }

  #variable(): Variable {
    const cursor = this.#cursor;
    const { start: offset, variables, limits } = cursor;
    const name = cursor.text.slice(offset, cursor.end);
    if (name[0] === "#") cursor.fail(); // Registers of statements that the original makes for itself.
    let index: number;
    if (name === "?") index = variables.length + 1;
    else if (name[0] === "?") index = Number(name.slice(1));
    else {
      const known = variables.indexOf(name);
      index = known === -1 ? variables.length + 1 : known + 1;
    }
    const limit = limits.variableNumber;
    if (name[0] === "?" && name !== "?" && (index < 1 || index > limit))
      throw new SqlError(`variable number must be between ?1 and ?${limit}`, offset);
    if (index > limit) throw new SqlError("too many SQL variables", offset);
    while (variables.length < index) variables.push(undefined);
    if (name !== "?") variables[index - 1] ??= name;
    cursor.advance();
    this.height = 1;
    return { kind: "variable", name, index, offset };
  }

  /** `a`, `t.a` or `s.t.a`. */
  #column(): Expression {
    const cursor = this.#cursor;
    const { start: offset } = cursor;
    const quoted = cursor.startsWith('"');
    const first = cursor.takeName();
    this.height = 1;
    if (!cursor.accept(TOKEN.DOT)) return { kind: "identifier", name: first, quoted, offset };
    const second = cursor.name();
    if (!cursor.accept(TOKEN.DOT)) return { kind: "column", table: first, name: second, offset };
    return { kind: "column", schema: first, table: second, name: cursor.name(), offset };
  }

  #parentheses(): Expression {
    const cursor = this.#cursor;
    const { start: offset } = cursor;
    cursor.advance();
    if (this.#atSelect()) {
      const select = this.#selectInParentheses();
      this.#grow(0);
      return { kind: "subquery", select, offset };
    }
    cursor.enter(PARENTHESES);
    const values = this.list();
    cursor.leave(PARENTHESES);
    cursor.expect(TOKEN.RIGHT_PAREN);
    if (values.length === 1) return values[0]!;
    this.#grow(0);
    return { kind: "row", values, offset };
  }

  #atSelect(): boolean {
    const { kind } = this.#cursor;
    return kind === TOKEN.SELECT || kind === TOKEN.VALUES || kind === TOKEN.WITH;
  }

  /** Behind the opening parenthesis. */
  #selectInParentheses(): Select {
    const select = this.#selects.select();
    this.#cursor.expect(TOKEN.RIGHT_PAREN);
    return select;
  }

  #case(): Case {
    const cursor = this.#cursor;
    const { start: offset } = cursor;
    cursor.enter(CASE);
    cursor.advance();
    let height = 0;
    const part = (): Expression => {
      const expression = this.expression();
      height = Math.max(height, this.height);
      return expression;
    };
    const operand = cursor.kind === TOKEN.WHEN ? undefined : part();
    const branches: { when: Expression; result: Expression }[] = [];
    if (cursor.kind !== TOKEN.WHEN) cursor.fail();
    while (cursor.accept(TOKEN.WHEN)) {
      const when = part();
      cursor.expect(TOKEN.THEN);
      branches.push({ when, result: part() });
    }
    const otherwise = cursor.accept(TOKEN.ELSE) ? part() : undefined;
    cursor.expect(TOKEN.END);
    cursor.leave(CASE);
    this.height = 0;
    this.#grow(height);
    return { kind: "case", ...(operand && { operand }), branches, ...(otherwise && { otherwise }), offset };
  }

  #cast(): Expression {
    const cursor = this.#cursor;
    const { start: offset } = cursor;
    cursor.advance();
    cursor.expect(TOKEN.LEFT_PAREN);
    cursor.enter(CALL);
    const operand = this.expression();
    cursor.leave(CALL);
    cursor.expect(TOKEN.AS);
    const type = this.typeName();
    cursor.expect(TOKEN.RIGHT_PAREN);
    this.#grow(0);
    return { kind: "cast", operand, type, offset };
  }

  /** `DOUBLE PRECISION`, `VARCHAR(10)`, `DECIMAL(10, -2)` as written; `""` when there is none. */
  typeName(): string {
    const cursor = this.#cursor;
    const { start } = cursor;
    if (!cursor.atAlias) return "";
    while (cursor.atAlias) cursor.advance();
    if (cursor.accept(TOKEN.LEFT_PAREN)) {
      this.#signed();
      if (cursor.accept(TOKEN.COMMA)) this.#signed();
      cursor.expect(TOKEN.RIGHT_PAREN);
    }
    return cursor.textFrom(start);
  }

  #signed(): void {
    const cursor = this.#cursor;
    if (cursor.kind === TOKEN.PLUS || cursor.kind === TOKEN.MINUS) cursor.advance();
    if (cursor.kind !== TOKEN.INTEGER && cursor.kind !== TOKEN.FLOAT) cursor.fail();
    cursor.advance();
  }

  #raise(): Raise {
    const cursor = this.#cursor;
    const { start: offset } = cursor;
    cursor.advance();
    cursor.expect(TOKEN.LEFT_PAREN);
    const action = cursor.word();
    this.height = 1;
    if (cursor.accept(TOKEN.IGNORE)) {
      cursor.expect(TOKEN.RIGHT_PAREN);
      return { kind: "raise", action: "IGNORE", offset };
    }
    if (action !== "ROLLBACK" && action !== "ABORT" && action !== "FAIL") return cursor.fail();
    cursor.advance();
    cursor.expect(TOKEN.COMMA);
    const message = this.expression();
    cursor.expect(TOKEN.RIGHT_PAREN);
    this.#grow(0);
    return { kind: "raise", action, message, offset };
  }

  #call(): Call {
    const cursor = this.#cursor;
    const { start: offset } = cursor;
    const name = cursor.takeName();
    cursor.advance(); // the parenthesis
    cursor.enter(CALL);
    const star = cursor.accept(TOKEN.STAR);
    const distinct = !star && cursor.accept(TOKEN.DISTINCT);
    if (!star && !distinct) cursor.accept(TOKEN.ALL);
    this.height = 0;
    const isEmpty = star || cursor.kind === TOKEN.RIGHT_PAREN || cursor.kind === TOKEN.ORDER;
    const list = isEmpty ? [] : this.list();
    let { height } = this;
    let orderBy: OrderingTerm[] = [];
    if (!star && cursor.accept(TOKEN.ORDER)) {
      cursor.expect(TOKEN.BY);
      orderBy = this.#selects.orderingTerms();
      height = Math.max(height, this.height);
    }
    cursor.expect(TOKEN.RIGHT_PAREN);
    cursor.leave(CALL);
    if (list.length > cursor.limits.functionArguments)
      cursor.complain(`too many arguments on function ${name}`, offset);
    const filter = this.#filter();
    const over = this.#over();
    this.height = 0;
    this.#grow(height);
    return {
      kind: "call",
      name,
      distinct,
      star,
      arguments: list,
      orderBy,
      ...(filter && { filter }),
      ...(over !== undefined && { over }),
      offset,
    };
  }

  #filter(): Expression | undefined {
    const cursor = this.#cursor;
    if (!cursor.accept(TOKEN.FILTER)) return undefined;
    cursor.expect(TOKEN.LEFT_PAREN);
    cursor.expect(TOKEN.WHERE);
    const filter = this.expression();
    cursor.expect(TOKEN.RIGHT_PAREN);
    return filter;
  }

  #over(): Window | string | undefined {
    const cursor = this.#cursor;
    if (!cursor.accept(TOKEN.OVER)) return undefined;
    if (!cursor.accept(TOKEN.LEFT_PAREN)) return cursor.name();
    const window = this.#selects.window();
    cursor.expect(TOKEN.RIGHT_PAREN);
    return window;
  }

  /** The tree got one level above what was parsed last and `other`. */
  #grow(other: number): void {
    this.height = Math.max(this.height, other) + 1;
    const limit = this.#cursor.limits.expressionDepth;
    if (this.height > limit) throw new SqlError(`Expression tree is too large (maximum depth ${limit})`);
  }
}
