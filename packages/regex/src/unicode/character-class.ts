/** What a class of the syntax tree contains. */
import type { CharacterClass, ClassItem } from "../syntax/ast.ts";
import { ALL_BYTES, type CodePointSet, UNICODE, difference, intersection, setOf, union } from "./code-point-set.ts";
import type { Folding } from "./folding.ts";
import { BYTE_CLASSES, unicodeClass } from "./posix-classes.ts";

/** The alphabet that patterns are about, and how it is classified, folded and sorted. */
export interface Alphabet {
  readonly encoding: "utf8" | "bytes";
  folding(): Folding;
  /** Perl's rules where they differ: classes, folding of classes by their members. */
  readonly perl: boolean;
  /** What \p{name} means. */
  property?(name: string): CodePointSet;
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

/** The class as a set; of raw bytes (utf8.ts) only what is listed. */
export function resolveClass(node: CharacterClass, alphabet: Alphabet): CodePointSet {
  const universe = everything(alphabet);
  let set = union(...node.items.map((item) => itemSet(item, node.ignoreCase, alphabet)));
  if (node.ignoreCase && alphabet.perl) set = alphabet.folding().close(set);
  return node.negated ? difference(universe, set) : intersection(set, universe);
}

function itemSet(item: ClassItem, ignoreCase: boolean, alphabet: Alphabet): CodePointSet {
  switch (item.type) {
    case "range":
      if (alphabet.perl) return [item.low, item.high];
      if (item.low === item.high) return characterSet(item.low, ignoreCase, alphabet);
      return foldedRange(item.low, item.high, ignoreCase, alphabet);
    case "collating":
      return characterSet(item.codePoint, ignoreCase, alphabet);
    case "equivalence": {
      const set = alphabet.equivalents?.(item.codePoint) ?? [item.codePoint, item.codePoint];
      return ignoreCase ? alphabet.folding().close(set) : set;
    }
    case "property": {
      const set = alphabet.property!(item.name);
      return item.negated ? difference(everything(alphabet), set) : set;
    }
    default: {
      const anyCase = ignoreCase && (item.name === "lower" || item.name === "upper");
      const name = anyCase && !alphabet.perl ? "alpha" : item.name;
      const set =
        alphabet.encoding === "bytes" || (alphabet.perl && alphabet.property === undefined)
          ? BYTE_CLASSES[name]
          : unicodeClass(name);
      return item.negated ? difference(everything(alphabet), set) : set;
    }
  }
}

/** glibc folds the ends of a range, then compares folded characters with it: [_-a] without case is from _ to A, which is an error before it is a set. */
function foldedRange(low: number, high: number, ignoreCase: boolean, alphabet: Alphabet): CodePointSet {
  const range = (from: number, to: number): CodePointSet =>
    alphabet.collationRange?.(from, to) ?? byCode(from, to, alphabet);
  if (!ignoreCase) return range(low, high);
  const folding = alphabet.folding();
  const folded = range(folding.fold(low), folding.fold(high));
  const members: number[] = [];
  for (let i = 0; i < folded.length; i += 2) {
    for (let codePoint = folded[i]!; codePoint <= folded[i + 1]!; codePoint++) {
      if (folding.fold(codePoint) !== codePoint) continue;
      for (const other of folding.counterparts(codePoint)) members.push(other, other);
    }
  }
  return setOf(members);
}

/** In UTF-8 only ASCII can be in a range by code: its ends are single bytes. */
function byCode(low: number, high: number, alphabet: Alphabet): CodePointSet {
  return alphabet.encoding === "utf8" ? intersection([low, high], [0, 0x7f]) : [low, high];
}
