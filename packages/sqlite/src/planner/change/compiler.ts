/** What compiling a statement that changes rows carries along: the program that it becomes part of, and the trigger in whose program it stands. */
import type { Block, Operation, Program, Step } from "../../compile/program.ts";
import type { SequencedTable } from "../../runtime/change/statement-end.ts";
import type { Table, Trigger } from "../../schema/table.ts";
import type * as ast from "../../sql/ast.ts";
import type { CompileContext } from "../context.ts";
import { Ids, Registers } from "../ids.ts";
import { Lowering } from "../lower/lowering.ts";
import { ProgramBuilder } from "../lower/program-builder.ts";
import type { ResultColumn } from "../query.ts";
import type { RowScope } from "./row-scope.ts";

/** The program of a trigger, or of a foreign key's action. */
export interface FiringContext {
  /** In which its statements look for tables; undefined: anywhere, as a trigger of temp may. */
  readonly database: number | undefined;
  /** NEW and OLD. */
  readonly rows: readonly RowScope[];
  /** OR … of the statement that fires it, which goes before those of its own statements. */
  readonly conflict: ast.ConflictResolution | undefined;
  /** Undefined: a foreign key's action. */
  readonly trigger: Trigger | undefined;
}

/** Programs of triggers that this statement may fire, by what fires them. */
export type ProgramCache = Map<object, Map<string, Program | undefined>>;

/** The program that was begun last. */
export interface LatestProgram {
  key: object | undefined;
  kind: string;
}

/** What may become of a statement, with all that it fires. */
export interface Outlook {
  /**
   * A constraint or a RAISE may abort it. Only then the original makes sure that it can undo the statement; what other errors stop (a value that is no
   * rowid, or of no type that a STRICT table takes) stays as far as it went.
   */
  mayAbort: boolean;
}

export class ChangeCompiler {
  readonly context: CompileContext;
  readonly builder: ProgramBuilder;
  readonly lowering: Lowering;
  readonly firing: FiringContext | undefined;
  readonly programs: ProgramCache;
  readonly latest: LatestProgram;
  readonly outlook: Outlook;
  /** Databases that are written to by the statement or by anything that it fires. */
  readonly writes: Set<number>;
  readonly reads: Set<number>;
  /** Tables with AUTOINCREMENT among those that are inserted into. */
  readonly sequenced: Map<Table, SequencedTable>;

  constructor(context: CompileContext, parent?: ChangeCompiler, firing?: FiringContext) {
    this.context = context;
    this.builder = new ProgramBuilder(new Ids(), new Registers());
    this.lowering = new Lowering(this.builder, context);
    this.firing = firing;
    this.programs = parent?.programs ?? new Map();
    this.outlook = parent?.outlook ?? { mayAbort: false };
    this.latest = parent?.latest ?? { key: undefined, kind: "" };
    this.writes = parent?.writes ?? new Set();
    this.reads = parent?.reads ?? new Set();
    this.sequenced = parent?.sequenced ?? new Map();
  }

  /** Where OR … comes from: the statement that fired the trigger, else the statement itself. */
  conflictOf(own: ast.ConflictResolution | undefined): ast.ConflictResolution | undefined {
    return this.firing?.conflict ?? own;
  }

  /** Registers for the rowid and the columns of a row. */
  rowRegisters(columns: number, rows = 1): number {
    return this.builder.registers.allocate(rows * (columns + 1));
  }

  finish(main: Block, columns: readonly ResultColumn[], atomic: boolean): Program {
    const program = this.builder.program(main, columns);
    return {
      ...program,
      reads: program.reads.union(this.reads),
      writes: this.writes,
      ...(atomic ? { atomic } : {}),
    };
  }
}

export function runs(operation: Operation): Step {
  return { kind: "run", operation };
}
