/**
 * An interpreter inside a host: globals, functions of the host, limits.
 *
 * ```ts
 * const lox = new Lox({ print: console.log, globals: { discount: 0.2, fetchPrice: native(1, (sku) => prices.get(sku)) } });
 * lox.run(compile(source));
 * lox.call("onOrder", [42]);
 * ```
 *
 * Several programs may run on one object, one after the other; they share their globals. A function of the host may call back
 * into the object it was called from. After a `LoxLimitError` the object refuses everything until `reset`.
 */
import { ClosuresEngine } from "../closures/engine.ts";
import { type Dialect, type DialectName, DIALECTS } from "../dialect.ts";
import type { Counters, Counting, Engine, EngineHost, EngineName, Value } from "../engine.ts";
import { canGenerateCode, FastEngine } from "../fast/engine.ts";
import { Budget, type Gauges, type Limits, type StopSignal } from "../limits/limits.ts";
import type { Program } from "../program.ts";
import { TreeEngine } from "../tree/engine.ts";
import { Fault, LoxLimitError, LoxRuntimeError, MESSAGES, stackOverflow } from "../values/runtime-error.ts";
import { type HostArgument, type HostValue, type LoxCallable, Marshal, native } from "./marshal.ts";

export interface LoxClock {
  /** Milliseconds since 1970, for the program's `clock()`. */
  now(): number;
  /** Milliseconds from any origin, for `limits.timeMs`. */
  monotonic(): number;
}

export interface LoxOptions {
  /** Gets each line that a program prints, without its newline. Default: it is dropped. */
  readonly print?: (text: string) => void;
  readonly globals?: Readonly<Record<string, HostArgument>>;
  readonly limits?: Limits;
  /** Let `run` and `call` take a signal that stops a program. Any limit of steps, time or memory implies it. */
  readonly interruptible?: boolean;
  /** Without one, programs have no `clock()`. A `World`'s clock fits. */
  readonly clock?: LoxClock;
  /** Bytes of memory in use, for `limits.memoryBytes`: `() => process.memoryUsage().heapUsed`. */
  readonly memoryBytes?: () => number;
  /** Default: `jlox`. Programs must have been compiled for the same. */
  readonly dialect?: DialectName;
  /** Default: `fast`, which is `closures` where code must not be generated. */
  readonly engine?: EngineName;
}

export interface RunOptions {
  readonly signal?: StopSignal;
}

/** What `reset` keeps. */
export interface ResetOptions {
  /** Keep what programs have defined: for a person at a prompt, who can judge what a stopped program left half done. */
  readonly keepGlobals?: boolean;
}

export class Lox {
  readonly dialect: Dialect;
  readonly #options: LoxOptions;
  readonly #limits: Limits;
  readonly #gauges: Gauges;
  readonly #counting: Counting;
  readonly #counters: Counters = { fuel: 0, depth: 0 };
  #engine!: Engine;
  #marshal!: Marshal;
  /** Of the run or call that is going on. */
  #budget: Budget | undefined;
  /** The limit that made this object unusable. */
  #spent: LoxLimitError | undefined;
  /** Errors of this object's own programs, as opposed to those of another's that a function of the host let through. */
  readonly #raised = new WeakSet<LoxRuntimeError>();

