/** The shell at a terminal: prompts, editing, history in a file, completion. */
import { appendFileSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { SQLITE_VERSION } from "../functions/version.ts";
import { completionsOf } from "./completion.ts";
import { InputReader } from "./reader.ts";
import { ExitRequest, InputEnd, type Shell } from "./shell.ts";

const HISTORY_LINES = 2_000;

function historyPath(): string {
  return process.env["SQLITE_HISTORY"] ?? join(homedir(), ".sqlite_history");
}

/** Newest first. */
function readHistory(): string[] {
  try {
    return readFileSync(historyPath(), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .slice(-HISTORY_LINES)
      .toReversed();
  } catch {
    return []; // the first time
  }
}

function remember(line: string): void {
  try {
    appendFileSync(historyPath(), `${line}\n`, { mode: 0o600 });
  } catch {
    // A home that cannot be written to is no reason to stop.
  }
}

/** Resolves to the exit code. */
export function runTerminal(shell: Shell): Promise<number> {
  shell.print(`Tenon SQLite, after SQLite version ${SQLITE_VERSION}\nEnter ".help" for usage hints.\n`);
  if (shell.filename === ":memory:")
    shell.print(
      'Connected to a transient in-memory database.\nUse ".open FILENAME" to reopen on a persistent database.\n',
    );
  shell.io.stdout.flush();
  const reader = new InputReader(shell, false);
  const editor = createInterface({
    input: process.stdin,
    output: process.stdout,
    history: readHistory(),
    historySize: HISTORY_LINES,
    completer: (line: string) => completionsOf(shell, line),
  });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const prompt = (): void => {
    shell.out.flush();
    shell.io.stdout.flush();
    editor.setPrompt(reader.isWithin ? shell.prompts.more : shell.prompts.main);
    editor.prompt();
  };
  const attempt = (body: () => void): void => {
    try {
      body();
    } catch (error) {
      if (error instanceof ExitRequest) resolve(error.code);
      else if (error instanceof InputEnd) resolve(reader.errors > 0 ? 1 : 0);
      else reject(error as Error);
      editor.close();
    }
  };
  let isClosed = false;
  editor.on("line", (line) => {
    if (line.trim() !== "") remember(line);
    attempt(() => {
      reader.feed(line);
      if (!isClosed) prompt();
    });
  });
  editor.on("SIGINT", () => {
    shell.print("\n");
    reader.forget();
    prompt();
  });
  editor.on("close", () => {
    isClosed = true;
    attempt(() => reader.end());
    resolve(reader.errors > 0 ? 1 : 0);
  });
  prompt();
  return promise;
}
