/** Access steps → closures: how sources come from row to row. */
import type { IndexCursor, TableCursor } from "../../btree/cursor.ts";
import type { Frame } from "../../runtime/frame.ts";
import { ABOVE_ALL, BELOW_ALL, highestRowid, lowestRowid, rowidOf } from "../../runtime/rowid-bounds.ts";
import { IndexScan } from "../../runtime/scans/index-scan.ts";
import { RowidScan } from "../../runtime/scans/rowid-scan.ts";
import type { IndexSource } from "../../runtime/sources/index-source.ts";
import type { StoreSource } from "../../runtime/sources/memory-sources.ts";
import type { TableSource } from "../../runtime/sources/table-source.ts";
import type { MultimapStore } from "../../runtime/stores/multimap.ts";
import type { QueueStore } from "../../runtime/stores/queue.ts";
import { OrderedScan, type RowScan } from "../../runtime/stores/store.ts";
import { NULL, type Payload } from "../../values/value.ts";
import type { Block, Bound, Evaluator, Step } from "../program.ts";
import type { Flow } from "./flow.ts";

type Of<Kind extends Step["kind"]> = Extract<Step, { kind: Kind }>;
type AccessStep = Of<
  "scan-table" | "seek-rowid" | "scan-index" | "scan-store" | "probe-store" | "drain-queue" | "null-row" | "scan-groups"
>;

export function accessSteps(step: AccessStep, flow: Flow): void {
  switch (step.kind) {
    case "scan-table":
      return scanTable(step, flow);
    case "seek-rowid":
      return seekRowid(step, flow);
    case "scan-index":
      return scanIndex(step, flow);
    case "scan-store":
      return scanStore(step, flow);
    case "probe-store":
      return probeStore(step, flow);
    case "drain-queue":
      return drainQueue(step, flow);
    case "null-row":
      return nullRow(step, flow);
    case "scan-groups":
      return scanGroups(step, flow);
  }
}

/** A loop: `begin` and `next` say whether there is a row for the body. */
function loop(
  flow: Flow,
  label: number,
  body: Block,
  begin: (frame: Frame) => boolean,
  next: (frame: Frame) => boolean,
): void {
  const { exit, next: again } = flow.label(label);
  const start = flow.ops.length + 1;
  flow.ops.push((frame) => (begin(frame) ? start : exit.pc));
  flow.block(body);
  flow.here(again);
  flow.ops.push((frame) => {
    frame.turn();
    return next(frame) ? start : exit.pc;
  });
  flow.here(exit);
}

function scanTable(step: Of<"scan-table">, flow: Flow): void {
  const { source, reverse } = step;
  const layout = flow.source.sources[source]!;
  const at = flow.scans++;
  if (layout.kind === "index" || (layout.kind === "table" && layout.table.withoutRowid)) {
    const begin = (frame: Frame): boolean => {
      const scan = new IndexScan(0, reverse, undefined, undefined);
      frame.scans[at] = scan;
      const found = frame.sources[source]!;
      found.isNull = false;
      const cursor = layout.kind === "index" ? (found as IndexSource).entries.cursor : (found as TableSource).walk();
      return scan.begin(cursor as IndexCursor, NULL, null, NULL, null);
    };
    loop(flow, step.label, step.body, begin, (frame) => (frame.scans[at] as IndexScan).next());
    return;
  }
  const low = step.low === undefined ? undefined : flow.compiler.expression(step.low.value);
  const high = step.high === undefined ? undefined : flow.compiler.expression(step.high.value);
  const begin = (frame: Frame): boolean => {
    const from = low === undefined ? BELOW_ALL : bound(frame, low, step.low!, lowestRowid);
    const to = high === undefined ? ABOVE_ALL : bound(frame, high, step.high!, highestRowid);
    const scan = (frame.scans[at] ??= new RowidScan()) as RowidScan;
    return scan.begin((frame.sources[source] as TableSource).walk() as TableCursor, from, to, reverse);
  };
  loop(flow, step.label, step.body, begin, (frame) => (frame.scans[at] as RowidScan).next());
}

function bound(frame: Frame, value: Evaluator, { inclusive }: Bound, turn: typeof lowestRowid): number | bigint {
  const payload = value(frame);
  return turn(frame.tag, payload, inclusive);
}

/** A loop of one turn at most. */
function seekRowid(step: Of<"seek-rowid">, flow: Flow): void {
  const { source } = step;
  const rowid = flow.compiler.expression(step.rowid);
  const { exit, next: again } = flow.label(step.label);
  const next = flow.ops.length + 1;
  flow.ops.push((frame) => {
    const payload = rowid(frame);
    const wanted = rowidOf(frame.tag, payload);
    const cursor = (frame.sources[source] as TableSource).walk() as TableCursor;
    return wanted !== undefined && cursor.seek(wanted) === 0 ? next : exit.pc;
  });
  flow.block(step.body);
  flow.here(again);
  flow.here(exit);
}

