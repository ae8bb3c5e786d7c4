/** Which indexes steps go through to find rows of a source. */
import type { Block, Step } from "../../compile/program.ts";
import type { Index } from "../../schema/table.ts";

export function indexesScanned(steps: Block, source: number): Index[] {
  return steps.flatMap((step) => [
    ...(step.kind === "scan-index" && step.source === source ? [step.index] : []),
    ...blocksOf(step).flatMap((block) => indexesScanned(block, source)),
  ]);
}

function blocksOf(step: Step): Block[] {
  const blocks: Block[] = [];
  if ("body" in step) blocks.push(step.body);
  if ("then" in step && step.then !== undefined) blocks.push(step.then);
  if ("otherwise" in step && step.otherwise !== undefined) blocks.push(step.otherwise);
  return blocks;
}
