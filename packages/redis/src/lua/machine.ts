/**
 * Full mode: runs activations (generators) on a stack of its own. A function that calls another yields its activation; one that
 * *returns* an activation is a tail call, and its frame is replaced. So recursion and coroutines cost JavaScript's stack nothing,
 * and a run can stop at any step and go on later.
 */
import { LuaError, NeedsFullMode } from "./errors.ts";
import { NO_SITE } from "./sites.ts";
import {
  list,
  type LuaActivation,
  LuaCoroutine,
  type LuaFunction,
  type LuaResult,
  type LuaValue,
  type LuaValues,
} from "./value.ts";
import { Activation, asLuaError, type NativeActivation, SLICE_END, SLICE_STEPS, type Vm } from "./vm.ts";

/** Lua's own limit on calls within calls (luaconf.h, LUAI_MAXCALLS). */
const MAX_FRAMES = 20_000;
/** Coroutines within coroutines (LUAI_MAXCCALLS). */
const MAX_NESTED = 198;

interface Frame {
  readonly activation: LuaActivation;
  /** Place of the call that is under way in it. */
  site: number;
  /** Replaced its caller by a tail call. */
  readonly isTail: boolean;
}

export class Coroutine extends LuaCoroutine {
  status: "suspended" | "running" | "normal" | "dead" = "suspended";
  readonly frames: Frame[] = [];
  /** What is to run when it is resumed for the first time. */
  body: LuaFunction | undefined;
  resumer: Coroutine | undefined;
  /** Made by coroutine.wrap: failures go on into the resumer. */
  wraps = false;

  constructor(body?: LuaFunction) {
    super();
    this.body = body;
  }
}

/** Yielded by coroutine.resume and the functions that coroutine.wrap gives. */
export class ResumeRequest {
  readonly coroutine: Coroutine;
  readonly values: readonly LuaValue[];
  readonly wraps: boolean;
  constructor(coroutine: Coroutine, values: readonly LuaValue[], wraps: boolean) {
    this.coroutine = coroutine;
    this.values = values;
    this.wraps = wraps;
  }
}

/** Yielded by coroutine.yield. */
export class YieldRequest {
  readonly values: readonly LuaValue[];
  constructor(values: readonly LuaValue[]) {
    this.values = values;
  }
}

export class Machine {
  readonly #vm: Vm;
  #current: Coroutine = new Coroutine();
  #nested = 0;
  /** What the running frame goes on with: values, or a failure. */
  #input: LuaValues = undefined;
  #failure: LuaError | undefined;

  constructor(vm: Vm) {
    this.#vm = vm;
    this.#current.status = "running";
    vm.callerSite = (level) => this.#callerSite(level);
  }

  /** The coroutine that runs, or undefined in the main program. */
  get running(): Coroutine | undefined {
    return this.#current.resumer === undefined ? undefined : this.#current;
  }

  start(main: LuaFunction, args: readonly LuaValue[]): void {
    this.#enter(main(...args), false);
  }

