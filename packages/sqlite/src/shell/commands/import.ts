/** .import: rows of a file into a table, which is made when it is not there. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { SqliteError } from "../../errors.ts";
import { integerOf, isOption } from "../arguments.ts";
import { textOf } from "../bytes.ts";
import { type DotCommand, wholeText } from "../command.ts";
import { FieldReader } from "../field-reader.ts";
import { SEPARATORS } from "../format/settings.ts";
import { uniqueNames } from "../import-names.ts";
import type { Shell } from "../shell.ts";

const HELP: DotCommand["help"] = [
  "import FILE TABLE",
  "Import data from FILE into TABLE",
  "   Options:",
  "     --ascii               Use \\037 and \\036 as column and row separators",
  "     --csv                 Use , and \\n as column and row separators",
  "     --skip N              Skip the first N rows of input",
  "     --schema S            Target table to be S.TABLE",
  '     -v                    "Verbose" - increase auxiliary output',
  "   Notes:",
  "     *  If TABLE does not exist, it is created.  The first row of input",
  "        determines the column names.",
  "     *  If neither --csv or --ascii are used, the input mode is derived",
  '        from the ".mode" output mode',
  '     *  If FILE begins with "|" then it is a command that generates the',
  "        input text.",
];

interface ImportOptions {
  readonly file: string;
  readonly table: string;
  readonly schema: string | undefined;
  readonly isAscii: boolean;
  /** Characters; undefined: those of the mode. */
  readonly separators: readonly [string, string] | undefined;
  readonly skipped: number;
  readonly verbose: boolean;
}

function optionsOf(shell: Shell, words: readonly string[]): ImportOptions | undefined {
  let file: string | undefined;
  let table: string | undefined;
  let schema: string | undefined;
  let separators: [string, string] | undefined;
  let isAscii = shell.style.mode === "ascii";
  let skipped = 0;
  let verbose = false;
  for (let at = 1; at < words.length; at++) {
    const word = words[at]!;
    if (!word.startsWith("-")) {
      if (file === undefined) file = word;
      else if (table === undefined) table = word;
      else {
        shell.print(`ERROR: extra argument: "${word}".  Usage:\n${wholeText(HELP)}`);
        return undefined;
      }
    } else if (isOption(word, "v")) verbose = true;
    else if (isOption(word, "schema") && at + 1 < words.length) schema = words[++at]!;
    else if (isOption(word, "skip") && at + 1 < words.length) skipped = integerOf(words[++at]!);
    else if (isOption(word, "ascii")) {
      separators = ["\x1f", "\x1e"];
      isAscii = true;
    } else if (isOption(word, "csv")) {
      separators = [",", "\n"];
      isAscii = false;
    } else {
      shell.print(`ERROR: unknown option: "${word.replace(/^--/, "-")}".  Usage:\n${wholeText(HELP)}`);
      return undefined;
    }
  }
  if (table === undefined || file === undefined) {
    shell.print(`ERROR: missing ${file === undefined ? "FILE" : "TABLE"} argument. Usage:\n${wholeText(HELP)}`);
    return undefined;
  }
  return { file, table, schema, isAscii, separators, skipped, verbose };
}

/** Those of the import, or what is wrong with the ones that are set. */
function separatorsOf(shell: Shell): readonly [string, string] | string {
  const { columnSeparator, rowSeparator, mode } = shell.style;
  if (columnSeparator === "") return "Error: non-null column separator required for import\n";
  if (columnSeparator.length > 1) return "Error: multi-character column separators not allowed for import\n";
  if (rowSeparator === "") return "Error: non-null row separator required for import\n";
  if (rowSeparator === SEPARATORS.dosLine && mode === "csv") {
    shell.style.rowSeparator = SEPARATORS.line; // it stays so, as in the original
    return [columnSeparator, SEPARATORS.line];
  }
  if (rowSeparator.length > 1) return "Error: multi-character row separators not allowed for import\n";
  return [columnSeparator, rowSeparator];
}

function readSource(shell: Shell, file: string): string | undefined {
  if (file.startsWith("|")) {
    const { stdout } = spawnSync("/bin/sh", ["-c", file.slice(1)], {
      argv0: "sh",
      stdio: ["inherit", "pipe", "inherit"],
      maxBuffer: Number.POSITIVE_INFINITY,
    });
    return textOf(stdout);
  }
  try {
    return textOf(readFileSync(file));
  } catch {
    shell.complain(`Error: cannot open "${file}"\n`);
    return undefined;
  }
}

