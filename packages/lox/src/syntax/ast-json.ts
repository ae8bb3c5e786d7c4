/**
 * The syntax tree as JSON, for tools in other languages and for people who want to see it.
 *
 * A node has its `kind` first, then the fields of the table below, and at last its `range`: offsets in UTF-16 units. Names are plain
 * strings; what the resolver found about one is a word, `"scope": "local"`, `"captured"` or `"global"`. `line`, counted
 * from 1, is the one that a runtime error of the node reports. What `ast.ts` keeps beside that is the engines' own business.
 */
import type { Binding } from "../resolve/binding.ts";
import type { Expression, FunctionNode, Statement } from "./ast.ts";
import type { Token } from "./token.ts";

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

type Node = Expression | Exclude<Statement, { kind: "function" }> | FunctionNode;
type Kind = Exclude<Expression | Statement, { kind: "function" }>["kind"] | FunctionNode["role"];

const CALLABLE = ["name", "parameters", "body"] as const;

const FIELDS: Readonly<Record<Kind, readonly string[]>> = {
  literal: ["value"],
  grouping: ["expression"],
  unary: ["operator", "operand", "line"],
  binary: ["operator", "left", "right", "line"],
  logical: ["operator", "left", "right"],
  variable: ["name", "line"],
  assign: ["name", "value", "line"],
  call: ["callee", "arguments", "line"],
  get: ["object", "name", "line"],
  set: ["object", "name", "value", "line"],
  this: [],
  super: ["method", "line"],
  missing: [],
  expression: ["expression"],
  print: ["expression"],
  var: ["name", "initializer"],
  block: ["body"],
  if: ["condition", "thenBranch", "elseBranch"],
  while: ["condition", "body"],
  for: ["initializer", "condition", "increment", "body"],
  return: ["value"],
  class: ["name", "superclass", "methods"],
  function: CALLABLE,
  method: CALLABLE,
  initializer: CALLABLE,
};

/** The tree of a whole program. Its depth is bounded by the parser's limits. */
export function programJson(body: readonly Statement[]): Json {
  return { kind: "program", body: body.map(nodeJson) };
}

function nodeJson(node: Expression | Statement | FunctionNode): Json {
  // A function's declaration and the function are one node here.
  if ("kind" in node && node.kind === "function")
    return { ...fieldsOf(node.function), ...scopeOf(node), ...rangeOf(node) };
  return { ...fieldsOf(node), ...scopeOf(node), ...rangeOf(node) };
}

function fieldsOf(node: Node): { readonly [key: string]: Json } {
  const kind = "kind" in node ? node.kind : node.role;
  const fields = node as unknown as Readonly<Record<string, Parameters<typeof valueJson>[0]>>;
  return { kind, ...Object.fromEntries(FIELDS[kind].map((name) => [name, valueJson(fields[name]!)])) };
}

type Value = Expression | Statement | FunctionNode | Token | string | number | boolean | null;

/** A field's value: another node, a list, a token (its text), or plain data. */
function valueJson(value: Value | readonly Value[]): Json {
  if (Array.isArray(value)) return value.map((item: Value) => valueJson(item));
  if (typeof value === "object" && value !== null) {
    return "lexeme" in value ? value.lexeme : nodeJson(value as Expression | Statement | FunctionNode);
  }
  // JSON has no infinity, which a long literal can be.
  return typeof value === "number" && !Number.isFinite(value)
    ? String(value)
    : (value as string | number | boolean | null);
}

function scopeOf(node: object): { readonly scope?: string } {
  if (!("binding" in node) || node.binding === undefined) return {};
  const binding = node.binding as Binding | null;
  if (binding === null) return { scope: "global" };
  return { scope: binding.captured ? "captured" : "local" };
}

function rangeOf({ start, end }: { readonly start: number; readonly end: number }): {
  readonly range: readonly Json[];
} {
  return { range: [start, end] };
}
