/** The kernel in plain JavaScript: the reference for the other one, and what runs where WebAssembly is not allowed. */
import { indexOfByte } from "../literals/index-of-byte.ts";
import { LiteralSearch } from "../literals/literal-search.ts";
import { type Companion, hasCompanion, type MaskedLiteral } from "../literals/masked-literal.ts";
import { countByte } from "./count-byte.ts";
import { firstEncodingError } from "./encoding-error.ts";
import {
  BLOCK_BYTES,
  CHAINS,
  HITS_PER_CHAIN,
  SLACK_BYTES,
  TABLE_STATES,
  type Chains,
  type Kernel,
  type KernelOptions,
  type TransitionTable,
} from "./kernel.ts";

const ROW = 256;

export class JsKernel implements Kernel {
  readonly name = "js";
  readonly origin = 0;
  readonly takesCommonLiterals = false;
  readonly chains: Chains = {
    positions: new Int32Array(CHAINS),
    states: new Int32Array(CHAINS),
    counts: new Int32Array(CHAINS),
  };
  readonly #terminator: number;
  readonly #literals: readonly MaskedLiteral[];
  readonly #companion: Companion | undefined;
  #search: LiteralSearch | undefined;
  #hits: Int32Array | undefined;
  #input: Uint8Array = new Uint8Array(SLACK_BYTES);
  /** Made when first asked for: a search for literals alone has no use for its 8 MiB. */
  #values: Int32Array = new Int32Array(0);

  constructor(options: KernelOptions) {
    this.#terminator = options.terminator;
    this.#literals = options.literals;
    this.#companion = options.companion;
  }

  get input(): Uint8Array {
    return this.#input;
  }

  get hits(): Int32Array {
    return (this.#hits ??= new Int32Array(CHAINS * HITS_PER_CHAIN));
  }

  get table(): TransitionTable {
    if (this.#values.length === 0) this.#values = new Int32Array((TABLE_STATES + 1) * ROW);
    return { values: this.#values, unit: ROW, hitState: TABLE_STATES };
  }

  reserve(bytes: number): Uint8Array {
    if (bytes + SLACK_BYTES > this.#input.length) {
      const larger = new Uint8Array(bytes + SLACK_BYTES);
      larger.set(this.#input);
      this.#input = larger;
    }
    return this.#input;
  }

  findByte(byte: number, from: number, to: number): number {
    return indexOfByte(this.#input, byte, from, to);
  }

  findLastByte(byte: number, from: number, to: number): number {
    const input = this.#input;
    for (let at = to - 1; at >= from; at--) if (input[at] === byte) return at;
    return -1;
  }

  countByte(byte: number, from: number, to: number): number {
    return countByte(this.#input, byte, from, to);
  }

  encodingError(from: number, to: number): number {
    return firstEncodingError(this.#input, from, to);
  }

  get literalsPay(): boolean {
    return this.#literalSearch.leaps;
  }

  get #literalSearch(): LiteralSearch {
    return (this.#search ??= new LiteralSearch(this.#literals));
  }

  literalLines(from: number, to: number): number {
    const search = this.#literalSearch;
    const companion = this.#companion;
    const { hits } = this;
    const input = this.#input;
    let count = 0;
    for (let at = from; at < to;) {
      at = search.find(input, at, to);
      if (at < 0) break;
      if (companion !== undefined && !hasCompanion(companion, input, at)) {
        at++;
        continue;
      }
      const end = indexOfByte(input, this.#terminator, at, to);
      at = end >= 0 ? end : to;
      hits[count++] = at;
      at++;
    }
    return count;
  }

  countLiteralLines(from: number, to: number): number {
    return this.literalLines(from, to);
  }

  walkCounting(steps: number): number {
    return this.#walk(steps, undefined);
  }

  walkCollecting(steps: number): number {
    return this.#walk(steps, this.hits);
  }

  /**
   * Hot. Four chains hide each other's latency: while one waits for its table row the others go on. The only branches are those of the
   * block: the counted state's bit in what the chains passed through, and the trap, which holds whoever fell into it.
   */
  #walk(steps: number, hits: Int32Array | undefined): number {
    const { positions, states } = this.chains;
    const table = this.#values;
    const input = this.#input;
    const hitBit = TABLE_STATES * ROW;
    let p0 = positions[0]!;
    let p1 = positions[1]!;
    let p2 = positions[2]!;
    let p3 = positions[3]!;
    let s0 = states[0]!;
    let s1 = states[1]!;
    let s2 = states[2]!;
    let s3 = states[3]!;
    let left = steps;
    while (left > 0) {
      const b0 = s0;
      const b1 = s1;
      const b2 = s2;
      const b3 = s3;
      let passed = 0;
      for (let i = 0; i < BLOCK_BYTES; i++) {
        s0 = table[s0 + input[p0 + i]!]!;
        s1 = table[s1 + input[p1 + i]!]!;
        s2 = table[s2 + input[p2 + i]!]!;
        s3 = table[s3 + input[p3 + i]!]!;
        passed |= s0 | s1 | s2 | s3;
      }
      if (s0 === 0 || s1 === 0 || s2 === 0 || s3 === 0) {
        s0 = b0;
        s1 = b1;
        s2 = b2;
        s3 = b3;
        break;
      }
      if ((passed & hitBit) !== 0) {
        this.#recordBlock(0, p0, b0, hits);
        this.#recordBlock(1, p1, b1, hits);
        this.#recordBlock(2, p2, b2, hits);
        this.#recordBlock(3, p3, b3, hits);
      }
      p0 += BLOCK_BYTES;
      p1 += BLOCK_BYTES;
      p2 += BLOCK_BYTES;
      p3 += BLOCK_BYTES;
      left -= BLOCK_BYTES;
    }
    positions[0] = p0;
    positions[1] = p1;
    positions[2] = p2;
    positions[3] = p3;
    states[0] = s0;
    states[1] = s1;
    states[2] = s2;
    states[3] = s3;
    return steps - left;
  }

  /** Walks a block of one chain again to count, and note, its visits of the counted state. */
  #recordBlock(chain: number, position: number, before: number, hits: Int32Array | undefined): void {
    const { counts } = this.chains;
    const table = this.#values;
    const hit = TABLE_STATES * ROW;
    let state = before;
    for (let at = position; at < position + BLOCK_BYTES; at++) {
      state = table[state + this.#input[at]!]!;
      if (state !== hit) continue;
      if (hits !== undefined) hits[chain * HITS_PER_CHAIN + counts[chain]!] = at;
      counts[chain]!++;
    }
  }
}
