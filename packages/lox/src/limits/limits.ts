/**
 * Limits that a host sets on a program, and how they are kept.
 *
 * An engine counts steps (function entries and rounds of loops) down from a portion of fuel. When the portion is used up, it
 * asks here for more; only then are the clock, the memory and the signal looked at. So a limit costs one decrement per
 * step, and is kept to within a portion.
 */
import { Fault, type LimitCode } from "../values/runtime-error.ts";

export interface Limits {
  /** Function calls and rounds of loops in one `run` or `call`. */
  readonly steps?: number;
  /** Milliseconds in one `run` or `call`. Needs a clock. */
  readonly timeMs?: number;
  /** Bytes by which the host's memory may have grown in one `run` or `call`. Needs `memoryBytes`. */
  readonly memoryBytes?: number;
  /** Nested calls. */
  readonly depth?: number;
  /** UTF-16 units of a string made by `+`. */
  readonly strings?: number;
}

/** Steps between two looks at the clock. */
const FUEL_PORTION = 20_000;

/** Where the limits look. */
export interface Gauges {
  /** Milliseconds from any origin. */
  readonly monotonic?: (() => number) | undefined;
  /** Bytes of memory in use. */
  readonly memoryBytes?: (() => number) | undefined;
}

/** Says whether the program is to stop: an `AbortSignal`, or anything that is like one in this. */
export interface StopSignal {
  readonly aborted: boolean;
}

/** Keeps the limits of one `run` or `call`. */
export class Budget {
  readonly #limits: Limits;
  readonly #gauges: Gauges;
  readonly #signal: StopSignal | undefined;
  readonly #deadline: number;
  readonly #memoryCeiling: number;
  #stepsLeft: number;

  constructor(limits: Limits, gauges: Gauges, signal: StopSignal | undefined) {
    this.#limits = limits;
    this.#gauges = gauges;
    this.#signal = signal;
    this.#stepsLeft = limits.steps ?? Infinity;
    this.#deadline = limits.timeMs === undefined ? Infinity : gauges.monotonic!() + limits.timeMs;
    this.#memoryCeiling = limits.memoryBytes === undefined ? Infinity : gauges.memoryBytes!() + limits.memoryBytes;
  }

  /** Steps left after the one for which there was no fuel. Throws a `Fault` with the code of the limit that is reached. */
  refuel(): number {
    if (this.#signal?.aborted) throw limitFault("ABORTED", "The program was aborted.");
    if (this.#stepsLeft <= 0) throw limitFault("STEPS", `The program took more than ${this.#limits.steps} steps.`);
    if (this.#deadline !== Infinity && this.#gauges.monotonic!() > this.#deadline) {
      throw limitFault("TIME", `The program ran longer than ${this.#limits.timeMs} ms.`);
    }
    if (this.#memoryCeiling !== Infinity && this.#gauges.memoryBytes!() > this.#memoryCeiling) {
      throw limitFault("MEMORY", `The program used more than ${this.#limits.memoryBytes} bytes of memory.`);
    }
    const portion = Math.min(FUEL_PORTION, this.#stepsLeft);
    this.#stepsLeft -= portion;
    return portion - 1;
  }
}

function limitFault(code: LimitCode, message: string): Fault {
  return new Fault(message, { code });
}
