/**
 * Recursive common tables: a queue of rows, each of which is a row of the table and gives, through the recursive part, further rows to the queue
 * (https://www.sqlite.org/lang_with.html §3).
 */
import type { Block, Expression } from "../../compile/program.ts";
import type { RecursiveQuery } from "../query.ts";
import type { Lowering, Sink } from "./lowering.ts";
import { Limits, lowerQuery } from "./query.ts";
import { lowerCore } from "./select.ts";
import { assign, assignAll, integerAsReal, register } from "./steps.ts";

export function lowerRecursive(common: RecursiveQuery, sink: Sink, lowering: Lowering): Block {
  const { builder } = lowering;
  const { columns, orderBy, distinct } = common;
  const collations = columns.map(({ collation }) => collation);
  const affinities = columns.map(() => undefined);
  const queue = builder.store({
    kind: "queue",
    columns: orderBy.length + columns.length,
    keys: orderBy.map(({ collation, descending, nullsFirst }) => ({ collation, descending, nullsFirst })),
  });
  const known = distinct ? builder.store({ kind: "set", columns: columns.length, collations, affinities }) : undefined;
  const row = builder.registers.allocate(columns.length);
  const kept = columns.map((_, at) => register(row + at));
  const toReals = columns.flatMap(({ affinity }, at) =>
    affinity === "REAL" ? [assign(row + at, integerAsReal(row + at, lowering))] : [],
  );
  const push = (values: readonly Expression[]): Block => {
    const queued = [...orderBy.map(({ column }) => kept[column]!), ...kept];
    const append: Block = [{ kind: "append", store: queue, values: queued }];
    if (known === undefined) return [...assignAll(row, values), ...toReals, ...append];
    return [...assignAll(row, values), ...toReals, { kind: "add-new", store: known, values: kept, then: append }];
  };
  const limits = new Limits(common, lowering, false);
  const current = builder.source({ kind: "store", store: queue, first: orderBy.length });
  const initial = builder.explained("SETUP", () => lowerQuery(common.initial, push, lowering));
  const rows = limits.row(sink(columns.map((_, at) => lowering.stored(current, at))));
  lowering.queues.set(common, (column) => ({ ...column, source: current }));
  const steps = common.recursive.flatMap((core) =>
    builder.explained("RECURSIVE STEP", () =>
      lowerCore(core, { orderBy: [], wanted: undefined, limited: false }, push, lowering),
    ),
  );
  return limits.around([
    { kind: "clear", store: queue },
    ...(known === undefined ? [] : [{ kind: "clear", store: known } as const]),
    ...initial,
    { kind: "drain-queue", label: builder.label(), source: current, store: queue, body: [...rows, ...steps] },
  ]);
}
