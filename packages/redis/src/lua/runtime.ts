/**
 * The slow halves of operations: what generated code calls when its check of the common case fails. An operation that ends in a call
 * of a metamethod returns what that returns: in full mode perhaps an activation, which the generated code yields.
 */
import { LuaError, NOT_ENOUGH_MEMORY } from "./errors.ts";
import { numberText, parseNumber } from "./numbers.ts";
import { LuaTable } from "./table.ts";
import {
  first,
  isTruthy,
  list,
  type LuaActivation,
  type LuaFunction,
  type LuaResult,
  type LuaValue,
  type LuaValues,
  NOTHING,
} from "./value.ts";
import { Activation, SLICE_END, typeName, type Vm } from "./vm.ts";

/** Steps through chains of __index and __newindex (lvm.c, MAXTAGLOOP). */
const MAX_CHAIN = 100;
const META_SLOTS = 80;

/** By the names under which generated code takes them. */
export interface Runtime {
  readonly vm: Vm;
  readonly LuaTable: typeof LuaTable;
  readonly Activation: typeof Activation;
  readonly SLICE_END: typeof SLICE_END;
  readonly NOTHING: typeof NOTHING;
  readonly first: typeof first;
  readonly list: typeof list;
  readonly isTruthy: typeof isTruthy;
  index(object: LuaValue, key: LuaValue, site: number): LuaResult;
  indexString(object: LuaValue, key: string, site: number): LuaResult;
  setIndex(object: LuaValue, key: LuaValue, value: LuaValue, site: number): LuaResult;
  arithmetic(event: string, left: LuaValue, right: LuaValue, site: number): LuaResult;
  minus(operand: LuaValue, site: number): LuaResult;
  length(operand: LuaValue, site: number): LuaResult;
  concat(left: LuaValue, right: LuaValue, site: number): LuaResult;
  equal(left: LuaTable, right: LuaTable): boolean | LuaActivation;
  lessThan(left: LuaValue, right: LuaValue, site: number): boolean | LuaActivation;
  lessEqual(left: LuaValue, right: LuaValue, site: number): boolean | LuaActivation;
  power(base: number, exponent: number): number;
  callable(value: LuaValue, site: number): LuaFunction;
  forNumber(value: LuaValue, what: string, site: number): number;
  iteration(step: LuaValue, state: LuaValue, control: LuaValue): 0 | 1 | 2;
  argTable(values: readonly LuaValue[]): LuaTable;
  storeItems(table: LuaTable, stored: number, values: readonly LuaValue[]): void;
  storeField(table: LuaTable, key: LuaValue, value: LuaValue, site: number): void;
  tooManyValues(site: number): never;
}

export const RUNTIME_NAMES: readonly (keyof Runtime)[] = [
  "vm",
  "LuaTable",
  "Activation",
  "SLICE_END",
  "NOTHING",
  "first",
  "list",
  "isTruthy",
  "index",
  "indexString",
  "setIndex",
  "arithmetic",
  "minus",
  "length",
  "concat",
  "equal",
  "lessThan",
  "lessEqual",
  "power",
  "callable",
  "forNumber",
  "iteration",
  "argTable",
  "storeItems",
  "storeField",
  "tooManyValues",
];

const OPERATIONS: Readonly<Record<string, (left: number, right: number) => number>> = {
  __add: (left, right) => left + right,
  __sub: (left, right) => left - right,
  __mul: (left, right) => left * right,
  __div: (left, right) => left / right,
  __mod: (left, right) => left - Math.floor(left / right) * right,
  __pow: power,
};

/** C's pow: where one of the operands decides alone, NaN or infinity as the other changes nothing. */
export function power(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && (exponent === Infinity || exponent === -Infinity))) return 1;
  return base ** exponent;
}

function toNumber(value: LuaValue): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" ? parseNumber(value) : undefined;
}

