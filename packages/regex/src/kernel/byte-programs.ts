/** WebAssembly for the searches that know nothing of the pattern: a byte forwards and backwards, counting, well-formed UTF-8. */
import { block, branch, branchIf, giveBack, i32, loop, v128, when, type Code, type Local } from "./instructions.ts";
import type { Call, Locals, ModuleWriter } from "./module-writer.ts";

const VECTOR_BYTES = 16;
const NONE = i32.const(-1);

/**
 * The loop that all forward searches share: from `at`, sixteen positions at a time, four times in a row where nothing is found, until
 * `candidates` gives a mask with a bit set. Falls through with `at` at the vector and `mask` its bits; returns -1 from the function when `at` passes `to`.
 */
export function scanForward(
  locals: Locals,
  at: Local,
  to: Local,
  mask: Local,
  candidates: (address: Code, offset: number) => Code,
): Code {
  const any = locals.v128();
  const four = [0, 1, 2, 3].map((i) => candidates(at.get, i * VECTOR_BYTES)).reduce((a, b) => v128.or(a, b));
  return block(
    loop(
      when(i32.geU(at.get, to.get), giveBack(NONE)),
      // Nothing in 64 positions: the common case, one test.
      any.set(four),
      when(i32.eqz(v128.anyTrue(any.get)), at.add(i32.const(4 * VECTOR_BYTES)), branch(1)),
      loop(
        mask.set(v128.bitmask(candidates(at.get, 0))),
        branchIf(2, mask.get),
        at.add(i32.const(VECTOR_BYTES)),
        branchIf(0, i32.ltU(at.get, to.get)),
      ),
      giveBack(NONE),
    ),
  );
}

/** Bytes equal to a splatted one: all bits set where they are. */
export const bytesEqual =
  (wanted: Code) =>
  (address: Code, offset: number): Code =>
    v128.eq(v128.load(address, offset), wanted);

/** findByte(byte, from, to), findLastByte(byte, from, to), countByte(byte, from, to): addresses in, an address or -1 (or the count) out. Returns how to call findByte. */
export function addByteSearches(module: ModuleWriter): Call {
  const findByte = module.function("findByte", 3, (locals) => {
    const [byte, at, to] = [locals.parameter(0), locals.parameter(1), locals.parameter(2)];
    const wanted = locals.v128();
    const mask = locals.i32();
    return [
      wanted.set(v128.splat(byte.get)),
      scanForward(locals, at, to, mask, bytesEqual(wanted.get)),
      at.add(i32.ctz(mask.get)),
      when(i32.geU(at.get, to.get), giveBack(NONE)),
      at.get,
    ];
  });

  module.function("findLastByte", 3, (locals) => {
    const [byte, from, at] = [locals.parameter(0), locals.parameter(1), locals.parameter(2)];
    const wanted = locals.v128();
    const mask = locals.i32();
    return [
      wanted.set(v128.splat(byte.get)),
      loop(
        when(i32.leU(at.get, from.get), giveBack(NONE)),
        at.set(i32.sub(at.get, i32.const(VECTOR_BYTES))),
        mask.set(v128.bitmask(bytesEqual(wanted.get)(at.get, 0))),
        branchIf(0, i32.eqz(mask.get)),
      ),
      // The highest bit set is the last occurrence.
      at.set(i32.sub(i32.add(at.get, i32.const(31)), i32.clz(mask.get))),
      when(i32.ltU(at.get, from.get), giveBack(NONE)),
      at.get,
    ];
  });

  module.function("countByte", 3, (locals) => {
    const [byte, at, to] = [locals.parameter(0), locals.parameter(1), locals.parameter(2)];
    const wanted = locals.v128();
    const count = locals.i32();
    const occurrences = (offset: number): Code => i32.popcnt(v128.bitmask(bytesEqual(wanted.get)(at.get, offset)));
    return [
      wanted.set(v128.splat(byte.get)),
      block(
        loop(
          branchIf(1, i32.gtU(i32.add(at.get, i32.const(4 * VECTOR_BYTES)), to.get)),
          count.add([0, 1, 2, 3].map((i) => occurrences(i * VECTOR_BYTES)).reduce((a, b) => i32.add(a, b))),
          at.add(i32.const(4 * VECTOR_BYTES)),
          branch(0),
        ),
      ),
      block(
        loop(
          branchIf(1, i32.geU(at.get, to.get)),
          count.add(i32.eq(i32.load8(at.get), byte.get)),
          at.add(i32.const(1)),
          branch(0),
        ),
      ),
      count.get,
    ];
  });
  return findByte;
}

/**
 * encodingError(from, to): the first address where no well-formed sequence begins, or -1.
 * @param tables address of three tables of 256 bytes: length, lowest and highest second byte, by lead byte
 */
export function addEncodingError(module: ModuleWriter, tables: number): void {
  module.function("encodingError", 2, (locals) => {
    const [at, to] = [locals.parameter(0), locals.parameter(1)];
    const lead = locals.i32();
    const length = locals.i32();
    const second = locals.i32();
    const notContinuation = (offset: number): Code =>
      i32.ne(i32.and(i32.load8(at.get, offset), i32.const(0xc0)), i32.const(0x80));
    return [
      block(
        loop(
          branchIf(1, i32.geU(at.get, to.get)),
          when(
            i32.eqz(v128.bitmask(v128.load(at.get))), // sixteen bytes of ASCII
            at.add(i32.const(VECTOR_BYTES)),
            branch(1),
          ),
          lead.set(i32.load8(at.get)),
          when(i32.ltU(lead.get, i32.const(0x80)), at.add(i32.const(1)), branch(1)),
          length.set(i32.load8(lead.get, tables)),
          when(i32.eqz(length.get), giveBack(at.get)),
          when(i32.gtU(i32.add(at.get, length.get), to.get), giveBack(at.get)),
          second.set(i32.load8(at.get, 1)),
          when(i32.ltU(second.get, i32.load8(lead.get, tables + 256)), giveBack(at.get)),
          when(i32.gtU(second.get, i32.load8(lead.get, tables + 512)), giveBack(at.get)),
          ...[2, 3, 4, 5].map((offset) =>
            when(i32.gtU(length.get, i32.const(offset)), when(notContinuation(offset), giveBack(at.get))),
          ),
          at.add(length.get),
          branch(0),
        ),
      ),
      NONE,
    ];
  });
}
