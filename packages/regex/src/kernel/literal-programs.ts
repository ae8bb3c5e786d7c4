/**
 * WebAssembly for the search of literals, with their bytes as constants.
 *
 * One literal: its two rarest bytes are looked for at their places, sixteen positions at a time; where both are, the whole is compared.
 * Several: fingerprints (the "Teddy" search of Hyperscan, Wang et al., NSDI 2019): up to three bytes of every position are looked up by
 * half-bytes in tables that say for which of eight groups of literals they may stand there; where a group is left, its literals are compared.
 */
import { scanForward } from "./byte-programs.ts";
import { branch, branchIf, giveBack, i32, loop, v128, when, type Code, type Local } from "./instructions.ts";
import type { Call, ModuleWriter } from "./module-writer.ts";
import { admittedBytes, type MaskedLiteral } from "../literals/masked-literal.ts";
import { rarestPair } from "../literals/rarity.ts";

const VECTOR_BYTES = 16;
const GROUPS = 8;
const FINGERPRINT_BYTES = 3;

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

/** Positions at which the two rarest bytes stand. */
function pairCandidates(literal: MaskedLiteral): Candidates {
  const { value, mask } = literal;
  const byteAt = (position: number, address: Code, offset: number): Code => {
    const bytes = v128.load(address, offset + position);
    const bits = mask[position]!;
    return v128.eq(bits === 0 ? bytes : v128.or(bytes, splat(bits)), splat(value[position]!));
  };
  const [first, second] = rarestPair(literal);
  if (first === second) return (address, offset) => byteAt(first, address, offset);
  return (address, offset) => v128.and(byteAt(first, address, offset), byteAt(second, address, offset));
}

const compareBytes = (a: Uint8Array, b: Uint8Array): number => {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
};

/** The literals in groups; those of similar beginnings share one, which keeps the tables sparse. */
function groupsOf(literals: readonly MaskedLiteral[]): MaskedLiteral[][] {
  const sorted = literals.toSorted((a, b) => compareBytes(a.value, b.value));
  const groups: MaskedLiteral[][] = [];
  const count = Math.min(GROUPS, sorted.length);
  for (const [rank, literal] of sorted.entries())
    (groups[Math.floor((rank * count) / sorted.length)] ??= []).push(literal);
  return groups;
}

/** The tables of half-bytes for one byte of the fingerprint: bit g is set where the byte may be one of group g's. */
function halfByteTables(
  groups: readonly (readonly MaskedLiteral[])[],
  position: number,
): { low: number[]; high: number[] } {
  const low = new Array<number>(16).fill(0);
  const high = new Array<number>(16).fill(0);
  for (const [group, literals] of groups.entries()) {
    for (const byte of literals.flatMap((literal) => admittedBytes(literal, position))) {
      low[byte & 0xf]! |= 1 << group;
      high[byte >> 4]! |= 1 << group;
    }
  }
  return { low, high };
}

/** For every position the groups whose fingerprint stands there, as bits. */
function fingerprints(groups: readonly (readonly MaskedLiteral[])[], relaxed: boolean): Candidates {
  const length = Math.min(FINGERPRINT_BYTES, ...groups.flat().map(({ value }) => value.length));
  const tables = Array.from({ length }, (_, position) => halfByteTables(groups, position));
  // The indices are below 16, where both instructions agree; the relaxed one is a single machine instruction.
  const lookUp = relaxed ? v128.relaxedSwizzle : v128.swizzle;
  return (address, offset) =>
    tables
      .map(({ low, high }, position) => {
        const bytes = v128.load(address, offset + position);
        return v128.and(
          lookUp(v128.const(low), v128.and(bytes, splat(0x0f))),
          lookUp(v128.const(high), v128.shrU8(bytes, i32.const(4))),
        );
      })
      .reduce((a, b) => v128.and(a, b));
}

interface LiteralSearchOptions {
  readonly literals: readonly MaskedLiteral[];
  /** The byte that ends a line. */
  readonly terminator: number;
  /** Address of sixteen bytes of the program's own. */
  readonly scratch: number;
  /** Whether the runtime has the relaxed vector instructions. */
  readonly relaxed: boolean;
  readonly findByte: Call;
}

/**
 * findLiteral(from, to): address of the first literal that lies whole before `to`, or -1.
 * literalLines(from, to, hits): puts the addresses of the terminators of lines that hold a literal at `hits`, returns how many.
 */
export function addLiteralSearch(
  module: ModuleWriter,
  { literals, terminator, scratch, relaxed, findByte }: LiteralSearchOptions,
): void {
  const single = literals.length === 1 ? literals[0]! : undefined;
  const groups = groupsOf(literals);
  const groupBits = single === undefined ? fingerprints(groups, relaxed) : undefined;
  const candidates: Candidates =
    single === undefined ? (address, offset) => v128.ne(groupBits!(address, offset), splat(0)) : pairCandidates(single);

  const findLiteral = module.function("findLiteral", 2, (locals) => {
    const [at, to] = [locals.parameter(0), locals.parameter(1)];
    const mask = locals.i32();
    const candidate = locals.i32();
    const bits = locals.i32();
    const giveIf = (literal: MaskedLiteral): Code =>
      when(
        standsAt(literal, candidate),
        when(i32.leU(i32.add(candidate.get, i32.const(literal.value.length)), to.get), giveBack(candidate.get)),
      );
    const verify: Code =
      single === undefined
        ? [
            ...bits.set(i32.load8(i32.add(i32.const(scratch), i32.ctz(mask.get)))),
            ...groups.flatMap((group, index) => when(i32.and(bits.get, i32.const(1 << index)), ...group.map(giveIf))),
          ]
        : giveIf(single);
    return [
      loop(
        scanForward(locals, at, to, mask, candidates),
        groupBits === undefined ? [] : v128.store(i32.const(scratch), groupBits(at.get, 0)),
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
    const [at, to, hits] = [locals.parameter(0), locals.parameter(1), locals.parameter(2)];
    const next = locals.i32();
    return [
      next.set(hits.get),
      loop(
        at.set(findLiteral(at.get, to.get)),
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
}
