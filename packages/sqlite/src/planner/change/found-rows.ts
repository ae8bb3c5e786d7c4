/** What steps that find rows say of them: by which indexes they go, and how many rows there can be. */
import type { Block, Step } from "../../compile/program.ts";
import type { Index } from "../../schema/table.ts";

/** The indexes by which rows of a source are found. */
export function indexesScanned(steps: Block, source: number): Index[] {
  return steps.flatMap((step) => [
    ...(step.kind === "scan-index" && step.source === source ? [step.index] : []),
    ...blocksOf(step).flatMap((block) => indexesScanned(block, source)),
  ]);
}

/** The most rows that can be found: operations in the steps, run as often as loops may turn. */
export function mostRows(steps: Block): number {
  let most = 0;
  for (const step of steps) {
    const inside = blocksOf(step).reduce((sum, block) => sum + mostRows(block), step.kind === "run" ? 1 : 0);
    if (inside > 0) most += isLoop(step) ? Infinity : inside;
  }
  return most;
}

function isLoop(step: Step): boolean {
  switch (step.kind) {
    case "scan-table":
    case "scan-store":
    case "probe-store":
    case "drain-queue":
    case "scan-groups":
    case "call": // a routine, which may hold any
      return true;
    case "scan-index": {
      const { index, equal, nullable } = step;
      return !index.unique || equal.length < index.keyColumns || nullable.includes(true);
    }
    default:
      return false;
  }
}

function blocksOf(step: Step): Block[] {
  const blocks: Block[] = [];
  if ("body" in step) blocks.push(step.body);
  if ("then" in step && step.then !== undefined) blocks.push(step.then);
  if ("otherwise" in step && step.otherwise !== undefined) blocks.push(step.otherwise);
  return blocks;
}
