/**
 * Expressions, by precedence climbing (Crafting Interpreters, chapters 6 and 17).
 *
 * One grammar serves both dialects. In the one-pass dialect `code` follows every step, in the order in which clox
 * would compile it, because its errors arise on the way; in the other it is null.
 */
import type { Dialect } from "../dialect.ts";
import type { BinaryOperator, Expression, SuperExpression, VariableExpression } from "./ast.ts";
import { BytecodeModel } from "./bytecode-model.ts";
import { MAX_CHAIN, TokenStream } from "./token-stream.ts";
import { type Token, tokenEnd, type TokenType } from "./token.ts";

export const MAX_ARGUMENTS = 255;

/** Binding power of the infix operators, loosest first; calls and properties bind tighter than all. */
const PRECEDENCE: ReadonlyMap<TokenType, number> = new Map<TokenType, number>([
  ["OR", 1],
  ["AND", 2],
  ["EQUAL_EQUAL", 3],
  ["BANG_EQUAL", 3],
  ["LESS", 4],
  ["LESS_EQUAL", 4],
  ["GREATER", 4],
  ["GREATER_EQUAL", 4],
  ["PLUS", 5],
  ["MINUS", 5],
  ["STAR", 6],
  ["SLASH", 6],
  ["LEFT_PAREN", 8],
  ["DOT", 8],
]);
const OR = 1;
const UNARY = 7;

export class ExpressionParser extends TokenStream {
  /** Follows what clox would emit; null where the dialect has no such limits. */
  protected readonly code: BytecodeModel | null;

  constructor(source: string, dialect: Dialect) {
    super(source, dialect);
    this.code = dialect.bytecodeLimits ? new BytecodeModel((message) => this.errorAt(this.previous, message)) : null;
  }

  protected expression(): Expression {
    if (!this.enter()) return this.#missing();
    const expression = this.#assignment();
    this.leave();
    return expression;
  }

