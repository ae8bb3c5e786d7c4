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
  /** A frame that nobody uses. */
  #idle: Frame | undefined;

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

  /** A frame whose execution has ended serves the next one again. */
  start(connection: Connection, bindings: Cells): PlanRun {
    const frame = this.#idle;
    if (frame === undefined) {
      const { registers, columns } = this.program;
      return new ProgramRun(this, new Frame(connection, bindings, registers, columns.length), this.#executable);
    }
    this.#idle = undefined;
    frame.again(bindings);
    return new ProgramRun(this, frame, this.#executable);
  }

  /** The execution in `frame` has ended. */
  ended(frame: Frame): void {
    this.#idle = frame;
  }
}

class ProgramRun implements PlanRun {
  readonly #plan: ProgramPlan;
  readonly #frame: Frame;
  readonly #executable: Executable;
  #execution: ProgramExecution | undefined;

  constructor(plan: ProgramPlan, frame: Frame, executable: Executable) {
    this.#plan = plan;
    this.#frame = frame;
    this.#executable = executable;
  }

  get row(): Cells {
    return this.#frame.row;
  }

  get changes(): StatementChanges {
    return this.#frame.statement;
  }

  /** Who gave the frame back by `close` takes no more steps. */
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

  /** Called once, at the end, when nobody looks at the row any more. */
  close(): void {
    this.#execution?.close();
    this.#plan.ended(this.#frame);
  }
}
