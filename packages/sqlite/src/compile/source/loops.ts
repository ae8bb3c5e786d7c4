/** Access steps → JavaScript loops. */
import { ROWID } from "../../schema/table.ts";
import type { IndexScan } from "../../runtime/scans/index-scan.ts";
import type { Block, Bound, Expression, Program, Step } from "../program.ts";
import { visitBlock } from "../uses.ts";
import { column, row, value } from "./expressions.ts";
import type { Generator } from "./generator.ts";
import {
  columnInPlace,
  declareGeometry,
  declareLeaf,
  enterLeaf,
  indexShape,
  type InPlace,
  openRow,
  type RowOptions,
  tableShape,
} from "./in-place.ts";
import { steps } from "./steps.ts";
import type { Value } from "./value.ts";

type Of<Kind extends Step["kind"]> = Extract<Step, { kind: Kind }>;

export function scanTable(gen: Generator, step: Of<"scan-table">): void {
  const { source, label, reverse, body } = step;
  const layout = gen.program.sources[source]!;
  beforeLoop(gen, body);
  if (layout.kind === "index" || (layout.kind === "table" && layout.table.withoutRowid)) {
    const id = gen.fresh();
    const cursor = layout.kind === "index" ? `S${source}.entries.cursor` : `S${source}.walk()`;
    gen.line(`const j${id} = new IndexScan(0, ${reverse}, undefined, undefined);`);
    gen.line(`S${source}.isNull = false;`);
    objectLoop(gen, source, label, body, `j${id}.begin(${cursor}, 0, null, 0, null)`, `j${id}.next()`);
    return;
  }
  const low = bound(gen, step.low, "lowestRowid", "-Infinity");
  const high = bound(gen, step.high, "highestRowid", "Infinity");
  const id = gen.fresh();
  gen.line(`const c${id} = S${source}.walk(), j${id} = new RowidScan();`);
  const begin = `j${id}.begin(c${id}, ${low}, ${high}, ${reverse})`;
  if (gen.hasOperations) {
    objectLoop(gen, source, label, body, begin, `j${id}.next()`);
    return;
  }
  const end = reverse ? (step.low === undefined ? undefined : low) : step.high === undefined ? undefined : high;
  const shape = tableShape(gen.layout.tables[source]!);
  gen.block(`b${label}: if (${begin})`, () => leafLoop(gen, { source, id, kind: "table", shape }, step, end));
}

/** Along the cells of one leaf after another. */
function leafLoop(
  gen: Generator,
  { source, id, kind, shape, accepts }: Omit<RowOptions, "walks">,
  { label, reverse, body }: { readonly label: number; readonly reverse: boolean; readonly body: Block },
  end?: string,
): void {
  declareGeometry(gen, source, id, kind);
  declareLeaf(gen, id, kind);
  gen.block("for (;;)", () => {
    const place = openRow(gen, { source, id, kind, shape, walks: true, accepts });
    if (end !== undefined) {
      const rowid = columnInPlace(gen, place, ROWID);
      gen.line(`if (${rowid.p} ${reverse ? "<" : ">"} ${end}) break;`);
    }
    inside(gen, source, label, body, place);
    const onward = (): void => {
      gen.line(`frame.turn(); if (!c${id}.${reverse ? "previous" : "next"}()) break;`);
      enterLeaf(gen, id, kind);
    };
    // Somebody may have changed the tree: the cursor knows where the row was.
    const changed = place.isGuarded ? `c${id}.version !== v${id}` : "false";
    gen.line(`if (${changed}) {`);
    onward();
    const first = kind === "index" ? `r${id}` : "0";
    gen.line(reverse ? `} else if (i${id} > ${first}) i${id} -= 1;` : `} else if (i${id} + 1 < m${id}) i${id} += 1;`);
    gen.line(`else { c${id}.stand(i${id});`);
    onward();
    gen.line("}");
  });
}

/** The body of a loop, or of what turns once; `place`: the source's row is read in place. */
function inside(gen: Generator, source: number, label: number, body: Block, place?: InPlace): void {
  if (place !== undefined) gen.inPlace.push(place);
  gen.active.push(source);
  gen.block(`n${label}:`, () => steps(gen, body));
  gen.active.pop();
  if (place !== undefined) gen.inPlace.pop();
}

