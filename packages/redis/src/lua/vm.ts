/**
 * What generated code, its runtime and the libraries share while a script runs: counters, the place of the latest call, errors.
 */
import { LuaError, NeedsFullMode, NOT_ENOUGH_MEMORY, type Place } from "./errors.ts";
import { numberText, parseNumber } from "./numbers.ts";
import { NO_SITE, type OperandName, type Site, type SiteTable } from "./sites.ts";
import { growth, LuaTable } from "./table.ts";
import {
  type LuaActivation,
  LuaCoroutine,
  type LuaFunction,
  type LuaResult,
  LuaUserdata,
  type LuaValue,
  type LuaValues,
} from "./value.ts";

/** Recognizes activations by `instanceof`: all generators inherit from one prototype. */
export const Activation: { new (): LuaActivation } = function Activation() {} as unknown as { new (): LuaActivation };
Object.defineProperty(Activation, "prototype", {
  value: (Object.getPrototypeOf(function* () {}) as { prototype: object }).prototype,
});

/** Yielded to the machine when the slice's fuel is used up. */
export const SLICE_END: unique symbol = Symbol("the slice is over");

/** Steps (loop rounds and calls) between two questions to the host. */
export const SLICE_STEPS = 20_000;

/** JavaScript's stack that a fast run may use, in 8-byte slots; the rest of the default 984 KiB is the host's. */
export const STACK_SLOTS = 56_000;

/** Slots that a native function with a callback uses on JavaScript's stack, generously. */
const NATIVE_SLOTS = 160;

export class Vm {
  /** The latest call's place (sites.ts). */
  site: number = NO_SITE;
  fuel: number = SLICE_STEPS;
  room: number = STACK_SLOTS;
  /** Where the latest lookup of a string key found it in its table's hash part. */
  hint = 0;
  full = false;
  /** Sites of the chunks that run. */
  tables: SiteTable[] = [];
  readonly globals: LuaTable;
  stringMetatable: LuaTable | undefined;
  /** The function `next`, and the one that `ipairs` gives: loops recognize them. */
  next: LuaFunction | undefined;
  ipairsStep: LuaFunction | undefined;
  /** The longest string, in bytes. */
  readonly maxStringBytes: number;
  /** Tables may grow by so many bytes between two questions to the host. */
  readonly maxGrowthBytes: number;
  /** Asks the host whether the script should stop here and let others in; throws to end it. */
  readonly poll: () => boolean;
  /** What pcall gives of an error that it caught; the host may want something else (redis gives the text of its errors). */
  caught: (value: LuaValue) => LuaValue = (value) => value;
  /** Sites of the callers of the running function, in full mode: 1 is its direct caller. */
  callerSite: (level: number) => number = () => NO_SITE;

  constructor(globals: LuaTable, limits: { maxStringBytes: number; memoryBytes: number }, poll: () => boolean) {
    this.globals = globals;
    this.maxStringBytes = limits.maxStringBytes;
    this.maxGrowthBytes = limits.memoryBytes;
    this.poll = poll;
  }

  /** The fuel is used up in a fast run. */
  refuel(): void {
    this.checkMemory();
    this.fuel = SLICE_STEPS;
    if (this.poll()) throw new NeedsFullMode("the script lasts", false);
  }

  checkMemory(): void {
    if (growth.bytes > this.maxGrowthBytes) throw new LuaError(NOT_ENOUGH_MEMORY);
  }

  /** Work that counts as so many steps. */
  charge(steps: number): void {
    this.fuel -= steps;
    if (this.fuel < 0 && !this.full) this.refuel();
  }

  tooDeep(): never {
    throw new NeedsFullMode("the script recurses deeply", true);
  }

  // Places and errors

  siteInfo(site: number = this.site): (Site & { chunk: string; source: string }) | undefined {
    for (let at = this.tables.length - 1; at >= 0; at--) {
      const table = this.tables[at]!;
      const found = table.at(site);
      if (found !== undefined) return { ...found, chunk: table.chunk, source: table.source };
    }
    return undefined;
  }

  /** The place of a site; undefined where the caller is not Lua. */
  place(site: number = this.site): Place | undefined {
    const info = this.siteInfo(site);
    return info && { source: info.source, line: info.line };
  }

  /** "chunk:line: ", or nothing where the caller is not Lua. */
  where(site: number = this.site): string {
    const info = this.siteInfo(site);
    return info === undefined ? "" : `${info.chunk}:${info.line}: `;
  }

  /** An error of the language: the message says that it is at `site`; it happens `at` (the same, unless the message blames another). */
  error(message: string, site: number = this.site, at: number = site): LuaError {
    return new LuaError(this.where(site) + message, this.place(at));
  }

  /** `attempt to index local 'x' (a nil value)` */
  typeError(operation: string, value: LuaValue, name: OperandName | undefined, site: number): LuaError {
    const type = typeName(value);
    const what = name === undefined ? `a ${type} value` : `${name.what} '${name.name}' (a ${type} value)`;
    return this.error(`attempt to ${operation} ${what}`, site);
  }

  argumentError(number: number, message: string, site: number = this.site): LuaError {
    const callee = this.siteInfo(site)?.left;
    const name = callee?.name ?? "?";
    if (callee?.what === "method") {
      if (number === 1) return this.error(`calling '${name}' on bad self (${message})`, site);
      return this.error(`bad argument #${number - 1} to '${name}' (${message})`, site);
    }
    return this.error(`bad argument #${number} to '${name}' (${message})`, site);
  }

