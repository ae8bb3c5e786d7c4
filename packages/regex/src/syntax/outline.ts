/** A pattern's tree in words, for people: what the parser read, with what is inside what. */
import { type CompileOptions, DEFAULT_LIMITS } from "../options.ts";
import type { CharacterClass, ClassItem, Node } from "./ast.ts";
import { parsePattern } from "./parse.ts";
import { PatternProblem } from "./problem.ts";
import { RegexError } from "../errors.ts";

export interface Outline {
  /** "repeat 2 to 3 times", "character a". */
  readonly label: string;
  readonly children: readonly Outline[];
}

/** Throws RegexError. */
export function outline(pattern: string | Uint8Array, options: CompileOptions = {}): Outline {
  const bytes = typeof pattern === "string" ? new TextEncoder().encode(pattern) : pattern;
  try {
    const { root, lateProblem } = parsePattern(bytes, options, { ...DEFAULT_LIMITS, ...options.limits });
    if (lateProblem !== undefined) throw lateProblem;
    return outlineOf(root);
  } catch (error) {
    if (!(error instanceof PatternProblem)) throw error;
    throw new RegexError({ code: error.code, message: error.message, patternIndex: 0, offset: error.position });
  }
}

function outlineOf(node: Node): Outline {
  switch (node.type) {
    case "empty":
      return leaf("nothing");
    case "character":
      return leaf(`character ${shown(node.codePoint)}${node.ignoreCase ? " in any case" : ""}`);
    case "any":
      return leaf("any character");
    case "anyByte":
      return leaf("any byte");
    case "class":
      return leaf(classText(node));
    case "assertion":
      return leaf(`at ${words(node.kind)}`);
    case "group":
      return branch(node.index === 0 ? "group" : `group ${node.name ?? node.index}`, [node.body]);
    case "concatenation":
      return sequence(node.parts);
    case "alternation":
      return branch("one of", node.branches);
    case "repeat":
      return branch(`repeat ${times(node.min, node.max)}${node.mode === "greedy" ? "" : `, ${node.mode}`}`, [
        node.body,
      ]);
    case "backReference":
      return leaf(`what group ${node.indices.join(" or ")} matched`);
    case "look":
      return branch(`${node.negated ? "not " : ""}looking ${node.ahead ? "ahead" : "behind"}`, [node.body]);
    case "atomic":
      return branch("without going back", [node.body]);
    case "conditional":
      return branch("if", [node.yes, node.no]);
    case "call":
      return leaf(node.index === 0 ? "the whole pattern again" : `the pattern of group ${node.index} again`);
    case "keep":
      return leaf("the match begins here");
    case "accept":
      return leaf("the match ends here");
  }
}

function leaf(label: string): Outline {
  return { label, children: [] };
}

function branch(label: string, children: readonly Node[]): Outline {
  return { label, children: children.map(outlineOf) };
}

/** Characters that stand together are one text. */
function sequence(parts: readonly Node[]): Outline {
  const children: Outline[] = [];
  for (let start = 0; start < parts.length;) {
    let end = start;
    while (end < parts.length && isPlain(parts[end]!, parts[start]!)) end++;
    children.push(end - start < 2 ? outlineOf(parts[start]!) : textOf(parts.slice(start, end) as Character[])); // isPlain
    start = Math.max(end, start + 1);
  }
  return children.length === 1 ? children[0]! : { label: "one after the other", children };
}

type Character = Node & { readonly type: "character" };

/** Whether `node` is a printable character, with the same regard to case as `first`. */
function isPlain(node: Node, first: Node): boolean {
  return (
    node.type === "character" &&
    first.type === "character" &&
    node.ignoreCase === first.ignoreCase &&
    node.codePoint >= 0x20 &&
    node.codePoint !== 0x7f &&
    node.codePoint <= 0x10ffff
  );
}

function textOf(characters: readonly Character[]): Outline {
  const text = characters.map(({ codePoint }) => String.fromCodePoint(codePoint)).join("");
  return leaf(`text "${text}"${characters[0]!.ignoreCase ? " in any case" : ""}`);
}

function times(min: number, max: number): string {
  if (max === Number.POSITIVE_INFINITY)
    return min === 0 ? "any number of times" : `at least ${min === 1 ? "once" : `${min} times`}`;
  if (min === max) return `${min} times`;
  return min === 0 && max === 1 ? "at most once" : `${min} to ${max} times`;
}

function classText({ negated, items }: CharacterClass): string {
  return `${negated ? "none of" : "one of"} ${items.map(itemText).join(", ")}`;
}

function itemText(item: ClassItem): string {
  switch (item.type) {
    case "range":
      return item.low === item.high ? shown(item.low) : `${shown(item.low)} to ${shown(item.high)}`;
    case "named":
      return `${item.negated ? "non-" : ""}${words(item.name)}`;
    case "property":
      return `${item.negated ? "not " : ""}\\p{${item.name}}`;
    default:
      return shown(item.codePoint);
  }
}

function shown(codePoint: number): string {
  if (codePoint > 0x10ffff) return "a byte that is no UTF-8";
  return codePoint > 0x20 && codePoint !== 0x7f
    ? String.fromCodePoint(codePoint)
    : `U+${codePoint.toString(16).padStart(4, "0")}`;
}

/** "wordBoundary" as "word boundary". */
function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
