/** [[:alpha:]] and its kin as glibc's iswalpha() and its kin have them, for UTF-8 locales and for C. Tables are unpacked when first asked for. */
import type { ClassName } from "../syntax/ast.ts";
import { type CodePointSet, difference, setOf, union } from "./code-point-set.ts";
import { unpackRanges } from "./packed.ts";
import { PACKED_CLASSES } from "./tables.ts";

const DIGITS: CodePointSet = [0x30, 0x39];
const ASCII: CodePointSet = [0, 0x7f];

const cache = new Map<ClassName, CodePointSet>();

/** The class in a UTF-8 locale. */
export function unicodeClass(name: ClassName): CodePointSet {
  let set = cache.get(name);
  if (set === undefined) {
    set = composed(name);
    cache.set(name, set);
  }
  return set;
}

function composed(name: ClassName): CodePointSet {
  switch (name) {
    case "alnum":
      return union(unicodeClass("alpha"), DIGITS);
    case "word":
      return union(unicodeClass("alnum"), [0x5f, 0x5f]);
    case "graph":
      return difference(unicodeClass("print"), unicodeClass("space"));
    case "punct":
      return difference(unicodeClass("graph"), unicodeClass("alnum"));
    case "digit":
      return DIGITS;
    case "xdigit":
      return [0x30, 0x39, 0x41, 0x46, 0x61, 0x66];
    case "ascii":
      return ASCII;
    case "horizontalSpace":
      return setOf([
        0x09, 0x09, 0x20, 0x20, 0xa0, 0xa0, 0x1680, 0x1680, 0x180e, 0x180e, 0x2000, 0x200a, 0x202f, 0x202f, 0x205f,
        0x205f, 0x3000, 0x3000,
      ]);
    case "verticalSpace":
      return setOf([0x0a, 0x0d, 0x85, 0x85, 0x2028, 0x2029]);
    default:
      return unpackRanges(PACKED_CLASSES[name]);
  }
}

/** The class in the C locale. */
export const BYTE_CLASSES: Readonly<Record<ClassName, CodePointSet>> = {
  alnum: [0x30, 0x39, 0x41, 0x5a, 0x61, 0x7a],
  alpha: [0x41, 0x5a, 0x61, 0x7a],
  ascii: ASCII,
  blank: [0x09, 0x09, 0x20, 0x20],
  cntrl: [0x00, 0x1f, 0x7f, 0x7f],
  digit: DIGITS,
  graph: [0x21, 0x7e],
  lower: [0x61, 0x7a],
  print: [0x20, 0x7e],
  punct: [0x21, 0x2f, 0x3a, 0x40, 0x5b, 0x60, 0x7b, 0x7e],
  space: [0x09, 0x0d, 0x20, 0x20],
  upper: [0x41, 0x5a],
  word: [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a],
  xdigit: [0x30, 0x39, 0x41, 0x46, 0x61, 0x66],
  horizontalSpace: [0x09, 0x09, 0x20, 0x20, 0xa0, 0xa0],
  verticalSpace: [0x0a, 0x0d, 0x85, 0x85],
};