  /** Runs until the main program is done (its values), or the host wants to stop (undefined). Throws the error that nobody caught. */
  run(): readonly LuaValue[] | undefined {
    const vm = this.#vm;
    for (;;) {
      const { frames } = this.#current;
      const frame = frames.at(-1);
      if (frame === undefined) {
        if (this.#finish()) continue;
        return list(this.#input);
      }
      const failure = this.#failure;
      const input = this.#input;
      this.#failure = undefined;
      this.#input = undefined;
      vm.site = frame.site;
      try {
        const step = failure === undefined ? frame.activation.next(input) : frame.activation.throw(failure);
        if (step.done === true) {
          frames.pop();
          this.#enter(step.value, true);
          continue;
        }
        frame.site = vm.site;
        const request = step.value;
        if (request === SLICE_END) {
          vm.fuel = SLICE_STEPS;
          vm.checkMemory();
          if (vm.poll()) return undefined;
        } else if (request instanceof ResumeRequest) this.#resume(request);
        else if (request instanceof YieldRequest) this.#yield(request);
        else this.#enter(request as LuaResult, false);
      } catch (thrown) {
        if (frames.at(-1) === frame && !isDriverFailure(thrown)) frames.pop();
        this.#failure = thrown instanceof DriverFailure ? thrown.error : this.#scriptError(thrown);
      }
    }
  }

  /** In full mode only native code can exhaust JavaScript's stack. */
  #scriptError(thrown: unknown): LuaError {
    try {
      return asLuaError(thrown);
    } catch (failure) {
      if (failure instanceof NeedsFullMode) return this.#vm.error("stack overflow");
      throw failure;
    }
  }

  /** A function's result: values for the frame below, or one more activation. */
  #enter(result: LuaResult, isTail: boolean): void {
    if (!(result instanceof Activation)) {
      this.#input = result as LuaValues;
      return;
    }
    const { frames } = this.#current;
    if (frames.length >= MAX_FRAMES) throw new DriverFailure(this.#vm.error("stack overflow"));
    // Until it calls somebody itself, a native function fails where it was called.
    frames.push({ activation: result, site: this.#vm.site, isTail });
  }

  /** The current coroutine has no frames left: its resumer goes on. False in the main program. */
  #finish(): boolean {
    const ended = this.#current;
    const { resumer } = ended;
    ended.status = "dead";
    if (resumer === undefined) {
      if (this.#failure !== undefined) throw this.#failure;
      return false;
    }
    this.#switchTo(resumer);
    this.#nested--;
    ended.resumer = undefined;
    if (this.#failure !== undefined) {
      if (ended.wraps) {
        const { value } = this.#failure;
        if (typeof value === "string") this.#failure = this.#wrapperError(value);
        return true;
      }
      this.#input = [false, this.#failure.value];
      this.#failure = undefined;
    } else if (!ended.wraps) this.#input = [true, ...list(this.#input)];
    return true;
  }

  #switchTo(coroutine: Coroutine): void {
    coroutine.status = "running";
    this.#current = coroutine;
  }

  #resume({ coroutine, values, wraps }: ResumeRequest): void {
    if (coroutine.status !== "suspended") {
      this.#refuse(`cannot resume ${coroutine.status} coroutine`, wraps);
      return;
    }
    if (this.#nested >= MAX_NESTED) {
      this.#refuse("C stack overflow", wraps);
      return;
    }
    this.#nested++;
    coroutine.wraps = wraps;
    coroutine.resumer = this.#current;
    this.#current.status = "normal";
    this.#switchTo(coroutine);
    const { body } = coroutine;
    if (body === undefined) {
      this.#input = values;
      return;
    }
    coroutine.body = undefined;
    this.#vm.site = NO_SITE;
    try {
      this.#enter(body(...values), false);
    } catch (thrown) {
      this.#failure = this.#scriptError(thrown);
    }
  }

  #refuse(message: string, wraps: boolean): void {
    if (!wraps) {
      this.#input = [false, message];
      return;
    }
    throw this.#wrapperError(message);
  }

  /** The function that coroutine.wrap made is the one that fails, called from the frame below. */
  #wrapperError(message: string): LuaError {
    return this.#vm.error(message, this.#current.frames.at(-2)?.site ?? NO_SITE);
  }

  #yield({ values }: YieldRequest): void {
    const current = this.#current;
    const { resumer, frames } = current;
    const crosses = frames.some(
      (frame, at) => at < frames.length - 1 && (frame.activation as NativeActivation).isNative,
    );
    if (resumer === undefined || crosses) {
      throw new DriverFailure(new LuaError("attempt to yield across metamethod/C-call boundary", this.#vm.place()));
    }
    current.status = "suspended";
    current.resumer = undefined;
    this.#nested--;
    this.#switchTo(resumer);
    this.#input = current.wraps ? values : [true, ...values];
  }

  /** The place of the call under way in the function `level` levels above the running one. */
  #callerSite(level: number): number {
    const { frames } = this.#current;
    let missing = level;
    for (let at = frames.length - 1; at > 0;) {
      // A tail call has left a level without a place.
      if (frames[at]!.isTail && --missing === 0) return NO_SITE;
      at--;
      if (--missing === 0) return frames[at]!.site;
    }
    return NO_SITE;
  }
}

/** A failure that begins in the running frame rather than having left it. */
class DriverFailure {
  readonly error: LuaError;
  constructor(error: LuaError) {
    this.error = error;
  }
}

function isDriverFailure(thrown: unknown): boolean {
  return thrown instanceof DriverFailure;
}
