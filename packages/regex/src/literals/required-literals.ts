/**
 * Which strings a text must contain to match: a search for them is many times faster than an automaton, and only the lines that hold one
 * have to be looked at. (The idea is old: Aho's and Haertel's greps; the literals of Hyperscan and of Rust's regex are worked out alike.)
 *
 * From the leaves up every node says either which byte strings are its whole language (`language`), while these are few, or which strings
 * each of its matches contains (`required`); in a concatenation neighbouring languages are multiplied out, and of the runs that this
 * gives the one is kept that occurs by chance least often.
 */
import type { Node } from "../syntax/ast.ts";
import type { CodePointSet } from "../unicode/code-point-set.ts";
import { pushUtf8, RAW_BYTE } from "../unicode/utf8.ts";
import { type Width, added, repeated, widthOf } from "./byte-width.ts";
import {
  type Companion,
  type MaskedLiteral,
  MOST_COMPANION_BYTES,
  MOST_COMPANION_PLACES,
  plainLiteral,
} from "./masked-literal.ts";
import { improbability } from "./rarity.ts";

/** Most literals of a set. */
const MAX_LITERALS = 64;
/** Exact literals that a single one may stand for: as many as a search can tell apart at once. */
const MAX_EXACT = 8;
/** A literal is no longer than this; a longer one is cut, and then only required. */
const MAX_LITERAL_BYTES = 32;
/** A class of more characters than this is no literal. */
const MAX_CLASS = 8;
/** A set that occurs by chance more often than once in 2⁶ bytes is not worth searching, unless it decides the line. */
const MIN_IMPROBABILITY = 6;

export interface RequiredLiterals {
  readonly literals: readonly MaskedLiteral[];
  /** True: whatever contains one of them matches. False: it may match. */
  readonly sufficient: boolean;
  /** Of a single literal that does not suffice: what stands near it in every match. */
  readonly companion?: Companion | undefined;
}

export interface LiteralOptions {
  readonly encoding: "utf8" | "bytes";
  /** The byte that no line contains. */
  readonly terminator: number;
  /** What a character or a class of the pattern admits. */
  readonly charactersOf: (node: Node & { readonly type: "character" | "class" }) => CodePointSet;
}

interface Facts {
  /** All strings of the node's language, where these are few. */
  readonly language: readonly MaskedLiteral[] | undefined;
  /** Of `language`: whether nothing but the string matters (no assertion). */
  readonly plain: boolean;
  /** Literals of which every match contains one, apart from what `language` says. */
  readonly required: Required | undefined;
}

interface Required {
  readonly literals: readonly MaskedLiteral[];
  readonly companion?: Companion | undefined;
}

/** A part of a sequence. */
interface Part {
  readonly facts: Facts;
  readonly width: Width;
}

const NOTHING: Facts = { language: undefined, plain: false, required: undefined };
const NO_BYTES = new Uint8Array(0);
const EMPTY_LITERAL: MaskedLiteral = { value: NO_BYTES, mask: NO_BYTES, exact: true };
const EMPTY_STRING: Facts = { language: [EMPTY_LITERAL], plain: true, required: undefined };
/** Zero bytes long, but not always there. */
const CONDITION: Facts = { language: [EMPTY_LITERAL], plain: false, required: undefined };

/** The literals of an alternation of these patterns; undefined when nothing worth searching is required. */
export function requiredLiterals(roots: readonly Node[], options: LiteralOptions): RequiredLiterals | undefined {
  const facts = alternatives(roots.map((root) => factsOf(root, options)));
  const found = best(facts.language && { literals: facts.language }, facts.required);
  if (found === undefined) return undefined;
  const exact = facts.plain && found.literals === facts.language ? exactly(found.literals) : undefined;
  if (exact !== undefined) return { literals: exact, sufficient: true };
  const { literals, companion } = found;
  return setImprobability(literals) >= MIN_IMPROBABILITY ? { literals, sufficient: false, companion } : undefined;
}

/** Exact literals that stand for the same strings; undefined when these are too many. */
function exactly(literals: readonly MaskedLiteral[]): readonly MaskedLiteral[] | undefined {
  const all: MaskedLiteral[] = [];
  for (const literal of literals) {
    const exact = exactOnes(literal);
    if (exact === undefined) return undefined;
    all.push(...exact);
  }
  return all.length > MAX_LITERALS ? undefined : all;
}