export function createRuntime(vm: Vm): Runtime {
  /** Calls a metamethod from the place `site`; the place of the call under way stays what it was. */
  function callMeta(handler: LuaFunction, site: number, a: LuaValue, b: LuaValue, c?: LuaValue): LuaResult {
    const saved = vm.site;
    vm.site = site;
    if ((vm.room -= META_SLOTS) < 0 && !vm.full) vm.tooDeep();
    const result = c === undefined ? handler(a, b) : handler(a, b, c);
    vm.room += META_SLOTS;
    if (result instanceof Activation) return result;
    vm.site = saved;
    return first(result as LuaValues);
  }

  /** As callMeta; a handler that is no function may be callable itself. */
  function callHandler(handler: LuaValue, site: number, a: LuaValue, b: LuaValue, c?: LuaValue): LuaResult {
    return callMeta(typeof handler === "function" ? handler : vm.callable(handler, site, false), site, a, b, c);
  }

  function truth(result: LuaResult, negate: boolean): boolean | LuaActivation {
    if (!(result instanceof Activation)) return isTruthy(first(result as LuaValues)) !== negate;
    if (!negate) return result;
    return (function* (): LuaActivation {
      return !isTruthy(first(yield result));
    })();
  }

  function index(object: LuaValue, key: LuaValue, site: number): LuaResult {
    let at = object;
    for (let steps = 0; steps < MAX_CHAIN; steps++) {
      let handler: LuaValue;
      if (at instanceof LuaTable) {
        const value = at.get(key);
        if (value !== undefined || at.metatable === undefined) return value;
        handler = at.metatable.getString("__index");
        if (handler === undefined) return undefined;
      } else {
        handler = vm.metamethod(at, "__index");
        if (handler === undefined)
          throw vm.typeError("index", at, steps === 0 ? vm.siteInfo(site)?.left : undefined, site);
      }
      if (typeof handler === "function") return callMeta(handler, site, at, key);
      at = handler;
    }
    throw vm.error("loop in gettable", site);
  }

  function indexString(object: LuaValue, key: string, site: number): LuaResult {
    if (object instanceof LuaTable) {
      const slot = object.slot(key);
      if (slot >= 0) {
        vm.hint = slot;
        const value = object.vals[slot];
        if (value !== undefined) return value;
      }
      const { metatable } = object;
      if (metatable === undefined) return undefined;
      // An object's method, found in its class: by far the most common chain.
      const handler = metatable.getString("__index");
      if (handler === undefined) return undefined;
      if (handler instanceof LuaTable) {
        const value = handler.getString(key);
        if (value !== undefined) return value;
      }
    }
    return index(object, key, site);
  }

  function setIndex(object: LuaValue, key: LuaValue, value: LuaValue, site: number): LuaResult {
    let at = object;
    for (let steps = 0; steps < MAX_CHAIN; steps++) {
      let handler: LuaValue;
      if (at instanceof LuaTable) {
        handler = at.metatable?.getString("__newindex");
        if (handler === undefined || at.get(key) !== undefined) {
          if (at.frozen) throw vm.error("Attempt to modify a readonly table", site);
          if (typeof key === "number") {
            if (Number.isNaN(key)) throw vm.error("table index is NaN", site);
            at.setNumber(key, value);
          } else {
            if (key === undefined) throw vm.error("table index is nil", site);
            const slot = at.slot(key);
            if (slot < 0) at.set(key, value);
            else {
              vm.hint = slot;
              at.vals[slot] = value;
            }
          }
          return undefined;
        }
      } else {
        handler = vm.metamethod(at, "__newindex");
        if (handler === undefined)
          throw vm.typeError("index", at, steps === 0 ? vm.siteInfo(site)?.left : undefined, site);
      }
      if (typeof handler === "function") {
        const result = callMetaWithValue(handler, site, at, key, value);
        return result instanceof Activation ? result : undefined;
      }
      at = handler;
    }
    throw vm.error("loop in settable", site);
  }

  /** Three arguments always, even when the last is nil. */
  function callMetaWithValue(handler: LuaFunction, site: number, a: LuaValue, b: LuaValue, c: LuaValue): LuaResult {
    return callMeta((x, y) => handler(x, y, c), site, a, b);
  }

  function binaryHandler(left: LuaValue, right: LuaValue, event: string): LuaValue {
    return vm.metamethod(left, event) ?? vm.metamethod(right, event);
  }

  function arithmetic(event: string, left: LuaValue, right: LuaValue, site: number): LuaResult {
    const a = toNumber(left);
    const b = toNumber(right);
    if (a !== undefined && b !== undefined) return OPERATIONS[event]!(a, b);
    const handler = binaryHandler(left, right, event);
    if (handler !== undefined) return callHandler(handler, site, left, right);
    const names = vm.siteInfo(site);
    if (a === undefined) throw vm.typeError("perform arithmetic on", left, names?.left, site);
    throw vm.typeError("perform arithmetic on", right, names?.right, site);
  }

  function compareError(left: LuaValue, right: LuaValue, site: number): LuaError {
    const a = typeName(left);
    const b = typeName(right);
    // As the original compares the names: by their third letters.
    return vm.error(a[2] === b[2] ? `attempt to compare two ${a} values` : `attempt to compare ${a} with ${b}`, site);
  }

  function orderHandler(left: LuaValue, right: LuaValue, event: string): LuaValue {
    const handler = vm.metamethod(left, event);
    return handler !== undefined && handler === vm.metamethod(right, event) ? handler : undefined;
  }

  function lessThan(left: LuaValue, right: LuaValue, site: number): boolean | LuaActivation {
    if (typeof left === "number" && typeof right === "number") return left < right;
    if (typeof left === "string" && typeof right === "string") return left < right;
    if (typeName(left) !== typeName(right)) throw compareError(left, right, site);
    const handler = orderHandler(left, right, "__lt");
    if (handler === undefined) throw compareError(left, right, site);
    return truth(callHandler(handler, site, left, right), false);
  }

  return {
    vm,
    LuaTable,
    Activation,
    SLICE_END,
    NOTHING,
    first,
    list,
    isTruthy,
    index,
    indexString,
    setIndex,
    arithmetic,
    lessThan,
    power,

    minus(operand, site) {
      const number = toNumber(operand);
      if (number !== undefined) return -number;
      const handler = vm.metamethod(operand, "__unm");
      if (handler !== undefined) return callHandler(handler, site, operand, operand);
      throw vm.typeError("perform arithmetic on", operand, vm.siteInfo(site)?.left, site);
    },

    length(operand, site) {
      if (operand instanceof LuaTable) return operand.length();
      if (typeof operand === "string") return operand.length;
      throw vm.typeError("get length of", operand, vm.siteInfo(site)?.left, site);
    },

    concat(left, right, site) {
      const leftFits = typeof left === "string" || typeof left === "number";
      if (leftFits && (typeof right === "string" || typeof right === "number")) {
        const a = typeof left === "string" ? left : numberText(left);
        const b = typeof right === "string" ? right : numberText(right);
        const length = a.length + b.length;
        if (length > vm.maxStringBytes) throw new LuaError(NOT_ENOUGH_MEMORY);
        return a + b;
      }
      const handler = binaryHandler(left, right, "__concat");
      if (handler !== undefined) return callHandler(handler, site, left, right);
      const names = vm.siteInfo(site);
      if (leftFits) throw vm.typeError("concatenate", right, names?.right, site);
      throw vm.typeError("concatenate", left, names?.left, site);
    },

    equal(left, right) {
      const handler = left.metatable?.getString("__eq");
      if (handler === undefined || right.metatable === undefined) return false;
      if (left.metatable !== right.metatable && right.metatable.getString("__eq") !== handler) return false;
      return truth(callHandler(handler, vm.site, left, right), false);
    },

    lessEqual(left, right, site) {
      if (typeof left === "number" && typeof right === "number") return left <= right;
      if (typeof left === "string" && typeof right === "string") return left <= right;
      if (typeName(left) !== typeName(right)) throw compareError(left, right, site);
      const handler = orderHandler(left, right, "__le");
      if (handler !== undefined) return truth(callHandler(handler, site, left, right), false);
      const opposite = orderHandler(right, left, "__lt");
      if (opposite === undefined) throw compareError(left, right, site);
      return truth(callHandler(opposite, site, right, left), true);
    },

    callable: (value, site) => vm.callable(value, site),

    forNumber(value, what, site) {
      const number = toNumber(value);
      if (number === undefined) throw vm.error(`'for' ${what} must be a number`, site);
      return number;
    },

    iteration(step, state, control) {
      if (!(state instanceof LuaTable) || typeof step !== "function") return 0;
      if (step === vm.next) return control === undefined ? 1 : 0;
      return step === vm.ipairsStep && control === 0 ? 2 : 0;
    },

    argTable(values) {
      const table = LuaTable.ofArray([undefined, ...values]);
      table.setString("n", values.length);
      return table;
    },

    storeItems(table, stored, values) {
      table.growArray(stored + values.length);
      for (let at = 0; at < values.length; at++) table.setNumber(stored + at + 1, values[at]);
    },

    storeField(table, key, value, site) {
      if (key === undefined) throw vm.error("table index is nil", site);
      if (typeof key === "number" && Number.isNaN(key)) throw vm.error("table index is NaN", site);
      table.set(key, value);
    },

    tooManyValues(site) {
      throw vm.error("stack overflow", site);
    },
  };
}
