/** EXPLAIN QUERY PLAN in SQLite's words, and EXPLAIN, which shows our own program: a line a step, what is inside of one further in. */
import type { Block, Program, Step } from "../compile/program.ts";
import type { Action, ActionRow, Plan } from "./plan.ts";

export function explainQueryPlan(plan: Plan): Action {
  return {
    columns: ["id", "parent", "notused", "detail"],
    run: () => plan.lines.map(({ id, parent, detail }) => [id, parent, 0, detail]),
  };
}

/** `program` is undefined for what the connection does itself. */
export function explainProgram(program: Program | undefined): Action {
  return {
    columns: ["addr", "opcode", "p1", "p2", "p3", "p4", "p5", "comment"],
    run: () => (program === undefined ? [] : rowsOf(program)),
  };
}

function rowsOf({ main, routines }: Program): ActionRow[] {
  const rows: ActionRow[] = [];
  const add = (block: Block, depth: number): void => {
    for (const step of block) {
      rows.push([rows.length, `${"  ".repeat(depth)}${step.kind}`, ...operandsOf(step), 0, null]);
      for (const inner of blocksOf(step)) add(inner, depth + 1);
    }
  };
  add(main, 0);
  for (const [number, routine] of routines.entries()) {
    rows.push([rows.length, "routine", number, null, null, null, 0, null]);
    add(routine, 1);
  }
  return rows;
}

/** Source or register, store or label, and the name of what is done or looked through. */
function operandsOf(step: Step): [number | null, number | null, number | null, string | null] {
  const numberOf = (key: string): number | null => {
    const value = (step as unknown as Record<string, unknown>)[key]; // steps are plain data
    return typeof value === "number" ? value : null;
  };
  const p1 = numberOf("source") ?? numberOf("register") ?? numberOf("id");
  const name = step.kind === "run" ? step.operation.name : step.kind === "scan-index" ? step.index.name : null;
  return [p1, numberOf("store") ?? numberOf("groups"), numberOf("label"), name];
}

function blocksOf(step: Step): Block[] {
  const blocks: Block[] = [];
  for (const key of ["body", "then", "otherwise"]) {
    const value = (step as unknown as Record<string, unknown>)[key]; // steps are plain data
    if (Array.isArray(value)) blocks.push(value as Block);
  }
  return blocks;
}
