/**
 * The syntax tree as JSON, for tools in other languages and for people who want to see it.
 *
 * Nodes are as in `ast.ts`, with `kind` first; names are plain strings, and what the resolver found is one word:
 * `"scope": "local"`, `"captured"` or `"global"`. Offsets are in UTF-16 units, lines counted from 1.
 */
import type { Binding } from "../resolve/binding.ts";
import type { ClassStatement, Expression, FunctionNode, Statement } from "./ast.ts";
import type { Token } from "./token.ts";

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

type Node = Statement | Expression | FunctionNode;

/** Fields that are told in another way, or not at all. */
const OMITTED: ReadonlySet<string> = new Set([
  "kind",
  "start",
  "end",
  "binding",
  "superBinding",
  "thisBinding",
  "scope",
]);

/** The tree of a whole program. Throws nothing; depth is bounded by the parser's limits. */
export function programJson(body: readonly Statement[]): Json {
  return { kind: "program", body: body.map(nodeJson) };
}

function nodeJson(node: Node): Json {
  const entries = Object.entries(node)
    .filter(([key]) => !OMITTED.has(key))
    .map(([key, value]) => [key, valueJson(value)] as const);
  const kind = "kind" in node ? node.kind : node.role;
  return { kind, ...Object.fromEntries(entries), ...scopeJson(node), range: [node.start, node.end] };
}

/** A field's value: another node, a list, a token (its text), or plain data. */
function valueJson(value: Node | Token | readonly (Node | Token)[] | Json): Json {
  if (Array.isArray(value)) return value.map((item: Node | Token) => valueJson(item));
  if (typeof value !== "object" || value === null) return plainJson(value as string | number | boolean | null);
  return "lexeme" in value ? (value as Token).lexeme : nodeJson(value as Node);
}

/** JSON has no infinity, which a long literal can be. */
function plainJson(value: string | number | boolean | null): Json {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

type Bound = Exclude<Node, ClassStatement> & { readonly binding?: Binding | null | undefined };

function scopeJson(node: Node): { readonly scope?: string } {
  if (!("binding" in node)) return {};
  const { binding } = node as Bound;
  if (binding === undefined) return {};
  if (binding === null) return { scope: "global" };
  return { scope: binding.captured ? "captured" : "local" };
}
