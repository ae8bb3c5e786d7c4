/** Lines of one input: statements over several of them are put together and run, dot-commands are called. */
import { afterLine, isBlank, isComplete, isSpace, type LineState, NO_LINES } from "./complete.ts";
import { runCommand } from "./dispatch.ts";
import { StatementFailure } from "./error-text.ts";
import type { LineSource } from "./input.ts";
import { InputEnd, type Shell } from "./shell.ts";

const MAX_NESTING = 25;

/** A line that stands for a semicolon. */
const TERMINATOR = /^[ \t-\r]*(?:\/|go)[ \t-\r]*$/i;

export class InputReader {
  readonly #shell: Shell;
  /** Whether errors tell the line. */
  readonly #tellsLines: boolean;
  #sql = "";
  #state: LineState = NO_LINES;
  #startLine = 0;
  #line = 0;
  errors = 0;

  constructor(shell: Shell, tellsLines: boolean) {
    this.#shell = shell;
    this.#tellsLines = tellsLines;
  }

  /** Whether a statement has begun. */
  get isWithin(): boolean {
    return this.#sql !== "";
  }

  /** Throws ExitRequest. */
  feed(line: string): void {
    const shell = this.#shell;
    this.#line += 1;
    shell.line = this.#line;
    const isTerminator =
      this.#state.open === "" && TERMINATOR.test(line) && this.#sql !== "" && isComplete(`${this.#sql};`);
    const text = isTerminator ? ";" : line;
    this.#state = afterLine(text, this.#state);
    if (this.#sql === "") {
      if (isBlank(this.#state)) return this.#skip(text);
      if (text.startsWith(".") || text.startsWith("#")) {
        this.#skip(text);
        if (text.startsWith(".") && runCommand(shell, text) !== 0) this.errors += 1;
        return;
      }
      this.#startLine = this.#line;
      let start = 0;
      while (start < text.length && isSpace(text[start]!)) start += 1;
      this.#sql = text.slice(start);
    } else this.#sql += `\n${text}`;
    if (this.#sql !== "" && this.#state.open === "" && this.#state.endsWithSemicolon && isComplete(this.#sql)) {
      this.#run();
      if (shell.onceCount > 0) shell.resetOutput();
    } else if (isBlank(this.#state)) this.#skip(this.#sql);
  }

  /** There are no more lines; what is unfinished is run as it is. */
  end(): void {
    if (this.#sql !== "") this.#run();
  }

  /** What was begun is given up. */
  forget(): void {
    this.#sql = "";
    this.#state = NO_LINES;
  }

  #skip(text: string): void {
    if (this.#shell.echo) this.#shell.print(`${text}\n`);
    this.forget();
  }

  #run(): void {
    const sql = this.#sql;
    this.forget();
    if (this.#shell.echo) this.#shell.print(`${sql}\n`);
    if (!runTimed(this.#shell, sql, this.#tellsLines ? this.#startLine : undefined)) this.errors += 1;
  }
}

/** False: a statement failed, and the reason was told. */
function runTimed(shell: Shell, sql: string, line: number | undefined): boolean {
  const wallBefore = performance.now();
  const before = process.cpuUsage();
  let failure: StatementFailure | undefined;
  try {
    shell.execute(sql);
  } catch (error) {
    if (!(error instanceof StatementFailure)) throw error;
    failure = error;
  }
  if (shell.timer) {
    const { user, system } = process.cpuUsage(before);
    const real = ((performance.now() - wallBefore) / 1e3).toFixed(3);
    shell.io.stdout.write(`Run Time: real ${real} user ${(user / 1e6).toFixed(6)} sys ${(system / 1e6).toFixed(6)}\n`);
  }
  if (failure !== undefined) {
    const kind = failure.phase === "in prepare" ? "Parse error" : "Runtime error";
    shell.complain(`${kind}${line === undefined ? "" : ` near line ${line}`}: ${failure.message}\n`);
    return false;
  }
  if (shell.countChanges) {
    const { changes, totalChanges } = shell.database;
    shell.print(`changes: ${changes}   total_changes: ${totalChanges}\n`);
  }
  return true;
}

/** Reads all of an input. Returns whether anything failed. Throws ExitRequest. */
export function readInput(shell: Shell, lines: LineSource): boolean {
  if (shell.nesting === MAX_NESTING) {
    shell.complain(`Input nesting limit (${MAX_NESTING}) reached at line ${shell.line}. Check recursion.\n`);
    return true;
  }
  const outerLine = shell.line;
  shell.nesting += 1;
  const reader = new InputReader(shell, true);
  try {
    while (reader.errors === 0 || !shell.bail) {
      const line = lines.next();
      if (line === undefined) break;
      reader.feed(line);
    }
    reader.end();
  } catch (error) {
    if (!(error instanceof InputEnd)) throw error;
  } finally {
    shell.nesting -= 1;
    shell.line = outerLine;
  }
  return reader.errors > 0;
}
