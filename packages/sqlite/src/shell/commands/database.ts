/** Databases as wholes: .open, .save, .backup, .restore, .clone, .databases. */
import { existsSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { isOption } from "../arguments.ts";
import { type DotCommand, misused } from "../command.ts";
import { Database } from "../../api/node-database.ts";
import { SqliteError } from "../../errors.ts";
import { addShellFunctions } from "../functions.ts";
import { quotedName } from "../format/values.ts";
import type { Shell } from "../shell.ts";

function runOpen(shell: Shell, words: readonly string[]): boolean {
  let file: string | undefined;
  let isNew = false;
  let readonly = false;
  let inMemory = false;
  for (const word of words.slice(1)) {
    if (isOption(word, "new")) isNew = true;
    else if (isOption(word, "readonly")) readonly = true;
    else if (isOption(word, "deserialize")) inMemory = true;
    else if (isOption(word, "nofollow")) continue;
    else if (word.startsWith("-")) {
      shell.complain(`unknown option: ${word}\n`);
      return false;
    } else if (file !== undefined) {
      shell.complain(`extra argument: "${word}"\n`);
      return false;
    } else file = word;
  }
  shell.close();
  shell.readonly = readonly;
  if (file === undefined) {
    shell.use(":memory:", shell.openOther(":memory:"));
    return true;
  }
  if (isNew) rmSync(file, { force: true });
  try {
    shell.use(file, inMemory ? Database.open(new Uint8Array(readFileSync(file))) : shell.openOther(file, readonly));
    if (inMemory) addShellFunctions(shell.database);
    return true;
  } catch (error) {
    const why = error instanceof SqliteError ? error.message : "unable to open database file";
    shell.complain(`Error: unable to open database "${file}": ${why}\n`);
    shell.use(":memory:", shell.openOther(":memory:"));
    return false;
  }
}

function runBackup(shell: Shell, words: readonly string[]): boolean {
  let file: string | undefined;
  let name: string | undefined;
  for (const word of words.slice(1)) {
    if (word.startsWith("-")) {
      if (isOption(word, "append") || isOption(word, "async")) continue;
      shell.complain(`unknown option: ${word}\n`);
      return false;
    }
    if (file === undefined) file = word;
    else if (name === undefined) {
      name = file;
      file = word;
    } else {
      shell.complain("Usage: .backup ?DB? ?OPTIONS? FILENAME\n");
      return false;
    }
  }
  if (file === undefined) {
    shell.complain("missing FILENAME argument on .backup\n");
    return false;
  }
  return copyInto(shell, name ?? "main", file);
}

/** Puts the content of a database into a file, in place of what is in there. */
function copyInto(shell: Shell, name: string, file: string): boolean {
  if (shell.database.connection.databaseNamed(name) === -1) {
    shell.complain(`Error: unknown database ${name}\n`);
    return false;
  }
  try {
    writeFileSync(file, shell.database.serialize(name));
    rmSync(`${file}-journal`, { force: true }); // it was one of what is gone
    return true;
  } catch (error) {
    if (error instanceof SqliteError) throw error;
    shell.complain(`Error: cannot open "${file}"\n`);
    return false;
  }
}

function runRestore(shell: Shell, words: readonly string[]): boolean {
  const [, first, second] = words;
  if (first === undefined || words.length > 3) return misused(shell, ".restore ?DB? FILE");
  const file = second ?? first;
  const name = second === undefined ? "main" : first;
  let bytes: Uint8Array;
  try {
    bytes = existsSync(file) ? new Uint8Array(readFileSync(file)) : new Uint8Array(0);
    if (bytes.length > 0) Database.open(bytes).close();
  } catch {
    shell.complain(`Error: cannot open "${file}"\n`);
    return false;
  }
  const { path } = shell.database.connection.main.handle;
  if (name !== "main" || path === undefined) {
    shell.database.deserialize(bytes, name);
    return true;
  }
  shell.close();
  writeFileSync(path, bytes);
  return true;
}

function runClone(shell: Shell, words: readonly string[]): boolean {
  const file = words[1];
  if (file === undefined || words.length !== 2) return misused(shell, ".clone FILENAME");
  if (existsSync(file)) {
    shell.complain(`File "${file}" already exists.\n`);
    return true;
  }
  const copy = shell.openOther(file);
  try {
    copy.exec("PRAGMA writable_schema=ON; BEGIN EXCLUSIVE;");
    for (const [name, sql] of shell.rows("SELECT name, sql FROM sqlite_schema WHERE type='table'")) {
      if (String(name).startsWith("sqlite_")) continue;
      shell.print(`${String(name)}... `);
      copy.exec(String(sql));
      copyRows(shell, copy, String(name));
      shell.print("done\n");
    }
    for (const [name, sql] of shell.rows(
      "SELECT name, sql FROM sqlite_schema WHERE type!='table' AND sql IS NOT NULL",
    )) {
      shell.print(`${String(name)}... `);
      copy.exec(String(sql));
      shell.print("done\n");
    }
    copy.exec("COMMIT; PRAGMA writable_schema=OFF;");
  } finally {
    copy.close();
  }
  return true;
}

function copyRows(shell: Shell, copy: Database, table: string): void {
  const rows = shell.database.prepare(`SELECT * FROM ${quotedName(table)}`, { rows: "array" });
  const marks = rows.columns.map(() => "?").join(",");
  const insert = copy.prepare(`INSERT OR IGNORE INTO ${quotedName(table)} VALUES(${marks})`);
  for (const row of rows.iterate()) insert.run(row as unknown as never[]); // rows are arrays of values
}

function runDatabases(shell: Shell): boolean {
  const { connection } = shell.database;
  for (const [, name, file] of shell.rows("PRAGMA database_list")) {
    const database = connection.databases[connection.databaseNamed(String(name))]!;
    const path =
      file === null || file === ""
        ? '""'
        : existsSync(String(file))
          ? realpathSync(String(file))
          : resolve(String(file));
    const access = database.pager.isReadonly ? "r/o" : "r/w";
    const state = database.isWriting ? " write-txn" : database.isReading && !connection.autocommit ? " read-txn" : "";
    shell.print(`${String(name)}: ${path} ${access}${state}\n`);
  }
  return true;
}

const BACKUP_OPTIONS: readonly string[] = [
  "   Options:",
  "       --append            Use the appendvfs",
  "       --async             Write to FILE without journal and fsync()",
];

export const DATABASE_COMMANDS: readonly DotCommand[] = [
  {
    name: "open",
    help: [
      "open ?OPTIONS? ?FILE?",
      "Close existing database and reopen FILE",
      "     Options:",
      "        --deserialize   Load into memory using sqlite3_deserialize()",
      "        --new           Initialize FILE to an empty database",
      "        --nofollow      Do not follow symbolic links",
      "        --readonly      Open FILE readonly",
    ],
    run: runOpen,
  },
  {
    name: "backup",
    least: 3,
    help: ["backup ?DB? FILE", 'Backup DB (default "main") to FILE', ...BACKUP_OPTIONS],
    run: runBackup,
  },
  {
    name: "save",
    least: 3,
    help: ["save ?OPTIONS? FILE", "Write database to FILE (an alias for .backup ...)"],
    run: runBackup,
  },
  {
    name: "restore",
    least: 3,
    help: ["restore ?DB? FILE", 'Restore content of DB (default "main") from FILE'],
    run: runRestore,
  },
  {
    name: "clone",
    least: 2,
    help: ["clone NEWDB", "Clone data into NEWDB from the existing database"],
    run: runClone,
  },
  {
    name: "databases",
    least: 2,
    help: ["databases", "List names and files of attached databases"],
    run: runDatabases,
  },
];
