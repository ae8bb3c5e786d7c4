/** The differential fuzzer: programs from a seed, on both servers, until one makes a difference; that one is made small and told. */
import { seededRandom } from "../engine-client.ts";
import type { OriginalServer } from "../original.ts";
import { drawProgram } from "./program.ts";
import { Comparison, type Difference } from "./run.ts";
import { shrunk } from "./shrink.ts";
import { OurSide, TheirSide } from "./sides.ts";
import { type Step, stepText } from "./step.ts";
import type { VersionDifference } from "./version-differences.ts";

const STEPS_PER_PROGRAM = 400;

export interface FuzzReport {
  readonly commands: number;
  /** Empty, or the smallest program found that makes a difference, as text. */
  readonly difference: string;
  readonly met: ReadonlySet<VersionDifference>;
}

/** Runs programs until there were so many commands, or a difference. Each program has a seed of its own: `seed`, `seed` + 1 … */
export async function fuzz(
  server: OriginalServer,
  { seed, commands }: { readonly seed: number; readonly commands: number },
): Promise<FuzzReport> {
  const theirs = await TheirSide.open(server);
  const comparison = new Comparison(new OurSide(), theirs);
  let current = seed;
  let difference = "";
  for (; comparison.commands < commands && difference === ""; current++) {
    const steps = drawProgram(seededRandom(current).integer, STEPS_PER_PROGRAM);
    const found = await comparison.run(steps);
    if (found !== undefined) difference = await explained(comparison, current, steps.slice(0, found.at + 1), found);
  }
  theirs.close();
  return { commands: comparison.commands, difference, met: new Set(comparison.met.keys()) };
}

async function explained(
  comparison: Comparison,
  seed: number,
  steps: readonly Step[],
  first: Difference,
): Promise<string> {
  // Another difference on the way, maybe one that is known, is not the one to explain.
  let last = first;
  const smallest = await shrunk(steps, async (fewer) => {
    const found = await comparison.run(fewer);
    if (found === undefined || !isAlike(found, first)) return false;
    last = found;
    return true;
  });
  return `seed ${seed}: ${last.what}\n  ours:   ${last.ours}\n  theirs: ${last.theirs}\nafter\n${smallest.map((step) => `  ${stepText(step)}`).join("\n")}`;
}

/** Whether it is the same kind of difference: for the same command, or about the same event or count. */
function isAlike(a: Difference, b: Difference): boolean {
  const [one, other] = [a, b].map(({ what, ours, theirs }) => {
    const about = /for (\S+)/.exec(what)?.[1] ?? what.replace(/\d/g, "");
    return `${about} ${eventOf(ours)} ${eventOf(theirs)}`;
  });
  return one === other;
}

function eventOf(text: string): string {
  return text.startsWith(">[") ? (/"\$?([\w-]+)"\]$/.exec(text)?.[1] ?? "") : text.replace(/[\d]+/g, "").slice(0, 24);
}
