/**
 * Groups of rows and their aggregates: GROUP BY, and the one group of a query without.
 *
 * A hash table numbers the groups as they come; what each aggregate has of each group is in one array an aggregate. The original sorts its rows
 * instead, and its groups come in the order of their keys: so they do here, sorted at the end.
 */
import type { GroupLayout } from "../compile/program.ts";
import type { CallContext } from "../functions/function.ts";
import { builtInCollations, type Collation } from "../values/collation.ts";
import { compareValues } from "../values/compare.ts";
import { Cells, INTEGER, NULL, type Payload, type Tag } from "../values/value.ts";
import { RowDictionary } from "./dictionary.ts";
import { compareRows, sortedRows } from "./row-order.ts";
import { Rows } from "./rows.ts";

/** For numbers of groups, which are no texts. */
const ANY_COLLATION: Collation = builtInCollations("utf8").get("BINARY")!;

/** INTEGERs below it are looked up without hashing. */
const MAX_SMALL = 65_536;
const NO_SMALL = new Int32Array(0);

/** What `accumulate` steps bring for each row. */
export interface GroupShape {
  /** Arguments of each aggregate. */
  readonly arguments: readonly number[];
  readonly bare: number;
}

/** Rows that wait until all are there, to be stepped through in an order of their own. */
interface Waiting {
  /** Arguments, then sort keys. */
  readonly rows: Rows;
  readonly groups: number[];
  /** Of each group, its rows in order; made when the first group ends. */
  byGroup: number[][] | undefined;
}

export class Groups {
  readonly layout: GroupLayout;
  readonly #shape: GroupShape;
  readonly #context: CallContext;
  /** Each group's keys, as the first row had them. */
  readonly keys: Rows;
  readonly bare: Rows;
  /** By a single key that is a small INTEGER: the number of its group and one; 0: it has none yet. Code that is generated looks here first. */
  small: Int32Array = NO_SMALL;
  #dictionary: RowDictionary;
  /** Of each aggregate, the state of each group. */
  readonly states: unknown[][];
  /** Of each aggregate with DISTINCT, the values that each group has had, behind the group's number. */
  readonly #seen: (RowDictionary | undefined)[];
  readonly #waiting: (Waiting | undefined)[];
  readonly #scratch: Cells;
  /** Of each group the least or greatest value so far, which the bare values belong to; undefined: there is none yet. */
  #best: ({ readonly tag: Tag; readonly payload: Payload } | undefined)[] = [];
  /** The last row of each group that the extreme looked at was none. */
  #missed: boolean[] = [];

  constructor(layout: GroupLayout, shape: GroupShape, context: CallContext) {
    this.layout = layout;
    this.#shape = shape;
    this.#context = context;
    this.keys = new Rows(layout.collations.length);
    this.bare = new Rows(shape.bare);
    this.#dictionary = new RowDictionary(layout.collations);
    this.states = layout.aggregates.map(() => []);
    this.#seen = layout.aggregates.map((_, at) => this.#newSeen(at));
    this.#waiting = layout.aggregates.map((_, at) => this.#newWaiting(at));
    this.#scratch = new Cells(Math.max(shape.bare, ...shape.arguments.map((count) => count + 1)));
  }

  /** The number of the group with the keys `cells[at …]`, which is made when there is none. */
  groupOf(cells: Cells, at: number): number {
    const group = this.#dictionary.add(cells.tags, cells.payloads, at);
    if (group === this.keys.count) {
      this.#add(cells, at);
      if (this.keys.columns === 1 && cells.tags[at] === INTEGER) this.#noteSmall(cells.payloads[at]!, group);
    }
    return group;
  }

