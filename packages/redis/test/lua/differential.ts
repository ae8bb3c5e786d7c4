/** Runs random programs in lua5.1 and here: in fast form, in full form, and stopped at every slice. */
import { collectGarbage } from "../../src/heap.ts";
import { runOriginal, runOurs, withoutAddresses, type OurOptions, type Outcome } from "./original-lua.ts";
import { randomProgram } from "./program-generator.ts";

const FORMS: readonly OurOptions[] = [{}, { full: true }, { stopEvery: 1 }];
const BATCH = 250;
const COLLECT_EVERY: number = 8 * BATCH;

export interface Difference {
  readonly seed: number;
  readonly options: OurOptions;
  readonly source: string;
  readonly original: Outcome;
  readonly ours: Outcome;
}

/**
 * What random programs may differ in: a NaN's sign is not JavaScript's to know; 0 and -0 may share a constant in the original's code;
 * and for a value that came through `and` or `or` the original's name is that of the instruction it finds first. (The written programs
 * of programs.ts compare names.)
 */
function comparable(outcome: Outcome): string {
  const { output, error } = withoutAddresses(outcome);
  return `${output}\u0000${error}`
    .replace(/-?nan/g, "nan")
    .replace(/(?<![\w.])-0(?![\w.])/g, "0")
    .replace(/(attempt to [a-z ]+) (?:global|local|upvalue|field|method) '[^']*' \((an? \w+ value)\)/g, "$1 $2");
}

/** Differences among the programs of `count` seeds from `from` on. */
export function differences(lua: string, from: number, count: number): Difference[] {
  const found: Difference[] = [];
  for (let start = from; start < from + count; start += BATCH) {
    const seeds = Array.from({ length: Math.min(BATCH, from + count - start) }, (_, at) => start + at);
    const sources = seeds.map(randomProgram);
    const originals = runOriginal(lua, sources);
    if ((start - from) % COLLECT_EVERY === 0) collectGarbage(); // V8 keeps what it compiled until it must
    sources.forEach((source, at) => {
      for (const options of FORMS) {
        const ours = runOurs(source, options);
        const original = originals[at]!;
        if (comparable(ours) === comparable(original)) continue;
        found.push({ seed: seeds[at]!, options, source, original, ours });
        break;
      }
    });
  }
  return found;
}
