/** What the blocking commands share. */
import type { Args } from "../resp/args.ts";
import { parseDouble } from "../types/numbers.ts";
import { CommandError, TIMEOUT_NEGATIVE, TIMEOUT_NOT_A_FLOAT } from "./errors.ts";

const TIMEOUT_OUT_OF_RANGE = new CommandError("ERR timeout is out of range");

/** The timeout in argument `i`, in seconds with a fraction, as milliseconds; 0: for ever. Throws in Redis' words. */
export function blockingTimeoutMs(args: Args, i: number): number {
  const seconds = parseDouble(args.string(i));
  if (seconds === undefined) throw TIMEOUT_NOT_A_FLOAT;
  const milliseconds = seconds * 1000;
  if (milliseconds > 2 ** 63) throw TIMEOUT_OUT_OF_RANGE;
  if (seconds < 0) throw TIMEOUT_NEGATIVE;
  return Math.ceil(milliseconds);
}