  #noteSmall(key: Payload, group: number): void {
    if (typeof key !== "number" || key < 0 || key >= MAX_SMALL) return;
    if (key >= this.small.length) {
      const small = new Int32Array(Math.min(MAX_SMALL, Math.max(2 * this.small.length, key + 1)));
      small.set(this.small);
      this.small = small;
    }
    this.small[key] = group + 1;
  }

  /** Gives a row's arguments `cells[at …]`, behind which its sort keys stand, to an aggregate. */
  add(aggregate: number, group: number, cells: Cells, at: number): void {
    const count = this.#shape.arguments[aggregate]!;
    if (this.#seen[aggregate] !== undefined && !this.#isNew(aggregate, group, cells, at, count)) return;
    if (aggregate === this.layout.extreme) this.#look(group, cells.tags[at] as Tag, cells.payloads[at]!);
    const waiting = this.#waiting[aggregate];
    if (waiting !== undefined) {
      waiting.rows.append(cells, at);
      waiting.groups.push(group);
      return;
    }
    this.#step(aggregate, group, cells, at, count);
  }

  /** Whether the bare values are to be those of the row that was just added; `before`: how many groups there were before it. */
  wantsBare(group: number, before: number): boolean {
    return this.layout.extreme === undefined ? group === before : !this.#missed[group]!;
  }

  setBare(group: number, cells: Cells, at: number): void {
    this.bare.replace(group, cells, at);
  }

  get count(): number {
    return this.keys.count;
  }

  /** The numbers of all groups, in the order of their keys. */
  order(descending: readonly boolean[], nullsFirst: readonly boolean[]): Uint32Array {
    if (this.keys.count === 0 && this.layout.always) {
      this.#dictionary.add(this.#scratch.tags, this.#scratch.payloads, 0);
      this.#add(this.#scratch, 0);
    }
    if (this.keys.count === 1) return Uint32Array.of(0);
    const terms = this.layout.collations.map((collation, at) => ({
      collation,
      descending: descending[at] ?? false,
      nullsFirst: nullsFirst[at] ?? true,
    }));
    return sortedRows(this.keys, terms);
  }

  /** Puts keys, results and bare values of a group into the layout's registers. Once for each group. */
  finish(group: number, registers: Cells): void {
    const { aggregates, keyRegisters, resultRegisters, bareRegisters } = this.layout;
    const context = this.#context;
    this.keys.copy(group, 0, this.keys.columns, registers, keyRegisters);
    this.bare.copy(group, 0, this.bare.columns, registers, bareRegisters);
    for (const [at, aggregate] of aggregates.entries()) {
      if (this.#waiting[at] !== undefined) this.#stepWaiting(at, group);
      aggregate.function.finish(context, this.states[at]![group]);
      registers.set(resultRegisters + at, context.resultTag, context.result);
    }
  }

  clear(): void {
    this.keys.clear();
    this.bare.clear();
    this.#dictionary = this.#dictionary.fresh();
    for (let at = 0; at < this.states.length; at++) {
      this.states[at] = [];
      this.#seen[at] = this.#newSeen(at);
      this.#waiting[at] = this.#newWaiting(at);
    }
    this.#best = [];
    this.#missed = [];
    this.small = NO_SMALL;
  }

  #add(cells: Cells, at: number): void {
    this.keys.append(cells, at);
    for (let i = 0; i < this.bare.columns; i++) this.#scratch.set(i, NULL, null);
    this.bare.append(this.#scratch, 0);
    for (const [i, { function: aggregate }] of this.layout.aggregates.entries())
      this.states[i]!.push(aggregate.create(this.#context));
    this.#best.push(undefined);
    this.#missed.push(false);
  }

  #step(aggregate: number, group: number, cells: Cells, at: number, count: number): void {
    const { function: callee, collation } = this.layout.aggregates[aggregate]!;
    const states = this.states[aggregate]!;
    if (callee.needsCollation === true) this.#context.collation = collation;
    states[group] = callee.step(this.#context, states[group], cells, at, count);
  }

  #isNew(aggregate: number, group: number, cells: Cells, at: number, count: number): boolean {
    const seen = this.#seen[aggregate]!;
    const scratch = this.#scratch;
    scratch.set(0, INTEGER, group);
    for (let i = 0; i < count; i++) scratch.set(i + 1, cells.tags[at + i] as Tag, cells.payloads[at + i]!);
    const before = seen.size;
    seen.add(scratch.tags, scratch.payloads, 0);
    return seen.size > before;
  }

  /** Whether a value is a new extreme: NULL is one only where nothing else has come, and among equals it is the first. */
  #look(group: number, tag: Tag, payload: Payload): void {
    const best = this.#best[group];
    const { function: callee, collation } = this.layout.aggregates[this.layout.extreme!]!;
    if (tag === NULL) this.#missed[group] = best !== undefined;
    else {
      const order = best === undefined ? 0 : compareValues(tag, payload, best.tag, best.payload, collation);
      const isBetter = best === undefined || (callee.name === "max" ? order > 0 : order < 0);
      if (isBetter) this.#best[group] = { tag, payload };
      this.#missed[group] = !isBetter;
    }
  }

  #stepWaiting(aggregate: number, group: number): void {
    const waiting = this.#waiting[aggregate]!;
    const { rows } = waiting;
    waiting.byGroup ??= this.#byGroup(aggregate, waiting);
    const count = this.#shape.arguments[aggregate]!;
    for (const row of waiting.byGroup[group]!) {
      rows.copy(row, 0, count, this.#scratch, 0);
      this.#step(aggregate, group, this.#scratch, 0, count);
    }
  }

  #byGroup(aggregate: number, { rows, groups }: Waiting): number[][] {
    const lists = Array.from({ length: this.count }, (): number[] => []);
    for (const [row, group] of groups.entries()) lists[group]!.push(row);
    const { order } = this.layout.aggregates[aggregate]!;
    const first = this.#shape.arguments[aggregate]!;
    for (const list of lists) list.sort((a, b) => compareRows(rows, a, b, order, first));
    return lists;
  }

  #newSeen(at: number): RowDictionary | undefined {
    const { distinct, collation } = this.layout.aggregates[at]!;
    if (!distinct) return undefined;
    return new RowDictionary([ANY_COLLATION, ...Array.from({ length: this.#shape.arguments[at]! }, () => collation)]);
  }

  #newWaiting(at: number): Waiting | undefined {
    const { order } = this.layout.aggregates[at]!;
    if (order.length === 0) return undefined;
    return { rows: new Rows(this.#shape.arguments[at]! + order.length), groups: [], byGroup: undefined };
  }
}
