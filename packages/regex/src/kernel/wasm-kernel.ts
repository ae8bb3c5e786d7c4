/**
 * The kernel in WebAssembly. Its memory, by address:
 *
 *       0  transitions: TABLE_STATES rows of 256 words, and the counted state's; the row at 0 is the trap, all noughts
 *   8 MiB  the chains' positions, states and counts; scratch; the tables of UTF-8
 *    …     the lists of hits
 *    …     the input, to the end
 *
 * Pages that nobody touches cost nothing, so the table has its whole room from the start. Offsets of the interface are addresses less INPUT.
 */
import { addByteSearches, addEncodingError } from "./byte-programs.ts";
import {
  CHAINS,
  COMMON_LITERAL_BYTES,
  HITS_PER_CHAIN,
  SLACK_BYTES,
  TABLE_STATES,
  type Chains,
  type Kernel,
  type KernelOptions,
  type TransitionTable,
} from "./kernel.ts";
import { i32, v128, type Code } from "./instructions.ts";
import { addDenseLines, addLiteralLines, canBeDense, SCRATCH_BYTES } from "./literal-programs.ts";
import { ModuleWriter } from "./module-writer.ts";
import { SECOND_HIGH, SECOND_LOW, SEQUENCE_BYTES } from "./encoding-error.ts";
import { addWalk } from "./walk-programs.ts";

/** A kernel's functions: integers in, an integer out. */
type Functions = Readonly<Record<string, (...parameters: number[]) => number>>;

const ROW_BYTES = 1024;
const CHAIN_WORDS: number = (TABLE_STATES + 1) * ROW_BYTES;
const SCRATCH: number = CHAIN_WORDS + 64;
const UTF8_TABLES: number = SCRATCH + SCRATCH_BYTES;
const HITS: number = UTF8_TABLES + 1024;
const HITS_BYTES: number = CHAINS * HITS_PER_CHAIN * 4;
/** Address of the input. */
const INPUT: number = HITS + HITS_BYTES + 64;
const WALK = { chains: CHAIN_WORDS, hits: HITS, hitState: TABLE_STATES * ROW_BYTES };
const PAGE_BYTES = 65536;
const MAX_PAGES = 65536;

/** What the runtime can do: "none", vectors ("simd"), or also the relaxed ones. Found out once. */
let level: "none" | "simd" | "relaxed" | undefined;

/** Whether this runtime has WebAssembly with vectors. */
export function hasWasmKernel(): boolean {
  return wasmLevel() !== "none";
}

function wasmLevel(): "none" | "simd" | "relaxed" {
  if (level !== undefined) return level;
  const runs = (lookUp: (table: Code, indices: Code) => Code): boolean => {
    const probe = new ModuleWriter();
    const zero = v128.splat(i32.const(0));
    probe.function("probe", 0, () => [v128.anyTrue(lookUp(zero, zero))]);
    try {
      return typeof WebAssembly === "object" && WebAssembly.validate(probe.bytes());
    } catch {
      return false; // forbidden by a content security policy
    }
  };
  return (level = runs(v128.relaxedSwizzle) ? "relaxed" : runs(v128.swizzle) ? "simd" : "none");
}

type Program = (module: ModuleWriter) => void;

/**
 * What is not asked of every kernel has modules of its own, made when first asked for: to write a module takes longer, in a process that has
 * just started, than to search some megabytes.
 */
const WALKS: Program = (module) => {
  addWalk(module, "walkCounting", WALK, false);
  addWalk(module, "walkCollecting", WALK, true);
};
const ENCODING: Program = (module) => addEncodingError(module, UTF8_TABLES);

export class WasmKernel implements Kernel {
  readonly name = "wasm";
  readonly origin: number = INPUT;
  readonly #memory: WebAssembly.Memory;
  readonly #options: KernelOptions;
  readonly #functions: Functions;
  #walks: Functions | undefined;
  #dense: Functions | undefined;
  #encoding: Functions | undefined;
  readonly literalsPay = true;
  readonly takesCommonLiterals: boolean;
  /** The last window had so many literals that comparing them everywhere is cheaper than looking for them. */
  #literalsAreCommon = false;
  #input!: Uint8Array;
  #hits!: Int32Array;
  #chains!: Chains;
  #table!: TransitionTable;

