/** .dump: SQL that makes the database again. */
import { SqliteError } from "../../errors.ts";
import type { SqlValue } from "../../values/value.ts";
import { isOption } from "../arguments.ts";
import type { DotCommand } from "../command.ts";
import { quotedName, quotedText } from "../format/values.ts";
import { schemaLine } from "../schema-text.ts";
import { StatementFailure } from "../error-text.ts";
import type { Shell } from "../shell.ts";

interface DumpOptions {
  readonly keepsRowids: boolean;
  readonly keepNewlines: boolean;
  readonly dataOnly: boolean;
  readonly skipsSystem: boolean;
}

const ROWID_NAMES: readonly string[] = ["rowid", "_rowid_", "oid"];

function runDump(shell: Shell, words: readonly string[]): boolean {
  const given = new Set<string>();
  const patterns: string[] = [];
  for (const word of words.slice(1)) {
    if (!word.startsWith("-")) {
      const literal = quotedText(word);
      patterns.push(
        `name LIKE ${literal} ESCAPE '\\' OR EXISTS (SELECT 1 FROM sqlite_schema WHERE name LIKE ${literal} ESCAPE '\\'` +
          " AND sql LIKE 'CREATE VIRTUAL TABLE%' AND substr(o.name, 1, length(name)+1) == (name||'_'))",
      );
      continue;
    }
    const option = ["preserve-rowids", "newlines", "data-only", "nosys"].find((name) => isOption(word, name));
    if (option === undefined) {
      shell.complain(`Unknown option "${word}" on ".dump"\n`);
      return false;
    }
    given.add(option);
  }
  dump(shell, patterns.length === 0 ? "true" : patterns.join(" OR "), {
    keepsRowids: given.has("preserve-rowids"),
    keepNewlines: given.has("newlines"),
    dataOnly: given.has("data-only"),
    skipsSystem: given.has("nosys"),
  });
  return true;
}

function dump(shell: Shell, condition: string, options: DumpOptions): void {
  if (!options.dataOnly) shell.print("PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n");
  shell.database.exec("SAVEPOINT dump");
  let isWhole = true;
  let hasVirtualTables = false;
  try {
    const tables = shell.rows(
      `SELECT name, sql FROM sqlite_schema AS o WHERE (${condition}) AND type=='table' AND sql NOT NULL
       ORDER BY tbl_name='sqlite_sequence', rowid`,
    );
    for (const [name, sql] of tables) {
      if (isVirtual(String(sql)) && !options.dataOnly) {
        if (!hasVirtualTables) shell.print("PRAGMA writable_schema=ON;\n");
        hasVirtualTables = true;
        printVirtualTable(shell, String(name), String(sql));
      } else isWhole = dumpTable(shell, String(name), sql!, options) && isWhole;
    }
    if (!options.dataOnly) {
      const others = shell.rows(
        `SELECT sql FROM sqlite_schema AS o WHERE (${condition}) AND sql NOT NULL AND type IN ('index','trigger','view')`,
      );
      for (const [sql] of others) shell.print(`${endedText(String(sql))}\n`);
    }
  } finally {
    shell.database.exec("RELEASE dump");
  }
  if (hasVirtualTables) shell.print("PRAGMA writable_schema=OFF;\n");
  if (!options.dataOnly) shell.print(isWhole ? "COMMIT;\n" : "ROLLBACK; -- due to errors\n");
}

/** With a semicolon, which a comment at the end does not swallow. */
function endedText(sql: string): string {
  return sql.includes("--") ? `${sql}\n;` : `${sql};`;
}

function isVirtual(sql: string): boolean {
  return sql.startsWith("CREATE VIRTUAL TABLE");
}

function printVirtualTable(shell: Shell, name: string, sql: string): void {
  const literal = quotedText(name);
  shell.print(
    `INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('table',${literal},${literal},0,${quotedText(sql)});\n`,
  );
}

/** False: not all of it could be read. */
function dumpTable(shell: Shell, name: string, sql: SqlValue, options: DumpOptions): boolean {
  const { dataOnly, skipsSystem } = options;
  if (name === "sqlite_sequence" && !skipsSystem) {
    if (!dataOnly) shell.print("DELETE FROM sqlite_sequence;\n");
  } else if (/^sqlite_stat.$/.test(name) && !skipsSystem) {
    if (!dataOnly) shell.print("ANALYZE sqlite_schema;\n");
  } else if (name.startsWith("sqlite_")) return true;
  else if (!dataOnly) shell.print(schemaLine(String(sql), ";\n"));
  const columns = shell.rows(`PRAGMA table_info(${quotedText(name)})`);
  const names = columns.map(([, column]) => quotedName(String(column)));
  const rowid = options.keepsRowids ? rowidName(shell, name, columns) : undefined;
  const selected = rowid === undefined ? names : [rowid, ...names];
  const target = quotedName(name) + (rowid === undefined ? "" : `(${selected.join(",")})`);
  const { mode, table, showHeader, keepNewlines } = shell.style;
  const { planMode, echo } = shell;
  Object.assign(shell.style, { mode: "insert", table: target, showHeader: false, keepNewlines: options.keepNewlines });
  Object.assign(shell, { planMode: "off", echo: false });
  try {
    shell.execute(`SELECT ${selected.join(",")} FROM ${quotedName(name)}`);
    return true;
  } catch (error) {
    if (!(error instanceof StatementFailure)) throw error;
    const isDamaged = error.cause instanceof SqliteError && error.cause.errcode === 11;
    if (!isDamaged) throw error.cause;
    shell.print("/****** CORRUPTION ERROR *******/\n");
    return false;
  } finally {
    Object.assign(shell.style, { mode, table, showHeader, keepNewlines });
    Object.assign(shell, { planMode, echo });
  }
}

/** What the rowid can be called; undefined: there is none that is not a column. */
function rowidName(shell: Shell, table: string, columns: readonly SqlValue[][]): string | undefined {
  const keys = columns.filter(([, , , , , key]) => Number(key) > 0);
  const isAlias = keys.length === 1 && String(keys[0]![2]).toUpperCase() === "INTEGER";
  if (isAlias) {
    // INTEGER PRIMARY KEY DESC is no alias, and has an index.
    const indexes = shell.rows(`SELECT 1 FROM pragma_index_list(${quotedText(table)}) WHERE origin='pk'`);
    if (indexes.length === 0) return undefined;
  }
  const free = ROWID_NAMES.find((name) => columns.every(([, column]) => String(column).toLowerCase() !== name));
  if (free === undefined) return undefined;
  try {
    shell.database.prepare(`SELECT ${free} FROM ${quotedName(table)}`);
    return free;
  } catch {
    return undefined; // WITHOUT ROWID
  }
}

export const DUMP_COMMANDS: readonly DotCommand[] = [
  {
    name: "dump",
    help: [
      "dump ?OBJECTS?",
      "Render database content as SQL",
      "   Options:",
      "     --data-only            Output only INSERT statements",
      "     --newlines             Allow unescaped newline characters in output",
      '     --nosys                Omit system tables (ex: "sqlite_stat1")',
      "     --preserve-rowids      Include ROWID values in the output",
      "   OBJECTS is a LIKE pattern for tables, indexes, triggers or views to dump",
      "   Additional LIKE patterns can be given in subsequent arguments",
    ],
    run: runDump,
  },
];
