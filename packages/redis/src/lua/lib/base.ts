/** Lua's basic functions (lbaselib.c), as far as a sandbox has them. */
import { type Chunk, compile } from "../chunk.ts";
import { LuaError, LuaSyntaxError, NeedsFullMode } from "../errors.ts";
import { numberText, parseNumber } from "../numbers.ts";
import { NO_SITE } from "../sites.ts";
import { LuaTable } from "../table.ts";
import {
  isTruthy,
  list,
  type LuaActivation,
  type LuaFunction,
  type LuaResult,
  type LuaValue,
  type LuaValues,
  LuaUserdata,
} from "../value.ts";
import { asLuaError, typeName, type Vm } from "../vm.ts";

/** More results than the C stack of the original has room for (LUAI_MAXCSTACK, less what it uses itself). */
const MAX_UNPACKED = 7_998;
const PCALL_SLOTS = 120;

/** Addresses, for tostring: made up when asked for, with as many digits as those of a process have. */
const addresses = new WeakMap<object, number>();
let nextAddress = 0x7f55_0000_0010;

function address(value: object): string {
  let known = addresses.get(value);
  if (known === undefined) addresses.set(value, (known = nextAddress += 32));
  return `0x${known.toString(16)}`;
}

/** The text of a value, without metamethods. */
export function plainText(value: LuaValue): string {
  switch (typeof value) {
    case "undefined":
      return "nil";
    case "boolean":
      return String(value);
    case "number":
      return numberText(value);
    case "string":
      return value;
    case "function":
      return `function: ${address(value)}`;
    default:
      return value instanceof LuaUserdata ? value.text : `${typeName(value)}: ${address(value)}`;
  }
}