function exactOnes(literal: MaskedLiteral): readonly MaskedLiteral[] | undefined {
  return literal.exact ? [literal] : literal.exactly;
}

function factsOf(node: Node, options: LiteralOptions): Facts {
  switch (node.type) {
    case "empty":
      return EMPTY_STRING;
    case "character":
    case "class":
      return characters(options.charactersOf(node), options);
    case "assertion":
    case "look":
    case "keep":
      return CONDITION;
    case "group":
    case "atomic":
      return factsOf(node.body, options);
    case "concatenation":
      return sequence(node.parts.map((part) => partOf(part, options)));
    case "alternation":
      return alternatives(node.branches.map((branch) => factsOf(branch, options)));
    case "repeat": {
      if (node.min === 0) return NOTHING;
      const count = Math.min(node.min, MAX_LITERAL_BYTES);
      const body = partOf(node.body, options);
      const copies = Array.from({ length: count }, () => body);
      const more: Part = { facts: NOTHING, width: repeated(body.width, node.min - count, node.max - count) };
      return sequence(node.max === count ? copies : [...copies, more]);
    }
    default:
      // ".", \C, back-references, calls, conditionals: any bytes, or none.
      return NOTHING;
  }
}

function partOf(node: Node, options: LiteralOptions): Part {
  const facts = factsOf(node, options);
  if (facts.language === undefined) return { facts, width: widthOf(node, options.encoding) };
  const lengths = facts.language.map(({ value }) => value.length);
  return { facts, width: { least: Math.min(...lengths), most: Math.max(...lengths) } };
}

/** One character of a few: as many literals as the encodings have lengths. */
function characters(set: CodePointSet, { encoding, terminator }: LiteralOptions): Facts {
  const byLength = new Map<number, number[][]>();
  let count = 0;
  for (let i = 0; i < set.length; i += 2) {
    for (let codePoint = set[i]!; codePoint <= set[i + 1]!; codePoint++) {
      if (codePoint === terminator) continue;
      if (++count > MAX_CLASS) return NOTHING;
      const bytes: number[] = [];
      if (encoding === "bytes") bytes.push(codePoint);
      else if (codePoint >= RAW_BYTE) bytes.push(codePoint - RAW_BYTE);
      else pushUtf8(codePoint, bytes);
      byLength.set(bytes.length, [...(byLength.get(bytes.length) ?? []), bytes]);
    }
  }
  if (count === 0) return NOTHING;
  return { language: [...byLength.values()].map(masked), plain: true, required: undefined };
}

/** One literal that admits all these strings of one length. */
function masked(strings: readonly (readonly number[])[]): MaskedLiteral {
  const length = strings[0]!.length;
  const value = new Uint8Array(length);
  const mask = new Uint8Array(length);
  let admitted = 1;
  for (let position = 0; position < length; position++) {
    const first = strings[0]![position]!;
    let bits = 0;
    for (const string of strings) bits |= string[position]! ^ first;
    mask[position] = bits;
    value[position] = first | bits;
    for (let rest = bits; rest !== 0; rest &= rest - 1) admitted *= 2;
  }
  if (admitted === strings.length) return { value, mask, exact: true };
  return { value, mask, exact: false, exactly: strings.map((string) => plainLiteral(Uint8Array.from(string))) };
}

/** Strings that some parts of a sequence spell, and where they begin, counted from the sequence's beginning. */
interface Run {
  readonly literals: readonly MaskedLiteral[];
  readonly begins: Width;
}

function sequence(parts: readonly Part[]): Facts {
  let plain = true;
  let at: Width = { least: 0, most: 0 };
  /** What the parts since the last gap spell. */
  let run: Run = { literals: [EMPTY_LITERAL], begins: at };
  const complete: Run[] = [];
  let required: Required | undefined;
  for (const { facts, width } of parts) {
    plain &&= facts.plain;
    const longer = facts.language === undefined ? undefined : product(run.literals, facts.language);
    const behind = added(at, width);
    if (longer !== undefined) run = { literals: longer, begins: run.begins };
    else {
      complete.push(run);
      required = best(required, facts.required);
      run =
        facts.language === undefined
          ? { literals: [EMPTY_LITERAL], begins: behind }
          : { literals: facts.language, begins: at };
    }
    at = behind;
  }
  if (complete.length === 0) return { language: run.literals, plain, required: undefined };
  for (const one of [...complete, run]) required = best(required, { literals: one.literals });
  const runs = [...complete, run];
  const chosen = runs.findIndex(({ literals }) => literals === required?.literals);
  if (chosen >= 0) required = { literals: runs[chosen]!.literals, companion: companionOf(chosen, runs) };
  return { language: undefined, plain: false, required };
}