function run(shell: Shell, words: readonly string[]): boolean {
  const options = optionsOf(shell, words);
  if (options === undefined) return false;
  const separators = options.separators ?? separatorsOf(shell);
  if (typeof separators === "string") {
    shell.complain(separators);
    return false;
  }
  const text = readSource(shell, options.file);
  if (text === undefined) return false;
  const name = options.file.startsWith("|") ? "<pipe>" : options.file;
  const reader = new FieldReader(text, name, separators, options.isAscii, (line) => shell.complain(line));
  for (let left = options.skipped; left > 0; left--) while (reader.next() !== undefined && !reader.endedRow);
  const target = (options.schema === undefined ? "" : `${quoted(options.schema)}.`) + quoted(options.table);
  const count = columnCount(shell, target) ?? createTable(shell, target, reader);
  if (count === undefined) return false;
  insertRows(shell, target, count, reader, options.verbose);
  return true;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Undefined: there is no such table. */
function columnCount(shell: Shell, target: string): number | undefined {
  try {
    return shell.database.prepare(`SELECT * FROM ${target}`).columns.length;
  } catch (error) {
    if (error instanceof SqliteError && error.message.startsWith("no such table: ")) return undefined;
    throw error;
  }
}

/** From the first row. Undefined: there is none. */
function createTable(shell: Shell, target: string, reader: FieldReader): number | undefined {
  const names: string[] = [];
  for (let field = reader.next(); field !== undefined; field = reader.next()) {
    names.push(field);
    if (reader.endedRow) break;
  }
  if (names.length === 0) {
    shell.complain(`${reader.name}: empty file\n`);
    return undefined;
  }
  const { names: columns, renamed } = uniqueNames(names);
  if (renamed !== "") shell.complain(`Columns renamed during .import ${reader.name} due to duplicates:\n${renamed}\n`);
  const list = columns.map(
    (name, at) => `${at > 0 && at % 4 === 0 ? "\n" : ""}${at > 0 ? " " : ""}${quoted(name)} TEXT`,
  );
  shell.database.exec(`CREATE TABLE ${target}(\n${list.join(",")})`);
  return columns.length;
}

function insertRows(shell: Shell, target: string, count: number, reader: FieldReader, verbose: boolean): void {
  const { database } = shell;
  const insert = database.prepare(`INSERT INTO ${target} VALUES(${"?,".repeat(count).slice(0, -1)})`);
  const needsCommit = !database.inTransaction;
  if (needsCommit) database.exec("BEGIN");
  let added = 0;
  let failed = 0;
  for (;;) {
    const { line } = reader;
    const values = readRow(reader, count, line);
    if (values === undefined) break;
    try {
      insert.run(values);
      added += 1;
    } catch (error) {
      if (!(error instanceof SqliteError)) throw error;
      shell.complain(`${reader.name}:${line}: INSERT failed: ${error.message}\n`);
      failed += 1;
    }
  }
  if (needsCommit) database.exec("COMMIT");
  if (verbose) shell.print(`Added ${added} rows with ${failed} errors using ${reader.line - 1} lines of input\n`);
}

/** Filled up with NULLs, or cut, with a complaint. Undefined: there are no more. */
function readRow(reader: FieldReader, count: number, line: number): (string | null)[] | undefined {
  const values: (string | null)[] = [];
  while (values.length < count) {
    const field = reader.next();
    if (field === undefined && values.length === 0) return undefined;
    values.push(field ?? (values.length === count - 1 && reader.isAscii ? "" : null));
    if (reader.endedRow && values.length < count) {
      reader.complain(
        `${reader.name}:${line}: expected ${count} columns but found ${values.length} - filling the rest with NULL\n`,
      );
      while (values.length < count) values.push(null);
      return values;
    }
  }
  if (!reader.endedRow) {
    let found = count;
    do {
      reader.next();
      found += 1;
    } while (!reader.endedRow);
    reader.complain(`${reader.name}:${line}: expected ${count} columns but found ${found} - extras ignored\n`);
  }
  return values;
}

export const IMPORT_COMMANDS: readonly DotCommand[] = [{ name: "import", least: 2, help: HELP, run }];
