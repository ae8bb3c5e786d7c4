/** What a class of the syntax tree contains. */
import type { CharacterClass, ClassItem, ClassName } from "../syntax/ast.ts";
import { type Alphabet, characterSet, everything } from "./alphabet.ts";
import { type CodePointSet, UNICODE, difference, intersection, setOf, union } from "./code-point-set.ts";
import { propertySet } from "./properties.ts";
import { BYTE_CLASSES, unicodeClass } from "./posix-classes.ts";

/** Complements of the sets that live as long as the program, so that what is made of them is found again. */
const complements = new WeakMap<CodePointSet, CodePointSet>();

/** The class as a set; of raw bytes (utf8.ts) only what is listed. */
export function resolveClass(node: CharacterClass, alphabet: Alphabet): CodePointSet {
  const universe = isAsciiComplement(node, alphabet) ? ASCII : everything(alphabet);
  const [only, ...others] = node.items.map((item) => itemSet(item, node.ignoreCase, alphabet));
  if (only === undefined || others.length > 0) {
    const set = union(...(only === undefined ? [] : [only]), ...others);
    return node.negated ? difference(universe, set) : intersection(set, universe);
  }
  if (!node.negated) {
    const known = universe === UNICODE && node.items[0]!.type === "named";
    return known ? only : intersection(only, universe);
  }
  if (universe !== UNICODE) return difference(universe, only);
  let complement = complements.get(only);
  if (complement === undefined) {
    complement = difference(UNICODE, only);
    complements.set(only, complement);
  }
  return complement;
}

const ASCII: CodePointSet = [0, 0x7f];

/** \W, \D and \S, where they stand alone, match nothing beyond ASCII in grep -P (of PCRE2 10.42, in UTF-8); in brackets they do. */
function isAsciiComplement({ escape, items: [item] }: CharacterClass, alphabet: Alphabet): boolean {
  if (!alphabet.perl || alphabet.encoding !== "utf8" || escape !== true || item?.type !== "named" || !item.negated)
    return false;
  return item.name === "word" || item.name === "digit" || item.name === "space";
}

function itemSet(item: ClassItem, ignoreCase: boolean, alphabet: Alphabet): CodePointSet {
  switch (item.type) {
    case "range":
      if (alphabet.perl) return ignoreCase ? alphabet.folding().close([item.low, item.high]) : [item.low, item.high];
      if (item.low === item.high) return characterSet(item.low, ignoreCase, alphabet);
      return foldedRange(item.low, item.high, ignoreCase, alphabet);
    case "collating":
      return characterSet(item.codePoint, ignoreCase, alphabet);
    case "equivalence": {
      const set = alphabet.equivalents?.(item.codePoint) ?? [item.codePoint, item.codePoint];
      return ignoreCase ? alphabet.folding().close(set) : set;
    }
    case "property": {
      const set = propertySet(item.name);
      return item.negated ? difference(everything(alphabet), set) : set;
    }
    default: {
      const name = ignoreCase && (item.name === "lower" || item.name === "upper") ? "alpha" : item.name;
      const set = classSet(name, alphabet);
      return item.negated ? difference(everything(alphabet), set) : set;
    }
  }
}

/** Perl's classes are ASCII's, but for the blanks that \\h and \\v know. */
function classSet(name: ClassName, alphabet: Alphabet): CodePointSet {
  const wide = name === "horizontalSpace" || name === "verticalSpace";
  return alphabet.encoding === "utf8" && (!alphabet.perl || wide) ? unicodeClass(name) : BYTE_CLASSES[name];
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
