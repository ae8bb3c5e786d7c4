/** The characters that patterns are about. */
import { ALL_BYTES, type CodePointSet, UNICODE, setOf } from "./code-point-set.ts";
import type { Folding } from "./folding.ts";

/** The alphabet that patterns are about, and how it is classified, folded and sorted. */
export interface Alphabet {
  readonly encoding: "utf8" | "bytes";
  folding(): Folding;
  /** Perl's rules where they differ: classes, folding of classes by their members. */
  readonly perl: boolean;
  /** Characters that sort from `low` to `high`; by code when absent. */
  collationRange?(low: number, high: number): CodePointSet;
  /** Characters that sort as this one does; itself when absent. */
  equivalents?(codePoint: number): CodePointSet;
}

export function everything(alphabet: Alphabet): CodePointSet {
  return alphabet.encoding === "bytes" ? ALL_BYTES : UNICODE;
}

export function characterSet(codePoint: number, ignoreCase: boolean, alphabet: Alphabet): CodePointSet {
  if (!ignoreCase) return [codePoint, codePoint];
  const counterparts = alphabet.folding().counterparts(codePoint);
  return setOf(counterparts.flatMap((other) => [other, other]));
}
