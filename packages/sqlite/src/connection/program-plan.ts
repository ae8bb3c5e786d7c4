/** Programs as plans. */
import type { Executable } from "../compile/executable.ts";
import type { Program } from "../compile/program.ts";
import { sourceText } from "../compile/source.ts";
import { failureOf } from "../runtime/change/statement-end.ts";
import { Frame } from "../runtime/frame.ts";
import type { StatementChanges } from "../runtime/change/statement-changes.ts";
import type { Cells } from "../values/value.ts";
import type { Execution as ProgramExecution } from "../compile/executable.ts";
import type { Connection } from "./connection.ts";
import type { PlanLine, StatementColumn } from "./execution.ts";
import type { Plan, PlanRun } from "./plan.ts";

export class ProgramPlan implements Plan {
  readonly program: Program;
  readonly columns: readonly StatementColumn[];
  readonly isReadonly: boolean;
  readonly reads: Iterable<number>;
  readonly writes: readonly number[];
  readonly atomic: boolean;
  readonly lines: readonly PlanLine[];
  readonly isVolatile: boolean;
  readonly #executable: Executable;

  constructor(program: Program, executable: Executable, isVolatile: boolean) {
    this.program = program;
    this.isVolatile = isVolatile;
    this.#executable = executable;
    this.reads = program.reads;
    this.writes = [...program.writes];
    this.isReadonly = this.writes.length === 0;
    this.atomic = program.atomic === true;
    this.lines = program.plan.map(({ id, parent, text }) => ({ id, parent, detail: text }));
    this.columns = program.columns.map(({ name, origin }) => ({
      name,
      column: origin?.column ?? null,
      table: origin?.table ?? null,
      database: origin?.database ?? null,
      type: origin?.type || null,
    }));
  }

  /** The JavaScript that the source back end makes of it; undefined where closures run it. */
  source({ encoding, backEnd }: Connection): string | undefined {
    return backEnd === "closures" ? undefined : sourceText(this.program, "push", encoding);
  }

  start(connection: Connection, bindings: Cells): PlanRun {
    const { registers, columns } = this.program;
    return new ProgramRun(new Frame(connection, bindings, registers, columns.length), this.#executable);
  }
}

class ProgramRun implements PlanRun {
  readonly #frame: Frame;
  readonly #executable: Executable;
  #execution: ProgramExecution | undefined;

  constructor(frame: Frame, executable: Executable) {
    this.#frame = frame;
    this.#executable = executable;
  }

  get row(): Cells {
    return this.#frame.row;
  }

  get changes(): StatementChanges {
    return this.#frame.statement;
  }

  step(): boolean {
    try {
      this.#execution ??= this.#executable.start(this.#frame);
      return this.#execution.step();
    } catch (error) {
      throw failureOf(error, this.#frame);
    }
  }

  push(onRow: (row: Cells) => boolean): void {
    try {
      this.#executable.run(this.#frame, onRow);
    } catch (error) {
      throw failureOf(error, this.#frame);
    }
  }

  close(): void {
    this.#execution?.close();
  }
}
