/** Which of the words that would have been right somebody meant who wrote a wrong one. */

/** The closest of `candidates`, if it is close enough to be worth asking about: about one slip in three letters. */
export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/**
 * Letters inserted, left out, replaced, or swapped with their neighbour, to come from `a` to `b` (Damerau–Levenshtein,
 * each place touched once). O(a × b): for words, not for texts.
 */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = last[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      current[column] = Math.min(replaced, last[column]! + 1, current[column - 1]! + 1);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        current[column] = Math.min(current[column]!, beforeLast[column - 2]! + 1);
      }
    }
    [beforeLast, last] = [last, current];
  }
  return last[b.length]!;
}
