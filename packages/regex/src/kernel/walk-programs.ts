/**
 * WebAssembly for the automata that walk in lock-step (see `Kernel.walkCounting`). A step of a chain is a load of the byte, an address,
 * a load of the next state, and the state's bits gathered: four instructions, and the four chains' latencies overlap. A block in which some
 * chain passed through the counted state is walked a second time, with counting.
 */
import { block, branch, branchIf, i32, loop, when, type Code, type Local } from "./instructions.ts";
import { BLOCK_BYTES, CHAINS, HITS_PER_CHAIN } from "./kernel.ts";
import type { ModuleWriter } from "./module-writer.ts";

/** Bytes of an element of the chains' arrays and of the hits. */
const WORD_BYTES = 4;

interface Addresses {
  /** Of the positions, states and counts: three arrays of CHAINS words. Positions are addresses here. */
  readonly chains: number;
  /** Of the lists of hits. */
  readonly hits: number;
  /** The counted state's value: a power of two that is no bit of any other state's. */
  readonly hitState: number;
}

const ORDINALS: readonly number[] = Array.from({ length: CHAINS }, (_, chain) => chain);

/** walkCounting(steps) or walkCollecting(steps): returns the bytes walked. */
export function addWalk(
  module: ModuleWriter,
  name: string,
  { chains, hits, hitState }: Addresses,
  collecting: boolean,
): void {
  module.function(name, 1, (locals) => {
    const left = locals.parameter(0);
    const steps = locals.i32();
    const passed = locals.i32();
    const end = locals.i32();
    const chainLocals = (): Local[] => ORDINALS.map(() => locals.i32());
    const [positions, states, counts, statesBefore] = [chainLocals(), chainLocals(), chainLocals(), chainLocals()];
    const word = (array: number, chain: number): Code => i32.const(chains + (array * CHAINS + chain) * WORD_BYTES);

    const next = (chain: number, offset: number): Code =>
      states[chain]!.tee(
        i32.load(i32.add(states[chain]!.get, i32.shl(i32.load8(positions[chain]!.get, offset), i32.const(2)))),
      );

    /** The block of one chain again, in a loop: it is rare, and short code is compiled sooner. */
    const record = (chain: number): Code => {
      const [position, count] = [positions[chain]!, counts[chain]!];
      const isHit = i32.eq(next(chain, 0), i32.const(hitState));
      const list = hits + chain * HITS_PER_CHAIN * WORD_BYTES;
      return [
        ...end.set(i32.add(position.get, i32.const(BLOCK_BYTES))),
        ...loop(
          // Every address is written; only a hit makes it stay.
          collecting ? i32.store(i32.shl(count.get, i32.const(2)), position.get, list) : [],
          count.add(isHit),
          position.add(i32.const(1)),
          branchIf(0, i32.ltU(position.get, end.get)),
        ),
        ...position.set(i32.sub(end.get, i32.const(BLOCK_BYTES))),
      ];
    };

    const offsets = Array.from({ length: BLOCK_BYTES }, (_, offset) => offset);
    const takeBack = ORDINALS.flatMap((chain) => states[chain]!.set(statesBefore[chain]!.get));
    const anyTrapped = ORDINALS.map((chain) => i32.eqz(states[chain]!.get)).reduce((a, b) => i32.or(a, b));

    return [
      steps.set(left.get),
      ...ORDINALS.map((chain) => [
        ...positions[chain]!.set(i32.load(word(0, chain))),
        ...states[chain]!.set(i32.load(word(1, chain))),
        ...counts[chain]!.set(i32.load(word(2, chain))),
      ]),
      block(
        loop(
          branchIf(1, i32.eqz(left.get)),
          ...ORDINALS.map((chain) => statesBefore[chain]!.set(states[chain]!.get)),
          passed.set(i32.const(0)),
          ...offsets.flatMap((offset) => ORDINALS.map((chain) => passed.set(i32.or(passed.get, next(chain, offset))))),
          when(anyTrapped, takeBack, branch(2)),
          when(i32.and(passed.get, i32.const(hitState)), takeBack, ...ORDINALS.map(record)),
          ...ORDINALS.map((chain) => positions[chain]!.add(i32.const(BLOCK_BYTES))),
          left.set(i32.sub(left.get, i32.const(BLOCK_BYTES))),
          branch(0),
        ),
      ),
      ...ORDINALS.map((chain) => [
        ...i32.store(word(0, chain), positions[chain]!.get),
        ...i32.store(word(1, chain), states[chain]!.get),
        ...i32.store(word(2, chain), counts[chain]!.get),
      ]),
      i32.sub(steps.get, left.get),
    ];
  });
}