function scanIndex(step: Of<"scan-index">, flow: Flow): void {
  const { source, reverse, nullable, index } = step;
  const layout = flow.source.sources[source]!;
  const isKey = layout.kind === "table" && layout.table.withoutRowid && index.origin === "pk";
  const isAlone = layout.kind === "index";
  const equal = step.equal.map((value) => flow.compiler.expression(value));
  const low = step.low === undefined ? undefined : flow.compiler.expression(step.low.value);
  const high = step.high === undefined ? undefined : flow.compiler.expression(step.high.value);
  const at = flow.scans++;
  const begin = (frame: Frame): boolean => {
    const scan = (frame.scans[at] ??= new IndexScan(equal.length, reverse, step.low, step.high)) as IndexScan;
    for (let i = 0; i < equal.length; i++) {
      const payload = equal[i]!(frame);
      if (frame.tag === NULL && nullable[i] !== true) return false;
      scan.setEqual(i, frame.tag, payload);
    }
    let from: Payload = null;
    if (low !== undefined && ((from = low(frame)), frame.tag) === NULL) return false;
    const fromTag = low === undefined ? NULL : frame.tag;
    let to: Payload = null;
    if (high !== undefined && ((to = high(frame)), frame.tag) === NULL) return false;
    const toTag = high === undefined ? NULL : frame.tag;
    const found = frame.sources[source]!;
    found.isNull = false;
    const cursor = isAlone
      ? (found as IndexSource).entries.cursor
      : isKey
        ? ((found as TableSource).walk() as IndexCursor)
        : (found as TableSource).walkThrough(index).cursor;
    return scan.begin(cursor, fromTag, from, toTag, to);
  };
  loop(flow, step.label, step.body, begin, (frame) => (frame.scans[at] as IndexScan).next());
}

function enterStore(frame: Frame, source: number, store: number): StoreSource {
  const found = frame.sources[source] as StoreSource;
  found.rows = frame.stores[store]!.rows;
  found.isNull = false;
  return found;
}

function scanStore(step: Of<"scan-store">, flow: Flow): void {
  const { source, store, reverse, sorted } = step;
  const at = flow.scans++;
  const next = (frame: Frame): boolean => {
    const row = (frame.scans[at] as RowScan).next();
    if (row < 0) return false;
    (frame.sources[source] as StoreSource).row = row;
    return true;
  };
  const begin = (frame: Frame): boolean => {
    enterStore(frame, source, store);
    frame.scans[at] = frame.stores[store]!.scan(reverse, sorted);
    return next(frame);
  };
  loop(flow, step.label, step.body, begin, next);
}

function probeStore(step: Of<"probe-store">, flow: Flow): void {
  const { source, store } = step;
  const keys = flow.row(step.keys);
  const begin = (frame: Frame): boolean => {
    keys.fill(frame);
    const found = enterStore(frame, source, store);
    found.row = (frame.stores[store] as MultimapStore).firstOf(frame.scratch, keys.at);
    return found.row >= 0;
  };
  const next = (frame: Frame): boolean => {
    const found = frame.sources[source] as StoreSource;
    found.row = (frame.stores[store] as MultimapStore).after(found.row);
    return found.row >= 0;
  };
  loop(flow, step.label, step.body, begin, next);
}

function drainQueue(step: Of<"drain-queue">, flow: Flow): void {
  const { source, store } = step;
  const next = (frame: Frame): boolean => {
    const found = enterStore(frame, source, store);
    found.row = (frame.stores[store] as QueueStore).take();
    return found.row >= 0;
  };
  loop(flow, step.label, step.body, next, next);
}

function nullRow({ source, body }: Of<"null-row">, flow: Flow): void {
  const set = (isNull: boolean): void => {
    const next = flow.ops.length + 1;
    flow.ops.push((frame) => {
      frame.sources[source]!.isNull = isNull;
      return next;
    });
  };
  set(true);
  flow.block(body);
  set(false);
}

function scanGroups(step: Of<"scan-groups">, flow: Flow): void {
  const { groups: number, descending, nullsFirst } = step;
  const at = flow.scans++;
  const next = (frame: Frame): boolean => {
    const group = (frame.scans[at] as OrderedScan).next();
    if (group < 0) return false;
    frame.groups[number]!.finish(group, frame.registers);
    return true;
  };
  const begin = (frame: Frame): boolean => {
    frame.scans[at] = new OrderedScan(frame.groups[number]!.order(descending, nullsFirst), false);
    return next(frame);
  };
  loop(flow, step.label, step.body, begin, next);
}
