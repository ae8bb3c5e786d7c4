/** Steps → closures that return the number of the next: the program laid flat. */
import { applyAffinity } from "../../values/cast.ts";
import { SqliteError } from "../../errors.ts";
import type { Frame } from "../../runtime/frame.ts";
import type { ListStore } from "../../runtime/stores/list.ts";
import type { SetStore } from "../../runtime/stores/set.ts";
import type { SorterStore } from "../../runtime/stores/sorter.ts";
import { Cells, INTEGER } from "../../values/value.ts";
import type { FrameLayout } from "../open-sources.ts";
import type { Block, Evaluator, Expression, Program, Step } from "../program.ts";
import { accessSteps } from "./access.ts";
import type { ClosureCompiler } from "./compiler.ts";
import { countRows } from "../../runtime/count-rows.ts";

/** Does a piece of work and returns the number of what comes next. */
export type Op = (frame: Frame) => number;

/** In place of the next one's number: the block has ended; a row was emitted, and `frame.resume` says where to go on. */
export const ENDED = -1;
export const EMITTED = -2;

export function runFrom(ops: readonly Op[], frame: Frame, start: number): number {
  let pc = start;
  while (pc >= 0) pc = ops[pc]!(frame);
  return pc;
}

/** A place in the program that is not known yet when others go there. */
export class Target {
  pc: number = ENDED;
}

/** A label's places: `exit` for `break`, `next` for `continue`. */
interface Label {
  readonly exit: Target;
  readonly next: Target;
}

type Of<Kind extends Step["kind"]> = Extract<Step, { kind: Kind }>;

const CELL = new Cells(1);

export class Flow {
  readonly ops: Op[] = [];
  /** How many loops keep a place in `frame.scans`. */
  scans = 0;
  readonly layout: FrameLayout;
  readonly compiler: ClosureCompiler;
  readonly source: Program;
  readonly #labels = new Map<number, Label>();
  readonly #routines: readonly Target[];
  /** Blocks inside expressions, which are laid down behind the rest. */
  readonly #apart: { readonly start: Target; readonly block: Block }[] = [];
  #inRoutine = false;

  constructor(program: Program, layout: FrameLayout, compiler: ClosureCompiler) {
    this.source = program;
    this.layout = layout;
    this.compiler = compiler;
    this.#routines = program.routines.map(() => new Target());
  }

  /** Lays the whole program down. It begins at 0. */
  program(): void {
    this.block(this.source.main);
    this.ops.push(ended);
    this.#routinesThenBlocks();
  }