  // Arguments of native functions; `at` counts from 0

  wrongType(args: readonly LuaValue[], at: number, expected: string): LuaError {
    const got = at < args.length ? typeName(args[at]) : "no value";
    return this.argumentError(at + 1, `${expected} expected, got ${got}`);
  }

  any(args: readonly LuaValue[], at: number): LuaValue {
    if (at >= args.length) throw this.argumentError(at + 1, "value expected");
    return args[at];
  }

  string(args: readonly LuaValue[], at: number): string {
    const value = args[at];
    if (typeof value === "string") return value;
    if (typeof value === "number") return numberText(value);
    throw this.wrongType(args, at, "string");
  }

  number(args: readonly LuaValue[], at: number): number {
    const value = args[at];
    if (typeof value === "number") return value;
    const number = typeof value === "string" ? parseNumber(value) : undefined;
    if (number === undefined) throw this.wrongType(args, at, "number");
    return number;
  }

  /** A C int: truncated, then its low 32 bits. */
  int(args: readonly LuaValue[], at: number): number {
    const value = this.integer(args, at);
    return Math.abs(value) < 2 ** 53 ? value | 0 : Number(BigInt.asIntN(32, BigInt(value)));
  }

  /** A 64-bit integer, as a double; what does not fit is the least one, as the conversion of x86 has it. */
  integer(args: readonly LuaValue[], at: number): number {
    const value = Math.trunc(this.number(args, at));
    return Math.abs(value) < 2 ** 63 ? value + 0 : -(2 ** 63);
  }

  optionalInt(args: readonly LuaValue[], at: number, otherwise: number): number {
    return args[at] === undefined ? otherwise : this.int(args, at);
  }

  optionalInteger(args: readonly LuaValue[], at: number, otherwise: number): number {
    return args[at] === undefined ? otherwise : this.integer(args, at);
  }

  table(args: readonly LuaValue[], at: number): LuaTable {
    const value = args[at];
    if (value instanceof LuaTable) return value;
    throw this.wrongType(args, at, "table");
  }

  function(args: readonly LuaValue[], at: number): LuaFunction {
    const value = args[at];
    if (typeof value === "function") return value;
    throw this.wrongType(args, at, "function");
  }

  /** Strings are bounded, and long ones cost as much as the work they are. */
  checkLength(bytes: number): void {
    if (bytes > this.maxStringBytes) throw new LuaError(NOT_ENOUGH_MEMORY);
    if (bytes > 4096) this.charge(bytes >>> 8);
  }

  metatableOf(value: LuaValue): LuaTable | undefined {
    if (value instanceof LuaTable) return value.metatable;
    return typeof value === "string" ? this.stringMetatable : undefined;
  }

  metamethod(value: LuaValue, event: string): LuaValue {
    return this.metatableOf(value)?.getString(event);
  }

  /**
   * A native function that calls Lua back: the generator yields what its callbacks return where that is an activation
   * (`vm.call` does it). In a fast run there are none, and it runs through at once.
   */
  native(body: (...args: LuaValue[]) => LuaActivation): LuaFunction {
    return (...args) => this.enter(body(...args));
  }

  enter(activation: LuaActivation): LuaResult {
    if (this.full) {
      (activation as NativeActivation).isNative = true;
      return activation;
    }
    if ((this.room -= NATIVE_SLOTS) < 0) this.tooDeep();
    const { value } = activation.next(undefined);
    this.room += NATIVE_SLOTS;
    return value as LuaValues;
  }

  /** Calls from within a native function's generator. */
  *call(callee: LuaValue, args: readonly LuaValue[]): Generator<unknown, LuaValues, LuaValues> {
    this.site = NO_SITE;
    const target = typeof callee === "function" ? callee : this.callable(callee, NO_SITE);
    const result = target(...args);
    return result instanceof Activation ? yield result : (result as LuaValues);
  }

  /** What calling a value that is no function means. */
  callable(value: LuaValue, site: number, isNamed = true): LuaFunction {
    const handler = this.metamethod(value, "__call");
    if (typeof handler !== "function") {
      throw this.typeError("call", value, isNamed ? this.siteInfo(site)?.left : undefined, site);
    }
    return (...args) => handler(value, ...args);
  }
}

/** An activation of a native function: coroutines cannot yield across it. */
export interface NativeActivation extends LuaActivation {
  isNative?: boolean;
}

export function typeName(value: LuaValue): string {
  switch (typeof value) {
    case "undefined":
      return "nil";
    case "object":
      if (value instanceof LuaTable) return "table";
      if (value instanceof LuaCoroutine) return "thread";
      return value instanceof LuaUserdata ? "userdata" : "nil";
    default:
      return typeof value;
  }
}

/** Any failure of a script as a LuaError; what is none of the script's is thrown on. */
export function asLuaError(failure: unknown): LuaError {
  if (failure instanceof LuaError) return failure;
  if (failure instanceof RangeError) {
    if (/call stack/.test(failure.message)) throw new NeedsFullMode("the script recurses deeply", true);
    return new LuaError(NOT_ENOUGH_MEMORY);
  }
  throw failure;
}
