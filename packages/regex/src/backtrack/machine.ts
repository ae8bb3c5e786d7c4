/**
 * Backtracking: for back-references, and for what Perl has beyond regular expressions. Tries one way, remembers the others on a stack, and
 * counts its steps, since there may be exponentially many.
 *
 * Two disciplines. "first" stops at the first match, which is Perl's. "longest" goes through all of them and keeps the longest, which is
 * what POSIX asks; when that takes long, it begins to remember where it has been (instruction, place, and what the groups hold that are
 * referred to), since the second time around nothing new can come of it.
 */
import { type WordRules, holds } from "../automata/assertions.ts";
import { RegexError } from "../errors.ts";
import type { Folding } from "../unicode/folding.ts";
import {
  RAW_BYTE,
  codePointAt,
  insideSequence,
  lookalikeLength,
  previousStart,
  sequenceLength,
} from "../unicode/utf8.ts";
import { type CharacterTest, type Instruction, type Program, takes } from "./program.ts";

export interface MachineOptions {
  readonly semantics: "longest" | "first";
  readonly encoding: "utf8" | "bytes";
  readonly rules: WordRules;
  folding(): Folding;
  /** Steps for one search. */
  readonly steps: number;
  /** A byte that no match contains; -1 for none. */
  readonly lineTerminator: number;
}

/** Steps from one start before a "longest" search begins to remember where it has been. */
const STEPS_BEFORE_MEMORY = 2_000;

/** Calls of groups within calls, and looks within looks. */
const DEEPEST_CALL = 1_000;

/** A call of a group that has not returned. */
interface Call {
  readonly index: number;
  readonly returnTo: number;
  readonly captures: Int32Array;
  readonly parent: Call | undefined;
  readonly depth: number;
}

export class BacktrackMachine {
  readonly #program: Program;
  readonly #options: MachineOptions;
  readonly #utf8: boolean;
  readonly #slots: Int32Array;
  readonly #best: Int32Array;
  /** What can still be tried: instruction, place, length of the trail, and the kind of entry in four numbers; calls beside them. */
  #stack: Int32Array = new Int32Array(1024);
  #stackSize = 0;
  readonly #calls: (Call | undefined)[] = [];
  /** Slots that were overwritten, with what they held. */
  #trail: Int32Array = new Int32Array(256);
  #trailSize = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;
  #end = 0;
  #searchStart = 0;
  #stepsLeft = 0;
  #depth = 0;
  #memory: Set<string> | undefined;
  matchStart = -1;
  matchEnd = -1;

  constructor(program: Program, options: MachineOptions) {
    this.#program = program;
    this.#options = options;
    this.#utf8 = options.encoding === "utf8";
    this.#slots = new Int32Array(program.slots).fill(-1);
    this.#best = new Int32Array(program.slots).fill(-1);
  }

  /** Where group `index` lies in the last match; -1 when it took no part. */
  captureStart(index: number): number {
    return this.#best[2 * index + 1] === -1 ? -1 : this.#best[2 * index]!;
  }

  captureEnd(index: number): number {
    return this.#best[2 * index + 1]!;
  }

  /** Begins a search in the line [start, end); its steps are counted from here. */
  begin(bytes: Uint8Array, start: number, end: number, searchStart: number): void {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    this.#searchStart = searchStart;
    this.#stepsLeft = this.#options.steps;
  }

  /** Whether a match begins at `at`, and which. Throws RegexError("EBACKTRACK"). */
  matchAt(at: number): boolean {
    return this.#attempt(at, this.#options.semantics === "longest");
  }

  /** Whether any match begins at `at`, be it the longest or not. Throws RegexError("EBACKTRACK"). */
  matchesAt(at: number): boolean {
    return this.#attempt(at, false);
  }

  #attempt(at: number, exhaustive: boolean): boolean {
    if (this.#utf8 && insideSequence(this.#bytes, at, this.#start, this.#end)) return false;
    this.#memory = undefined;
    if (this.#options.semantics === "longest") {
      const before = this.#stepsLeft;
      this.#stepsLeft = Math.min(before, STEPS_BEFORE_MEMORY);
      try {
        const found = this.#whole(at, exhaustive);
        this.#stepsLeft += Math.max(0, before - STEPS_BEFORE_MEMORY);
        return found;
      } catch (error) {
        if (!(error instanceof RegexError) || before <= STEPS_BEFORE_MEMORY) throw error;
        this.#stepsLeft = before - STEPS_BEFORE_MEMORY;
        this.#memory = new Set();
      }
    }
    return this.#whole(at, exhaustive);
  }

