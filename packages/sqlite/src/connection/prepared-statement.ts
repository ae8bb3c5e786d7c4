/** A statement of a connection: its text and tree, its parameters, and the plan, which is made anew when the schema has changed. */
import { ConflictError, SqliteError } from "../errors.ts";
import type { Statement } from "../sql/ast.ts";
import type { TextEncoding } from "../values/text-codec.ts";
import { Cells } from "../values/value.ts";
import type { Connection, StatementTicket } from "./connection.ts";
import type { Execution, StatementColumn } from "./execution.ts";
import { expandSql } from "./expand-sql.ts";
import type { Plan, PlanRun } from "./plan.ts";

/** What the text of one statement gives, whoever prepares it. */
export interface ParsedText {
  readonly sql: string;
  readonly statement: Statement;
  /** With their sign, by number from 1 at 0. */
  readonly parameters: readonly (string | undefined)[];
  /** What it was parsed from, and where in that its last token and the statement end: CREATE statements keep their text. */
  readonly whole: string;
  readonly lastTokenEnd: number;
  readonly terminator: number;
}

/** The text of a statement as it was written, and the literals that its plan takes as parameters. */
export interface Literals {
  readonly sql: string;
  readonly values: Cells;
}

const NO_BINDINGS = new Cells(0);

/** So often a plan is made anew because the schema changes under it, before that counts as an error. */
const MAX_ATTEMPTS = 50;

export class PreparedStatement {
  readonly bindings: Cells;
  readonly #connection: Connection;
  readonly #text: ParsedText;
  /** Of a statement whose literals stand apart from its plan. */
  readonly #literals: Literals | undefined;
  #plan: Plan;
  #generation: number;
  #running: StatementRun | undefined;
  #changes: number | bigint = 0;
  /** The plan has been run. */
  #isUsed = false;

  constructor(connection: Connection, text: ParsedText, literals?: Literals) {
    this.#connection = connection;
    this.#text = text;
    this.#literals = literals;
    this.bindings = literals === undefined ? new Cells(text.parameters.length) : NO_BINDINGS;
    this.#plan = connection.plan(text);
    this.#generation = connection.generation;
  }

  get sql(): string {
    return this.#literals?.sql ?? this.#text.sql;
  }

  get parameters(): readonly (string | undefined)[] {
    return this.#literals === undefined ? this.#text.parameters : [];
  }

  get encoding(): TextEncoding {
    return this.#connection.encoding;
  }

  get columns(): readonly StatementColumn[] {
    return this.#plan.columns;
  }

  get isReadonly(): boolean {
    return this.#plan.isReadonly;
  }

  get explain(): 0 | 1 | 2 {
    const { statement } = this.#text;
    return statement.kind !== "explain" ? 0 : statement.queryPlan ? 2 : 1;
  }

  /** Whether a run that `start` began has not ended. */
  get isBusy(): boolean {
    return this.#running !== undefined;
  }

  /** What the last run changed. */
  get result(): { readonly changes: number | bigint; readonly lastInsertRowid: number | bigint } {
    return { changes: this.#changes, lastInsertRowid: this.#connection.lastInsertRowid };
  }

  expandedSql(): string {
    return expandSql(this.sql, this.bindings, this.parameters);
  }

  /** Begins a run. Throws SQLITE_MISUSE while another one of this statement has not ended. */
  start(): Execution {
    if (this.#running !== undefined) throw new SqliteError("SQLITE_MISUSE", "bad parameter or other API misuse");
    const ticket = this.#enter();
    const before = this.#connection.totalChanges;
    const run = new StatementRun(
      this.#connection,
      ticket,
      this.#plan.start(this.#connection, this.#ownBindings()),
      () => {
        this.#running = undefined;
        this.#changes = this.#connection.totalChanges === before ? 0 : this.#connection.rowChanges.changes;
      },
    );
    this.#running = run;
    return run;
  }

  /** Runs to the end, or until `onRow` has enough. The row is overwritten by the next one. */
  run(onRow: (row: Cells) => boolean): void {
    const connection = this.#connection;
    const ticket = this.#enter();
    const before = connection.totalChanges;
    let run: PlanRun | undefined;
    try {
      run = this.#plan.start(connection, this.#literals?.values ?? this.bindings);
      run.push(onRow);
    } catch (error) {
      throw connection.leaveFailed(ticket, error, run?.changes);
    } finally {
      run?.close();
    }
    connection.leave(ticket);
    this.#changes = connection.totalChanges === before ? 0 : connection.rowChanges.changes;
  }

  /** Takes the locks, with a plan that fits the schema as it is then. */
  #enter(): StatementTicket {
    const connection = this.#connection;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      connection.checkOpen();
      if (this.#generation !== connection.generation || (this.#isUsed && this.#plan.isVolatile === true)) {
        this.#plan = connection.plan(this.#text);
        this.#generation = connection.generation;
      }
      this.#isUsed = true;
      const ticket = connection.enter(this.#plan, this.#generation);
      if (ticket === undefined) continue;
      if (connection.verbose !== undefined) connection.verbose(this.expandedSql());
      return ticket;
    }
    throw new SqliteError("SQLITE_SCHEMA", "database schema has changed");
  }

  /** For a run that lasts: values that are bound meanwhile are for the next one. */
  #ownBindings(): Cells {
    const { bindings } = this;
    if (this.#literals !== undefined) return this.#literals.values;
    if (bindings.length === 0) return bindings;
    const own = new Cells(bindings.length);
    own.tags.set(bindings.tags);
    bindings.payloads.forEach((payload, at) => {
      own.payloads[at] = payload;
    });
    return own;
  }
}

class StatementRun implements Execution {
  readonly #connection: Connection;
  readonly #ticket: StatementTicket;
  readonly #run: PlanRun;
  readonly #onEnd: () => void;
  #isDone = false;

  constructor(connection: Connection, ticket: StatementTicket, run: PlanRun, onEnd: () => void) {
    this.#connection = connection;
    this.#ticket = ticket;
    this.#run = run;
    this.#onEnd = onEnd;
  }

  get row(): Cells {
    return this.#run.row;
  }

  step(): boolean {
    if (this.#isDone) return false;
    try {
      this.#connection.checkRunning(this.#ticket);
      if (this.#run.step()) return true;
    } catch (error) {
      this.#isDone = true;
      try {
        throw this.#connection.leaveFailed(this.#ticket, error, this.#run.changes);
      } finally {
        this.#run.close();
        this.#onEnd();
      }
    }
    this.#end();
    return false;
  }

  close(): void {
    if (!this.#isDone) this.#end();
  }

  #end(): void {
    this.#isDone = true;
    this.#run.close();
    try {
      this.#connection.leave(this.#ticket);
    } finally {
      this.#onEnd();
    }
  }
}

/** What becomes of a statement that failed with this. */
export function failureAction(error: unknown): ConflictError["action"] {
  return error instanceof ConflictError ? error.action : "ABORT";
}
