/**
 * The syntax tree: plain data, one interface per kind of node.
 *
 * Every node has its exact range in the source. What can fail at run time is also a `Place`. What uses a name has `binding`, which the parser leaves `undefined` and the resolver
 * fills: the local variable meant, or null for a global one; and `capture`: where that variable stands among those that
 * the function captures, or -1 for one of its own.
 *
 * Chains (`a + b + c`, `a.b.c()`) lean to the left and may be thousands long, where nesting is bounded: `links` says how many
 * links there are below, so that whoever walks the tree need not descend by recursion.
 */
import type { Binding, FunctionScope } from "../resolve/binding.ts";
import type { Token } from "./token.ts";

export interface Range {
  /** Offset of the first character, in UTF-16 units. */
  readonly start: number;
  /** Offset of the first character behind the node. */
  readonly end: number;
}

/** Where a run-time error is. The dialect chooses the line. */
export interface Place {
  /** Offset of what is shown, in UTF-16 units: the operator, the name or the parenthesis, where it stands on that line. */
  readonly at: number;
  /** Counted from 1. */
  readonly line: number;
}

export type BinaryOperator = "+" | "-" | "*" | "/" | "<" | "<=" | ">" | ">=" | "==" | "!=";

export interface LiteralExpression extends Range {
  readonly kind: "literal";
  readonly value: string | number | boolean | null;
}

export interface GroupingExpression extends Range {
  readonly kind: "grouping";
  readonly expression: Expression;
}

export interface UnaryExpression extends Range, Place {
  readonly kind: "unary";
  readonly operator: "-" | "!";
  readonly operand: Expression;
}

export interface BinaryExpression extends Range, Place {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
  readonly links: number;
}

export interface LogicalExpression extends Range {
  readonly kind: "logical";
  readonly operator: "and" | "or";
  readonly left: Expression;
  readonly right: Expression;
  readonly links: number;
}

export interface VariableExpression extends Range, Place {
  readonly kind: "variable";
  readonly name: Token;
  binding: Binding | null | undefined;
  capture: number;
}

export interface AssignExpression extends Range, Place {
  readonly kind: "assign";
  readonly name: Token;
  readonly value: Expression;
  binding: Binding | null | undefined;
  capture: number;
}

export interface CallExpression extends Range, Place {
  readonly kind: "call";
  readonly callee: Expression;
  readonly arguments: readonly Expression[];
  readonly links: number;
}

export interface GetExpression extends Range, Place {
  readonly kind: "get";
  readonly object: Expression;
  readonly name: Token;
  readonly links: number;
}

/** What chains are made of; each has one expression on its left. */
export type ChainLink = BinaryExpression | LogicalExpression | CallExpression | GetExpression;

export interface SetExpression extends Range, Place {
  readonly kind: "set";
  readonly object: Expression;
  readonly name: Token;
  readonly value: Expression;
}

export interface ThisExpression extends Range {
  readonly kind: "this";
  readonly keyword: Token;
  /** The hidden variable of the method that is meant. */
  binding: Binding | null | undefined;
  capture: number;
}

export interface SuperExpression extends Range, Place {
  readonly kind: "super";
  readonly keyword: Token;
  readonly method: Token;
  /** The hidden variable that holds the superclass. */
  binding: Binding | null | undefined;
  /** The hidden variable `this` of the method around it. */
  thisBinding: Binding | null | undefined;
  capture: number;
  thisCapture: number;
}

/** Stands where an expression should have been; only in trees of programs with errors. */
export interface MissingExpression extends Range {
  readonly kind: "missing";
}

export type Expression =
  | LiteralExpression
  | GroupingExpression
  | UnaryExpression
  | BinaryExpression
  | LogicalExpression
  | VariableExpression
  | AssignExpression
  | CallExpression
  | GetExpression
  | SetExpression
  | ThisExpression
  | SuperExpression
  | MissingExpression;

export interface ExpressionStatement extends Range {
  readonly kind: "expression";
  readonly expression: Expression;
}

export interface PrintStatement extends Range, Place {
  readonly kind: "print";
  readonly expression: Expression;
}

export interface VarStatement extends Range {
  readonly kind: "var";
  readonly name: Token;
  readonly initializer: Expression | null;
  binding: Binding | null | undefined;
}

export interface BlockStatement extends Range {
  readonly kind: "block";
  readonly body: readonly Statement[];
}

export interface IfStatement extends Range {
  readonly kind: "if";
  readonly condition: Expression;
  readonly thenBranch: Statement;
  readonly elseBranch: Statement | null;
}

export interface WhileStatement extends Range, Place {
  readonly kind: "while";
  readonly condition: Expression;
  readonly body: Statement;
}

/** `for` keeps its shape; its variable is one for all rounds, so it is a block around a `while`. */
export interface ForStatement extends Range, Place {
  readonly kind: "for";
  readonly initializer: VarStatement | ExpressionStatement | null;
  readonly condition: Expression | null;
  readonly increment: Expression | null;
  readonly body: Statement;
}

/** A function or a method: what both have. */
export interface FunctionNode extends Range, Place {
  readonly name: Token;
  readonly parameters: readonly Token[];
  readonly body: readonly Statement[];
  /** `initializer` is a method called `init`. */
  readonly role: "function" | "method" | "initializer";
  /** Filled by the resolver: parameters, locals and what is captured. */
  scope: FunctionScope | undefined;
}

export interface FunctionStatement extends Range {
  readonly kind: "function";
  readonly function: FunctionNode;
  binding: Binding | null | undefined;
}

export interface ReturnStatement extends Range {
  readonly kind: "return";
  readonly keyword: Token;
  readonly value: Expression | null;
}

export interface ClassStatement extends Range {
  readonly kind: "class";
  readonly name: Token;
  readonly superclass: VariableExpression | null;
  readonly methods: readonly FunctionNode[];
  binding: Binding | null | undefined;
  /** The hidden variable `super` that the methods close over; null without a superclass. */
  superBinding: Binding | null | undefined;
}

export type Statement =
  | ExpressionStatement
  | PrintStatement
  | VarStatement
  | BlockStatement
  | IfStatement
  | WhileStatement
  | ForStatement
  | FunctionStatement
  | ReturnStatement
  | ClassStatement;