  #whole(at: number, exhaustive: boolean): boolean {
    this.#slots.fill(-1);
    this.#trailSize = 0;
    this.#stackSize = 0;
    this.#depth = 0;
    this.#keep = at;
    this.matchEnd = -1;
    return this.#run(this.#program.start, at, undefined, exhaustive);
  }

  #keep = 0;
  /** Where the last subprogram ended. */
  #endOfRun = 0;

  /** Runs from an instruction to a `match`. The captures of a successful run stay; those of a failed one are undone. */
  #run(entry: number, place: number, caller: Call | undefined, exhaustive: boolean): boolean {
    const { instructions } = this.#program;
    const bytes = this.#bytes;
    const end = this.#end;
    const base = this.#stackSize;
    let pc = entry;
    let at = place;
    let call = caller;
    let found = false;
    for (;;) {
      if (--this.#stepsLeft < 0) throw tooMuch();
      const instruction = instructions[pc]!;
      let ok = true;
      switch (instruction.op) {
        case "character": {
          const next = at < end ? this.#take(instruction.test, at) : -1;
          if (next === -1) ok = false;
          else {
            at = next;
            pc++;
          }
          break;
        }
        case "run": {
          const next = this.#takeRun(instruction, at, pc, call);
          if (next === -1) ok = false;
          else {
            at = next;
            pc++;
          }
          break;
        }
        case "byte":
          if (at < end) {
            at++;
            pc++;
          } else ok = false;
          break;
        case "assert":
          ok = holds(instruction.kind, bytes, this.#start, end, at, this.#options.rules);
          pc++;
          break;
        case "searchStart":
          ok = at === this.#searchStart;
          pc++;
          break;
        case "split":
          if (this.#memory !== undefined && this.#remembers(pc, at)) ok = false;
          else {
            this.#push(instruction.other, at, ALTERNATIVE, 0, call);
            pc = instruction.preferred;
          }
          break;
        case "jump":
          pc = instruction.to;
          break;
        case "save":
          this.#set(instruction.slot, at);
          pc++;
          break;
        case "emptyRound":
          pc = this.#slots[instruction.slot] === at ? instruction.to : pc + 1;
          break;
        case "backReference": {
          const next = this.#backReference(instruction.indices, instruction.ignoreCase, at);
          if (next === -1) ok = false;
          else {
            at = next;
            pc++;
          }
          break;
        }
        case "look":
          ok = this.#look(instruction, at, call);
          pc = instruction.next;
          break;
        case "atomic":
          ok = this.#inner(instruction.entry, at, call);
          if (ok) at = this.#endOfRun;
          pc = instruction.next;
          break;
        case "groupSet":
          pc = instruction.indices.some((index) => this.#slots[2 * index + 1] !== -1) ? pc + 1 : instruction.otherwise;
          break;
        case "inRecursion": {
          const inside = call !== undefined && (instruction.index === -1 || call.index === instruction.index);
          pc = inside ? pc + 1 : instruction.otherwise;
          break;
        }
        case "call": {
          const depth = (call?.depth ?? 0) + 1;
          if (depth > DEEPEST_CALL) throw tooMuch();
          call = { index: instruction.index, returnTo: pc + 1, captures: this.#slots.slice(), parent: call, depth };
          pc = this.#program.groupEntries[instruction.index]!;
          break;
        }
        case "return":
          if (call !== undefined && call.index === instruction.index) {
            for (let slot = 0; slot < call.captures.length; slot++) this.#set(slot, call.captures[slot]!);
            pc = call.returnTo;
            call = call.parent;
          } else pc++;
          break;
        case "keep":
          this.#push(-1, this.#keep, RESTORE_KEEP, 0, call);
          this.#keep = at;
          pc++;
          break;
        case "accept":
        case "match":
          if (!exhaustive) {
            // What is left of this run on the stack will not be tried.
            this.#stackSize = base;
            this.#endOfRun = at;
            if (this.#depth === 0) this.#note(at);
            return true;
          }
          found = true;
          if (at > this.matchEnd) this.#note(at);
          ok = false;
          break;
        case "fail":
          ok = false;
          break;
        default:
      }
      if (ok) continue;
      // The last thing that can still be tried.
      for (;;) {
        if (this.#stackSize === base) return found;
        const entry = this.#stackSize - ENTRY;
        const kind = this.#stack[entry + 2]!;
        if (kind === RESTORE_KEEP) {
          this.#keep = this.#stack[entry + 1]!;
          this.#stackSize = entry;
          continue;
        }
        this.#undo(this.#stack[entry + 4]!);
        call = this.#calls[entry / ENTRY];
        pc = this.#stack[entry]!;
        at = this.#stack[entry + 1]!;
        if (kind === ALTERNATIVE) {
          this.#stackSize = entry;
          break;
        }
        const next = this.#again(entry, kind, pc, at);
        if (next === -1) continue;
        at = next;
        pc++;
        break;
      }
    }
  }

  /** A run remembered on the stack gives back (greedy) or takes (lazy) one more; -1 when it has no more to offer. */
  #again(entry: number, kind: number, pc: number, at: number): number {
    const limit = this.#stack[entry + 3]!;
    const instruction = this.#program.instructions[pc] as Instruction & { readonly op: "run" }; // only runs are remembered so
    if (kind === GIVE_BACK) {
      const surrogates = instruction.test.lookalikes === "shaped";
      const next = this.#utf8 ? previousStart(this.#bytes, at, this.#start, surrogates) : at - 1;
      if (next <= limit) this.#stackSize = entry;
      else this.#stack[entry + 1] = next;
      return next;
    }
    const next = at < this.#end ? this.#take(instruction.test, at) : -1;
    if (next === -1) {
      this.#stackSize = entry;
      return -1;
    }
    if (limit > 1) {
      this.#stack[entry + 1] = next;
      this.#stack[entry + 3] = limit - 1;
    } else this.#stackSize = entry;
    return next;
  }

  #note(at: number): void {
    this.matchStart = this.#keep;
    this.matchEnd = at;
    this.#best.set(this.#slots);
  }

  #push(pc: number, at: number, kind: number, limit: number, call: Call | undefined): void {
    if (this.#stackSize + ENTRY > this.#stack.length) {
      if (this.#stack.length > MOST_ENTRIES * ENTRY) throw tooMuch();
      const grown = new Int32Array(2 * this.#stack.length);
      grown.set(this.#stack);
      this.#stack = grown;
    }
    const entry = this.#stackSize;
    this.#stackSize += ENTRY;
    this.#stack[entry] = pc;
    this.#stack[entry + 1] = at;
    this.#stack[entry + 2] = kind;
    this.#stack[entry + 3] = limit;
    this.#stack[entry + 4] = this.#trailSize;
    this.#calls[entry / ENTRY] = call;
  }

  #set(slot: number, value: number): void {
    if (this.#slots[slot] === value) return;
    if (this.#trailSize + 2 > this.#trail.length) {
      const grown = new Int32Array(2 * this.#trail.length);
      grown.set(this.#trail);
      this.#trail = grown;
    }
    this.#trail[this.#trailSize++] = slot;
    this.#trail[this.#trailSize++] = this.#slots[slot]!;
    this.#slots[slot] = value;
  }

  #undo(size: number): void {
    while (this.#trailSize > size) {
      const value = this.#trail[--this.#trailSize]!;
      this.#slots[this.#trail[--this.#trailSize]!] = value;
    }
  }

  /** The place behind the character at `at`, or -1 when it is not one of the test's. */
  #take(test: CharacterTest, at: number): number {
    const byte = this.#bytes[at]!;
    if (byte === this.#options.lineTerminator) return -1;
    if (byte < 0x80) return test.ascii[byte] === 1 ? at + 1 : -1;
    if (!this.#utf8) return takes(test, byte) ? at + 1 : -1;
    const length = sequenceLength(this.#bytes, at, this.#end);
    if (length === 0 && test.lookalikes !== undefined) {
      const lookalike = lookalikeLength(this.#bytes, at, this.#end, test.lookalikes === "shaped");
      if (lookalike > 0) return at + lookalike;
    }
    const codePoint = codePointAt(this.#bytes, at, length);
    return takes(test, codePoint) ? at + (length || 1) : -1;
  }

  #takeRun(run: Instruction & { readonly op: "run" }, from: number, pc: number, call: Call | undefined): number {
    let at = from;
    let count = 0;
    for (; count < run.min; count++) {
      const next = at < this.#end ? this.#take(run.test, at) : -1;
      if (next === -1) return -1;
      at = next;
    }
    if (run.mode === "lazy") {
      if (run.max > count) this.#push(pc, at, TAKE_MORE, Math.min(run.max - count, 0x7fffffff), call);
      return at;
    }
    const least = at;
    for (; count < run.max && at < this.#end; count++) {
      const next = this.#take(run.test, at);
      if (next === -1) break;
      at = next;
    }
    this.#stepsLeft -= at - least;
    if (run.mode === "greedy" && at > least) this.#push(pc, at, GIVE_BACK, least, call);
    return at;
  }

  #backReference(indices: readonly number[], ignoreCase: boolean, at: number): number {
    const index = indices.find((each) => this.#slots[2 * each + 1] !== -1);
    if (index === undefined) return -1;
    const from = this.#slots[2 * index]!;
    const to = this.#slots[2 * index + 1]!;
    if (to < from) return -1;
    this.#stepsLeft -= to - from;
    return ignoreCase ? this.#sameFolded(from, to, at) : this.#same(from, to, at);
  }

  #same(from: number, to: number, at: number): number {
    if (at + to - from > this.#end) return -1;
    for (let i = from, j = at; i < to; i++, j++) if (this.#bytes[i] !== this.#bytes[j]) return -1;
    const next = at + to - from;
    return this.#utf8 && insideSequence(this.#bytes, next, this.#start, this.#end) ? -1 : next;
  }

  #sameFolded(from: number, to: number, at: number): number {
    const folding = this.#options.folding();
    let i = from;
    let j = at;
    while (i < to) {
      if (j >= this.#end) return -1;
      const here = this.#utf8 ? sequenceLength(this.#bytes, i, to) : 1;
      const there = this.#utf8 ? sequenceLength(this.#bytes, j, this.#end) : 1;
      const one = codePointAt(this.#bytes, i, here);
      const other = codePointAt(this.#bytes, j, there);
      if (one !== other && (one >= RAW_BYTE || folding.fold(one) !== folding.fold(other))) return -1;
      i += here || 1;
      j += there || 1;
    }
    return j;
  }

  /** Runs a part by itself; its alternatives are forgotten when it has matched. */
  #inner(entry: number, at: number, call: Call | undefined): boolean {
    if (this.#depth >= DEEPEST_CALL) throw tooMuch();
    this.#depth++;
    const trail = this.#trailSize;
    const matched = this.#run(entry, at, call, false);
    if (!matched) this.#undo(trail);
    this.#depth--;
    return matched;
  }

  #look(look: Instruction & { readonly op: "look" }, at: number, call: Call | undefined): boolean {
    const trail = this.#trailSize;
    const keep = this.#keep;
    let matched = false;
    if (look.ahead) matched = this.#inner(look.entry, at, call);
    else {
      for (const length of look.lengths) {
        const from = this.#back(at, length);
        if (from === -1) continue;
        matched = this.#inner(look.entry, from, call) && this.#endOfRun === at;
        if (matched) break;
        this.#undo(trail);
      }
    }
    if (!matched || look.negated) {
      this.#undo(trail);
      this.#keep = keep;
    }
    return matched !== look.negated;
  }

  /** The place `count` characters before `at`, or -1. */
  #back(at: number, count: number): number {
    let place = at;
    for (let i = 0; i < count; i++) {
      if (place <= this.#start) return -1;
      place = this.#utf8 ? previousStart(this.#bytes, place, this.#start) : place - 1;
    }
    return place;
  }

  /** Whether the search has been here with the same groups; notes that it has. */
  #remembers(pc: number, at: number): boolean {
    let key = `${pc},${at}`;
    for (const index of this.#program.referenced) key += `,${this.#slots[2 * index]},${this.#slots[2 * index + 1]}`;
    if (this.#memory!.has(key)) return true;
    this.#memory!.add(key);
    return false;
  }
}

/** Numbers in an entry of the stack: instruction, place, kind, limit, length of the trail. */
const ENTRY = 5;
const MOST_ENTRIES = 4_000_000;

// Kinds of entries.
const ALTERNATIVE = 0;
const GIVE_BACK = 1;
const TAKE_MORE = 2;
const RESTORE_KEEP = 3;

function tooMuch(): RegexError {
  return new RegexError({
    code: "EBACKTRACK",
    message: "exceeded PCRE's backtracking limit",
    patternIndex: 0,
    offset: -1,
  });
}
