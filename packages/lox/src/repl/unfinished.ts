/** Does a piece of Lox want another line before it can mean anything? */
import { Scanner, UNTERMINATED_STRING } from "../syntax/scanner.ts";
import type { Token } from "../syntax/token.ts";

/** True while a bracket, a brace or a string is open. More closing ones than opened are an error, which the compiler tells. */
export function isUnfinished(source: string): boolean {
  const scanner = new Scanner(source);
  let depth = 0;
  let token: Token;
  do {
    token = scanner.next();
    if (token.type === "LEFT_PAREN" || token.type === "LEFT_BRACE") depth++;
    if (token.type === "RIGHT_PAREN" || token.type === "RIGHT_BRACE") depth--;
    if (depth < 0) return false;
    if (token.type === "ERROR") return token.literal === UNTERMINATED_STRING;
  } while (token.type !== "EOF");
  return depth > 0;
}