/** A loop by an object that says whether there is a row. */
function objectLoop(gen: Generator, source: number, label: number, body: Block, begin: string, next: string): void {
  gen.line(`b${label}: if (${begin}) do {`);
  gen.scoped(() => {
    gen.line("frame.turn();");
    inside(gen, source, label, body);
  });
  gen.line(`} while (${next});`);
}

function bound(gen: Generator, given: Bound | undefined, helper: string, none: string): string {
  if (given === undefined) return none;
  const operand = value(gen, given.value);
  return gen.define(1, `${helper}(${operand.t}, ${operand.p}, ${given.inclusive})`).p;
}

export function seekRowid(gen: Generator, { source, label, rowid, body }: Of<"seek-rowid">): void {
  if (hasHazard(gen.program, body)) beforeLoop(gen, body);
  const wanted = value(gen, rowid);
  const id = gen.fresh();
  gen.line(`const r${id} = ${wanted.tag === 1 ? wanted.p : `rowidOf(${wanted.t}, ${wanted.p})`};`);
  gen.line(`const c${id} = S${source}.walk();`);
  gen.block(`b${label}: if (r${id} !== undefined && c${id}.seek(r${id}) === 0)`, () => {
    if (gen.hasOperations) {
      inside(gen, source, label, body);
      return;
    }
    declareGeometry(gen, source, id, "table");
    declareLeaf(gen, id, "table");
    const shape = tableShape(gen.layout.tables[source]!);
    inside(gen, source, label, body, openRow(gen, { source, id, kind: "table", shape, walks: false }));
  });
}

export function scanIndex(gen: Generator, step: Of<"scan-index">): void {
  const { source, label, index, reverse, nullable, body } = step;
  const layout = gen.program.sources[source]!;
  beforeLoop(gen, body);
  const id = gen.fresh();
  const [low, high] = [step.low, step.high].map((given) =>
    given === undefined ? undefined : gen.constant({ inclusive: given.inclusive }),
  );
  gen.prologue.push(
    `const j${id} = new IndexScan(${step.equal.length}, ${reverse}, ${low ?? "undefined"}, ${high ?? "undefined"});`,
  );
  const tests: string[] = [];
  for (const [at, expression] of step.equal.entries()) {
    const given = value(gen, expression);
    if (nullable[at] !== true && given.tag === undefined) tests.push(`${given.t} !== 0`);
    if (nullable[at] !== true && given.tag === 0) tests.push("false");
    gen.line(`j${id}.${SET_EQUAL}(${at}, ${given.t}, ${given.p});`);
  }
  const ends = [step.low, step.high].map((given): Value | undefined => {
    if (given === undefined) return undefined;
    const operand = value(gen, given.value);
    if (operand.tag === undefined) tests.push(`${operand.t} !== 0`);
    if (operand.tag === 0) tests.push("false");
    return operand;
  });
  const bounds = ends.map((end) => (end === undefined ? "0, null" : `${end.t}, ${end.p}`)).join(", ");
  const isKey = layout.kind === "table" && layout.table.withoutRowid && index.origin === "pk";
  const cursor =
    layout.kind === "index"
      ? `S${source}.entries.cursor`
      : isKey
        ? `S${source}.walk()`
        : `S${source}.walkThrough(${gen.constant(index)}).cursor`;
  gen.line(`S${source}.isNull = false;`);
  if (!gen.hasOperations && layout.kind !== "store" && layout.kind !== "registers" && !layout.table.withoutRowid) {
    gen.line(`const c${id} = ${cursor};`);
    tests.push(`j${id}.begin(c${id}, ${bounds})`);
    const isWhole = step.equal.length === 0 && step.low === undefined && step.high === undefined;
    const accepts = isWhole ? undefined : (record: string): string => `j${id}.accepts(${record})`;
    const shape = indexShape(layout.table, index);
    gen.block(`b${label}: if (${tests.join(" && ")})`, () =>
      leafLoop(gen, { source, id, kind: "index", shape, accepts }, step),
    );
    return;
  }
  tests.push(`j${id}.begin(${cursor}, ${bounds})`);
  objectLoop(gen, source, label, body, tests.join(" && "), `j${id}.next()`);
}

