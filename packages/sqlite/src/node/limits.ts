/** `database.limits`: limits as an object whose properties are set. */
import type { Connection } from "../connection/connection.ts";
import { DEFAULT_LIMITS, type Limits } from "../connection/limits.ts";
import { invalidArgument, outOfRange } from "./errors.ts";
import type { Options } from "./options.ts";

/** Node's names in their order, and the engine's. */
const NAMES: ReadonlyMap<string, keyof Limits> = new Map([
  ["length", "length"],
  ["sqlLength", "sqlLength"],
  ["column", "column"],
  ["exprDepth", "exprDepth"],
  ["compoundSelect", "compoundSelect"],
  ["vdbeOp", "vdbeOp"],
  ["functionArg", "functionArg"],
  ["attach", "attached"],
  ["likePatternLength", "likePatternLength"],
  ["variableNumber", "variableNumber"],
  ["triggerDepth", "triggerDepth"],
]);

/** `open` throws when the database is closed. */
export function limitsOf(open: () => Connection): Record<string, number> {
  const limits: Record<string, number> = {};
  for (const [name, own] of NAMES) {
    Object.defineProperty(limits, name, {
      get: () => open().limits[own],
      set: (value: unknown) => {
        open().setLimit(own, checked(own, value));
      },
      enumerable: true,
    });
  }
  return limits;
}

function checked(name: keyof Limits, value: unknown): number {
  if (value === Infinity) return DEFAULT_LIMITS[name];
  if (typeof value !== "number" || !Number.isInteger(value))
    throw invalidArgument("Limit value must be a non-negative integer or Infinity.");
  if (value < 0) throw outOfRange("Limit value must be non-negative.");
  return value;
}

/** `options.limits` of a new database, looked at. */
export function initialLimits(options: Options): ReadonlyMap<keyof Limits, number> {
  const { limits } = options;
  const wanted = new Map<keyof Limits, number>();
  if (limits === undefined) return wanted;
  if (typeof limits !== "object" || limits === null)
    throw invalidArgument('The "options.limits" argument must be an object.');
  for (const [name, own] of NAMES) {
    const value = (limits as Options)[name];
    if (value === undefined) continue;
    if (typeof value !== "number" || !Number.isInteger(value))
      throw invalidArgument(`The "options.limits.${name}" argument must be an integer.`);
    if (value < 0) throw outOfRange(`The "options.limits.${name}" argument must be non-negative.`);
    wanted.set(own, value);
  }
  return wanted;
}
