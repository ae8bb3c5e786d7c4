/** VALUES, and sinks for rows that come from several places. */
import type { Block } from "../../compile/program.ts";
import type { BoundValues } from "../query.ts";
import { lowerExpression } from "./expressions.ts";
import type { Lowering, Sink } from "./lowering.ts";
import { assignAll, register } from "./steps.ts";

/** `isMerged`: somebody sorts the rows. */
export function lowerValues({ rows }: BoundValues, isMerged: boolean, sink: Sink, lowering: Lowering): Block {
  lowering.builder.explain(rows.length === 1 ? "SCAN CONSTANT ROW" : `SCAN ${rows.length}-ROW VALUES CLAUSE`);
  if (isMerged && rows.length > 1) lowering.builder.explain("USE TEMP B-TREE FOR ORDER BY");
  const values = rows.map((row) => row.map((e) => lowerExpression(e, lowering)));
  const [first] = values;
  if (first === undefined) return [];
  return values.length === 1 ? sink(first) : values.flatMap(sharedSink(first.length, sink, lowering));
}

/** A sink that may be asked more than once: the row goes through registers to one routine. */
export function sharedSink(columns: number, sink: Sink, lowering: Lowering): Sink {
  const { builder } = lowering;
  const first = builder.registers.allocate(columns);
  const call = builder.routine(sink(Array.from({ length: columns }, (_, at) => register(first + at))));
  return (values) => [...assignAll(first, values), ...call];
}
