/** Steps → JavaScript. Labels are JavaScript's own; routines are written out where they are called. */
import type { SorterStore } from "../../runtime/stores/sorter.ts";
import type { Block, Expression, Step } from "../program.ts";
import { condition } from "./conditions.ts";
import { row, value } from "./expressions.ts";
import { type Generator, TooMuch } from "./generator.ts";
import { accumulate, clearGroups, scanGroups } from "./groups.ts";
import { drainQueue, nullRow, probeStore, scanIndex, scanStore, scanTable, seekRowid } from "./loops.ts";

type Of<Kind extends Step["kind"]> = Extract<Step, { kind: Kind }>;

/** Routines within routines; outer joins of so many tables would fill pages. */
const MAX_DEPTH = 12;

export function steps(gen: Generator, block: Block): void {
  for (const one of block) step(gen, one);
}

function step(gen: Generator, one: Step): void {
  switch (one.kind) {
    case "assign": {
      const given = value(gen, one.value);
      gen.assign(gen.register(one.register), given);
      break;
    }
    case "assign-integer": {
      const given = value(gen, one.value);
      const into = gen.register(one.register);
      gen.line(`${into.p} = integerOrMismatch(${given.t}, ${given.p}); ${into.t} = 1;`);
      break;
    }
    case "if":
      branch(gen, one.condition, one.then, one.otherwise);
      break;
    case "block":
      gen.block(`b${one.label}:`, () => steps(gen, one.body));
      break;
    case "break":
      gen.line(`break b${one.label};`);
      break;
    case "continue":
      gen.line(`break n${one.label};`);
      break;
    case "once":
      gen.block(`if (once[${one.id}] === 0)`, () => {
        gen.line(`once[${one.id}] = 1;`);
        steps(gen, one.body);
      });
      break;
    case "call":
      callRoutine(gen, one);
      break;
    case "take":
    case "skip":
      count(gen, one);
      break;
    case "count-rows": {
      const into = gen.register(one.register);
      const [table, index] = [gen.constant(one.table), gen.constant(one.index)];
      gen.line(`${into.p} = countRows(frame.environment, ${one.database}, ${table}, ${index}); ${into.t} = 1;`);
      break;
    }
    case "clear":
      gen.line(`D${one.store}.clear();`);
      break;
    case "append":
      append(gen, one);
      break;
    case "add-new": {
      const at = row(gen, one.values);
      gen.block(`if (D${one.store}.addNew(x, ${at}))`, () => steps(gen, one.then));
      if (one.otherwise !== undefined) gen.block("else", () => steps(gen, one.otherwise!));
      break;
    }
    case "remove": {
      const at = row(gen, one.values);
      gen.block(`if (D${one.store}.remove(x, ${at}))`, () => steps(gen, one.then ?? []));
      break;
    }
    case "clear-groups":
      clearGroups(gen, one.groups);
      break;
    case "accumulate":
      accumulate(gen, one);
      break;
    case "emit":
      emit(gen, one.values);
      break;
    case "run": {
      const run = one.operation.prepare(gen.unit);
      gen.hazard();
      gen.line(`${gen.constant(run)}(frame);`);
      break;
    }
    case "scan-table":
      return scanTable(gen, one);
    case "seek-rowid":
      return seekRowid(gen, one);
    case "scan-index":
      return scanIndex(gen, one);
    case "scan-store":
      return scanStore(gen, one);
    case "probe-store":
      return probeStore(gen, one);
    case "drain-queue":
      return drainQueue(gen, one);
    case "null-row":
      return nullRow(gen, one);
    case "scan-groups":
      return scanGroups(gen, one);
  }
}

/** Conditions that are joined by AND become blocks within blocks, so that what one has read is at hand for the next. */
function branch(gen: Generator, test: Expression, then: Block, otherwise: Block | undefined): void {
  if (test.kind === "and" && otherwise === undefined) {
    const { left, right } = test;
    const first = condition(gen, left, true);
    gen.block(`if (${first})`, () => branch(gen, right, then, undefined));
    return;
  }
  const isTrue = condition(gen, test, true);
  gen.block(`if (${isTrue})`, () => steps(gen, then));
  if (otherwise !== undefined) gen.block("else", () => steps(gen, otherwise));
}

function callRoutine(gen: Generator, { routine }: Of<"call">): void {
  if (gen.depth === MAX_DEPTH) throw new TooMuch();
  gen.depth += 1;
  gen.block("", () => steps(gen, gen.program.routines[routine]!));
  gen.depth -= 1;
}

function count(gen: Generator, { kind, register, then }: Of<"take" | "skip">): void {
  const counter = gen.register(register);
  gen.block(`if (${counter.p} > 0)`, () => {
    gen.line(`${counter.p} = lessOne(${counter.p});`);
    if (kind === "skip") steps(gen, then);
    else gen.block(`if (${counter.p} === 0)`, () => steps(gen, then));
  });
}

function append(gen: Generator, { store, values }: Of<"append">): void {
  const layout = gen.program.stores[store]!;
  if (layout.kind === "sorter" && layout.limit !== undefined)
    gen.line(`if (D${store}.rows.count === 0) D${store}.${LIMIT_TO}(Number(${gen.register(layout.limit).p}));`);
  const at = row(gen, values);
  gen.line(`D${store}.append(x, ${at});`);
}

const LIMIT_TO: keyof SorterStore = "limitTo";

function emit(gen: Generator, values: readonly Expression[]): void {
  values.forEach((expression, at) => {
    const given = value(gen, expression);
    gen.line(`wt[${at}] = ${given.t}; wp[${at}] = ${given.p};`);
  });
  gen.hazard();
  gen.line(gen.delivery === "push" ? "if (!onRow(row)) return;" : "yield;");
}
