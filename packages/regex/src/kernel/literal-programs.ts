/**
 * WebAssembly for the lines that hold a literal, with the literals' bytes as constants. Two ways, for literals that are rare and for those that
 * stand in many lines; which one pays is seen by what the last window had.
 *
 * Rare: some bytes of the literals are looked for at their places, sixteen positions at a time, and where they are the whole is compared.
 * For one literal these are its two to four rarest bytes. For several they are fingerprints (the "Teddy" search of Hyperscan, Wang et
 * al., NSDI 2019): the rarest three or four neighbouring bytes of each are looked up by half-bytes in tables that say for which of eight groups
 * of literals they may stand there; where a group is left, its literals are compared. What is found is the line, so it does not matter
 * which of a literal's bytes it was found by.
 *
 * Common: all bytes of all literals are compared at every position, which gives 64 bits for 64 positions, as the terminators do. One
 * addition then finds the lines: in the ones between two terminators, adding a one makes a carry that runs up to the terminator.
 */
import { scanForward } from "./byte-programs.ts";
import {
  block,
  branch,
  branchIf,
  giveBack,
  i32,
  i64,
  loop,
  v128,
  when,
  type Code,
  type Local,
} from "./instructions.ts";
import type { Call, Locals, ModuleWriter } from "./module-writer.ts";
import { admittedBytes, type Companion, type MaskedLiteral } from "../literals/masked-literal.ts";
import { positionBits, rarestPositions, rarestRun } from "../literals/rarity.ts";

const VECTOR_BYTES = 16;
const GROUPS = 8;
const FINGERPRINT_BYTES = 3;
/** Two characters of other scripts than Latin: one is a syllable's part, which many words share. */
const MOST_FINGERPRINT_BYTES = 4;
/** Candidates of a single literal should be rarer than one in 2 to the power of this, if a third byte helps. */
const RARE_BITS = 17;
/** More positions than these are not compared at every place. */
const MOST_DENSE_POSITIONS = 12;

type Candidates = (address: Code, offset: number) => Code;

/** Little-endian number of up to four bytes. */
function word(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let i = 0; i < length; i++) value |= bytes[at + i]! << (8 * i);
  return value;
}

/** Whether the literal stands at `at`: words of four bytes, the last overlapping the one before; of two and one where it is shorter. */
function standsAt(literal: MaskedLiteral, at: Local): Code {
  const { value, mask } = literal;
  const { length } = value;
  const test = (load: (address: Code, offset?: number) => Code, offset: number, bytes: number): Code => {
    const bits = word(mask, offset, bytes);
    const loaded = load(at.get, offset);
    return i32.eq(bits === 0 ? loaded : i32.or(loaded, i32.const(bits)), i32.const(word(value, offset, bytes)));
  };
  const tests: Code[] = [];
  for (let offset = 0; offset + 4 <= length; offset += 4) tests.push(test(i32.load, offset, 4));
  if (length > 4 && length % 4 !== 0) tests.push(test(i32.load, length - 4, 4));
  if (length === 2 || length === 3) tests.push(test(i32.load16, 0, 2));
  if (length === 1 || length === 3) tests.push(test(i32.load8, length - 1, 1));
  return tests.reduce((a, b) => i32.and(a, b));
}

const splat = (byte: number): Code => v128.const(new Array<number>(VECTOR_BYTES).fill(byte));

/** Places at which these positions of the literal hold; `offset` and the positions are less than 2³¹ in sum. */
function positionsHold(literal: MaskedLiteral, positions: readonly number[]): Candidates {
  const { value, mask } = literal;
  return (address, offset) =>
    positions
      .map((position) => {
        const bytes = v128.load(address, offset + position);
        const bits = mask[position]!;
        return v128.eq(bits === 0 ? bytes : v128.or(bytes, splat(bits)), splat(value[position]!));
      })
      .reduce((a, b) => v128.and(a, b));
}

const hasOtherScript = ({ value }: MaskedLiteral): boolean => value.some((byte) => byte >= 0x80);

