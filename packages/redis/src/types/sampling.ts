/** Drawing from a dense range: for collections whose elements have indexes 0 … size - 1. */

/** Uniform integer in [0, limit). */
export type RandomInteger = (limit: number) => number;

/**
 * `count` different indexes below `size`, every such subset equally likely, in random order; `count` ≤ `size`.
 *
 * A Fisher–Yates shuffle that stops after `count` steps and keeps only the places it has touched, so that a few out of
 * many cost as much as the few.
 */
export function sampleIndexes(size: number, count: number, random: RandomInteger): number[] {
  const moved = new Map<number, number>();
  const chosen: number[] = [];
  for (let i = 0; i < count; i++) {
    const at = i + random(size - i);
    chosen.push(moved.get(at) ?? at);
    moved.set(at, moved.get(i) ?? i);
  }
  return chosen;
}