const SET_EQUAL: keyof IndexScan = "setEqual";

export function scanStore(gen: Generator, { source, store, label, reverse, sorted, body }: Of<"scan-store">): void {
  beforeLoop(gen, body);
  const id = gen.fresh();
  gen.line(`const j${id} = D${store}.scan(${reverse}, ${sorted});`);
  storeLoop(gen, source, store, label, body, id, `for (let r${id}; (r${id} = j${id}.next()) >= 0;)`);
}

export function probeStore(gen: Generator, { source, store, label, keys, body }: Of<"probe-store">): void {
  beforeLoop(gen, body);
  const at = row(gen, keys);
  const id = gen.fresh();
  const head = `for (let r${id} = D${store}.firstOf(x, ${at}); r${id} >= 0; r${id} = D${store}.after(r${id}))`;
  storeLoop(gen, source, store, label, body, id, head);
}

export function drainQueue(gen: Generator, { source, store, label, body }: Of<"drain-queue">): void {
  beforeLoop(gen, body);
  const id = gen.fresh();
  storeLoop(gen, source, store, label, body, id, `for (let r${id}; (r${id} = D${store}.take()) >= 0;)`);
}

/** A loop over numbers of rows. */
function storeLoop(
  gen: Generator,
  source: number,
  store: number,
  label: number,
  body: Block,
  id: number,
  head: string,
): void {
  const layout = gen.program.sources[source]!;
  const first = layout.kind === "store" ? layout.first : 0;
  gen.line(`S${source}.isNull = false;`);
  gen.line(`const R${id} = S${source}.rows = D${store}.rows;`);
  gen.block(`b${label}: ${head}`, () => {
    gen.line(`frame.turn(); const q${id} = r${id} * R${id}.columns; S${source}.row = r${id};`);
    gen.storeRows.set(source, { rows: `R${id}`, base: `q${id}`, first });
    inside(gen, source, label, body);
    gen.storeRows.delete(source);
  });
}

export function nullRow(gen: Generator, { source, body }: Of<"null-row">): void {
  gen.line(`S${source}.isNull = true;`);
  gen.block("", () => {
    gen.scope.nulls.add(source);
    steps(gen, body);
  });
  gen.line(`S${source}.isNull = false;`);
}

/**
 * What an inner loop reads of the rows around it is read once, before it begins. If something in it may change the database, rows around it that are
 * read in place have to be asked for from then on.
 */
export function beforeLoop(gen: Generator, body: Block): void {
  if (!gen.hasOperations) {
    for (const { source, column: number } of columnsIn(gen.program, body)) {
      if (gen.active.includes(source)) column(gen, source, number);
    }
  }
  if (hasHazard(gen.program, body)) {
    for (const place of [...gen.inPlace, ...gen.lookedUp]) place.isGuarded = true;
  }
}

function columnsIn(program: Program, body: Block): { source: number; column: number }[] {
  const found = new Map<string, { source: number; column: number }>();
  visitAll(
    program,
    body,
    () => {},
    (expression) => {
      if (expression.kind !== "column") return;
      const { source, column: number } = expression;
      found.set(`${source}:${number}`, { source, column: number });
    },
  );
  return [...found.values()];
}

/** Whether running a block may change the database, or let others do so. */
function hasHazard(program: Program, body: Block): boolean {
  let found = false;
  visitAll(
    program,
    body,
    (step) => {
      if (step.kind === "emit" || step.kind === "run") found = true;
    },
    (expression) => {
      if (expression.kind === "call" && expression.function.innocuous !== true) found = true;
    },
  );
  return found;
}

/** With the routines that are called. */
function visitAll(
  program: Program,
  body: Block,
  onStep: (step: Step) => void,
  onExpression: (expression: Expression) => void,
): void {
  const seen = new Set<number>();
  const look = (block: Block): void => {
    visitBlock(
      block,
      (step) => {
        onStep(step);
        if (step.kind !== "call" || seen.has(step.routine)) return;
        seen.add(step.routine);
        look(program.routines[step.routine]!);
      },
      onExpression,
    );
  };
  look(body);
}
