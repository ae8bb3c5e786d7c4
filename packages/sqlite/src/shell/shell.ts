/**
 * The shell: a database, how results look, and lines of input that are statements or dot-commands.
 *
 * Input is pushed line by line (InputReader), so that files, standard input and a terminal's editor are one. Everything is synchronous.
 */
import { resolve } from "node:path";
import { Database } from "../api/node-database.ts";
import type { PlanLine } from "../connection/execution.ts";
import type { PreparedStatement } from "../connection/prepared-statement.ts";
import { SqliteError } from "../errors.ts";
import type { SqlValue } from "../values/value.ts";
import type { BindArguments } from "../api/options.ts";
import { isSpace } from "./complete.ts";
import { excerptOf, StatementFailure } from "./error-text.ts";
import { printPlan } from "./format/plan.ts";
import { printResult } from "./format/printer.ts";
import { defaultStyle, type Mode, type Style } from "./format/settings.ts";
import { addShellFunctions } from "./functions.ts";
import { FileOutput, type Output } from "./output.ts";
import { printStatistics } from "./statistics.ts";
import { bindParameters } from "./parameters.ts";

/** .eqp: no plan, the plan before each statement, or its program too. */
export type PlanMode = "off" | "on" | "trigger" | "full";

/** The shell is to end with this code. */
export class ExitRequest extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/** The input that is being read is to end. */
export class InputEnd extends Error {}

export interface ShellIo {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Whether somebody types. */
  readonly isInteractive: boolean;
}

export class Shell {
  readonly style: Style = defaultStyle();
  readonly io: ShellIo;
  out: Output;
  /** What .show says of where output goes. */
  outputName = "stdout";
  /** Statements until the output goes back to standard output: of .once. 0: it stays. */
  onceCount = 0;
  /** Run when the output goes back: .once -x and -e. */
  afterOutput: (() => void) | undefined;
  echo = false;
  bail = false;
  countChanges = false;
  timer = false;
  stats: "off" | "on" | "stmt" | "vmstep" = "off";
  planMode: PlanMode = "off";
  explain: "off" | "on" | "auto" = "auto";
  /** Whether .headers was used: modes with headers of their own leave it alone then. */
  headerIsSet = false;
  readonly = false;
  prompts: { main: string; more: string } = { main: "sqlite> ", more: "   ...> " };
  trace: { readonly out: Output; readonly expanded: boolean } | undefined;
  /** Inputs that are being read, one for another. */
  nesting = 0;
  line = 0;
  filename: string;
  #database: Database | undefined;

  constructor(filename: string, io: ShellIo) {
    this.filename = filename;
    this.io = io;
    this.out = io.stdout;
  }

  // ── The database ──

  /** Opens the file that was named, when that has not happened. */
  get database(): Database {
    return (this.#database ??= this.#open(this.filename));
  }

  get isOpen(): boolean {
    return this.#database !== undefined;
  }

  /** Throws ExitRequest when it cannot be opened. */
  #open(filename: string): Database {
    try {
      return this.openOther(filename, this.readonly);
    } catch (error) {
      if (!(error instanceof SqliteError)) throw error;
      this.complain(`Error: unable to open database "${filename}": ${error.message}\n`);
      throw new ExitRequest(1);
    }
  }

  /** A database of its own, with the shell's functions. Throws SqliteError. */
  openOther(filename: string, readonly = false): Database {
    const database = Database.open(filename === "" || filename === ":memory:" ? ":memory:" : resolve(filename), {
      readonly,
    });
    addShellFunctions(database);
    return database;
  }

  /** Puts another database in its place. */
  use(filename: string, database: Database): void {
    this.#database?.close();
    this.#database = database;
    this.filename = filename;
  }

  close(): void {
    this.#database?.close();
    this.#database = undefined;
  }

  /** Rows of a statement of the shell's own. */
  rows(sql: string, ...values: BindArguments): SqlValue[][] {
    return this.database.prepare<SqlValue[]>(sql, { rows: "array" }).all(...values);
  }

  // ── Output ──

  print(text: string): void {
    this.out.write(text);
  }

  /** On standard error. What was printed before comes first. */
  complain(text: string): void {
    this.io.stdout.flush();
    this.io.stderr.write(text);
    this.io.stderr.flush();
  }

  setOutput(out: Output, name: string): void {
    this.resetOutput();
    this.out = out;
    this.outputName = name;
  }

  /** Back to standard output. */
  resetOutput(): void {
    if (this.out !== this.io.stdout) this.out.close();
    this.out = this.io.stdout;
    this.outputName = "stdout";
    this.onceCount = 0;
    const after = this.afterOutput;
    this.afterOutput = undefined;
    after?.();
  }

  /** Creates the file; undefined, and a complaint, when that fails. */
  openOutput(path: string): Output | undefined {
    try {
      return path === "stdout" ? this.io.stdout : path === "stderr" ? this.io.stderr : FileOutput.create(path);
    } catch {
      this.complain(`Error: cannot open "${path}"\n`);
      return undefined;
    }
  }

  // ── Statements ──

  /** Runs all statements of a text and prints their results. Throws StatementFailure for the first one that fails. */
  execute(sql: string): void {
    for (let at = 0; at < sql.length;) {
      const { statement, end } = this.#prepare(sql, at);
      if (statement !== undefined) this.#run(statement);
      if (end <= at) break;
      at = end;
      while (at < sql.length && isSpace(sql[at]!)) at += 1;
    }
  }

  #prepare(sql: string, at: number): { statement: PreparedStatement | undefined; end: number } {
    try {
      return this.database.connection.prepareNext(sql, at);
    } catch (error) {
      if (!(error instanceof SqliteError)) throw error;
      throw new StatementFailure("in prepare", error, excerptOf(error, sql, at));
    }
  }

  #run(statement: PreparedStatement): void {
    const text = statement.sql.trim();
    if (this.planMode !== "off" && statement.explain === 0) this.#printPlan(text);
    bindParameters(this, statement);
    this.trace?.out.write(`${this.trace.expanded ? statement.expandedSql().trim() : text}\n`);
    try {
      const execution = statement.start();
      try {
        const { columns, encoding } = statement;
        printResult({ columns, execution, encoding }, this.#modeFor(statement), this.style, this.out);
      } finally {
        execution.close();
      }
      if (this.stats === "on") printStatistics(this);
    } catch (error) {
      if (!(error instanceof SqliteError)) throw error;
      throw new StatementFailure("stepping", error, "");
    }
  }

  #modeFor({ explain }: PreparedStatement): Mode {
    if (this.explain === "on") return "explain";
    if (this.explain === "off" || explain === 0) return this.style.mode;
    return explain === 1 ? "explain" : "plan";
  }

  #printPlan(text: string): void {
    let lines: PlanLine[];
    try {
      lines = this.rows(`EXPLAIN QUERY PLAN ${text}`).map(([id, parent, , detail]) => ({
        id: Number(id),
        parent: Number(parent),
        detail: String(detail),
      }));
    } catch (error) {
      if (!(error instanceof SqliteError)) throw error;
      return; // the statement itself tells what is wrong
    }
    printPlan(lines, this.out);
    if (this.planMode === "full") this.execute(`EXPLAIN ${text}`);
  }
}
