/**
 * The back end that serves at once: programs → arrays of small closures.
 *
 * The nested steps of a program are laid flat. Each becomes a closure that does its work on the frame and returns the number of the next, so that
 * an execution can stop after any row and go on later without a generator: everything it needs to know is in the frame. Expressions stay
 * nested, as closures that call closures; blocks inside them run to their end in one go.
 */
import { Frame } from "../runtime/frame.ts";
import type { Cells } from "../values/value.ts";
import type { ClosureCompiler, Condition } from "./closures/compiler.ts";
import { columnReader } from "./closures/columns.ts";
import { condition } from "./closures/comparisons.ts";
import { expressionClosure } from "./closures/expressions.ts";
import { EMITTED, ENDED, Flow, type Op, runFrom } from "./closures/flow.ts";
import type { BackEnd, Executable, Execution } from "./executable.ts";
import { closeSources, FrameLayout } from "./open-sources.ts";
import type { Block, Evaluator, Expression, Program, RoutineCompiler } from "./program.ts";
import { indexSlotOf, NO_SLOT } from "../runtime/sources/table-columns.ts";
import { usesOf } from "./uses.ts";

export const closures: BackEnd = {
  compile: (program) => new ClosureExecutable(program),
};

/** Expressions and blocks of one program as closures; beside them, a whole program laid flat (`flow`). */
export class ClosureUnit implements ClosureCompiler {
  readonly #program: Program;
  readonly #layout: FrameLayout;
  readonly flow: Flow;
  scratch = 0;

  constructor(program: Program, layout: FrameLayout) {
    this.#program = program;
    this.#layout = layout;
    this.flow = new Flow(program, layout, this);
  }

  expression(expression: Expression): Evaluator {
    return expressionClosure(expression, this);
  }

  isTrue(expression: Expression): Condition {
    return condition(expression, true, this);
  }

  isFalse(expression: Expression): Condition {
    return condition(expression, false, this);
  }

  column(source: number, column: number): Evaluator {
    const hasNullRows = this.#layout.uses.nullRows.has(source);
    return columnReader(source, this.#program.sources[source]!, column, this.#layout.tables[source], hasNullRows);
  }

  hasVirtual(source: number, column: number): boolean {
    const layout = this.#program.sources[source]!;
    return layout.kind === "index" && indexSlotOf(layout.table, layout.index, column) !== NO_SLOT;
  }

  block(block: Block): (frame: Frame) => void {
    if (block.length === 0) return () => {};
    const start = this.flow.apart(block);
    const { ops } = this.flow;
    return (frame) => {
      if (runFrom(ops, frame, start.pc) !== ENDED) throw new Error("a row was emitted inside an expression");
    };
  }

  program(program: () => Program): NestedProgram {
    return nestedProgram(closures, program);
  }

  allocate(count: number): number {
    const at = this.scratch;
    this.scratch += count;
    return at;
  }
}

export type NestedProgram = ReturnType<RoutineCompiler["program"]>;

/** Compiled when it is first run, for a program may run itself. */
export function nestedProgram(backEnd: BackEnd, program: () => Program): NestedProgram {
  let compiled: CompiledProgram | undefined;
  return (frame, tags, payloads, count) => {
    compiled ??= compiledOnce(backEnd, program());
    const { executable, registers, columns } = compiled;
    const nested = new Frame(frame.environment, frame.parameters, registers, columns, frame);
    for (let at = 0; at < count; at++) {
      nested.registers.tags[at] = tags[at]!;
      nested.registers.payloads[at] = payloads[at]!;
    }
    executable.run(nested, goOn);
  };
}

interface CompiledProgram {
  readonly executable: Executable;
  readonly registers: number;
  readonly columns: number;
}

/** By back end: a trigger that fires itself is one program at every depth. */
const compiledPrograms = new WeakMap<BackEnd, WeakMap<Program, CompiledProgram>>();

function compiledOnce(backEnd: BackEnd, program: Program): CompiledProgram {
  const known = compiledPrograms.get(backEnd) ?? new WeakMap<Program, CompiledProgram>();
  compiledPrograms.set(backEnd, known);
  let compiled = known.get(program);
  if (compiled === undefined) {
    compiled = { executable: backEnd.compile(program), registers: program.registers, columns: program.columns.length };
    known.set(program, compiled);
  }
  return compiled;
}

function goOn(): boolean {
  return true;
}

class ClosureExecutable implements Executable {
  readonly #layout: FrameLayout;
  readonly #ops: readonly Op[];
  readonly #scratch: number;
  readonly #scans: number;

  constructor(program: Program) {
    this.#layout = new FrameLayout(program, usesOf(program));
    const compiler = new ClosureUnit(program, this.#layout);
    compiler.flow.program();
    this.#ops = compiler.flow.ops;
    this.#scratch = compiler.scratch;
    this.#scans = compiler.flow.scans;
  }

  start(frame: Frame): Execution {
    this.#prepare(frame);
    return new ClosureExecution(this.#ops, frame);
  }

  run(frame: Frame, onRow: (row: Cells) => boolean): void {
    this.#prepare(frame);
    try {
      let pc = 0;
      while (runFrom(this.#ops, frame, pc) === EMITTED && onRow(frame.row)) pc = frame.resume;
    } finally {
      closeSources(frame);
    }
  }

  #prepare(frame: Frame): void {
    this.#layout.prepare(frame, this.#scratch, this.#scans);
  }
}

class ClosureExecution implements Execution {
  readonly #ops: readonly Op[];
  readonly #frame: Frame;
  #hasEnded = false;

  constructor(ops: readonly Op[], frame: Frame) {
    this.#ops = ops;
    this.#frame = frame;
    frame.resume = 0;
  }

  step(): boolean {
    if (this.#hasEnded) return false;
    let hasRow = false;
    try {
      hasRow = runFrom(this.#ops, this.#frame, this.#frame.resume) === EMITTED;
    } finally {
      if (!hasRow) this.close();
    }
    return hasRow;
  }

  close(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    closeSources(this.#frame);
  }
}
