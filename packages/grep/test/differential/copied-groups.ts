/**
 * The patterns that are left out of the comparison. glibc's regcomp writes `(x)+` and `(x){2,3}` out as copies of the group and then takes
 * one copy for another: an assertion or a back-reference in such a group, and a reference to it, go wrong (in UTF-8, `echo foo |
 * grep -E '(\<f)+'` selects nothing), and so does a reference into a group that may be left out.
 */
import type { ByteString } from "../../src/byte-string.ts";

interface Group {
  readonly index: number;
  hasAssertion: boolean;
  hasReference: boolean;
}

export function confusesCopies(pattern: ByteString, dialect: "bre" | "ere"): boolean {
  const groups: Group[] = [];
  /** Groups of which there may be several copies, or none. */
  const confused = new Set<number>();
  let opened = 0;
  for (let at = 0; at < pattern.length;) {
    if (pattern[at] === "[") {
      at = bracketEnd(pattern, at);
      continue;
    }
    const token = pattern[at] === "\\" ? pattern.slice(at, at + 2) : pattern[at]!;
    at += token.length;
    const operator = dialect === "bre" ? token.replace(/^\\/, "") : token;
    const isOperator = dialect === "bre" ? token.length === 2 : token.length === 1;
    if (token.length === 2 && /[1-9]/.test(token[1]!)) {
      if (confused.has(Number(token[1]))) return true;
      for (const group of groups) group.hasReference = true;
    } else if (/^(?:[\^$]|\\[<>bB`'])$/.test(token)) {
      for (const group of groups) group.hasAssertion = true;
    } else if (isOperator && operator === "(") {
      groups.push({ index: ++opened, hasAssertion: false, hasReference: false });
    } else if (isOperator && operator === ")") {
      const group = groups.pop();
      const repetition = repetitionAt(pattern.slice(at), dialect);
      if (group === undefined || repetition === "") continue;
      const copies = /[+{]/.test(repetition);
      if (copies && (group.hasAssertion || group.hasReference)) return true;
      const itself = copies || group.hasAssertion;
      for (let index = itself ? group.index : group.index + 1; index <= opened; index++) confused.add(index);
    }
  }
  return false;
}

/** The repetition operators at the beginning of `rest`. */
function repetitionAt(rest: ByteString, dialect: "bre" | "ere"): string {
  const pattern = dialect === "bre" ? /^(?:\*|\\[+?]|\\\{[^\\]*\\\})+/ : /^(?:[*+?]|\{[^}]*\})+/;
  return pattern.exec(rest)?.[0] ?? "";
}

function bracketEnd(pattern: ByteString, open: number): number {
  const found = /^\[\^?\]?(?:\[([:.=]).*?\1\]|[^\]])*\]/s.exec(pattern.slice(open));
  return found === null ? pattern.length : open + found[0].length;
}
