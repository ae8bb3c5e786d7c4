/** Lines of EXPLAIN QUERY PLAN as a tree. */
import type { PlanLine } from "../../../src/tools/sqlite/sqlite-wire.ts";

export interface PlanNode {
  readonly id: number;
  readonly detail: string;
  readonly children: readonly PlanNode[];
}

/** In the lines' order. A line whose parent is not there stands at the top. */
export function planTree(lines: readonly PlanLine[]): PlanNode[] {
  const known = new Set(lines.map(({ id }) => id));
  const below = Map.groupBy(lines, ({ parent }) => (known.has(parent) ? parent : 0));
  const nodes = (parent: number): PlanNode[] =>
    (below.get(parent) ?? []).map(({ id, detail }) => ({ id, detail, children: nodes(id) }));
  return nodes(0);
}
