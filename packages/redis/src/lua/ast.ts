/** The syntax tree of a chunk, with its names resolved. */

export interface Binding {
  readonly name: string;
  /** Unique in the chunk. */
  readonly id: number;
  readonly owner: FunctionNode;
  /** Some inner function uses it. */
  captured: boolean;
  /** Assigned after its declaration. */
  assigned: boolean;
  /** What is ever assigned to it: expressions, null for nil, "number" for what is sure to be one, "any" for what cannot be told. */
  readonly values: (Expression | null | "number" | "any")[];
  /** Found by types.ts. */
  isNumber: boolean;
}

export interface FunctionNode {
  readonly parameters: Binding[];
  isVararg: boolean;
  /** Uses `arg`, the table that functions with `...` had in Lua 5.0 and still get when they do not use `...` themselves. */
  argTable: Binding | undefined;
  usesVarargs: boolean;
  body: Statement[];
  readonly parent: FunctionNode | undefined;
  /** 0: the chunk itself. */
  readonly line: number;
  readonly upvalues: Set<Binding>;
  locals: number;
  hasCalls: boolean;
}

export type BinaryOperator =
  | "+"
  | "-"
  | "*"
  | "/"
  | "%"
  | "^"
  | ".."
  | "=="
  | "~="
  | "<"
  | "<="
  | ">"
  | ">="
  | "and"
  | "or";

export type Expression =
  | { readonly kind: "nil" | "true" | "false" | "vararg" }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "local"; readonly binding: Binding; readonly upvalue: boolean }
  | { readonly kind: "global"; readonly name: string; readonly line: number }
  | { readonly kind: "index"; readonly object: Expression; readonly key: Expression; readonly line: number }
  | { readonly kind: "call"; readonly callee: Expression; readonly arguments: Expression[]; readonly line: number }
  | {
      readonly kind: "method";
      readonly object: Expression;
      readonly name: string;
      readonly arguments: Expression[];
      readonly line: number;
    }
  | { readonly kind: "function"; readonly node: FunctionNode }
  | {
      readonly kind: "binary";
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly line: number;
    }
  | {
      readonly kind: "unary";
      readonly operator: "-" | "not" | "#";
      readonly operand: Expression;
      readonly line: number;
    }
  | { readonly kind: "paren"; readonly inner: Expression }
  | { readonly kind: "table"; readonly items: TableItem[]; readonly line: number };

export type TableItem =
  | { readonly kind: "positional"; readonly value: Expression }
  | { readonly kind: "keyed"; readonly key: Expression; readonly value: Expression; readonly line: number };

export type Expr<K extends Expression["kind"]> = Extract<Expression, { kind: K }>;

export type Statement =
  | { readonly kind: "local"; readonly bindings: Binding[]; readonly values: Expression[] }
  | { readonly kind: "assign"; readonly targets: Expression[]; readonly values: Expression[]; readonly line: number }
  | { readonly kind: "expression"; readonly call: Expression }
  | { readonly kind: "do"; readonly body: Statement[] }
  | { readonly kind: "while"; readonly condition: Expression; readonly body: Statement[]; readonly line: number }
  | { readonly kind: "repeat"; readonly body: Statement[]; readonly condition: Expression; readonly line: number }
  | {
      readonly kind: "if";
      readonly clauses: { condition: Expression; body: Statement[] }[];
      readonly otherwise: Statement[] | undefined;
    }
  | {
      readonly kind: "numeric-for";
      readonly binding: Binding;
      readonly from: Expression;
      readonly to: Expression;
      readonly step: Expression | undefined;
      readonly body: Statement[];
      readonly line: number;
    }
  | {
      readonly kind: "generic-for";
      readonly bindings: Binding[];
      readonly values: Expression[];
      readonly body: Statement[];
      readonly line: number;
    }
  | { readonly kind: "local-function"; readonly binding: Binding; readonly function: Expr<"function"> }
  | { readonly kind: "return"; readonly values: Expression[]; readonly line: number }
  | { readonly kind: "break" };

/** Whether the expression can give several values. */
export function isMulti(node: Expression | undefined): boolean {
  return node !== undefined && (node.kind === "call" || node.kind === "method" || node.kind === "vararg");
}
