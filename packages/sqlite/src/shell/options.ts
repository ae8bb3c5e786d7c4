/** Options of the command line, each a row of a table: with one dash or two. */
import { type Mode, SEPARATORS } from "./format/settings.ts";
import { setMode } from "./commands/style.ts";
import type { Shell } from "./shell.ts";

/** What the command line asks for besides what it sets in the shell. */
export interface Invocation {
  filename: string | undefined;
  /** SQL and dot-commands, run one after the other in place of standard input. */
  readonly commands: string[];
  /** Of -cmd: run before. */
  readonly before: string[];
  /** Of -init, instead of ~/.sqliterc. */
  initFile: string | undefined;
  /** -batch, -interactive: whatever standard input is. */
  interactive: boolean | undefined;
  action: "help" | "version" | undefined;
}

interface Option {
  readonly name: string;
  /** How many words follow. */
  readonly takes?: 0 | 1 | 2;
  readonly usage: string;
  readonly summary: string;
  apply(shell: Shell, invocation: Invocation, value: string): void;
}

function mode(
  name: string,
  set: { mode: Mode; column?: string; row?: string },
  title = `set output mode to '${name}'`,
): Option {
  return { name, usage: name, summary: title, apply: ({ style }) => setMode(style, { name, ...set }) };
}

/** A thing of the original's memory management or build that changes nothing here. */
function ignored(name: string, takes: 0 | 1 | 2, usage: string, summary: string): Option {
  return { name, takes, usage, summary, apply() {} };
}

export const OPTIONS: readonly Option[] = [
  mode("ascii", { mode: "ascii", column: SEPARATORS.unit, row: SEPARATORS.record }),
  {
    name: "bail",
    usage: "bail",
    summary: "stop after hitting an error",
    apply(shell) {
      shell.bail = true;
    },
  },
  {
    name: "batch",
    usage: "batch",
    summary: "force batch I/O",
    apply(_shell, invocation) {
      invocation.interactive = false;
    },
  },
  mode("box", { mode: "box" }),
  mode("column", { mode: "column" }),
  {
    name: "cmd",
    takes: 1,
    usage: "cmd COMMAND",
    summary: 'run "COMMAND" before reading stdin',
    apply(_shell, { before }, value) {
      before.push(value);
    },
  },
  mode("csv", { mode: "csv", column: SEPARATORS.comma }),
  {
    name: "echo",
    usage: "echo",
    summary: "print inputs before execution",
    apply(shell) {
      shell.echo = true;
    },
  },
  {
    name: "init",
    takes: 1,
    usage: "init FILENAME",
    summary: "read/process named file",
    apply(_shell, invocation, value) {
      invocation.initFile = value;
    },
  },
  {
    name: "header",
    usage: "[no]header",
    summary: "turn headers on or off",
    apply(shell) {
      shell.style.showHeader = true;
      shell.headerIsSet = true;
    },
  },
  {
    name: "noheader",
    usage: "",
    summary: "",
    apply(shell) {
      shell.style.showHeader = false;
      shell.headerIsSet = true;
    },
  },
  {
    name: "help",
    usage: "help",
    summary: "show this message",
    apply(_shell, invocation) {
      invocation.action = "help";
    },
  },
  mode("html", { mode: "html" }, "set output mode to HTML"),
  {
    name: "interactive",
    usage: "interactive",
    summary: "force interactive I/O",
    apply(_shell, invocation) {
      invocation.interactive = true;
    },
  },
  mode("json", { mode: "json" }),
  mode("line", { mode: "line" }),
  mode("list", { mode: "list" }),
  ignored("lookaside", 2, "lookaside SIZE N", "accepted; there is no such memory here"),
  mode("markdown", { mode: "markdown" }),
  ignored("maxsize", 1, "maxsize N", "accepted; databases in memory have no limit of their own"),
  ignored("mmap", 1, "mmap N", "accepted; files are not mapped into memory"),
  {
    name: "newline",
    takes: 1,
    usage: "newline SEP",
    summary: "set output row separator. Default: '\\n'",
    apply({ style }, _invocation, value) {
      style.rowSeparator = value;
    },
  },
  ignored("nofollow", 0, "nofollow", "accepted"),
  {
    name: "nullvalue",
    takes: 1,
    usage: "nullvalue TEXT",
    summary: "set text string for NULL values. Default ''",
    apply({ style }, _invocation, value) {
      style.nullValue = value;
    },
  },
  ignored("pagecache", 2, "pagecache SIZE N", "accepted; PRAGMA cache_size sets the page cache"),
  mode("quote", { mode: "quote", column: SEPARATORS.comma, row: SEPARATORS.line }),
  {
    name: "readonly",
    usage: "readonly",
    summary: "open the database read-only",
    apply(shell) {
      shell.readonly = true;
    },
  },
  {
    name: "separator",
    takes: 1,
    usage: "separator SEP",
    summary: "set output column separator. Default: '|'",
    apply({ style }, _invocation, value) {
      style.columnSeparator = value;
    },
  },
  {
    name: "stats",
    usage: "stats",
    summary: "print memory stats before each finalize",
    apply(shell) {
      shell.stats = "on";
    },
  },
  mode("table", { mode: "table" }),
  mode("tabs", { mode: "list", column: SEPARATORS.tab, row: SEPARATORS.line }),
  {
    name: "version",
    usage: "version",
    summary: "show SQLite version",
    apply(_shell, invocation) {
      invocation.action = "version";
    },
  },
  ignored("vfs", 1, "vfs NAME", "accepted; there is one"),
];

export class UsageError extends Error {}

/** Sets what options say in the shell. Throws UsageError. */
export function applyOptions(shell: Shell, argv: readonly string[]): Invocation {
  const invocation: Invocation = {
    filename: undefined,
    commands: [],
    before: [],
    initFile: undefined,
    interactive: undefined,
    action: undefined,
  };
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!;
    if (!word.startsWith("-")) {
      if (invocation.filename === undefined) invocation.filename = word;
      else invocation.commands.push(word);
      continue;
    }
    const name = word.replace(/^--?/, "");
    const option = OPTIONS.find((one) => one.name === name);
    if (option === undefined)
      throw new UsageError(`unknown option: ${word.replace(/^--/, "-")}\nUse -help for a list of options.`);
    const { takes = 0 } = option;
    if (at + takes >= argv.length) throw new UsageError(`missing argument to ${word.replace(/^--/, "-")}`);
    option.apply(shell, invocation, argv[at + 1] ?? "");
    at += takes;
  }
  return invocation;
}

export function helpText(): string {
  const rows = OPTIONS.filter(({ usage }) => usage !== "").map(
    ({ usage, summary }) => `   -${usage.padEnd(20)} ${summary}\n`,
  );
  return `Usage: tenon sqlite [OPTIONS] FILENAME [SQL]
FILENAME is the name of an SQLite database. A new database is created
if the file does not previously exist.
OPTIONS include:
${rows.join("")}`;
}
