/**
 * The line scanner over a kernel: which lines match is found in windows, by the cheapest way that answers.
 *
 * 1. Literals that suffice: the kernel's search alone.
 * 2. Literals that are required: their lines are candidates, each decided by the automaton; where candidates are too many, 3.
 * 3. The automaton over all lines, in lock-step.
 */
import { LineWalker, type DecideLine } from "./automata/line-walker.ts";
import type { LineProgram } from "./engines.ts";
import { JsKernel } from "./kernel/js-kernel.ts";
import type { Kernel, KernelOptions } from "./kernel/kernel.ts";
import { hasWasmKernel, WasmKernel } from "./kernel/wasm-kernel.ts";
import { windowEnd } from "./kernel/window.ts";
import type { LineScanner } from "./line-scanner.ts";
import type { Matcher } from "./matcher.ts";

/** What a scanner asks of its pattern. */
export interface ScannedPattern {
  /** Decides one line by whatever engine can. */
  readonly lines: Matcher;
  /** Says where in a line the matches are. */
  readonly places: Matcher;
  readonly lineProgram: LineProgram;
  /** The byte that ends lines. */
  readonly terminator: number;
  readonly encoding: "utf8" | "bytes";
}

/** Fewer bytes are not worth starting WebAssembly, which takes milliseconds. */
const WASM_BYTES = 8 * 1024 * 1024;
/** Fewer bytes are not worth an automaton's table where literals will do. */
const FEW_BYTES = 256 * 1024;
/** More candidates than one in so many bytes: the automaton over everything is cheaper. */
const BYTES_PER_CANDIDATE = 96;
/** Windows walked by the automaton before literals are tried again. */
const WINDOWS_WITHOUT_LITERALS = 15;

export class KernelScanner implements LineScanner {
  readonly #pattern: ScannedPattern;
  readonly #engine: "auto" | "js" | "wasm";
  #kernel: Kernel;
  #walker: LineWalker | undefined;
  /** Windows to go before literals are tried again. */
  #withoutLiterals = 0;

  /** Bytes searched so far. */
  #scanned = 0;

  // What the last window held: `#found` terminators in the kernel's hits, of which `#taken` were handed out; good for a search that goes on.
  #found = 0;
  #taken = 0;
  #continueAt = -1;
  #windowEnd = 0;
  #limit = -1;
  #inverted = false;

  lineEnd = -1;
  spanStart = -1;
  spanEnd = -1;

  constructor(pattern: ScannedPattern, engine: "auto" | "js" | "wasm") {
    this.#pattern = pattern;
    this.#engine = engine === "wasm" && !hasWasmKernel() ? "js" : engine;
    this.#kernel = this.#engine === "wasm" ? this.#newKernel(WasmKernel) : this.#newKernel(JsKernel);
  }

  #newKernel(Class: new (options: KernelOptions) => Kernel): Kernel {
    const { literals = [], companion } = this.#pattern.lineProgram.literals ?? {};
    return new Class({ terminator: this.#pattern.terminator, literals, companion });
  }

  get buffer(): Uint8Array {
    return this.#kernel.input;
  }

  reserve(bytes: number, expectedBytes: number = bytes): Uint8Array {
    this.#continueAt = -1;
    if (
      this.#engine === "auto" &&
      this.#kernel.name === "js" &&
      this.#scanned + expectedBytes >= WASM_BYTES &&
      hasWasmKernel()
    ) {
      const before = this.#kernel.input;
      this.#kernel = this.#newKernel(WasmKernel);
      this.#kernel.reserve(Math.max(bytes, before.length)).set(before);
      this.#walker = undefined;
    }
    return this.#kernel.reserve(bytes);
  }

  next(from: number, to: number): number {
    return this.#search(from, to, false);
  }

  nextUnmatched(from: number, to: number): number {
    return this.#search(from, to, true);
  }

  count(from: number, to: number): number {
    this.#continueAt = -1;
    let count = 0;
    const { literals, certain } = this.#pattern.lineProgram;
    for (let at = from; at < to; at = this.#windowEnd) {
      if (!certain || this.#literalsApply(false)) {
        count += certain && literals!.sufficient ? this.#countByLiterals(at, to) : this.#collect(at, to, false);
        continue;
      }
      if (this.#withoutLiterals > 0) this.#withoutLiterals--;
      const walker = this.#walkerOf(false);
      count += walker.matchesAlways ? this.#lines(at, to) : walker.count(at, to);
      this.#windowEnd = to;
      this.#scanned += to - at;
    }
    return count;
  }

  /** How many lines [from, to) has; the last may lack its terminator. */
  #lines(from: number, to: number): number {
    const { terminator } = this.#pattern;
    return this.#kernel.countByte(terminator, from, to) + (this.#kernel.input[to - 1] === terminator ? 0 : 1);
  }

  /** The next line of this kind in [from, to), window by window. */
  #search(from: number, to: number, inverted: boolean): number {
    const goesOn = from === this.#continueAt && to === this.#limit && inverted === this.#inverted;
    if (!goesOn) {
      this.#found = this.#taken = 0;
      this.#windowEnd = from;
      this.#limit = to;
      this.#inverted = inverted;
    }
    const { origin } = this.#kernel;
    while (this.#taken === this.#found) {
      if (this.#windowEnd >= to) {
        this.#continueAt = -1;
        return -1;
      }
      this.#taken = 0;
      from = this.#windowEnd;
      this.#found = this.#collect(from, to, inverted);
    }
    const end = this.#kernel.hits[this.#taken++]! - origin;
    this.lineEnd = Math.min(end, to);
    this.#continueAt = this.lineEnd + 1;
    return this.#startOfLine(from, end);
  }