  /** Of a program that is made into source: what operations run, and the routines that this calls. */
  blocksApart(): void {
    if (this.#apart.length > 0) this.#routinesThenBlocks();
  }

  /** Blocks inside expressions come last; theirs may hold more of them. */
  #routinesThenBlocks(): void {
    this.#inRoutine = true;
    for (const [at, routine] of this.source.routines.entries()) {
      this.here(this.#routines[at]!);
      this.block(routine);
      this.ops.push(returned);
    }
    for (let next = this.#apart.shift(); next !== undefined; next = this.#apart.shift()) {
      this.here(next.start);
      this.block(next.block);
      this.ops.push(ended);
    }
  }

  /** Where a block will begin that runs by itself. */
  apart(block: Block): Target {
    const start = new Target();
    this.#apart.push({ start, block });
    return start;
  }

  here(target: Target): void {
    target.pc = this.ops.length;
  }

  jump(target: Target): void {
    this.ops.push(() => target.pc);
  }

  block(block: Block): void {
    for (const step of block) this.#step(step);
  }

  /** The places of a label that begins here. */
  label(number: number): Label {
    const escapes = this.layout.uses.escapes.has(number);
    let label = escapes ? this.#labels.get(number) : undefined;
    if (label === undefined) {
      label = { exit: new Target(), next: new Target() };
      this.#labels.set(number, label);
    }
    if (escapes) {
      const next = this.ops.length + 1;
      this.ops.push((frame) => {
        frame.depths[number] = frame.returns.length;
        return next;
      });
    }
    return label;
  }

  /** Evaluates into `frame.scratch`; returns where they stand. */
  row(values: readonly Expression[], room: number = values.length): { at: number; fill: (frame: Frame) => void } {
    const evaluators = values.map((value) => this.compiler.expression(value));
    const at = this.compiler.allocate(room);
    return { at, fill: filler(evaluators, at) };
  }

  #step(step: Step): void {
    const { ops, compiler } = this;
    switch (step.kind) {
      case "assign": {
        const { register } = step;
        const value = compiler.expression(step.value);
        const next = ops.length + 1;
        ops.push((frame) => {
          const payload = value(frame);
          frame.registers.tags[register] = frame.tag;
          frame.registers.payloads[register] = payload;
          return next;
        });
        break;
      }
      case "assign-integer":
        this.#assignInteger(step);
        break;
      case "if":
        this.#if(step);
        break;
      case "block": {
        const { exit } = this.label(step.label);
        this.block(step.body);
        this.here(exit);
        break;
      }
      case "break":
      case "continue":
        this.#leave(step);
        break;
      case "once": {
        const { id } = step;
        const end = new Target();
        const next = ops.length + 1;
        ops.push((frame) => {
          if (frame.onces[id] !== 0) return end.pc;
          frame.onces[id] = 1;
          return next;
        });
        this.block(step.body);
        this.here(end);
        break;
      }
      case "call": {
        const target = this.#routines[step.routine]!;
        const next = ops.length + 1;
        ops.push((frame) => {
          frame.returns.push(next);
          return target.pc;
        });
        break;
      }
      case "take":
      case "skip":
        this.#count(step);
        break;
      case "count-rows":
        this.#countRows(step);
        break;
      case "clear":
        this.#do((frame) => frame.stores[step.store]!.clear());
        break;
      case "append":
        this.#append(step);
        break;
      case "add-new":
      case "remove":
        this.#change(step);
        break;
      case "clear-groups":
        this.#do((frame) => frame.groups[step.groups]!.clear());
        break;
      case "accumulate":
        this.#accumulate(step);
        break;
      case "emit": {
        const values = step.values.map((value) => compiler.expression(value));
        const next = ops.length + 1;
        ops.push((frame) => {
          const { row } = frame;
          for (let at = 0; at < values.length; at++) {
            const payload = values[at]!(frame);
            row.tags[at] = frame.tag;
            row.payloads[at] = payload;
          }
          frame.resume = next;
          return EMITTED;
        });
        break;
      }
      case "run":
        this.#do(step.operation.prepare(compiler));
        break;
      default:
        accessSteps(step, this);
    }
  }

