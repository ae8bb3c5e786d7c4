/** What there is: .tables, .indexes, .schema, .fullschema. */
import type { SqlValue } from "../../values/value.ts";
import { isOption } from "../arguments.ts";
import { byteLength } from "../bytes.ts";
import { type DotCommand, misused } from "../command.ts";
import { quotedName, quotedText } from "../format/values.ts";
import { indented, schemaLine, withSchemaName } from "../schema-text.ts";
import type { Shell } from "../shell.ts";

const LINE_WIDTH = 80;
const SCHEMA_TABLES: readonly string[] = ["sqlite_master", "sqlite_schema", "sqlite_temp_master", "sqlite_temp_schema"];

function databaseNames(shell: Shell): string[] {
  return shell.rows("PRAGMA database_list").map(([, name]) => String(name));
}

/** In as many columns as fit, downwards. */
function printNames(shell: Shell, names: readonly string[]): void {
  const width = Math.max(0, ...names.map(byteLength));
  const columns = Math.max(1, Math.floor(LINE_WIDTH / (width + 2)));
  const lines = Math.ceil(names.length / columns);
  for (let line = 0; line < lines; line++) {
    const cells: string[] = [];
    for (let at = line; at < names.length; at += lines)
      cells.push(names[at]! + " ".repeat(width - byteLength(names[at]!)));
    shell.print(`${cells.join("  ")}\n`);
  }
}

/** Names of what `condition` (of the schema table's columns, ?1 the pattern) selects in all databases. */
function namesWhere(shell: Shell, condition: string, pattern: string): SqlValue[][] {
  const selects = databaseNames(shell).map((name) => {
    const prefix = name === "main" ? "" : `${quotedText(`${name}.`)}||`;
    return `SELECT ${prefix}name FROM ${quotedName(name)}.sqlite_schema WHERE ${condition}`;
  });
  return shell.rows(`${selects.join(" UNION ALL ")} ORDER BY 1`, pattern);
}

function runTables(shell: Shell, words: readonly string[]): boolean {
  const condition = "type IN ('table','view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name LIKE ?1";
  printNames(
    shell,
    namesWhere(shell, condition, words[1] ?? "%").map(([name]) => String(name)),
  );
  return true;
}

function runIndexes(shell: Shell, words: readonly string[]): boolean {
  if (words.length > 2) return misused(shell, ".indexes ?LIKE-PATTERN?");
  printNames(
    shell,
    namesWhere(shell, "type='index' AND tbl_name LIKE ?1", words[1] ?? "%").map(([name]) => String(name)),
  );
  return true;
}

interface SchemaOptions {
  readonly pattern: string | undefined;
  readonly indent: boolean;
  readonly skipsSystem: boolean;
}

function printSchema(shell: Shell, { pattern, indent, skipsSystem }: SchemaOptions): void {
  const print = (sql: string): void => shell.print(indent ? indented(sql) : schemaLine(sql, ";\n"));
  if (pattern !== undefined && SCHEMA_TABLES.includes(pattern.toLowerCase()))
    print(
      `CREATE TABLE ${pattern} (\n  type text,\n  name text,\n  tbl_name text,\n  rootpage integer,\n  sql text\n)`,
    );
  const isGlob = pattern !== undefined && /[*?[]/.test(pattern);
  for (const schema of databaseNames(shell)) {
    const subject = pattern?.includes(".") === true ? "lower(printf('%s.%s',?2,tbl_name))" : "lower(tbl_name)";
    const conditions = ["sql IS NOT NULL", "?2 IS ?2"];
    if (pattern !== undefined) conditions.unshift(isGlob ? `${subject} GLOB ?1` : `${subject} LIKE ?1 ESCAPE '\\'`);
    if (skipsSystem) conditions.push("name NOT LIKE 'sqlite\\_%' ESCAPE '\\'");
    const rows = shell.rows(
      `SELECT name, sql, ?1 FROM ${quotedName(schema)}.sqlite_schema WHERE ${conditions.join(" AND ")} ORDER BY rowid`,
      pattern ?? null,
      schema,
    );
    for (const [name, sql] of rows) print(withSchemaName(shell, String(sql), schema, String(name)));
  }
}

function runSchema(shell: Shell, words: readonly string[]): boolean {
  let pattern: string | undefined;
  let indent = false;
  let skipsSystem = false;
  for (const word of words.slice(1)) {
    if (isOption(word, "indent")) indent = true;
    else if (isOption(word, "nosys")) skipsSystem = true;
    else if (isOption(word, "debug")) continue;
    else if (word.startsWith("-")) {
      shell.complain(`Unknown option: "${word}"\n`);
      return false;
    } else if (pattern === undefined) pattern = word;
    else return misused(shell, ".schema ?--indent? ?--nosys? ?LIKE-PATTERN?");
  }
  printSchema(shell, { pattern: pattern?.toLowerCase(), indent, skipsSystem });
  return true;
}

function runFullSchema(shell: Shell, words: readonly string[]): boolean {
  const indent = words.length === 2 && isOption(words[1]!, "indent");
  if (words.length > 1 && !indent) return misused(shell, ".fullschema ?--indent?");
  const rows = shell.rows(
    `SELECT sql FROM (SELECT sql sql, type type, tbl_name tbl_name, name name, rowid x FROM sqlite_schema UNION ALL
       SELECT sql, type, tbl_name, name, rowid FROM sqlite_temp_schema)
     WHERE type!='meta' AND sql NOTNULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY x`,
  );
  for (const [sql] of rows) shell.print(indent ? indented(String(sql)) : schemaLine(String(sql), ";\n"));
  const [found] = shell.rows(`SELECT count(*) FROM sqlite_schema WHERE name GLOB 'sqlite_stat[134]'`);
  if (found![0] === 0) {
    shell.print("/* No STAT tables available */\n");
    return true;
  }
  shell.print("ANALYZE sqlite_schema;\n");
  const { mode, table, showHeader } = shell.style;
  for (const name of ["sqlite_stat1", "sqlite_stat4"]) {
    const [exists] = shell.rows(`SELECT count(*) FROM sqlite_schema WHERE name=?1`, name);
    if (exists![0] === 0) continue;
    Object.assign(shell.style, { mode: "insert", table: name, showHeader: false });
    try {
      shell.execute(`SELECT * FROM ${name}`);
    } finally {
      Object.assign(shell.style, { mode, table, showHeader });
    }
  }
  shell.print("ANALYZE sqlite_schema;\n");
  return true;
}

export const SCHEMA_COMMANDS: readonly DotCommand[] = [
  {
    name: "tables",
    help: ["tables ?TABLE?", "List names of tables matching LIKE pattern TABLE"],
    run: runTables,
  },
  {
    name: "indexes",
    alias: "indices",
    least: 2,
    help: [
      "indexes ?TABLE?",
      "Show names of indexes",
      "                           If TABLE is specified, only show indexes for",
      "                           tables matching TABLE using the LIKE operator.",
    ],
    run: runIndexes,
  },
  {
    name: "schema",
    least: 2,
    help: [
      "schema ?PATTERN?",
      "Show the CREATE statements matching PATTERN",
      "   Options:",
      "      --indent             Try to pretty-print the schema",
      '      --nosys              Omit objects whose names start with "sqlite_"',
    ],
    run: runSchema,
  },
  {
    name: "fullschema",
    help: ["fullschema ?--indent?", "Show schema and the content of sqlite_stat tables"],
    run: runFullSchema,
  },
];