  /** Whether the next window is searched by literals. */
  #literalsApply(inverted: boolean): boolean {
    const { literals } = this.#pattern.lineProgram;
    if (literals === undefined || inverted) return false;
    if (literals.sufficient && this.#kernel.takesCommonLiterals) return true;
    return this.#withoutLiterals === 0 && (this.#scanned < FEW_BYTES || this.#kernel.literalsPay);
  }

  /** Lines of this kind of the first window of [from, to): their number; their ends are in the kernel's hits, `#windowEnd` is set. */
  #collect(from: number, to: number, inverted: boolean): number {
    const found = this.#collectWindow(from, to, inverted);
    this.#scanned += this.#windowEnd - from;
    return found;
  }

  #collectWindow(from: number, to: number, inverted: boolean): number {
    if (this.#pattern.lineProgram.certain) return this.#collectSelected(from, to, inverted);
    const matching = this.#confirm(from, this.#collectSelected(from, to, false));
    return inverted ? this.#others(from, this.#windowEnd, matching) : matching;
  }

  /** Lines that the automaton or the literals select. */
  #collectSelected(from: number, to: number, inverted: boolean): number {
    if (this.#literalsApply(inverted)) return this.#collectByLiterals(from, to);
    if (this.#withoutLiterals > 0) this.#withoutLiterals--;
    const walker = this.#walkerOf(inverted);
    const found = walker.collect(from, to);
    this.#windowEnd = walker.windowEnd;
    return found;
  }

  /** Keeps of the candidates in the kernel's hits those that match. */
  #confirm(from: number, candidates: number): number {
    const { hits, origin, input } = this.#kernel;
    let found = 0;
    let lineStart = from;
    for (let i = 0; i < candidates; i++) {
      const end = hits[i]! - origin;
      lineStart = this.#startOfLine(lineStart, end);
      if (this.#pattern.lines.test(input, lineStart, end)) hits[found++] = end + origin;
      lineStart = end + 1;
    }
    return found;
  }

  /** Puts all lines of the window [from, to) but the `count` ones in the kernel's hits there instead. */
  #others(from: number, to: number, count: number): number {
    const kernel = this.#kernel;
    const { hits, origin } = kernel;
    const excluded = hits.slice(0, count);
    let found = 0;
    for (let at = from, next = 0; at < to; at++) {
      const terminator = kernel.findByte(this.#pattern.terminator, at, to);
      at = terminator < 0 ? to : terminator;
      if (next < count && excluded[next] === at + origin) next++;
      else hits[found++] = at + origin;
    }
    return found;
  }

  /** Start of the line that ends at `end`; no line of interest begins before `from`. */
  #startOfLine(from: number, end: number): number {
    const before = this.#kernel.findLastByte(this.#pattern.terminator, from, end);
    return before < 0 ? from : before + 1;
  }

  /** How many lines of the first window of [from, to) hold a literal, where these suffice. */
  #countByLiterals(from: number, to: number): number {
    this.#windowEnd = windowEnd(this.#kernel, this.#pattern.terminator, from, to);
    const count = this.#kernel.countLiteralLines(from, this.#windowEnd);
    this.#weigh(count, this.#windowEnd - from);
    this.#scanned += this.#windowEnd - from;
    return count;
  }

  /** Where so many lines of a window hold a literal that the automaton is cheaper, it has the next ones. */
  #weigh(candidates: number, bytes: number): void {
    if (candidates > 16 && candidates * BYTES_PER_CANDIDATE > bytes) this.#withoutLiterals = WINDOWS_WITHOUT_LITERALS;
  }

  #collectByLiterals(from: number, to: number): number {
    const kernel = this.#kernel;
    this.#windowEnd = windowEnd(kernel, this.#pattern.terminator, from, to);
    const candidates = kernel.literalLines(from, this.#windowEnd);
    this.#weigh(candidates, this.#windowEnd - from);
    if (this.#pattern.lineProgram.literals!.sufficient) return candidates;
    const walker = this.#walkerOf(false);
    const { hits, origin } = kernel;
    let found = 0;
    let lineStart = from;
    for (let i = 0; i < candidates; i++) {
      const end = hits[i]! - origin;
      lineStart = this.#startOfLine(lineStart, end);
      if (walker.lineCounts(lineStart, end)) hits[found++] = end + origin;
      lineStart = end + 1;
    }
    return found;
  }

  /** The walker of lines of this kind; its table is the kernel's. */
  #walkerOf(inverted: boolean): LineWalker {
    if (this.#walker === undefined) {
      const decide: DecideLine = (lineStart, lineEnd) =>
        this.#pattern.lines.test(this.#kernel.input, lineStart, lineEnd);
      const { terminator, lineProgram } = this.#pattern;
      this.#walker = new LineWalker(this.#kernel, lineProgram.automaton(), { decide, terminator });
    }
    this.#walker.inverted = inverted;
    return this.#walker;
  }

  span(lineStart: number, lineEnd: number, from: number): boolean {
    const { places } = this.#pattern;
    if (!places.find(this.#kernel.input, lineStart, lineEnd, from)) return false;
    this.spanStart = places.matchStart;
    this.spanEnd = places.matchEnd;
    return true;
  }

  encodingError(from: number, to: number): number {
    return this.#pattern.encoding === "bytes" ? -1 : this.#kernel.encodingError(from, to);
  }

  findByte(byte: number, from: number, to: number): number {
    return this.#kernel.findByte(byte, from, to);
  }

  countByte(byte: number, from: number, to: number): number {
    return this.#kernel.countByte(byte, from, to);
  }
}
