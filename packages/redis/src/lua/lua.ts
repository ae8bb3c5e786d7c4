/**
 * Lua 5.1, compiled to JavaScript: the door of this room.
 *
 *   const state = new LuaState({ poll: () => hostWantsToStop() });
 *   const chunk = compile("return KEYS[1]", "@user_script");        // LuaSyntaxError; keep it, compiling costs
 *   const run = state.start(chunk, { begin: () => [] });
 *   while (run.status === "suspended") { …let others in…; run.resume(); }
 *   run.status === "done" ? run.values : run.error                   // LuaError, or LuaKilled after run.kill(…)
 *
 * **How a run can stop although JavaScript cannot.** A run begins in fast form: plain functions, nothing to pay for. When the host's
 * `poll` says stop, or the script wants what plain functions lack (coroutines, depth, error levels above 1), the fast run is
 * abandoned, and begins anew in full form, generators that stop anywhere. Lua is deterministic; what a script learns from the
 * outside it learns through *recorded* host functions, and while the second run catches up, those answer from the record, without
 * performing anything twice. So `begin`, called before each beginning, has to set the same stage: globals, tables, seeds.
 *
 * A state runs one script at a time. Everything it does is synchronous; time and chance are the host's (`clock`, math.random's seed).
 */
import { Chunk, compile } from "./chunk.ts";
import { LuaError, LuaKilled, LuaSyntaxError, NeedsFullMode, NOT_ENOUGH_MEMORY, type Place } from "./errors.ts";
import { installBase, plainText } from "./lib/base.ts";
import { installCoroutine } from "./lib/coroutine.ts";
import { installMath, type MathState } from "./lib/math.ts";
import { installOs } from "./lib/os.ts";
import { installString } from "./lib/string.ts";
import { installTable } from "./lib/table.ts";
import { Machine } from "./machine.ts";
import { createRuntime, type Runtime } from "./runtime.ts";
import { NO_SITE } from "./sites.ts";
import { growth, LuaTable } from "./table.ts";
import { list, type LuaFunction, LuaUserdata, NOTHING, type LuaValue, type LuaValues } from "./value.ts";
import { asLuaError, SLICE_STEPS, STACK_SLOTS, Vm } from "./vm.ts";

export { Chunk, compile, LuaError, LuaKilled, LuaSyntaxError, LuaTable, LuaUserdata, NOT_ENOUGH_MEMORY, plainText };
export type { LuaFunction, LuaValue, LuaValues, Place };

/** The longest string by default: V8 has none above 2^29 - 24 characters. */
export const DEFAULT_MAX_STRING_BYTES: number = 256 * 1024 * 1024;
/** Growth of tables in one run by default. */
export const DEFAULT_MEMORY_BYTES: number = 1024 * 1024 * 1024;
/** Answers of the outside, and bytes of them, that a fast run records before it is abandoned. */
const MAX_RECORD = 1_000_000;
const MAX_RECORD_BYTES: number = 64 * 1024 * 1024;

export interface LuaStateOptions {
  /**
   * Asked every 20,000 steps or so: true to stop and let others in. May throw LuaError (an error of the script's, e.g. "not enough
   * memory"). Default: never stop.
   */
  readonly poll?: () => boolean;
  /** Seconds of processor time, for os.clock. */
  readonly clock?: () => number;
  /** Where `print` writes, the line without its end; without it there is no print. */
  readonly print?: (line: string) => void;
  readonly maxStringBytes?: number;
  /** Tables of one run may grow by so many bytes ("not enough memory" after that). */
  readonly memoryBytes?: number;
}

export interface StartOptions {
  /** Sets the stage and gives the chunk's arguments; called once for each beginning of the run (at most twice). */
  readonly begin?: () => readonly LuaValue[];
  /** Begin in full form at once. */
  readonly full?: boolean;
}

/** In the record: the outside failed. */
class RecordedFailure {
  readonly failure: unknown;
  constructor(failure: unknown) {
    this.failure = failure;
  }
}

