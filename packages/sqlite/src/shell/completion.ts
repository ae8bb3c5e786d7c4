/** What the tab key offers: dot-commands at the start of a line, else keywords, tables and columns. */
import { KEYWORDS } from "../sql/tokens.ts";
import { COMMANDS } from "./commands/table.ts";
import { quotedText } from "./format/values.ts";
import type { Shell } from "./shell.ts";

/** Candidates and the part of the line that they stand for, as node:readline asks for them. */
export function completionsOf(shell: Shell, line: string): [string[], string] {
  const word = /[A-Za-z0-9_.]*$/.exec(line)![0]; // matches the empty word too
  if (line.startsWith(".") && word === line)
    return [COMMANDS.map(({ name }) => `.${name}`).filter((name) => name.startsWith(word)), word];
  if (word === "") return [[], word];
  const lower = word.toLowerCase();
  const isLower = word === lower;
  const keywords = KEYWORDS.map((keyword) => (isLower ? keyword.toLowerCase() : keyword));
  const candidates = new Set([...names(shell), ...(line.startsWith(".") ? [] : keywords)]);
  return [[...candidates].filter((name) => name.toLowerCase().startsWith(lower)).toSorted(), word];
}

/** Of databases, tables, views and columns. */
function names(shell: Shell): string[] {
  try {
    const databases = shell.rows("PRAGMA database_list").map(([, name]) => String(name));
    const tables = databases.flatMap((database) =>
      shell
        .rows(`SELECT name FROM "${database.replaceAll('"', '""')}".sqlite_schema WHERE type IN ('table','view')`)
        .map(([name]) => String(name)),
    );
    const columns = tables.flatMap((table) =>
      shell.rows(`PRAGMA table_info(${quotedText(table)})`).map(([, name]) => String(name)),
    );
    return [...databases, ...tables, ...columns];
  } catch {
    return []; // a file that is no database is told about when it is used
  }
}
