/**
 * How GNU grep decides which lines match: with its own matcher (gnulib's dfa.c) where that can do the pattern by itself; else with the C
 * library's matcher, on the lines that a superset of the pattern lets through. As the two read some patterns differently (line-parser.ts),
 * the superset can exclude lines that the C library would take.
 */
import type { CompileOptions } from "../options.ts";
import { type ClassItem, EMPTY, type Node } from "./ast.ts";
import { readForLines } from "./line-parser.ts";
import { isRawByte } from "./pattern-text.ts";
import type { PosixOptions } from "./posix.ts";

/** What decides lines where the two readers differ. */
export interface LineRule {
  /** The pattern or, unless `alone`, something that every selected line contains; undefined when lines are not filtered. */
  readonly root: Node | undefined;
  /** Nothing else is asked. */
  readonly alone: boolean;
}

const ANY_BYTES: Node = { type: "repeat", body: { type: "anyByte" }, min: 0, max: Infinity, mode: "greedy" };

/** The rule for patterns that differ, or that have a parenthesis too many inside what -x and -w put around them. */
export function lineRule(
  texts: readonly (readonly number[])[],
  options: PosixOptions,
  whole: CompileOptions["whole"],
): LineRule {
  const joined = texts.flatMap((text, index) => (index === 0 ? text : [0x0a, ...text]));
  const { root } = readForLines(wrapped(joined, options.extended, whole), options);
  return ruleOf(root, options.encoding);
}

export function ruleOf(root: Node, encoding: "utf8" | "bytes"): LineRule {
  if (isForLines(root, encoding)) return { root, alone: true };
  const contents = { plain: false, unknown: encoding === "utf8" };
  const loose = superset(root, encoding, contents);
  return { root: contents.plain && contents.unknown ? loose : undefined, alone: false };
}

/** What GNU grep puts around the patterns, as text. */
function wrapped(text: readonly number[], extended: boolean, whole: CompileOptions["whole"]): readonly number[] {
  if (whole === undefined) return text;
  const [before, behind] = whole === "line" ? ["^(", ")$"] : ["(^|[^[:alnum:]_])(", ")([^[:alnum:]_]|$)"];
  const codes = (part: string): number[] =>
    Array.from(extended ? part : part.replaceAll(/[()|]/g, String.raw`\$&`), (letter) => letter.charCodeAt(0));
  return [...codes(before), ...text, ...codes(behind)];
}

/**
 * Whether dfa.c can do a pattern by itself. What depends on the locale beyond ASCII, and back-references, it leaves to the C library's
 * matcher.
 */
export function isForLines(node: Node, encoding: "utf8" | "bytes"): boolean {
  switch (node.type) {
    case "backReference":
      return false;
    case "assertion":
      return encoding === "bytes" || node.kind === "lineStart" || node.kind === "lineEnd";
    case "character":
      return !isRawByte(node.codePoint);
    case "class":
      return (encoding === "bytes" || !node.negated) && node.items.every((item) => isKnownItem(item, encoding));
    case "group":
      return isForLines(node.body, encoding);
    case "repeat":
      return node.max === 0 || isForLines(node.body, encoding);
    case "concatenation":
      return node.parts.every((part) => isForLines(part, encoding));
    case "alternation":
      return node.branches.every((branch) => isForLines(branch, encoding));
    default:
      return true;
  }
}

function isKnownItem(item: ClassItem, encoding: "utf8" | "bytes"): boolean {
  if (item.type === "equivalence" || item.type === "collating") return false;
  if (encoding === "bytes") return true;
  if (item.type !== "range") return item.type === "named" && item.name === "digit";
  return item.low === item.high ? !isRawByte(item.low) : item.low >= 0x30 && item.high <= 0x39;
}

/** The pattern with any bytes for what dfa.c does not know. Notes whether something stands for itself, and whether something does not. */
function superset(node: Node, encoding: "utf8" | "bytes", contents: { plain: boolean; unknown: boolean }): Node {
  const each = (child: Node): Node => superset(child, encoding, contents);
  switch (node.type) {
    case "assertion":
      return encoding === "utf8" && node.kind !== "lineStart" && node.kind !== "lineEnd" ? EMPTY : node;
    case "any":
      contents.plain = true;
      return node;
    case "character":
    case "class":
      if (isForLines(node, encoding)) {
        contents.plain = true;
        return node;
      }
      contents.unknown = true;
      return ANY_BYTES;
    case "backReference":
      contents.unknown = true;
      return ANY_BYTES;
    case "group":
      return { ...node, body: each(node.body) };
    case "repeat":
      return node.max === 0 ? EMPTY : { ...node, body: each(node.body) };
    case "concatenation":
      return { ...node, parts: node.parts.map(each) };
    case "alternation":
      return { ...node, branches: node.branches.map(each) };
    default:
      return node;
  }
}

/** Whether two readings are the same. */
export function sameReading(a: Node, b: Node): boolean {
  if (a === b) return true;
  switch (a.type) {
    case "empty":
    case "any":
      return a.type === b.type;
    case "character":
      return b.type === "character" && a.codePoint === b.codePoint;
    case "assertion":
      return b.type === "assertion" && a.kind === b.kind;
    case "backReference":
      return b.type === "backReference" && a.indices[0] === b.indices[0];
    case "group":
      return b.type === "group" && sameReading(a.body, b.body);
    case "repeat":
      return b.type === "repeat" && a.min === b.min && a.max === b.max && sameReading(a.body, b.body);
    case "concatenation":
      return b.type === "concatenation" && sameLists(a.parts, b.parts);
    case "alternation":
      return b.type === "alternation" && sameLists(a.branches, b.branches);
    default:
      return false;
  }
}

function sameLists(a: readonly Node[], b: readonly Node[]): boolean {
  return a.length === b.length && a.every((node, index) => sameReading(node, b[index]!));
}
