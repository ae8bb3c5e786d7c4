/** Generated JavaScript, indented by its braces. Lines stay as they are: the generator breaks them where statements end. */
export function indented(source: string): string {
  let depth = 0;
  return source
    .split("\n")
    .map((line) => {
      const braces = line.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, "").match(/[{}]/g) ?? [];
      const closing = /^\s*\}+/.exec(line)?.[0].trim().length ?? 0;
      const text = `${"  ".repeat(Math.max(0, depth - closing))}${line.trimStart()}`;
      for (const brace of braces) depth += brace === "{" ? 1 : -1;
      return text;
    })
    .join("\n");
}
