/** What is known of the database file and of the shell: .dbinfo, .show, .limit, .dbconfig, .stats. */
import { SqliteError } from "../../errors.ts";
import type { Limits } from "../../connection/limits.ts";
import type { Settings } from "../../connection/settings.ts";
import { booleanOf, integerOf } from "../arguments.ts";
import { type DotCommand, misused } from "../command.ts";
import { cString } from "../format/escapes.ts";
import { quotedName } from "../format/values.ts";
import type { Shell } from "../shell.ts";
import { printStatistics } from "../statistics.ts";
import { modeText } from "./style.ts";

/** Offsets of fields in the file's header (https://www.sqlite.org/fileformat.html#the_database_header). */
const HEADER_FIELDS: readonly (readonly [label: string, offset: number])[] = [
  ["file change counter:", 24],
  ["database page count:", 28],
  ["freelist page count:", 36],
  ["schema cookie:", 40],
  ["schema format:", 44],
  ["default cache size:", 48],
  ["autovacuum top root:", 52],
  ["incremental vacuum:", 64],
  ["text encoding:", 56],
  ["user version:", 60],
  ["application id:", 68],
  ["software version:", 96],
];
const ENCODING_OFFSET = 56;
const ENCODINGS: readonly string[] = ["", " (utf8)", " (utf16le)", " (utf16be)"];

const COUNTS: readonly (readonly [label: string, expression: string, condition: string])[] = [
  ["number of tables:", "count(*)", "type='table'"],
  ["number of indexes:", "count(*)", "type='index'"],
  ["number of triggers:", "count(*)", "type='trigger'"],
  ["number of views:", "count(*)", "type='view'"],
  ["schema size:", "CAST(total(length(sql)) AS INTEGER)", "1"],
];

function runInfo(shell: Shell, words: readonly string[]): boolean {
  const name = words[1] ?? "main";
  const { connection } = shell.database;
  const database = connection.databases[connection.databaseNamed(name)];
  if (database === undefined) throw new SqliteError("SQLITE_ERROR", `unknown database ${name}`);
  const table = `${quotedName(name)}.sqlite_schema`;
  const counts = COUNTS.map(([label, expression, condition]) => {
    const [row] = shell.rows(`SELECT ${expression} FROM ${table} WHERE ${condition}`);
    return [label, String(row![0])] as const; // an aggregate gives one row
  });
  const header = firstPage(shell, name);
  if (header === undefined) {
    shell.complain("unable to read database header\n");
    return false;
  }
  const view = new DataView(header.buffer, header.byteOffset);
  const print = (label: string, value: string | number): void => shell.print(`${label.padEnd(20)} ${value}\n`);
  const pageSize = view.getUint16(16);
  print("database page size:", pageSize === 1 ? 65_536 : pageSize);
  print("write format:", view.getUint8(18));
  print("read format:", view.getUint8(19));
  print("reserved bytes:", view.getUint8(20));
  for (const [label, offset] of HEADER_FIELDS) {
    const value = view.getUint32(offset);
    print(label, `${value}${offset === ENCODING_OFFSET ? (ENCODINGS[value] ?? "") : ""}`);
  }
  for (const [label, value] of counts) print(label, value);
  print("data version", database.dataVersion);
  return true;
}

/** Undefined: the database has no page yet. */
function firstPage(shell: Shell, name: string): Uint8Array | undefined {
  const { connection } = shell.database;
  const database = connection.databases[connection.databaseNamed(name)]!;
  const isOpen = database.isReading;
  if (!isOpen) database.beginRead();
  try {
    return database.pager.pageCount === 0 ? undefined : database.pager.read(1).bytes.slice(0, 100);
  } finally {
    if (!isOpen) connection.transactions.relax();
  }
}

function runShow(shell: Shell): boolean {
  const { style } = shell;
  const onOff = (is: boolean): string => (is ? "on" : "off");
  const rows: [string, string][] = [
    ["echo", onOff(shell.echo)],
    ["eqp", shell.planMode],
    ["explain", shell.explain],
    ["headers", onOff(style.showHeader)],
    ["mode", modeText(style)],
    ["nullvalue", cString(style.nullValue)],
    ["output", shell.outputName],
    ["colseparator", cString(style.columnSeparator)],
    ["rowseparator", cString(style.rowSeparator)],
    ["stats", shell.stats],
    ["width", style.widths.map((width) => `${width} `).join("")],
    ["filename", shell.filename],
  ];
  for (const [label, value] of rows) shell.print(`${label.padStart(12)}: ${value}\n`);
  return true;
}

