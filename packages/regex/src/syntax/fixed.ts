/** Plain text as a pattern (grep -F). */
import { type Node, assertion, concatenation } from "./ast.ts";
import { isRawByte } from "./pattern-text.ts";

export function parseFixed(text: readonly number[], ignoreCase: boolean): Node {
  const parts: Node[] = [];
  for (const codePoint of text) {
    if (isRawByte(codePoint)) parts.push(assertion("characterStart"));
    parts.push({ type: "character", codePoint, ignoreCase });
  }
  return concatenation(parts);
}