  /** @throws Error where the runtime has no WebAssembly with vectors: ask hasWasmKernel() first */
  constructor(options: KernelOptions) {
    this.#memory = new WebAssembly.Memory({
      initial: Math.ceil((INPUT + SLACK_BYTES) / PAGE_BYTES),
      maximum: MAX_PAGES,
    });
    const { literals, terminator, companion } = options;
    this.#options = options;
    this.takesCommonLiterals = canBeDense(literals);
    this.#functions = this.#instance((module) => {
      const findByte = addByteSearches(module);
      if (literals.length === 0) return;
      const relaxed = wasmLevel() === "relaxed";
      const tables = addLiteralLines(module, { literals, terminator, companion, scratch: SCRATCH, relaxed, findByte });
      new Uint8Array(this.#memory.buffer, SCRATCH).set(tables);
    });
    this.#view();
  }

  #instance(program: Program): Functions {
    const writer = new ModuleWriter();
    program(writer);
    const module = new WebAssembly.Module(writer.bytes());
    // A module's functions all have this shape.
    return new WebAssembly.Instance(module, { env: { memory: this.#memory } }).exports as Functions;
  }

  /** Takes the views anew: growing the memory ends those before. */
  #view(): void {
    const { buffer } = this.#memory;
    this.#input = new Uint8Array(buffer, INPUT);
    this.#hits = new Int32Array(buffer, HITS, HITS_BYTES / 4);
    this.#table = { values: new Int32Array(buffer, 0, CHAIN_WORDS / 4), unit: ROW_BYTES, hitState: TABLE_STATES };
    const words = (array: number): Int32Array => new Int32Array(buffer, CHAIN_WORDS + array * CHAINS * 4, CHAINS);
    this.#chains = { positions: words(0), states: words(1), counts: words(2) };
  }

  get input(): Uint8Array {
    return this.#input;
  }

  get hits(): Int32Array {
    return this.#hits;
  }

  get chains(): Chains {
    return this.#chains;
  }

  get table(): TransitionTable {
    return this.#table;
  }

  reserve(bytes: number): Uint8Array {
    const missing = INPUT + bytes + SLACK_BYTES - this.#memory.buffer.byteLength;
    if (missing > 0) {
      this.#memory.grow(Math.ceil(missing / PAGE_BYTES));
      this.#view();
    }
    return this.#input;
  }

  findByte(byte: number, from: number, to: number): number {
    return offset(this.#functions["findByte"]!(byte, INPUT + from, INPUT + to));
  }

  findLastByte(byte: number, from: number, to: number): number {
    return offset(this.#functions["findLastByte"]!(byte, INPUT + from, INPUT + to));
  }

  countByte(byte: number, from: number, to: number): number {
    return this.#functions["countByte"]!(byte, INPUT + from, INPUT + to);
  }

  encodingError(from: number, to: number): number {
    if (this.#encoding === undefined) {
      const tables = new Uint8Array(this.#memory.buffer, UTF8_TABLES, 3 * 256);
      tables.set(SEQUENCE_BYTES, 0);
      tables.set(SECOND_LOW, 256);
      tables.set(SECOND_HIGH, 512);
      this.#encoding = this.#instance(ENCODING);
    }
    return offset(this.#encoding["encodingError"]!(INPUT + from, INPUT + to));
  }

  literalLines(from: number, to: number): number {
    if (!this.#literalsAreCommon) return this.#sparseLines(from, to);
    return this.#denseLines("denseLines", from, to);
  }

  countLiteralLines(from: number, to: number): number {
    if (!this.#literalsAreCommon) return this.#sparseLines(from, to);
    return this.#denseLines("countDenseLines", from, to);
  }

  #sparseLines(from: number, to: number): number {
    const lines = this.#functions["literalLines"]!(INPUT + from, INPUT + to, HITS);
    this.#literalsAreCommon = this.takesCommonLiterals && lines * COMMON_LITERAL_BYTES > to - from;
    return lines;
  }

  #denseLines(name: "denseLines" | "countDenseLines", from: number, to: number): number {
    const { terminator } = this.#options;
    this.#dense ??= this.#instance((module) => addDenseLines(module, this.#options));
    let end = to;
    if (to > from && this.#input[to - 1] !== terminator) this.#input[end++] = terminator;
    const lines = this.#dense[name]!(INPUT + from, INPUT + end, HITS);
    this.#literalsAreCommon = lines * COMMON_LITERAL_BYTES > to - from;
    return lines;
  }

  walkCounting(steps: number): number {
    return (this.#walks ??= this.#instance(WALKS))["walkCounting"]!(steps);
  }

  walkCollecting(steps: number): number {
    return (this.#walks ??= this.#instance(WALKS))["walkCollecting"]!(steps);
  }
}

/** An address as an offset; addresses beyond 2 GiB come as negative numbers, and only -1 is none. */
const offset = (address: number): number => (address === -1 ? -1 : (address >>> 0) - INPUT);
