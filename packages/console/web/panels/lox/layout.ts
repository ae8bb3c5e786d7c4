/**
 * The generated JavaScript, laid out for people. The engine breaks lines where a place of the source begins; here they
 * break at braces and semicolons. Only what the generator makes is understood: double-quoted strings, no comments, no
 * regular expressions.
 */

const INDENT = "  ";
/** What goes on with the line of a closing brace. */
const CONTINUES = /^(?:[)\];,.:?=]|else\b)/;
const TOKEN = /"(?:[^"\\]|\\.)*"|\s+|[{}()[\];]|[^\s"{}()[\];]+/g;

/** The same program, with other white space. */
export function layOut(generated: string): string {
  const lines: string[] = [];
  /** Brackets that are open; a line ends at a semicolon in braces only, not in the head of a `for`. */
  const open: string[] = [];
  let line = "";
  const end = (): void => {
    if (line.trim() !== "") lines.push(line);
    line = "";
  };
  const append = (token: string): void => {
    if (line === "") line = INDENT.repeat(open.filter((bracket) => bracket === "{").length);
    line += token;
  };
  for (const [token] of generated.matchAll(TOKEN)) {
    if (/^\s/.test(token)) {
      if (line !== "" && !line.endsWith(" ") && !line.endsWith("}")) line += " ";
      continue;
    }
    if (line.endsWith("}") && !CONTINUES.test(token)) end();
    if (token === "{" || token === "(" || token === "[") {
      append(token);
      open.push(token);
      if (token === "{") end();
    } else if (token === "}" || token === ")" || token === "]") {
      if (token === "}") end();
      open.pop();
      append(token);
    } else {
      append(token);
      if (token === ";" && open.at(-1) !== "(") end();
    }
  }
  end();
  return lines.join("\n").replaceAll(/\{\n\s*\}/g, "{}");
}