  /** The line of a run-time error of the operation that was just parsed. */
  #lineOf(operator: Token): number {
    return this.dialect.errorLine === "operator" ? operator.line : this.previous.line;
  }

  /** The offset on that line. */
  #atOf(operator: Token): number {
    const { previous } = this;
    if (this.dialect.errorLine === "operator" || operator.line === previous.line) return operator.start;
    // A string may have begun on an earlier line than its own, which is the last.
    return previous.type === "STRING" ? tokenEnd(previous) - 1 : previous.start;
  }

  #missing(): Expression {
    return { kind: "missing", start: this.current.start, end: this.current.start };
  }

  #assignment(): Expression {
    const target = this.#climb(OR, true);
    if (target.kind === "missing" || !this.match("EQUAL")) return target;
    const equals = this.previous;
    // clox has met what it can assign to on the way here, and stops at the `=`; jlox reads the value before it looks at the target.
    const assigned = this.unwinds ? this.#assign(target, this.expression()) : undefined;
    if (assigned !== undefined) return assigned;
    this.errorAt(equals, "Invalid assignment target.");
    return target;
  }

  /** `target = value` where the target can be assigned to. */
  #assign(target: Expression, value: Expression): Expression | undefined {
    const { start } = target;
    const { end } = value;
    if (target.kind === "variable") {
      const { name } = target;
      const line = this.#lineOf(name);
      return { kind: "assign", name, value, at: this.#atOf(name), line, binding: undefined, capture: -1, start, end };
    }
    if (target.kind === "get") {
      const { object, name } = target;
      return { kind: "set", object, name, value, at: this.#atOf(name), line: this.#lineOf(name), start, end };
    }
    return undefined;
  }

  /**
   * Operators of at least this precedence. `canAssign`: an `=` behind a variable or property would be an assignment;
   * the one-pass compiler decides that on meeting the name.
   */
  #climb(precedence: number, canAssign: boolean): Expression {
    let left = this.#prefix(canAssign);
    for (let links = 0; left.kind !== "missing"; links++) {
      const next = PRECEDENCE.get(this.current.type) ?? 0;
      if (next < precedence) break;
      if (links >= MAX_CHAIN) {
        this.abandon("Too many operations in one expression.");
        break;
      }
      left = this.#infix(left, this.advance(), next, canAssign);
    }
    return left;
  }

  #prefix(canAssign: boolean): Expression {
    const token = this.current;
    const { start } = token;
    const end = tokenEnd(token);
    switch (token.type) {
      case "FALSE":
      case "TRUE":
      case "NIL": {
        this.advance();
        this.code?.emit(1);
        return { kind: "literal", value: token.type === "NIL" ? null : token.type === "TRUE", start, end };
      }
      case "NUMBER":
      case "STRING":
        this.advance();
        this.code?.constant();
        return { kind: "literal", value: token.literal, start, end };
      case "IDENTIFIER":
        this.advance();
        return this.#variable(token, canAssign);
      case "THIS":
        this.advance();
        this.code?.useThis();
        return { kind: "this", keyword: token, binding: undefined, capture: -1, start, end };
      case "SUPER":
        this.advance();
        return this.#super(token);
      case "LEFT_PAREN": {
        this.advance();
        const expression = this.expression();
        this.consume("RIGHT_PAREN", "Expect ')' after expression.");
        return { kind: "grouping", expression, start, end: tokenEnd(this.previous) };
      }
      case "BANG":
      case "MINUS":
        this.advance();
        return this.#unary(token);
      default:
        return this.#noExpression();
    }
  }

  #noExpression(): Expression {
    const missing = this.#missing();
    this.fail("Expect expression.");
    this.advance();
    return missing;
  }

  #unary(token: Token): Expression {
    const operand = this.#operand(UNARY);
    this.code?.emit(1);
    const operator = token.type === "BANG" ? "!" : "-";
    return {
      kind: "unary",
      operator,
      operand,
      at: this.#atOf(token),
      line: this.#lineOf(token),
      start: token.start,
      end: operand.end,
    };
  }

  /** What stands to the right of an operator. */
  #operand(precedence: number): Expression {
    if (!this.enter()) return this.#missing();
    const operand = this.#climb(precedence, false);
    this.leave();
    return operand;
  }

  #variable(name: Token, canAssign: boolean): Expression {
    this.code?.useName(name.lexeme);
    const variable = this.variableNode(name);
    if (this.unwinds || !canAssign || !this.match("EQUAL")) return variable;
    return this.#assign(variable, this.expression())!;
  }

  protected variableNode(name: Token): VariableExpression {
    const { line, start } = name;
    return { kind: "variable", name, at: start, line, binding: undefined, capture: -1, start, end: tokenEnd(name) };
  }

  #super(keyword: Token): Expression {
    this.code?.checkSuper();
    this.consume("DOT", "Expect '.' after 'super'.");
    const method = this.consume("IDENTIFIER", "Expect superclass method name.");
    this.code?.beginSuper();
    const node = (): SuperExpression => ({
      kind: "super",
      keyword,
      method,
      at: this.#atOf(method),
      line: this.#lineOf(method),
      binding: undefined,
      thisBinding: undefined,
      capture: -1,
      thisCapture: -1,
      start: keyword.start,
      end: tokenEnd(method),
    });
    // The one-pass compiler fuses the call; its error then has the line of the closing parenthesis.
    if (this.unwinds || !this.match("LEFT_PAREN")) {
      this.code?.endSuper(2);
      return node();
    }
    const open = this.previous;
    const args = this.#arguments();
    this.code?.endSuper(3);
    return this.#call(node(), args, open);
  }

  #infix(left: Expression, token: Token, precedence: number, canAssign: boolean): Expression {
    switch (token.type) {
      case "LEFT_PAREN": {
        const args = this.#arguments();
        this.code?.emit(2);
        return this.#call(left, args, token);
      }
      case "DOT":
        return this.#property(left, canAssign);
      case "AND":
      case "OR":
        return this.#logical(left, token, precedence);
      default: {
        const right = this.#operand(precedence + 1);
        const operator = token.lexeme as BinaryOperator;
        this.code?.binary(operator);
        const line = this.#lineOf(token);
        return {
          kind: "binary",
          operator,
          left,
          right,
          at: this.#atOf(token),
          line,
          links: linksOf(left) + 1,
          start: left.start,
          end: right.end,
        };
      }
    }
  }

  #logical(left: Expression, token: Token, precedence: number): Expression {
    const operator = token.type === "AND" ? "and" : "or";
    const jump = this.code?.beginLogical(operator);
    // jlox's `and` and `or` lean to the left, clox's to the right; both give the same values.
    const right = this.#operand(this.unwinds ? precedence + 1 : precedence);
    this.code?.patch(jump!);
    return { kind: "logical", operator, left, right, links: linksOf(left) + 1, start: left.start, end: right.end };
  }

  #property(object: Expression, canAssign: boolean): Expression {
    const name = this.consume("IDENTIFIER", "Expect property name after '.'.");
    this.code?.name();
    if (this.unwinds) return this.#get(object, name);
    if (canAssign && this.match("EQUAL")) {
      const value = this.expression();
      this.code?.emit(2);
      return this.#assign(this.#get(object, name), value)!;
    }
    if (this.match("LEFT_PAREN")) {
      const open = this.previous;
      const args = this.#arguments();
      this.code?.emit(3);
      return this.#call(this.#get(object, name), args, open);
    }
    this.code?.emit(2);
    return this.#get(object, name);
  }

  #get(object: Expression, name: Token): Expression {
    const line = this.#lineOf(name);
    return {
      kind: "get",
      object,
      name,
      at: this.#atOf(name),
      line,
      links: linksOf(object) + 1,
      start: object.start,
      end: tokenEnd(name),
    };
  }

  /** The closing parenthesis is the previous token. */
  #call(callee: Expression, args: readonly Expression[], open: Token): Expression {
    const close = this.previous;
    const { line } = close;
    const at = open.line === line ? open.start : close.start;
    const links = linksOf(callee) + 1;
    return { kind: "call", callee, arguments: args, at, line, links, start: callee.start, end: tokenEnd(close) };
  }

  /** Up to and with the closing parenthesis. */
  #arguments(): Expression[] {
    const args: Expression[] = [];
    if (!this.check("RIGHT_PAREN")) {
      do {
        if (this.unwinds && args.length >= MAX_ARGUMENTS) this.#tooManyArguments(this.current);
        args.push(this.expression());
        if (!this.unwinds && args.length > MAX_ARGUMENTS) this.#tooManyArguments(this.previous);
      } while (this.match("COMMA"));
    }
    this.consume("RIGHT_PAREN", "Expect ')' after arguments.");
    return args;
  }

  #tooManyArguments(at: Token): void {
    this.errorAt(at, `Can't have more than ${MAX_ARGUMENTS} arguments.`);
  }
}

/** How many links of a chain stand at the left, `node` included. */
function linksOf(node: Expression): number {
  return "links" in node ? node.links : 0;
}
