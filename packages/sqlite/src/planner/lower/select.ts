/** One SELECT without what stands around it: FROM, WHERE, GROUP BY, HAVING, the result. */
import type { Block } from "../../compile/program.ts";
import type { BoundCore, BoundSelect } from "../query.ts";
import { type Ordering, planCore } from "./core-plan.ts";
import { deliver } from "./delivery.ts";
import { prepareSources } from "./from.ts";
import { lowerCount, lowerGroups } from "./groups.ts";
import { lowerLoops } from "./loops.ts";
import type { Lowering, Sink } from "./lowering.ts";
import { lowerValues } from "./values.ts";

export interface CoreOptions extends Ordering {
  /** See Limits.wanted. */
  readonly wanted: number | undefined;
}

/** What is to be done for DISTINCT when the rows come so. */
const DISTINCT = { unique: undefined, adjacent: "adjacent", no: "any" } as const;

export function lowerCore(core: BoundCore, options: CoreOptions, sink: Sink, lowering: Lowering): Block {
  return core.kind === "values"
    ? lowerValues(core, options.orderBy.length > 0, sink, lowering)
    : lowerSelect(core, options, sink, lowering);
}

function lowerSelect(core: BoundSelect, options: CoreOptions, sink: Sink, lowering: Lowering): Block {
  const plan = planCore(core, options, lowering);
  const sources = prepareSources(core, plan.loops, lowering);
  const delivery = deliver(
    {
      result: core.result,
      distinct: core.distinct ? DISTINCT[plan.distinct] : undefined,
      orderBy: options.orderBy,
      orderedTerms: plan.orderedTerms,
      sorts: options.sorts !== false,
      explainsSort: plan.sortsWithDistinct !== true,
      wanted: options.wanted,
    },
    sink,
    lowering,
  );
  if (plan.grouping.kind === "count") {
    const row = lowerCount(core, plan, () => delivery.row(), lowering);
    return [...delivery.before, ...row, ...delivery.after()];
  }
  const loops = (body: () => Block): Block => lowerLoops(plan.loops, sources, body, lowering);
  const rows =
    plan.grouping.kind === "none"
      ? loops(() => delivery.row())
      : lowerGroups(core, plan.grouping, options.orderBy, loops, () => delivery.row(), lowering);
  return [...sources.before, ...delivery.before, ...rows, ...delivery.after()];
}
