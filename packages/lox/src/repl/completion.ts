/** Tab at the prompt: keywords, global names, and what an object's properties are called. Runs none of the user's code. */
import { KEYWORDS } from "../syntax/token.ts";

/** What completion may look at. */
export interface Names {
  /** Defined global variables. */
  globals(): readonly string[];
  /** Properties at the end of a path as `["list", "first"]`; empty where it leads to no instance. */
  members(path: readonly string[]): readonly string[];
}

/** Candidates for the word that ends a line, and that word: what `node:readline` wants of a completer. */
export type Completion = [candidates: string[], word: string];

export function completeLine(line: string, names: Names): Completion {
  const typed = /(?:[A-Za-z_]\w*\.)*(?:[A-Za-z_]\w*)?$/.exec(line)![0];
  const path = typed.split(".");
  const word = path.pop()!;
  const candidates = path.length > 0 ? names.members(path) : [...KEYWORDS.keys(), ...names.globals()];
  const matching = candidates.filter((name) => name.startsWith(word));
  return [[...new Set(matching)].toSorted(), word];
}
