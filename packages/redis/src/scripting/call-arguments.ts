/** What a script gives redis.call, as the arguments of a command: written into memory that is used again for each call. */
import { Buffer } from "node:buffer";
import type { LuaValue } from "../lua/lua.ts";
import { Args } from "../resp/args.ts";
import { writeLatin1 } from "../types/latin1.ts";
import { formatDouble } from "../types/numbers.ts";

const INITIAL_BYTES = 1024;
const INITIAL_COUNT = 16;
/** Memory beyond this is let go after the script. */
const KEPT_BYTES: number = 64 * 1024;
/** Beyond this a double is no integer that could be printed as one (util.c, double2ll). */
const HALF_INT64: number = 2 ** 62;

export class CallArguments {
  /** What was written; good until the next `write`. */
  readonly args: Args = new Args(
    Buffer.allocUnsafeSlow(INITIAL_BYTES),
    new Int32Array(INITIAL_COUNT),
    new Int32Array(INITIAL_COUNT),
    0,
  );

  /** Makes arguments of strings and numbers; false when something is neither. */
  write(values: readonly LuaValue[]): boolean {
    const { args } = this;
    const count = values.length;
    if (count > args.starts.length) {
      args.starts = new Int32Array(count * 2);
      args.ends = new Int32Array(count * 2);
    }
    args.length = count;
    let at = 0;
    for (let i = 0; i < count; i++) {
      const value = values[i];
      let text: string;
      if (typeof value === "string") text = value;
      else if (typeof value === "number") text = numberArgument(value);
      else return false;
      const { length } = text;
      if (at + length > args.buffer.length) this.#grow(at, at + length);
      const { buffer } = args;
      args.starts[i] = at;
      if (length <= 24) for (let k = 0; k < length; k++) buffer[at + k] = text.charCodeAt(k);
      else writeLatin1(buffer, text, at);
      at += length;
      args.ends[i] = at;
    }
    return true;
  }

  #grow(used: number, needed: number): void {
    const { args } = this;
    let size = args.buffer.length * 2;
    while (size < needed) size *= 2;
    const grown = Buffer.allocUnsafeSlow(size);
    args.buffer.copy(grown, 0, 0, used);
    args.buffer = grown;
  }

  /** Lets memory go that an unusual call needed. */
  release(): void {
    const { args } = this;
    if (args.buffer.length > KEPT_BYTES) args.buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
    if (args.starts.length > KEPT_BYTES / 4) {
      args.starts = new Int32Array(INITIAL_COUNT);
      args.ends = new Int32Array(INITIAL_COUNT);
    }
  }
}

/** A number as an argument: integers as such, since commands read no "1e+15"; anything else in the fewest digits that give it back. */
function numberArgument(value: number): string {
  if (Number.isInteger(value) && value >= -HALF_INT64 && value <= HALF_INT64) {
    return Number.isSafeInteger(value) ? String(value) : String(BigInt(value));
  }
  return formatDouble(value);
}
