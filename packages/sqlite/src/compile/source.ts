/**
 * The back end that is fast: each program becomes one JavaScript function, which V8 optimises.
 *
 * Loops, conditions and expressions are written out; values live in two local variables, tag and payload; rows of tables are read where they lie,
 * only as far as they are used. Nothing of the statement's text gets into the code: names are numbers, and literals, collations and functions are
 * parameters, so that statements of the same shape share their code. Where a content-security policy forbids making functions from text, and
 * where the code would be too long, closures do the work.
 */
import { cellCount, isLeaf, pointersOf } from "../btree/node.ts";
import { rowidAt } from "../record/varint.ts";
import { truthOf } from "../runtime/comparison.ts";
import { countRows } from "../runtime/count-rows.ts";
import type { Frame } from "../runtime/frame.ts";
import { highestRowid, lowestRowid, rowidOf } from "../runtime/rowid-bounds.ts";
import { IndexScan } from "../runtime/scans/index-scan.ts";
import { RowidScan } from "../runtime/scans/rowid-scan.ts";
import { OrderedScan } from "../runtime/stores/store.ts";
import { compareValues } from "../values/compare.ts";
import { decodeText, type TextEncoding } from "../values/text-codec.ts";
import type { Cells } from "../values/value.ts";
import { closures, ClosureUnit } from "./closures.ts";
import type { BackEnd, Executable, Execution } from "./executable.ts";
import { closeSources, FrameLayout } from "./open-sources.ts";
import type { Program } from "./program.ts";
import { type Delivery, Generator, TooMuch } from "./source/generator.ts";
import { declareGroups } from "./source/groups.ts";
import { matchesPlain } from "./source/like-bytes.ts";
import { steps } from "./source/steps.ts";
import * as support from "./source/support.ts";
import { usesOf } from "./uses.ts";

export const source: BackEnd = {
  compile: (program) => new SourceExecutable(program),
};

/** What generated code calls by these names. */
const HELPERS = {
  ...support,
  cellCount,
  isLeaf,
  pointersOf,
  rowidAt,
  truthOf,
  countRows,
  lowestRowid,
  highestRowid,
  rowidOf,
  IndexScan,
  RowidScan,
  OrderedScan,
  compareValues,
  matchesPlain,
  textAt: decodeText,
};

type Run = (frame: Frame, onRow: (row: Cells) => boolean) => void;
type Generate = (frame: Frame) => Generator_;
type Generator_ = globalThis.Generator<undefined, void>;

/** A program's code with its own parameters, and how much room it needs in frames. */
interface Made<F> {
  readonly run: F;
  readonly scratch: number;
  readonly scans: number;
}

/** Code by its text: statements that differ in literals only share what V8 has learnt of it. */
const shapes = new Map<string, (helpers: typeof HELPERS, constants: readonly unknown[]) => unknown>();
const MAX_SHAPES = 500;

/** The text of a program's function; for `explain`, and for those who want to see. Undefined: closures run it. */
export function sourceText(program: Program, delivery: Delivery, encoding: TextEncoding): string | undefined {
  try {
    return generate(program, new FrameLayout(program, usesOf(program)), delivery, encoding).text;
  } catch (error) {
    if (error instanceof TooMuch) return undefined;
    throw error;
  }
}

function generate(
  program: Program,
  layout: FrameLayout,
  delivery: Delivery,
  encoding: TextEncoding,
): { readonly text: string; readonly constants: readonly unknown[]; readonly unit: ClosureUnit } {
  const unit = new ClosureUnit(program, layout);
  const gen = new Generator(program, layout, unit, delivery, encoding);
  declareGroups(gen);
  steps(gen, program.main);
  unit.flow.blocksApart();
  const parameters = gen.constants.map((_, at) => `k${at}`).join(", ");
  const registers = [...gen.registers].map((register) => `rt${register} = 0, rp${register} = null`);
  const text = [
    `"use strict";`,
    `const { ${Object.keys(HELPERS).join(", ")} } = helpers;`,
    `const [${parameters}] = constants;`,
    delivery === "push" ? "return function (frame, onRow) {" : "return function* (frame) {",
    "const x = frame.scratch, xt = x.tags, xp = x.payloads, once = frame.onces, { context } = frame.environment;",
    "const row = frame.row, wt = row.tags, wp = row.payloads;",
    "const ft = frame.registers.tags, fp = frame.registers.payloads;",
    "const nt = frame.parameters.tags, np = frame.parameters.payloads;",
    ...program.sources.map((_, at) => `const S${at} = frame.sources[${at}];`),
    ...program.stores.map((_, at) => `const D${at} = frame.stores[${at}];`),
    ...(registers.length === 0 ? [] : [`let ${registers.join(", ")};`]),
    ...gen.prologue,
    gen.text,
    "};",
  ].join("\n");
  return { text, constants: gen.constants, unit };
}

class SourceExecutable implements Executable {
  readonly #program: Program;
  readonly #layout: FrameLayout;
  /** Instead of code that is too long or forbidden. */
  #closures: Executable | undefined;
  readonly #made = new Map<string, Made<unknown>>();

  constructor(program: Program) {
    this.#program = program;
    this.#layout = new FrameLayout(program, usesOf(program));
  }

  start(frame: Frame): Execution {
    const made = this.#make<Generate>("yield", frame);
    if (made === undefined) return this.#closures!.start(frame);
    this.#layout.prepare(frame, made.scratch, made.scans);
    return new GeneratedExecution(made.run(frame), frame);
  }

  run(frame: Frame, onRow: (row: Cells) => boolean): void {
    const made = this.#make<Run>("push", frame);
    if (made === undefined) {
      this.#closures!.run(frame, onRow);
      return;
    }
    this.#layout.prepare(frame, made.scratch, made.scans);
    try {
      made.run(frame, onRow);
    } finally {
      closeSources(frame);
    }
  }

  #make<F>(delivery: Delivery, { encoding }: Frame): Made<F> | undefined {
    if (this.#closures !== undefined) return undefined;
    const key = `${delivery} ${encoding}`;
    let made = this.#made.get(key) as Made<F> | undefined; // by the delivery
    if (made !== undefined) return made;
    try {
      const { text, constants, unit } = generate(this.#program, this.#layout, delivery, encoding);
      made = { run: functionOf(text)(HELPERS, constants) as F, scratch: unit.scratch, scans: unit.flow.scans };
    } catch (error) {
      // EvalError: a content-security policy.
      if (!(error instanceof TooMuch) && !(error instanceof EvalError)) throw error;
      this.#closures = closures.compile(this.#program);
      return undefined;
    }
    this.#made.set(key, made);
    return made;
  }
}

function functionOf(text: string): (helpers: typeof HELPERS, constants: readonly unknown[]) => unknown {
  const known = shapes.get(text);
  if (known !== undefined) return known;
  // eslint-disable-next-line no-new-func -- what it is made of are numbers and names of ours
  const made = new Function("helpers", "constants", text) as ReturnType<typeof functionOf>;
  if (shapes.size >= MAX_SHAPES) shapes.delete(shapes.keys().next().value!);
  shapes.set(text, made);
  return made;
}

class GeneratedExecution implements Execution {
  readonly #rows: Generator_;
  readonly #frame: Frame;
  #hasEnded = false;

  constructor(rows: Generator_, frame: Frame) {
    this.#rows = rows;
    this.#frame = frame;
  }

  step(): boolean {
    if (this.#hasEnded) return false;
    let hasRow = false;
    try {
      hasRow = this.#rows.next().done !== true;
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