  constructor(options: LoxOptions = {}) {
    const { limits = {}, clock, memoryBytes, dialect = "jlox" } = options;
    if (limits.timeMs !== undefined && clock === undefined) throw new TypeError("limits.timeMs needs a clock");
    if (limits.memoryBytes !== undefined && memoryBytes === undefined) {
      throw new TypeError("limits.memoryBytes needs memoryBytes()");
    }
    this.dialect = DIALECTS[dialect];
    this.#options = options;
    this.#limits = limits;
    this.#gauges = { monotonic: clock && (() => clock.monotonic()), memoryBytes };
    const { steps, timeMs, memoryBytes: memory, depth, strings } = limits;
    const countsSteps = (options.interruptible ?? false) || steps !== undefined || timeMs !== undefined;
    this.#counting = {
      steps: countsSteps || memory !== undefined,
      depth: depth !== undefined || this.dialect.maxFrames !== undefined,
      strings: strings !== undefined,
    };
    this.reset();
  }

  /** `native`, for who has no other import at hand. */
  readonly native: typeof native = native;

  /** The engine that runs here; `fast` may have become `closures`. */
  get engine(): EngineName {
    return this.#engine.name;
  }

  /** Forgets what programs have defined, and makes the object usable again after a limit. Not while a program runs. */
  reset({ keepGlobals = false }: ResetOptions = {}): void {
    if (this.#budget !== undefined) throw new Error("a Lox object cannot be reset while a program runs on it");
    this.#spent = undefined;
    if (keepGlobals) return;
    this.#engine = this.#createEngine();
    this.#marshal = new Marshal(this.#engine, { call: (callee, args) => this.#call(callee, args, {}) });
    const { clock, globals = {} } = this.#options;
    if (clock !== undefined)
      this.#engine.setGlobal(
        "clock",
        this.#engine.native(0, () => clock.now() / 1000),
      );
    for (const [name, value] of Object.entries(globals)) this.setGlobal(name, value);
  }

  #createEngine(): Engine {
    const host = this.#engineHost();
    const { engine = "fast" } = this.#options;
    if (engine === "tree") return new TreeEngine(host);
    return engine === "fast" && canGenerateCode() ? new FastEngine(host) : new ClosuresEngine(host);
  }

  #engineHost(): EngineHost {
    // The book counts the script as a frame.
    const language = this.dialect.maxFrames === undefined ? Infinity : this.dialect.maxFrames - 1;
    const maxDepth = Math.min(language, this.#limits.depth ?? Infinity);
    const print = this.#options.print ?? (() => {});
    return {
      dialect: this.dialect,
      counting: this.#counting,
      counters: this.#counters,
      print: (text) => {
        print(text);
      },
      refuel: () => {
        if (this.#spent !== undefined) throw this.#spent;
        return this.#budget!.refuel();
      },
      maxDepth,
      tooDeep: () =>
        maxDepth === language ? new Fault(MESSAGES.stackOverflow, { skippedFrames: 1 }) : stackOverflow(),
      maxStringLength: this.#limits.strings ?? Infinity,
      isOwnError: (error) => this.#raised.has(error),
    };
  }

  /**
   * Runs a program to its end. Returns the value of the last expression statement at its top level; null where there is none.
   * Throws `LoxRuntimeError`, or `LoxLimitError`, which is one too.
   */
  run(program: Program, options: RunOptions = {}): HostValue {
    if (program.dialect !== this.dialect) {
      throw new TypeError(`a program in the dialect ${program.dialect.name} on a Lox object for ${this.dialect.name}`);
    }
    return this.#marshal.outward(this.#bounded(options, () => this.#engine.run(program)));
  }

  /** Calls a function or class: by its global name, or one that came out of a program. */
  call(callee: string | LoxCallable, args: readonly HostArgument[] = [], options: RunOptions = {}): HostValue {
    if (typeof callee !== "string") return this.#call(this.#marshal.inward(callee), args, options);
    const found = this.#engine.getGlobal(callee);
    if (found === undefined) throw this.#raise(new LoxRuntimeError(MESSAGES.undefinedVariable(callee), []));
    return this.#call(found, args, options);
  }

  #call(callee: Value, args: readonly HostArgument[], options: RunOptions): HostValue {
    const inward = args.map((argument) => this.#marshal.inward(argument));
    return this.#marshal.outward(this.#bounded(options, () => this.#engine.call(callee, inward)));
  }

  /** A global variable; undefined where there is none. */
  getGlobal(name: string): HostValue | undefined {
    const value = this.#engine.getGlobal(name);
    return value === undefined ? undefined : this.#marshal.outward(value);
  }

  setGlobal(name: string, value: HostArgument): void {
    this.#engine.setGlobal(name, this.#marshal.inward(value));
  }

  /** Names of the globals that are defined, in no particular order. */
  globalNames(): string[] {
    return this.#engine.globalNames();
  }

  /** A value as `print` shows it in this dialect. */
  text(value: HostArgument): string {
    return this.#engine.text(this.#marshal.inward(value));
  }

  /** Runs within the limits: a budget of its own for the outermost, that of the outermost for what a host's function calls. */
  #bounded(options: RunOptions, run: () => Value): Value {
    if (this.#spent !== undefined) {
      throw new Error(`this Lox object is unusable until reset(): ${this.#spent.message}`, { cause: this.#spent });
    }
    const { signal } = options;
    if (signal !== undefined && !this.#counting.steps) {
      throw new TypeError("a signal needs a Lox object that is interruptible, or has a limit of steps, time or memory");
    }
    const isOutermost = this.#budget === undefined;
    const depth = this.#counters.depth;
    if (isOutermost) {
      this.#budget = new Budget(this.#limits, this.#gauges, signal);
      this.#counters.fuel = 0;
      this.#counters.depth = 0;
    }
    try {
      const result = run();
      // A function of the host may have caught what its own call into the program ran into.
      if (this.#spent !== undefined) throw this.#spent;
      return result;
    } catch (error) {
      throw this.#raise(error);
    } finally {
      this.#counters.depth = depth;
      if (isOutermost) this.#budget = undefined;
    }
  }

  #raise(error: unknown): unknown {
    if (error instanceof LoxRuntimeError) this.#raised.add(error);
    if (error instanceof LoxLimitError) this.#spent ??= error;
    return error;
  }
}
