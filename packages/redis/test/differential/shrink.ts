/** Makes a failing program small: leaves out steps as long as some difference stays (delta debugging, Zeller and Hildebrandt 2002). */
import type { Step } from "./step.ts";

/** Attempts, each a run of the program. */
const MOST_ATTEMPTS = 400;

/** The steps that are left when none of them can go without `fails` being over, or the attempts are used up. */
export async function shrunk(
  steps: readonly Step[],
  fails: (steps: readonly Step[]) => Promise<boolean>,
): Promise<readonly Step[]> {
  let kept = steps;
  let size = Math.ceil(kept.length / 2);
  for (let attempts = 0; attempts < MOST_ATTEMPTS;) {
    let isSmaller = false;
    for (let at = 0; at < kept.length && attempts < MOST_ATTEMPTS;) {
      const without = kept.toSpliced(at, size);
      attempts++;
      if (without.length > 0 && (await fails(without))) {
        kept = without;
        isSmaller = true;
      } else at += size;
    }
    if (size === 1 && !isSmaller) break;
    size = Math.max(1, isSmaller ? Math.min(size, Math.ceil(kept.length / 2)) : size >> 1);
  }
  return kept;
}
