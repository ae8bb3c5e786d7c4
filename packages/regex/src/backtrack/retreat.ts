/**
 * Runs that need not give back what they took: when what follows takes no character of the run's own, a shorter run only ends before
 * a character that it cannot take. `(\w+) \1` would otherwise try every shorter word, at every place.
 */
import { intersection } from "../unicode/code-point-set.ts";
import type { Instruction } from "./program.ts";

/** Makes such greedy runs possessive, in place. */
export function spareVainRetreats(instructions: Instruction[]): void {
  // A return may go on anywhere if something is called.
  const calls = instructions.some(({ op }) => op === "call");
  for (const [at, run] of instructions.entries()) {
    if (run.op !== "run" || run.mode !== "greedy") continue;
    let next = at + 1;
    while (instructions[next]?.op === "save" || (!calls && instructions[next]?.op === "return")) next++;
    const follower = instructions[next];
    const takesOne = follower?.op === "character" || (follower?.op === "run" && follower.min > 0);
    if (takesOne && intersection(run.test.set, follower.test.set).length === 0)
      instructions[at] = { ...run, mode: "possessive" };
  }
}
