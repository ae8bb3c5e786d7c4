/**
 * Expiry times as commands take them: relative or absolute, in seconds or milliseconds.
 */
import type { Args } from "../resp/args.ts";
import { INT64_MAX, INT64_MIN } from "../types/numbers.ts";
import { CommandError } from "./errors.ts";

/** `amount` units from `base`, in milliseconds since the epoch; undefined when 64 bits do not hold it. */
export function expiryTime(amount: number | bigint, unitMs: number, base: number): number | undefined {
  if (typeof amount === "number") {
    const at = amount * unitMs + base;
    if (Number.isSafeInteger(at)) return at;
  }
  const product = BigInt(amount) * BigInt(unitMs);
  if (product > INT64_MAX || product < INT64_MIN || product + BigInt(base) > INT64_MAX) return undefined;
  return Number(product) + base;
}

export function invalidExpire(command: string): CommandError {
  return new CommandError(`ERR invalid expire time in '${command}' command`);
}

/** EX, PX, EXAT or PXAT with its number. */
export class ExpiryOption {
  readonly #args: Args;
  readonly #index: number;
  readonly #unitMs: number;
  readonly #relative: boolean;

  constructor(args: Args, index: number, unitMs: number, relative: boolean) {
    this.#args = args;
    this.#index = index;
    this.#unitMs = unitMs;
    this.#relative = relative;
  }

  /** Whether `other` is the same of the four: only that may be repeated, and the last one counts. */
  isLike(other: ExpiryOption): boolean {
    return this.#unitMs === other.#unitMs && this.#relative === other.#relative;
  }

  /** The time in milliseconds since the epoch. Throws as `command` does for what is no positive time. */
  at(now: number, command: string): number {
    const amount = this.#args.int64(this.#index);
    const at = amount > 0 ? expiryTime(amount, this.#unitMs, this.#relative ? now : 0) : undefined;
    if (at === undefined) throw invalidExpire(command);
    return at;
  }
}

/** The option in arguments `i` and `i + 1`; undefined when it is none of the four. */
export function parseExpiry(args: Args, i: number): ExpiryOption | undefined {
  if (i + 1 >= args.length) return undefined;
  if (args.is(i, "EX")) return new ExpiryOption(args, i + 1, 1000, true);
  if (args.is(i, "PX")) return new ExpiryOption(args, i + 1, 1, true);
  if (args.is(i, "EXAT")) return new ExpiryOption(args, i + 1, 1000, false);
  if (args.is(i, "PXAT")) return new ExpiryOption(args, i + 1, 1, false);
  return undefined;
}
