/**
 * The options of GNU grep 3.8, in the order of its own table (glibc names the possibilities of an ambiguous abbreviation in that order),
 * and after them Tenon's, which are only understood in full.
 */
import type { LongOption, OptionSyntax, Takes } from "./getopt.ts";

const SHORT = "0123456789A:B:C:D:EFGHILPTUVX:abcd:e:f:hiLlm:noqRrsuvwxyZz";

/** Name, id (a short option's letter where there is one), and what it takes. */
const LONG: readonly (readonly [name: string, id: string, takes?: Takes])[] = [
  ["basic-regexp", "G"],
  ["extended-regexp", "E"],
  ["fixed-regexp", "F"],
  ["fixed-strings", "F"],
  ["perl-regexp", "P"],
  ["after-context", "A", "value"],
  ["before-context", "B", "value"],
  ["binary-files", "binary-files", "value"],
  ["byte-offset", "b"],
  ["context", "C", "value"],
  ["color", "color", "optional"],
  ["colour", "color", "optional"],
  ["count", "c"],
  ["devices", "D", "value"],
  ["directories", "d", "value"],
  ["exclude", "exclude", "value"],
  ["exclude-from", "exclude-from", "value"],
  ["exclude-dir", "exclude-dir", "value"],
  ["file", "f", "value"],
  ["files-with-matches", "l"],
  ["files-without-match", "L"],
  ["group-separator", "group-separator", "value"],
  ["help", "help"],
  ["include", "include", "value"],
  ["ignore-case", "i"],
  ["no-ignore-case", "no-ignore-case"],
  ["initial-tab", "T"],
  ["label", "label", "value"],
  ["line-buffered", "line-buffered"],
  ["line-number", "n"],
  ["line-regexp", "x"],
  ["max-count", "m", "value"],
  ["no-filename", "h"],
  ["no-group-separator", "no-group-separator"],
  ["no-messages", "s"],
  ["null", "Z"],
  ["null-data", "z"],
  ["only-matching", "o"],
  ["quiet", "q"],
  ["recursive", "r"],
  ["dereference-recursive", "R"],
  ["regexp", "e", "value"],
  ["invert-match", "v"],
  ["silent", "q"],
  ["text", "a"],
  ["binary", "U"],
  ["unix-byte-offsets", "u"],
  ["version", "V"],
  ["with-filename", "H"],
  ["word-regexp", "w"],
];

const OURS: readonly (readonly [name: string, takes?: Takes])[] = [
  ["and", "value"],
  ["not", "value"],
  ["perl-classes"],
  ["explain"],
  ["engine", "value"],
  ["threads", "value"],
];

export const GREP_OPTIONS: OptionSyntax = {
  short: SHORT,
  long: [
    ...LONG.map(([name, id, takes = "none"]): LongOption => ({ name, id, takes })),
    ...OURS.map(([name, takes = "none"]): LongOption => ({ name, id: name, takes, inFull: true })),
  ],
};