export class LuaState {
  /** `_G`, with the libraries of 5.1 that a sandbox can have; the host adds its own and freezes what it likes (`table.frozen`). */
  readonly globals: LuaTable = new LuaTable();
  /** math.random's generator; a host that wants runs to be alike seeds it in `begin`. */
  readonly random: MathState;
  /** What native functions use to check arguments and raise errors. */
  readonly vm: Vm;
  readonly #runtime: Runtime;
  #run: LuaRun | undefined;
  /** By turns who asked, and the answer. */
  #record: unknown[] = [];
  #recordBytes = 0;
  #replayed = 0;

  constructor(options: LuaStateOptions = {}) {
    const limits = {
      maxStringBytes: options.maxStringBytes ?? DEFAULT_MAX_STRING_BYTES,
      memoryBytes: options.memoryBytes ?? DEFAULT_MEMORY_BYTES,
    };
    this.vm = new Vm(this.globals, limits, options.poll ?? (() => false));
    this.#runtime = createRuntime(this.vm);
    installBase(this.vm, (chunk) => this.load(chunk), this.#recordedPrint(options.print));
    installString(this.vm, this.#runtime);
    installTable(this.vm, this.#runtime);
    this.random = installMath(this.vm);
    installCoroutine(this.vm, () => this.#run?.machine);
    installOs(this.vm, options.clock ?? (() => 0));
  }

  /** A chunk as a function, in the form of the run that is under way: what loadstring gives. */
  load(chunk: Chunk): LuaFunction {
    const { main, sites } = chunk.load(this.vm.full ? "full" : "fast", this.#runtime, this.globals);
    if (!this.vm.tables.includes(sites)) this.vm.tables.push(sites);
    return main;
  }

  /**
   * A function of the host's that reaches outside the script. `perform` does it, once for each call of the script's; `values` makes
   * Lua's values of its reply, perhaps a second time, from the same reply: it changes nothing, and shares no table between calls.
   * What `perform` throws is recorded as well. `args` are the script's; the function keeps none of their tables. `size`: the bytes that
   * keeping the reply takes, where that may be much.
   */
  recorded<Reply>(
    perform: (args: readonly LuaValue[]) => Reply,
    values: (reply: Reply) => LuaValues,
    size?: (reply: Reply) => number,
  ): LuaFunction {
    const call: LuaFunction = (...args) => {
      const reply = this.#answer(call, perform, args) as Reply;
      if (size !== undefined) this.#recordBytes += size(reply);
      return values(reply);
    };
    return call;
  }

  /** Printing reaches outside, too. */
  #recordedPrint(print: LuaStateOptions["print"]): LuaStateOptions["print"] {
    const caller: LuaFunction = () => undefined;
    return print && ((line) => void this.#answer(caller, () => print(line), NOTHING));
  }

  /** A function of the host's that only computes. Its failures are LuaErrors (`vm.error`, `vm.argumentError`). */
  pure(compute: (args: readonly LuaValue[]) => readonly LuaValue[]): LuaFunction {
    return (...args) => compute(args);
  }

  /** What `perform` answers, or answered when this call was made for the first time. Throws what it throws, or threw. */
  #answer(caller: LuaFunction, perform: (args: readonly LuaValue[]) => unknown, args: readonly LuaValue[]): unknown {
    const record = this.#record;
    if (this.#replayed < record.length) {
      const known = record[this.#replayed++];
      const reply = record[this.#replayed++];
      if (known !== caller) throw new LuaKilled("the script did not repeat itself");
      if (reply instanceof RecordedFailure) throw reply.failure;
      return reply;
    }
    if (this.vm.full) return perform(args);
    if (record.length >= 2 * MAX_RECORD || this.#recordBytes > MAX_RECORD_BYTES) {
      throw new NeedsFullMode("the record is full", false);
    }
    let reply: unknown;
    try {
      reply = perform(args);
    } catch (failure) {
      record.push(caller, new RecordedFailure(failure));
      this.#replayed = record.length;
      throw failure;
    }
    record.push(caller, reply);
    this.#replayed = record.length;
    return reply;
  }

  /** Runs a chunk until it is done or the host wants to stop. Throws when another run is suspended. */
  start(chunk: Chunk, options: StartOptions = {}): LuaRun {
    if (this.#run !== undefined) throw new Error("a script is running already");
    const run = new LuaRun(this, chunk, options);
    this.#run = run;
    run.begin(options.full === true || chunk.needsFull);
    return run;
  }

  /** The chunk as a function on a fresh stage. Called by the run, for each of its beginnings. */
  stage(chunk: Chunk, full: boolean): LuaFunction {
    const { vm } = this;
    vm.full = full;
    vm.fuel = SLICE_STEPS;
    vm.room = STACK_SLOTS;
    vm.site = NO_SITE;
    vm.tables.length = 0;
    growth.bytes = 0;
    this.#replayed = 0;
    this.#recordBytes = 0;
    return this.load(chunk);
  }

  /** Called by the run. */
  ended(): void {
    this.#run = undefined;
    if (this.#record.length > 0) this.#record = [];
  }
}

/** One run of a chunk. */
export class LuaRun {
  status: "running" | "suspended" | "done" | "failed" = "running";
  /** What the chunk returned. */
  values: readonly LuaValue[] = NOTHING;
  /** Why it failed: LuaError, or LuaKilled. */
  error: LuaError | LuaKilled | undefined = undefined;
  machine: Machine | undefined = undefined;
  readonly #state: LuaState;
  readonly #chunk: Chunk;
  readonly #options: StartOptions;

  constructor(state: LuaState, chunk: Chunk, options: StartOptions) {
    this.#state = state;
    this.#chunk = chunk;
    this.#options = options;
  }

  /** Called by LuaState.start. */
  begin(full: boolean): void {
    try {
      if (full || !this.#runsFast()) this.#runFull();
    } catch (failure) {
      this.#failWith(failure);
    }
  }

  /** Goes on with a suspended run. */
  resume(): void {
    if (this.status !== "suspended") throw new Error(`the script is ${this.status}`);
    this.status = "running";
    try {
      this.#advance();
    } catch (failure) {
      this.#failWith(failure);
    }
  }

  /** Ends a suspended run; nothing of the script runs any more. */
  kill(message: string): void {
    if (this.status !== "suspended") throw new Error(`the script is ${this.status}`);
    this.#fail(new LuaKilled(message, this.#state.vm.place()));
  }

  /** Whether the run came to its end in fast form. */
  #runsFast(): boolean {
    try {
      const args = this.#begin();
      this.#done(list(this.#state.stage(this.#chunk, false)(...args) as LuaValue));
      return true;
    } catch (failure) {
      const abandoned = abandonment(failure);
      if (abandoned === undefined) throw failure;
      if (abandoned.remember) this.#chunk.needsFull = true;
      return false;
    }
  }

  #runFull(): void {
    const args = this.#begin();
    const main = this.#state.stage(this.#chunk, true);
    this.machine = new Machine(this.#state.vm);
    this.machine.start(main, args);
    this.#advance();
  }

  #begin(): readonly LuaValue[] {
    return this.#options.begin?.() ?? NOTHING;
  }

  #advance(): void {
    const values = this.machine!.run();
    if (values === undefined) this.status = "suspended";
    else this.#done(values);
  }

  #done(values: readonly LuaValue[]): void {
    this.values = values;
    this.status = "done";
    this.machine = undefined;
    this.#state.ended();
  }

  #failWith(failure: unknown): void {
    try {
      this.#fail(failure instanceof LuaKilled ? failure : asLuaError(failure));
    } catch (bug) {
      this.#state.ended();
      throw bug;
    }
  }

  #fail(error: LuaError | LuaKilled): void {
    this.error = error;
    this.status = "failed";
    this.machine = undefined;
    this.#state.ended();
  }
}

/** Whether the failure says that a fast run has to begin anew. */
function abandonment(failure: unknown): NeedsFullMode | undefined {
  if (failure instanceof NeedsFullMode) return failure;
  if (!(failure instanceof RangeError) || !/call stack/.test(failure.message)) return undefined;
  return new NeedsFullMode("the script recurses deeply", true);
}