/** The positions of a single literal that are looked for first. */
function tellingPositions(literal: MaskedLiteral): readonly number[] {
  // How rare a byte of another script is depends on whether the text is in that script, where words share their syllables.
  if (hasOtherScript(literal)) return rarestPositions(literal, 4);
  const two = rarestPositions(literal, 2);
  const bits = two.reduce((sum, position) => sum + positionBits(literal, position), 0);
  return bits >= RARE_BITS ? two : rarestPositions(literal, 3);
}

/** A literal with the position at which its fingerprint begins. */
interface Fingerprinted {
  readonly literal: MaskedLiteral;
  readonly position: number;
}

const compareRuns = (a: Fingerprinted, b: Fingerprinted): number => {
  for (let i = 0; i < MOST_FINGERPRINT_BYTES; i++) {
    const difference = (a.literal.value[a.position + i] ?? 0) - (b.literal.value[b.position + i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
};

/** The literals in groups; those of similar fingerprints share one, which keeps the tables sparse. */
function groupsOf(literals: readonly MaskedLiteral[], length: number): Fingerprinted[][] {
  const sorted = literals.map((literal) => ({ literal, position: rarestRun(literal, length) })).sort(compareRuns);
  const groups: Fingerprinted[][] = [];
  const count = Math.min(GROUPS, sorted.length);
  for (const [rank, one] of sorted.entries()) (groups[Math.floor((rank * count) / sorted.length)] ??= []).push(one);
  return groups;
}

/** The tables of half-bytes for one byte of the fingerprint: bit g is set where the byte may be one of group g's. */
function halfByteTables(
  groups: readonly (readonly Fingerprinted[])[],
  index: number,
): { low: number[]; high: number[] } {
  const low = new Array<number>(16).fill(0);
  const high = new Array<number>(16).fill(0);
  for (const [group, members] of groups.entries()) {
    for (const { literal, position } of members) {
      for (const byte of admittedBytes(literal, position + index)) {
        low[byte & 0xf]! |= 1 << group;
        high[byte >> 4]! |= 1 << group;
      }
    }
  }
  return { low, high };
}

/** The tables of a fingerprint, two for each of its bytes: one after the other as they lie in memory. */
function fingerprintTables(groups: readonly (readonly Fingerprinted[])[], length: number): number[] {
  return Array.from({ length }, (_, index) => halfByteTables(groups, index)).flatMap(({ low, high }) => [
    ...low,
    ...high,
  ]);
}

/** For every position the groups whose fingerprint stands there, as bits. `tables` are fingerprintTables() in variables. */
function fingerprints(tables: readonly Local[], lowBits: Local, relaxed: boolean): Candidates {
  // The indices are below 16, where both instructions agree; the relaxed one is a single machine instruction.
  const lookUp = relaxed ? v128.relaxedSwizzle : v128.swizzle;
  return (address, offset) =>
    Array.from({ length: tables.length / 2 }, (_, index) => {
      const bytes = v128.load(address, offset + index);
      return v128.and(
        lookUp(tables[2 * index]!.get, v128.and(bytes, lowBits.get)),
        lookUp(tables[2 * index + 1]!.get, v128.shrU8(bytes, i32.const(4))),
      );
    }).reduce((a, b) => v128.and(a, b));
}

/** Whether the companion of a literal that begins at `start` is where it has to be, sixteen places at a time. `first`: a variable of the program's own. */
function companionHolds({ literal, least, most }: Companion, start: Local, first: Local): Code {
  const candidates = positionsHold(literal, [...literal.value.keys()]);
  const places = most - least + 1;
  const found: Code[] = [];
  for (let place = 0; place < places; place += VECTOR_BYTES) {
    const bits = v128.bitmask(candidates(first.get, place));
    const left = places - place;
    found.push(left >= VECTOR_BYTES ? bits : i32.and(bits, i32.const((1 << left) - 1)));
  }
  return [...first.set(i32.add(start.get, i32.const(least))), ...found.reduce((a, b) => i32.or(a, b))];
}

interface LiteralSearchOptions {
  readonly literals: readonly MaskedLiteral[];
  /** See KernelOptions. */
  readonly companion: Companion | undefined;
  /** The byte that ends a line. */
  readonly terminator: number;
  /** Address of SCRATCH_BYTES bytes of the program's own. */
  readonly scratch: number;
  /** Whether the runtime has the relaxed vector instructions. */
  readonly relaxed: boolean;
  readonly findByte: Call;
}

/** A vector, and the tables of a fingerprint. */
export const SCRATCH_BYTES: number = VECTOR_BYTES * (1 + 2 * MOST_FINGERPRINT_BYTES);

/**
 * literalLines(from, to, hits): puts the addresses of the terminators of the lines in [from, to) that hold a literal at `hits`, returns how
 * many. The last line's may be missing: its address is `to` then. The bytes that are returned must lie in the scratch memory.
 */
export function addLiteralLines(module: ModuleWriter, options: LiteralSearchOptions): readonly number[] {
  const { literals, terminator, companion, scratch, relaxed, findByte } = options;
  const single = literals.length === 1 ? literals[0]! : undefined;
  const most = literals.every(hasOtherScript) ? MOST_FINGERPRINT_BYTES : FINGERPRINT_BYTES;
  const length = Math.min(most, ...literals.map(({ value }) => value.length));
  const groups = groupsOf(literals, length);

  /** findInLine(at, to, from): an address inside a literal that begins at `from` or later and ends before `to`, or -1; the first line that holds one holds it. */
  const findInLine = module.function("findInLine", 3, (locals) => {
    const [at, to, from] = [locals.parameter(0), locals.parameter(1), locals.parameter(2)];
    // As constants in the loop, the tables would be put together anew for every vector.
    const tables = single === undefined ? Array.from({ length: 2 * length }, () => locals.v128()) : [];
    const lowBits = locals.v128();
    const groupBits = fingerprints(tables, lowBits, relaxed);
    const candidates: Candidates =
      single === undefined
        ? (address, offset) => v128.ne(groupBits(address, offset), splat(0))
        : positionsHold(single, tellingPositions(single));
    const mask = locals.i32();
    const candidate = locals.i32();
    const start = locals.i32();
    const bits = locals.i32();
    const first = locals.i32();
    const giveIf = ({ literal, position }: Fingerprinted): Code => [
      ...start.set(i32.sub(candidate.get, i32.const(position))),
      ...when(
        standsAt(literal, start),
        when(
          i32.and(i32.geU(start.get, from.get), i32.leU(i32.add(start.get, i32.const(literal.value.length)), to.get)),
          companion === undefined
            ? giveBack(candidate.get)
            : when(companionHolds(companion, start, first), giveBack(candidate.get)),
        ),
      ),
    ];
    const verify: Code =
      single === undefined
        ? [
            ...bits.set(i32.load8(i32.add(i32.const(scratch), i32.ctz(mask.get)))),
            ...groups.flatMap((group, index) => when(i32.and(bits.get, i32.const(1 << index)), ...group.map(giveIf))),
          ]
        : giveIf({ literal: single, position: 0 });
    return [
      ...tables.map((table, index) => table.set(v128.load(i32.const(scratch + VECTOR_BYTES * (1 + index))))),
      lowBits.set(v128.splat(i32.const(0x0f))),
      loop(
        scanForward(locals, at, to, mask, candidates),
        single !== undefined ? [] : v128.store(i32.const(scratch), groupBits(at.get, 0)),
        loop(
          candidate.set(i32.add(at.get, i32.ctz(mask.get))),
          verify,
          mask.set(i32.and(mask.get, i32.sub(mask.get, i32.const(1)))),
          branchIf(0, mask.get),
        ),
        at.add(i32.const(VECTOR_BYTES)),
        branch(0),
      ),
      i32.const(-1),
    ];
  });

  module.function("literalLines", 3, (locals) => {
    const [from, to, hits] = [locals.parameter(0), locals.parameter(1), locals.parameter(2)];
    const at = locals.i32();
    const next = locals.i32();
    return [
      at.set(from.get),
      next.set(hits.get),
      loop(
        at.set(findInLine(at.get, to.get, from.get)),
        when(
          i32.ne(at.get, i32.const(-1)),
          at.set(findByte(i32.const(terminator), at.get, to.get)),
          when(i32.eq(at.get, i32.const(-1)), at.set(to.get)),
          i32.store(next.get, at.get),
          next.add(i32.const(4)),
          at.add(i32.const(1)),
          branch(1),
        ),
      ),
      i32.shrU(i32.sub(next.get, hits.get), i32.const(2)),
    ];
  });
  return [...new Array<number>(VECTOR_BYTES).fill(0), ...fingerprintTables(groups, length)];
}

/** Whether the literals are few and short enough to be compared at every position. */
export function canBeDense(literals: readonly MaskedLiteral[]): boolean {
  return literals.length > 0 && literals.reduce((sum, { value }) => sum + value.length, 0) <= MOST_DENSE_POSITIONS;
}

/** Bits of 64 positions from `at` on, the first the lowest. */
function bitsOf(candidates: Candidates, at: Local): Code {
  return [0, 1, 2, 3]
    .map((i) => {
      const bits = i64.extendU(v128.bitmask(candidates(at.get, i * VECTOR_BYTES)));
      return i === 0 ? bits : i64.shl(bits, i64.const(i * VECTOR_BYTES));
    })
    .reduce((a, b) => i64.or(a, b));
}

/**
 * Where many lines hold a literal: denseLines(from, to, hits), which does what literalLines does, and countDenseLines(from, to), the number
 * alone. Every line of [from, to) must have its terminator.
 */
export function addDenseLines(
  module: ModuleWriter,
  { literals, terminator }: Pick<LiteralSearchOptions, "literals" | "terminator">,
): void {
  const all = literals.map((literal) => positionsHold(literal, [...literal.value.keys()]));
  const occurrences: Candidates = (address, offset) =>
    all.map((candidates) => candidates(address, offset)).reduce((a, b) => v128.or(a, b));
  const terminators: Candidates = (address, offset) => v128.eq(v128.load(address, offset), splat(terminator));

  /** The loop over blocks of 64 positions; `use` gets the terminators of the lines that hold a literal. */
  const walk = (locals: Locals, at: Local, to: Local, use: (ends: Local) => Code): Code => {
    const [ends, begins, sum, whole, carry] = [locals.i64(), locals.i64(), locals.i64(), locals.i64(), locals.i64()];
    const behind = i64.extendU(i32.sub(to.get, at.get));
    return [
      ...carry.set(i64.const(0)),
      ...block(
        loop(
          branchIf(1, i32.geU(at.get, to.get)),
          ends.set(bitsOf(terminators, at)),
          begins.set(bitsOf(occurrences, at)),
          when(
            i32.ltU(i32.sub(to.get, at.get), i32.const(64)),
            ends.set(i64.and(ends.get, i64.sub(i64.shl(i64.const(1), behind), i64.const(1)))),
            begins.set(i64.and(begins.get, i64.sub(i64.shl(i64.const(1), behind), i64.const(1)))),
          ),
          whole.set(i64.xor(ends.get, i64.const(-1))),
          // A mask can admit the terminator, where no literal begins.
          begins.set(i64.and(begins.get, whole.get)),
          sum.set(i64.add(whole.get, begins.get)),
          begins.set(i64.extendU(i64.ltU(sum.get, whole.get))),
          sum.set(i64.add(sum.get, carry.get)),
          // Of the two additions one at most runs over: a line is no longer than its ones.
          carry.set(i64.or(begins.get, i64.extendU(i64.ltU(sum.get, carry.get)))),
          ends.set(i64.and(ends.get, sum.get)),
          use(ends),
          at.add(i32.const(64)),
          branch(0),
        ),
      ),
    ];
  };

  module.function("countDenseLines", 2, (locals) => {
    const [at, to] = [locals.parameter(0), locals.parameter(1)];
    const count = locals.i32();
    return [walk(locals, at, to, (ends) => count.add(i64.wrap(i64.popcnt(ends.get)))), count.get];
  });

  module.function("denseLines", 3, (locals) => {
    const [at, to, hits] = [locals.parameter(0), locals.parameter(1), locals.parameter(2)];
    const next = locals.i32();
    return [
      next.set(hits.get),
      walk(locals, at, to, (ends) =>
        block(
          loop(
            branchIf(1, i64.eqz(ends.get)),
            i32.store(next.get, i32.add(at.get, i64.wrap(i64.ctz(ends.get)))),
            next.add(i32.const(4)),
            ends.set(i64.and(ends.get, i64.sub(ends.get, i64.const(1)))),
            branch(0),
          ),
        ),
      ),
      i32.shrU(i32.sub(next.get, hits.get), i32.const(2)),
    ];
  });
}
