/**
 * Case folding. GNU grep compares what towupper() makes of two characters, so a character matches all that share its upper case: s, S and
 * ſ; but not İ and i, whose upper cases differ. Perl's folding (PCRE2's) is Unicode's simple case folding.
 */
import { type CodePointSet, contains, setOf } from "./code-point-set.ts";
import { unpackNumbers } from "./packed.ts";
import { PACKED_UPPER_CASE } from "./tables.ts";

/** How characters are folded for one Regex. */
export interface Folding {
  /** What a character is compared as. */
  fold(codePoint: number): number;
  /** Whoever is compared as the same, the character itself included, ascending. */
  counterparts(codePoint: number): readonly number[];
  /** Everything that is compared as something in the set. */
  close(set: CodePointSet): CodePointSet;
  /** Whoever has counterparts, ascending. */
  readonly cased: readonly number[];
}

class MapFolding implements Folding {
  readonly #folds: ReadonlyMap<number, number>;
  readonly #counterparts = new Map<number, number[]>();
  readonly #oneSided: CodePointSet;
  readonly cased: readonly number[];

  /** `oneSided`: characters that match their counterparts without being matched by them. */
  constructor(folds: ReadonlyMap<number, number>, oneSided: CodePointSet = []) {
    this.#folds = folds;
    this.#oneSided = oneSided;
    for (const [codePoint, folded] of folds) {
      const group = this.#counterparts.get(folded);
      if (group !== undefined) group.push(codePoint);
      else this.#counterparts.set(folded, folds.has(folded) ? [codePoint] : [folded, codePoint]);
    }
    for (const group of this.#counterparts.values()) group.sort((a, b) => a - b);
    this.cased = [...this.#counterparts.values()].flat().sort((a, b) => a - b);
  }

  fold(codePoint: number): number {
    return this.#folds.get(codePoint) ?? codePoint;
  }

  counterparts(codePoint: number): readonly number[] {
    const group = this.#counterparts.get(this.fold(codePoint));
    if (group === undefined) return [codePoint];
    const hidden = (other: number): boolean => other !== codePoint && contains(this.#oneSided, other);
    return group.some(hidden) ? group.filter((other) => !hidden(other)) : group;
  }

  close(set: CodePointSet): CodePointSet {
    const ranges = [...set];
    let at = 0;
    for (const codePoint of this.cased) {
      while (at < set.length && set[at + 1]! < codePoint) at += 2;
      if (at >= set.length) break;
      if (codePoint < set[at]!) continue;
      for (const other of this.counterparts(codePoint)) ranges.push(other, other);
    }
    return setOf(ranges);
  }
}

/** towupper() of every character that has another upper case. */
function upperCases(): Map<number, number> {
  const numbers = unpackNumbers(PACKED_UPPER_CASE);
  const upper = new Map<number, number>();
  let last = 0;
  for (let i = 0; i < numbers.length; i += 4) {
    const count = numbers[i + 1]!;
    const step = numbers[i + 2]!;
    const zigzag = numbers[i + 3]!;
    const difference = zigzag % 2 === 1 ? -(zigzag + 1) / 2 : zigzag / 2;
    const first = last + numbers[i]!;
    for (let n = 0; n < count; n++) upper.set(first + n * step, first + n * step + difference);
    last = first + (count - 1) * step;
  }
  return upper;
}

let unicode: Folding | undefined;
let turkish: Folding | undefined;
let ascii: Folding | undefined;
let simple: Folding | undefined;

/** ᲀ to ᲈ: newer than the table in which GNU grep looks up lower-case letters that upper-case ones do not lead to. */
const UNKNOWN_TO_GREP: CodePointSet = [0x1c80, 0x1c88];

/** Folding in a UTF-8 locale; with `dottedI` as in Turkish and Azeri: i with İ, ı with I. */
export function unicodeFolding(dottedI: boolean): Folding {
  if (dottedI) {
    turkish ??= new MapFolding(upperCases().set(0x69, 0x130), UNKNOWN_TO_GREP);
    return turkish;
  }
  unicode ??= new MapFolding(upperCases(), UNKNOWN_TO_GREP);
  return unicode;
}

/** Characters whose lower case has another upper case: what Unicode's simple case folding has beyond towupper(). Upper case of the lower one. */
const ONE_WAY: readonly (readonly [number, number])[] = [
  [0x1e9e, 0xdf], // ẞ ß
  [0x2126, 0x3a9], // Ω of ohm
  [0x212a, 0x4b], // K of kelvin
  [0x212b, 0xc5], // Å of ångström
  [0x3f4, 0x398], // ϴ
];

/** Unicode's simple case folding, which is Perl's; ı stays apart. */
export function simpleFolding(): Folding {
  if (simple === undefined) {
    const folds = upperCases();
    folds.delete(0x131);
    for (const [codePoint, folded] of ONE_WAY) folds.set(codePoint, folded);
    simple = new MapFolding(folds);
  }
  return simple;
}

/** Folding in the C locale. */
export function asciiFolding(): Folding {
  ascii ??= new MapFolding(new Map(Array.from({ length: 26 }, (_, letter) => [0x61 + letter, 0x41 + letter])));
  return ascii;
}