export function installBase(vm: Vm, load: (chunk: Chunk) => LuaFunction, print?: (line: string) => void): void {
  const G = vm.globals;
  const define = (name: string, value: LuaValue): void => G.setString(name, value);

  /** The text of a value; a metamethod may be called, so that the result may be an activation. */
  function text(value: LuaValue): LuaResult {
    const handler = vm.metamethod(value, "__tostring");
    return handler === undefined ? plainText(value) : vm.enter(vm.call(handler, [value]) as LuaActivation);
  }

  const next: LuaFunction = (...args) => {
    const table = vm.table(args, 0);
    const at = table.positionOf(args[1]);
    if (at < 0) throw vm.error("invalid key to 'next'", NO_SITE, vm.site);
    const following = table.advance(at);
    return following < 0 ? undefined : [table.keyAt(following), table.valueAt(following)];
  };
  const ipairsStep: LuaFunction = (...args) => {
    const at = vm.int(args, 1) + 1;
    const value = vm.table(args, 0).getNumber(at);
    return value === undefined ? [] : [at, value];
  };
  vm.next = next;
  vm.ipairsStep = ipairsStep;

  define("_G", G);
  define("_VERSION", "Lua 5.1");
  define("next", next);
  define("pairs", (...args) => [next, vm.table(args, 0), undefined]);
  define("ipairs", (...args) => [ipairsStep, vm.table(args, 0), 0]);
  define("type", (...args) => typeName(vm.any(args, 0)));
  define("tostring", (...args) => text(vm.any(args, 0)));
  define("rawequal", (...args) => vm.any(args, 0) === vm.any(args, 1));
  define("rawget", (...args) => {
    const table = vm.table(args, 0);
    return table.get(vm.any(args, 1));
  });
  define("rawset", (...args) => {
    const table = vm.table(args, 0);
    const key = vm.any(args, 1);
    const value = vm.any(args, 2);
    if (table.frozen) throw vm.error("Attempt to modify a readonly table", NO_SITE, vm.site);
    if (key === undefined) throw vm.error("table index is nil", NO_SITE, vm.site);
    if (typeof key === "number" && Number.isNaN(key)) throw vm.error("table index is NaN", NO_SITE, vm.site);
    table.set(key, value);
    return table;
  });

  define("assert", (...args) => {
    if (isTruthy(vm.any(args, 0))) return args;
    throw vm.error(args[1] === undefined ? "assertion failed!" : vm.string(args, 1));
  });

  define("error", (...args) => {
    const level = vm.optionalInt(args, 1, 1);
    const value = typeof args[0] === "number" && level > 0 ? numberText(args[0]) : args[0];
    if (typeof value !== "string" || level <= 0) throw new LuaError(value, vm.place());
    if (level === 1) throw vm.error(value);
    if (!vm.full) throw new NeedsFullMode("error() looks at callers", true);
    throw vm.error(value, vm.callerSite(level - 1), vm.site);
  });

  function* protectedCall(callee: LuaValue, args: readonly LuaValue[]): LuaActivation {
    try {
      return [true, ...list(yield* vm.call(callee, args))];
    } catch (failure) {
      return [false, vm.caught(asLuaError(failure).value)];
    }
  }

  /** As protectedCall, in a fast run: without a generator. */
  function protectedFastCall(callee: LuaValue, args: readonly LuaValue[]): LuaValues {
    const room = (vm.room -= PCALL_SLOTS);
    if (room < 0) vm.tooDeep();
    try {
      vm.site = NO_SITE;
      const target = typeof callee === "function" ? callee : vm.callable(callee, NO_SITE);
      return [true, ...list(target(...args) as LuaValues)];
    } catch (failure) {
      return [false, vm.caught(asLuaError(failure).value)];
    } finally {
      vm.room = room + PCALL_SLOTS;
    }
  }

  define("pcall", (...args) => {
    const callee = vm.any(args, 0);
    return vm.full ? vm.enter(protectedCall(callee, args.slice(1))) : protectedFastCall(callee, args.slice(1));
  });

  define(
    "xpcall",
    vm.native(function* (...args) {
      const callee = args[0];
      const handler = vm.any(args, 1);
      try {
        return [true, ...list(yield* vm.call(callee, []))];
      } catch (failure) {
        const { value } = asLuaError(failure);
        try {
          return [false, ...list(yield* vm.call(handler, [value])).slice(0, 1)];
        } catch (second) {
          asLuaError(second);
          return [false, "error in error handling"];
        }
      }
    }),
  );

  define("select", (...args) => {
    if (args[0] === "#") return args.length - 1;
    const at = vm.int(args, 0);
    if (at < 0 && -at <= args.length - 1) return args.slice(at);
    if (at <= 0) throw vm.argumentError(1, "index out of range");
    return args.slice(at);
  });

  define("unpack", (...args) => {
    const table = vm.table(args, 0);
    const from = vm.optionalInt(args, 1, 1);
    const to = args[2] === undefined ? table.length() : vm.int(args, 2);
    if (from > to) return [];
    if (to - from + 1 > MAX_UNPACKED) throw vm.error("too many results to unpack");
    const values: LuaValue[] = [];
    for (let at = from; at <= to; at++) values.push(table.getNumber(at));
    return values;
  });

  define("tonumber", (...args) => {
    const base = vm.optionalInt(args, 1, 10);
    if (base === 10) {
      const value = vm.any(args, 0);
      if (typeof value === "number") return value;
      return typeof value === "string" ? parseNumber(value) : undefined;
    }
    const digits = vm.string(args, 0);
    if (base < 2 || base > 36) throw vm.argumentError(2, "base out of range");
    return parseInteger(digits, base);
  });

  define("getmetatable", (...args) => {
    const metatable = vm.metatableOf(vm.any(args, 0));
    return metatable?.getString("__metatable") ?? metatable;
  });
  define("setmetatable", (...args) => {
    const table = vm.table(args, 0);
    const metatable = args[1];
    if (args.length < 2 || (metatable !== undefined && !(metatable instanceof LuaTable))) {
      throw vm.argumentError(2, "nil or table expected");
    }
    if (table.metatable?.getString("__metatable") !== undefined) throw vm.error("cannot change a protected metatable");
    if (table.frozen) throw vm.error("Attempt to modify a readonly table", NO_SITE, vm.site);
    table.metatable = metatable;
    return table;
  });

  const loadText = (source: string, name: string): LuaValues => {
    try {
      return load(compile(source, name));
    } catch (failure) {
      if (failure instanceof LuaSyntaxError) return [undefined, failure.message];
      throw failure;
    }
  };
  define("loadstring", (...args) => {
    const source = vm.string(args, 0);
    vm.charge(source.length >>> 2);
    return loadText(source, args[1] === undefined ? source : vm.string(args, 1));
  });
  define(
    "load",
    vm.native(function* (...args) {
      const { site } = vm;
      const reader = vm.function(args, 0);
      const name = args[1] === undefined ? "=(load)" : vm.string(args, 1);
      let source = "";
      for (;;) {
        const [piece] = list(yield* vm.call(reader, []));
        if (piece === undefined || piece === "") break;
        if (typeof piece !== "string" && typeof piece !== "number")
          return [undefined, `${vm.where(site)}reader function must return a string`];
        source += plainText(piece);
        vm.checkLength(source.length);
      }
      return loadText(source, name);
    }),
  );

  define("collectgarbage", (...args) => {
    const option = args[0] === undefined ? "collect" : vm.string(args, 0);
    if (option === "count") return [42, 0];
    if (!["collect", "stop", "restart", "step", "setpause", "setstepmul"].includes(option)) {
      throw vm.argumentError(1, `invalid option '${option}'`);
    }
    return option === "step" ? true : 0;
  });
  define("gcinfo", () => 42);

  if (print !== undefined) {
    define(
      "print",
      vm.native(function* (...args) {
        const texts: string[] = [];
        for (const value of args) {
          const [said] = list(yield* vm.call(G.getString("tostring"), [value]));
          if (typeof said !== "string") throw vm.error("'tostring' must return a string to 'print'");
          texts.push(said);
        }
        print(texts.join("\t"));
        return [];
      }),
    );
  }
}

/** C's strtoul: a sign, "0x" for base 16, digits; modulo nothing, but no more than an unsigned 64-bit number. */
function parseInteger(text: string, base: number): number | undefined {
  const found = /^[ \t\n\v\f\r]*([+-]?)(0[xX](?=[0-9a-fA-F]))?([0-9a-zA-Z]+)[ \t\n\v\f\r]*$/.exec(text);
  if (found === null || (found[2] !== undefined && base !== 16)) return undefined;
  let value = 0n;
  for (const digit of found[3]!) {
    const worth = Number.parseInt(digit, 36);
    if (worth >= base) return undefined;
    value = value * BigInt(base) + BigInt(worth);
  }
  const limit = 2n ** 64n - 1n;
  if (value > limit) value = limit;
  else if (found[1] === "-") value = BigInt.asUintN(64, -value);
  return Number(value);
}
