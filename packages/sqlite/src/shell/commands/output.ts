/** Where output goes, and what is printed as it is: .output, .once, .excel, .print, .log, .trace. */
import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isOption } from "../arguments.ts";
import { type DotCommand, misused } from "../command.ts";
import { CommandOutput, type Output } from "../output.ts";
import type { Shell } from "../shell.ts";

const BYTE_ORDER_MARK = "\ufeff";

function redirect(shell: Shell, words: readonly string[], isOnce: boolean): boolean {
  let file: string | undefined;
  let mark = "";
  let viewer: "editor" | "spreadsheet" | undefined = words[0] === "excel" ? "spreadsheet" : undefined;
  for (const word of words.slice(1)) {
    if (word.startsWith("-")) {
      if (isOption(word, "bom")) mark = BYTE_ORDER_MARK;
      else if (isOption(word, "e")) viewer = "editor";
      else if (isOption(word, "x")) viewer = "spreadsheet";
      else {
        shell.print(`ERROR: unknown option: "${word}".  Usage:\n`);
        return false;
      }
    } else if (file === undefined && viewer === undefined) file = word;
    else {
      shell.print(`ERROR: extra parameter: "${word}".  Usage:\n`);
      return false;
    }
  }
  const name = file ?? "stdout";
  shell.resetOutput();
  if (isOnce || viewer !== undefined) shell.onceCount = 2;
  if (viewer !== undefined) return view(shell, viewer, mark);
  if (name.startsWith("|")) {
    if (name.length === 1) {
      shell.print("missing pipe-command\n");
      return false;
    }
    setOutput(shell, new CommandOutput(name.slice(1)), name);
  } else {
    const out = name === "off" ? undefined : shell.openOutput(name);
    if (name !== "off" && out === undefined) {
      shell.complain(`Error: cannot write to "${name}"\n`);
      shell.onceCount = 0;
      return false;
    }
    if (out === undefined) return false; // back on standard output, and a failure, as in the original
    setOutput(shell, out, name);
  }
  shell.print(mark);
  return true;
}

/** Keeps the count of .once, which going back to standard output clears. */
function setOutput(shell: Shell, out: Output, name: string): void {
  const { onceCount } = shell;
  shell.setOutput(out, name);
  shell.onceCount = onceCount;
}

/** The result in a file, which is opened for the user behind the next statement. */
function view(shell: Shell, viewer: "editor" | "spreadsheet", mark: string): boolean {
  const path = join(mkdtempSync(join(tmpdir(), "tenon-sqlite-")), viewer === "editor" ? "result.txt" : "result.csv");
  const out = shell.openOutput(path);
  if (out === undefined) return false;
  setOutput(shell, out, path);
  shell.print(mark);
  const before = { ...shell.style };
  if (viewer === "spreadsheet")
    Object.assign(shell.style, { mode: "csv", columnSeparator: ",", rowSeparator: "\r\n", showHeader: true });
  shell.afterOutput = () => {
    Object.assign(shell.style, before);
    const opener = process.platform === "darwin" ? "open" : "xdg-open";
    const editor = process.env["VISUAL"] ?? process.env["EDITOR"];
    const command = viewer === "editor" && editor !== undefined ? editor : opener;
    spawnSync(command, [path], { stdio: "inherit", shell: false });
  };
  return true;
}

function runTrace(shell: Shell, words: readonly string[]): boolean {
  let expanded = false;
  for (const word of words.slice(1)) {
    if (word.startsWith("-")) {
      if (isOption(word, "expanded")) expanded = true;
      else if (isOption(word, "plain")) expanded = false;
      else if (isOption(word, "stmt")) continue;
      else {
        shell.complain(`Unknown option "${word}" on ".trace"\n`);
        return false;
      }
    } else if (word === "off") {
      if (shell.trace && shell.trace.out !== shell.io.stdout && shell.trace.out !== shell.io.stderr)
        shell.trace.out.close();
      shell.trace = undefined;
    } else {
      const out = shell.openOutput(word);
      shell.trace = out && { out, expanded };
    }
  }
  if (shell.trace !== undefined) shell.trace = { ...shell.trace, expanded };
  return true;
}

export const OUTPUT_COMMANDS: readonly DotCommand[] = [
  {
    name: "output",
    help: [
      "output ?FILE?",
      "Send output to FILE or stdout if FILE is omitted",
      "   If FILE begins with '|' then open it as a pipe.",
      "   Options:",
      "     --bom                 Prefix output with a UTF8 byte-order mark",
      "     -e                    Send output to the system text editor",
      "     -x                    Send output as CSV to a spreadsheet",
    ],
    run: (shell, words) => redirect(shell, words, false),
  },
  {
    name: "once",
    least: 2,
    help: [
      "once ?OPTIONS? ?FILE?",
      "Output for the next SQL command only to FILE",
      "     If FILE begins with '|' then open as a pipe",
      "       --bom  Put a UTF8 byte-order mark at the beginning",
      "       -e     Send output to the system text editor",
      '       -x     Send output as CSV to a spreadsheet (same as ".excel")',
    ],
    run: (shell, words) => redirect(shell, words, true),
  },
  {
    name: "excel",
    least: 2,
    help: [
      "excel",
      "Display the output of next command in spreadsheet",
      "   --bom                   Put a UTF8 byte-order mark on intermediate file",
    ],
    run: (shell, words) => redirect(shell, ["excel", ...words.slice(1)], true),
  },
  {
    name: "print",
    least: 3,
    help: ["print STRING...", "Print literal STRING"],
    run(shell, words) {
      shell.print(`${words.slice(1).join(" ")}\n`);
      return true;
    },
  },
  {
    name: "log",
    help: ["log FILE|off", "Turn logging on or off.  FILE can be stderr/stdout"],
    run(shell, words) {
      if (words.length !== 2) return misused(shell, ".log FILENAME");
      return words[1] === "off" || shell.openOutput(words[1]!) !== undefined;
    },
  },
  {
    name: "trace",
    least: 2,
    help: [
      "trace ?OPTIONS?",
      "Output each SQL statement as it is run",
      "    FILE                    Send output to FILE",
      "    stdout                  Send output to stdout",
      "    stderr                  Send output to stderr",
      "    off                     Disable tracing",
      "    --expanded              Expand query parameters",
      "    --plain                 Show SQL as it is input",
      "    --stmt                  Trace statement execution (SQLITE_TRACE_STMT)",
    ],
    run: runTrace,
  },
];
