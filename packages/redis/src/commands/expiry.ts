/**
 * Expiry times as commands take them: relative or absolute, in seconds or milliseconds.
 */
import type { Args } from "../resp/args.ts";
import { CommandError } from "./errors.ts";

const INT64_LIMIT = 2 ** 63;

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

  /** The time in milliseconds since the epoch. Throws as `command` does for what is no positive time. */
  at(now: number, command: string): number {
    const amount = this.#args.integer(this.#index);
    if (amount <= 0 || amount * this.#unitMs >= INT64_LIMIT) throw invalidExpire(command);
    const at = amount * this.#unitMs + (this.#relative ? now : 0);
    if (at >= INT64_LIMIT) throw invalidExpire(command);
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
