/** Plain text as a pattern (grep -F). */
import { type Node, concatenation } from "./ast.ts";

export function parseFixed(text: readonly number[], ignoreCase: boolean): Node {
  return concatenation(text.map((codePoint): Node => ({ type: "character", codePoint, ignoreCase })));
}