const LIMIT_NAMES: readonly (readonly [name: string, limit: keyof Limits])[] = [
  ["length", "length"],
  ["sql_length", "sqlLength"],
  ["column", "column"],
  ["expr_depth", "exprDepth"],
  ["compound_select", "compoundSelect"],
  ["vdbe_op", "vdbeOp"],
  ["function_arg", "functionArg"],
  ["attached", "attached"],
  ["like_pattern_length", "likePatternLength"],
  ["variable_number", "variableNumber"],
  ["trigger_depth", "triggerDepth"],
  ["worker_threads", "workerThreads"],
];

function runLimit(shell: Shell, words: readonly string[]): boolean {
  const { database } = shell;
  const print = ([name, limit]: (typeof LIMIT_NAMES)[number]): void =>
    shell.print(`${name.padStart(20)} ${database.limits[limit]}\n`);
  const [, wanted, value] = words;
  if (wanted === undefined) {
    LIMIT_NAMES.forEach(print);
    return true;
  }
  if (words.length > 3) return misused(shell, ".limit NAME ?NEW-VALUE?");
  const found = LIMIT_NAMES.filter(([name]) => name.startsWith(wanted.toLowerCase()));
  if (found.length !== 1) {
    shell.complain(
      found.length > 1
        ? `ambiguous limit: "${wanted}"\n`
        : `unknown limit: "${wanted}"\nenter ".limits" with no arguments for a list.\n`,
    );
    return false;
  }
  if (value !== undefined) database.setLimit(found[0]![1], Math.trunc(integerOf(value)));
  print(found[0]!);
  return true;
}

/** What .dbconfig lists; those that are no setting here tell what they are. */
const CONFIGURATION: readonly (readonly [name: string, setting: keyof Settings | boolean])[] = [
  ["defensive", false],
  ["dqs_ddl", "doubleQuotedStrings"],
  ["dqs_dml", "doubleQuotedStrings"],
  ["enable_fkey", "foreignKeys"],
  ["enable_qpsg", false],
  ["enable_trigger", true],
  ["enable_view", true],
  ["fts3_tokenizer", true],
  ["legacy_alter_table", "legacyAlterTable"],
  ["legacy_file_format", false],
  ["load_extension", true],
  ["no_ckpt_on_close", false],
  ["reset_database", false],
  ["trigger_eqp", false],
  ["trusted_schema", "trustedSchema"],
  ["writable_schema", "writableSchema"],
];

function runConfiguration(shell: Shell, words: readonly string[]): boolean {
  const [, wanted, value] = words;
  const { connection } = shell.database;
  const { settings } = connection;
  let isFound = false;
  for (const [name, setting] of CONFIGURATION) {
    if (wanted !== undefined && wanted !== name) continue;
    isFound = true;
    if (value !== undefined && typeof setting === "string") {
      Object.assign(settings, { [setting]: booleanOf(value, (text) => shell.complain(text)) });
      connection.forgetContext();
    }
    const isOn = typeof setting === "boolean" ? setting : settings[setting] === true;
    shell.print(`${name.padStart(19)} ${isOn ? "on" : "off"}\n`);
  }
  if (!isFound) shell.complain(`Error: unknown dbconfig "${wanted}"\nEnter ".dbconfig" with no arguments for a list\n`);
  return true;
}

function runStats(shell: Shell, words: readonly string[]): boolean {
  const [, what] = words;
  if (words.length > 2) return misused(shell, ".stats ?on|off|stmt|vmstep?");
  if (what === "stmt" || what === "vmstep") shell.stats = what;
  else if (what !== undefined) shell.stats = booleanOf(what, (text) => shell.complain(text)) ? "on" : "off";
  else printStatistics(shell);
  return true;
}

export const INFO_COMMANDS: readonly DotCommand[] = [
  { name: "dbinfo", least: 3, help: ["dbinfo ?DB?", "Show status information about the database"], run: runInfo },
  { name: "show", least: 2, help: ["show", "Show the current values for various settings"], run: runShow },
  {
    name: "limits",
    least: 3,
    help: ["limit ?LIMIT? ?VAL?", "Display or change the value of an SQLITE_LIMIT"],
    run: runLimit,
  },
  {
    name: "dbconfig",
    least: 3,
    help: ["dbconfig ?op? ?val?", "List or change sqlite3_db_config() options"],
    run: runConfiguration,
  },
  {
    name: "stats",
    least: 2,
    help: [
      "stats ?ARG?",
      "Show stats or turn stats on or off",
      "   off                      Turn off automatic stat display",
      "   on                       Turn on automatic stat display",
    ],
    run: runStats,
  },
];