/** What says most of the single literals that stand near the one of this run. */
function companionOf(chosen: number, runs: readonly Run[]): Companion | undefined {
  const { literals, begins } = runs[chosen]!;
  if (literals.length !== 1) return undefined;
  let found: Companion | undefined;
  for (const [index, other] of runs.entries()) {
    const [literal, ...more] = other.literals;
    if (index === chosen || literal === undefined || more.length > 0) continue;
    // What the parts between take is the difference of the sums.
    const [near, far] = [other.begins.least - begins.least, other.begins.most - begins.most];
    const [least, most] = index > chosen ? [near, far] : [far, near];
    const isNear = Math.max(Math.abs(least), Math.abs(most)) + literal.value.length <= MOST_COMPANION_BYTES;
    const says = improbability(literal);
    if (!isNear || most - least >= MOST_COMPANION_PLACES || says < MIN_IMPROBABILITY) continue;
    if (found === undefined || says > improbability(found.literal)) found = { literal, least, most };
  }
  return found;
}

function alternatives(branches: readonly Facts[]): Facts {
  if (branches.length === 1) return branches[0]!;
  const all = branches.map(({ language }) => language);
  if (all.every((language) => language !== undefined) && all.flat().length <= MAX_LITERALS) {
    return { language: all.flat(), plain: branches.every(({ plain }) => plain), required: undefined };
  }
  const required = branches.map((branch) => best(branch.language && { literals: branch.language }, branch.required));
  if (required.some((one) => one === undefined)) return NOTHING;
  const literals = required.flatMap((one) => one!.literals);
  return literals.length > MAX_LITERALS ? NOTHING : { language: undefined, plain: false, required: { literals } };
}

/** Every string of the one followed by every one of the other; undefined when these are too many or too long. */
function product(a: readonly MaskedLiteral[], b: readonly MaskedLiteral[]): MaskedLiteral[] | undefined {
  if (a.length * b.length > MAX_LITERALS) return undefined;
  const joined: MaskedLiteral[] = [];
  for (const first of a) {
    for (const second of b) {
      const length = first.value.length + second.value.length;
      if (length > MAX_LITERAL_BYTES) return undefined;
      joined.push(joinedLiteral(first, second));
    }
  }
  return joined;
}

/** The one followed by the other. */
function joinedLiteral(first: MaskedLiteral, second: MaskedLiteral): MaskedLiteral {
  const length = first.value.length + second.value.length;
  const value = new Uint8Array(length);
  const mask = new Uint8Array(length);
  value.set(first.value);
  value.set(second.value, first.value.length);
  mask.set(first.mask);
  mask.set(second.mask, first.mask.length);
  if (first.exact && second.exact) return { value, mask, exact: true };
  const [before, behind] = [exactOnes(first), exactOnes(second)];
  const few = before !== undefined && behind !== undefined && before.length * behind.length <= MAX_EXACT;
  const exact = few ? before.flatMap((one) => behind.map((other) => joinedLiteral(one, other))) : undefined;
  return { value, mask, exact: false, exactly: exact };
}

/** The set that occurs less often by chance; one that holds an empty string says nothing. */
function best(a: Required | undefined, b: Required | undefined): Required | undefined {
  if (!isUseful(a)) return isUseful(b) ? b : undefined;
  if (!isUseful(b)) return a;
  return setImprobability(b!.literals) > setImprobability(a!.literals) ? b : a;
}

function isUseful(required: Required | undefined): boolean {
  return (
    required !== undefined && required.literals.length > 0 && required.literals.every(({ value }) => value.length > 0)
  );
}

/** How unlikely one of the literals stands at a given place, in bits. */
function setImprobability(literals: readonly MaskedLiteral[]): number {
  let probability = 0;
  for (const literal of literals) probability += 2 ** -improbability(literal);
  return -Math.log2(probability);
}
