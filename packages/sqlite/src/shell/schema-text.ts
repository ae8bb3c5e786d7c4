/** CREATE statements as .schema and .dump show them. */
import { isComplete, isSpace } from "./complete.ts";
import { quotedName } from "./format/values.ts";
import type { Shell } from "./shell.ts";

/** With `IF NOT EXISTS` where the original puts it, and a comment at the end closed before the semicolon. */
export function schemaLine(sql: string, tail: string): string {
  let text = sql;
  if (tail.startsWith(";") && /\/\*|--/.test(sql)) {
    const ending = ["", "*/", "\n"].find((end) => isComplete(`${sql}${end};`));
    text = sql + (ending ?? "");
  }
  return (/^CREATE TABLE ['"]/.test(text) ? `CREATE TABLE IF NOT EXISTS ${text.slice(13)}` : text) + tail;
}

const KINDS = /^CREATE (TABLE|INDEX|UNIQUE INDEX|VIEW|TRIGGER|VIRTUAL TABLE) /;

/** With the database's name before the object's, and behind views and virtual tables a comment with their columns. */
export function withSchemaName(shell: Shell, sql: string, schema: string, name: string): string {
  const kind = KINDS.exec(sql);
  if (kind === null) return sql;
  const prefix = schema === "main" ? "" : `${schema === "temp" ? schema : quotedName(schema)}.`;
  const named = kind[0] + prefix + sql.slice(kind[0].length);
  if (!kind[1]!.startsWith("V")) return named;
  const columns = shell.rows(`PRAGMA ${quotedName(schema)}.table_info("${name.replaceAll('"', '""')}")`);
  if (columns.length === 0) return named;
  const list = columns.map(([, column]) => quotedName(String(column))).join(",");
  return `${named}\n/* ${prefix}${quotedName(name)}(${list}) */`;
}

/** On several lines: columns and constraints of a table each on one of their own. */
export function indented(sql: string): string {
  if (/^create (view|trigger)/i.test(sql)) return `${sql};\n`;
  const text = compact(sql);
  const isTable = /^create table/i.test(text) && !text.includes("--");
  return schemaLine(isTable ? broken(text) : text, ";\n");
}

/** Space outside of quotes: one blank at most, none behind `(` and before `)`. */
function compact(sql: string): string {
  let text = "";
  let quote = "";
  for (let at = 0; at < sql.length; at++) {
    const character = sql[at]!;
    if (quote !== "") {
      text += character;
      if (character === quote) quote = "";
    } else if (isSpace(character)) {
      const last = text.at(-1);
      if (last === undefined || isSpace(last) || last === "(") continue;
      text += character;
    } else {
      if ((character === ")" || character === "(") && isSpace(text.at(-1) ?? "")) text = text.slice(0, -1);
      if (`'"\`[`.includes(character)) quote = character === "[" ? "]" : character;
      text += character;
    }
  }
  return text.trimEnd();
}

function broken(text: string): string {
  let result = "";
  let depth = 0;
  let quote = "";
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    const next = text[at + 1];
    if (quote !== "") {
      result += character;
      if (character === quote) quote = "";
      continue;
    }
    if (character === ")") {
      depth -= 1;
      if (depth === 0 && result.includes("\n")) result += "\n";
    }
    result += character;
    if (`'"\`[`.includes(character)) quote = character === "[" ? "]" : character;
    if (character === "(") depth += 1;
    if (depth === 1 && (character === "(" || character === "," || next === undefined)) {
      result += "\n  ";
      if (next === " ") at += 1;
    }
  }
  return result;
}