  #do(action: (frame: Frame) => void): void {
    const next = this.ops.length + 1;
    this.ops.push((frame) => {
      action(frame);
      return next;
    });
  }

  #assignInteger({ register, value: expression }: Of<"assign-integer">): void {
    const value = this.compiler.expression(expression);
    this.#do((frame) => {
      const payload = value(frame);
      CELL.set(0, frame.tag, payload);
      applyAffinity(CELL, 0, "NUMERIC");
      if (CELL.tags[0] !== INTEGER) throw new SqliteError("SQLITE_MISMATCH", "datatype mismatch");
      frame.registers.set(register, INTEGER, CELL.payloads[0]!);
    });
  }

  #if({ condition, then, otherwise }: Of<"if">): void {
    const test = this.compiler.isTrue(condition);
    const [only] = then;
    if (then.length === 1 && otherwise === undefined && only !== undefined && this.#isJump(only)) {
      const target = this.#targetOf(only as Of<"break" | "continue">);
      const next = this.ops.length + 1;
      this.ops.push((frame) => (test(frame) ? target.pc : next));
      return;
    }
    const other = new Target();
    const next = this.ops.length + 1;
    this.ops.push((frame) => (test(frame) ? next : other.pc));
    this.block(then);
    this.#otherwise(other, otherwise);
  }

  /** Where `other` leads to, behind what comes first. */
  #otherwise(other: Target, otherwise: Block | undefined): void {
    if (otherwise === undefined || otherwise.length === 0) {
      this.here(other);
      return;
    }
    const end = new Target();
    this.jump(end);
    this.here(other);
    this.block(otherwise);
    this.here(end);
  }

  #isJump(step: Step): boolean {
    return (step.kind === "break" || step.kind === "continue") && !this.#escapes(step.label);
  }

  #escapes(label: number): boolean {
    return this.#inRoutine && this.layout.uses.escapes.has(label);
  }

  #targetOf({ kind, label }: Of<"break" | "continue">): Target {
    let places = this.#labels.get(label);
    if (places === undefined) {
      places = { exit: new Target(), next: new Target() };
      this.#labels.set(label, places);
    }
    return kind === "break" ? places.exit : places.next;
  }

  #leave(step: Of<"break" | "continue">): void {
    const target = this.#targetOf(step);
    if (!this.#escapes(step.label)) {
      this.jump(target);
      return;
    }
    const { label } = step;
    this.ops.push((frame) => {
      frame.returns.length = frame.depths[label]!;
      return target.pc;
    });
  }

  #count({ kind, register, then }: Of<"take" | "skip">): void {
    const end = new Target();
    const next = this.ops.length + 1;
    const isTake = kind === "take";
    this.ops.push((frame) => {
      const value = frame.registers.payloads[register] as number | bigint; // `assign-integer` put it there
      if (value <= 0) return end.pc;
      const less = typeof value === "bigint" ? lessOne(value) : value - 1;
      frame.registers.payloads[register] = less;
      return isTake && less !== 0 ? end.pc : next;
    });
    this.block(then);
    this.here(end);
  }

  #countRows({ register, database, table, index }: Of<"count-rows">): void {
    this.#do((frame) => frame.registers.set(register, INTEGER, countRows(frame.environment, database, table, index)));
  }

  #append({ store, values }: Of<"append">): void {
    const { at, fill } = this.row(values);
    const layout = this.source.stores[store]!;
    if (layout.kind === "sorter" && layout.limit !== undefined) {
      const { limit } = layout;
      this.#do((frame) => {
        const sorter = frame.stores[store] as SorterStore;
        if (sorter.rows.count === 0) sorter.limitTo(Number(frame.registers.payloads[limit]));
        fill(frame);
        sorter.append(frame.scratch, at);
      });
      return;
    }
    this.#do((frame) => {
      fill(frame);
      frame.stores[store]!.append(frame.scratch, at);
    });
  }

  #change(step: Of<"add-new" | "remove">): void {
    const { store } = step;
    const { at, fill } = this.row(step.values);
    const isRemove = step.kind === "remove";
    const other = new Target();
    const next = this.ops.length + 1;
    this.ops.push((frame) => {
      fill(frame);
      const set = frame.stores[store] as SetStore | ListStore;
      const isSo = isRemove ? (set as SetStore).remove(frame.scratch, at) : set.addNew(frame.scratch, at);
      return isSo ? next : other.pc;
    });
    this.block(step.then ?? []);
    this.#otherwise(other, step.kind === "add-new" ? step.otherwise : undefined);
  }

  #accumulate(step: Of<"accumulate">): void {
    const { groups: number } = step;
    const keys = this.row(step.keys);
    const bare = this.row(step.bare);
    const aggregates = step.aggregates.map(({ arguments: values, filter, order }) => ({
      ...this.row([...values, ...order]),
      filter: filter === undefined ? undefined : this.compiler.isTrue(filter),
    }));
    this.#do((frame) => {
      const groups = frame.groups[number]!;
      const before = groups.count;
      keys.fill(frame);
      const group = groups.groupOf(frame.scratch, keys.at);
      for (let i = 0; i < aggregates.length; i++) {
        const { at, fill, filter } = aggregates[i]!;
        if (filter !== undefined && !filter(frame)) continue;
        fill(frame);
        groups.add(i, group, frame.scratch, at);
      }
      if (step.bare.length > 0 && groups.wantsBare(group, before)) {
        bare.fill(frame);
        groups.setBare(group, frame.scratch, bare.at);
      }
    });
  }
}

function filler(values: readonly Evaluator[], at: number): (frame: Frame) => void {
  if (values.length === 1) {
    const [value] = values;
    return (frame) => {
      const payload = value!(frame);
      frame.scratch.set(at, frame.tag, payload);
    };
  }
  return (frame) => {
    for (let i = 0; i < values.length; i++) {
      const payload = values[i]!(frame);
      frame.scratch.set(at + i, frame.tag, payload);
    }
  };
}

function lessOne(value: bigint): number | bigint {
  const less = value - 1n;
  return less <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(less) : less;
}

function ended(): number {
  return ENDED;
}

function returned(frame: Frame): number {
  return frame.returns.pop()!; // by the call that came here
}
