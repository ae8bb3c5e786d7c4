/** What the generators of random commands share. */

/** Uniform integer in [0, limit). */
export type Draw = (limit: number) => number;

export function oneOf<T>(draw: Draw, choices: readonly T[]): T {
  return choices[draw(choices.length)]!;
}

export function chance(draw: Draw, percent: number): boolean {
  return draw(100) < percent;
}

/** Between 1 and `most` values. */
export function some(draw: Draw, most: number, make: () => readonly string[]): string[] {
  return Array.from({ length: 1 + draw(most) }, make).flat();
}

/** `options`, each there or not, in random order. */
export function options(draw: Draw, choices: readonly (readonly string[])[], percent = 25): string[] {
  const taken = choices.filter(() => chance(draw, percent));
  if (taken.length > 1 && chance(draw, 50)) taken.reverse();
  return taken.flat();
}

/** The word, now and then in lower case, seldom misspelt. */
export function cased(draw: Draw, word: string): string {
  return chance(draw, 20) ? word.toLowerCase() : chance(draw, 2) ? `${word}X` : word;
}

/** The command, now and then cut short or with a word too many. */
export function mangled(draw: Draw, command: readonly string[], words: readonly string[]): string[] {
  const fate = draw(100);
  if (fate === 0) return command.slice(0, -1);
  return fate === 1 ? [...command, oneOf(draw, words)] : [...command];
}
