/** Lua's table library (ltablib.c). */
import { LuaError, NOT_ENOUGH_MEMORY } from "../errors.ts";
import { numberText } from "../numbers.ts";
import type { Runtime } from "../runtime.ts";
import { NO_SITE } from "../sites.ts";
import { LuaTable } from "../table.ts";
import {
  first,
  isTruthy,
  list,
  type LuaActivation,
  type LuaFunction,
  type LuaValue,
  type LuaValues,
} from "../value.ts";
import { Activation, typeName, type Vm } from "../vm.ts";

export function installTable(vm: Vm, runtime: Runtime): void {
  const library = new LuaTable();
  const define = (name: string, value: LuaFunction): void => library.setString(name, value);
  const writable = (args: readonly LuaValue[]): LuaTable => {
    const table = vm.table(args, 0);
    if (table.frozen) throw vm.error("Attempt to modify a readonly table", NO_SITE, vm.site);
    return table;
  };

  define("concat", (...args) => {
    const table = vm.table(args, 0);
    const separator = args[1] === undefined ? "" : vm.string(args, 1);
    const from = vm.optionalInt(args, 2, 1);
    const to = args[3] === undefined ? table.length() : vm.int(args, 3);
    const parts: string[] = [];
    let bytes = 0;
    for (let at = from; at <= to; at++) {
      const value = table.getNumber(at);
      if (typeof value === "string") parts.push(value);
      else if (typeof value === "number") parts.push(numberText(value));
      else throw vm.error(`invalid value (${typeName(value)}) at index ${at} in table for 'concat'`);
      bytes += parts.at(-1)!.length + separator.length;
      if (bytes > vm.maxStringBytes) throw new LuaError(NOT_ENOUGH_MEMORY);
    }
    vm.charge(parts.length >>> 2);
    vm.checkLength(bytes);
    return parts.join(separator);
  });

  define("insert", (...args) => {
    const table = writable(args);
    let at = table.length() + 1;
    if (args.length === 2) {
      table.setNumber(at, args[1]);
      return [];
    }
    if (args.length !== 3) throw vm.error("wrong number of arguments to 'insert'");
    const position = vm.int(args, 1);
    if (position > at) at = position;
    const moved = at - position;
    vm.charge(moved >>> 3);
    for (; at > position; at--) table.setNumber(at, table.getNumber(at - 1));
    table.setNumber(position, args[2]);
    return [];
  });

  define("remove", (...args) => {
    const table = writable(args);
    const size = table.length();
    let position = vm.optionalInt(args, 1, size);
    if (!(position >= 1 && position <= size)) return [];
    vm.charge((size - position) >>> 3);
    const removed = table.getNumber(position);
    for (; position < size; position++) table.setNumber(position, table.getNumber(position + 1));
    table.setNumber(size, undefined);
    return removed;
  });

  define("maxn", (...args) => {
    const table = vm.table(args, 0);
    let most = 0;
    for (let at = table.advance(0); at > 0; at = table.advance(at)) {
      const key = table.keyAt(at);
      if (typeof key === "number" && key > most) most = key;
    }
    return most;
  });
  define("getn", (...args) => vm.table(args, 0).length());
  define("setn", () => {
    throw vm.error("'setn' is obsolete");
  });

  define(
    "foreach",
    vm.native(function* (...args) {
      const table = vm.table(args, 0);
      const callback = vm.function(args, 1);
      for (let at = table.advance(0); at > 0; at = table.advance(at)) {
        const [stop] = list(yield* vm.call(callback, [table.keyAt(at), table.valueAt(at)]));
        if (stop !== undefined) return stop;
      }
      return [];
    }),
  );
  define(
    "foreachi",
    vm.native(function* (...args) {
      const table = vm.table(args, 0);
      const size = table.length();
      const callback = vm.function(args, 1);
      for (let at = 1; at <= size; at++) {
        const [stop] = list(yield* vm.call(callback, [at, table.getNumber(at)]));
        if (stop !== undefined) return stop;
      }
      return [];
    }),
  );

  define(
    "sort",
    vm.native(function* (...args) {
      const { site } = vm;
      const table = writable(args);
      const size = table.length();
      const comparator = args[1] === undefined ? undefined : vm.function(args, 1);
      vm.charge(size);
      const sorter = new Sorter(table, comparator, vm, runtime, site);
      if (comparator === undefined && sorter.isPlain(size)) sorter.sortPlain(size);
      else yield* sorter.sort(1, size);
      return [];
    }),
  );
  vm.globals.setString("table", library);
}

/** The original's quicksort, step by step: with a comparator that is no order, its result and its error depend on the steps. */
class Sorter {
  readonly #table: LuaTable;
  readonly #comparator: LuaFunction | undefined;
  readonly #vm: Vm;
  readonly #runtime: Runtime;
  readonly #site: number;

  constructor(table: LuaTable, comparator: LuaFunction | undefined, vm: Vm, runtime: Runtime, site: number) {
    this.#table = table;
    this.#comparator = comparator;
    this.#vm = vm;
    this.#runtime = runtime;
    this.#site = site;
  }

  /** All numbers but NaN, or all strings: then every correct sort gives the same. */
  isPlain(size: number): boolean {
    const { arr } = this.#table;
    if (size >= arr.length) return false;
    const type = typeof arr[1];
    if (type !== "number" && type !== "string") return false;
    for (let at = 1; at <= size; at++) {
      const value = arr[at];
      if (typeof value !== type || value !== value) return false;
    }
    return true;
  }

  sortPlain(size: number): void {
    const { arr } = this.#table;
    const values = arr.slice(1, size + 1);
    if (typeof values[0] === "number") (values as number[]).sort((left, right) => left - right);
    else (values as string[]).sort();
    for (let at = 0; at < size; at++) arr[at + 1] = values[at];
  }

  *#less(left: LuaValue, right: LuaValue): Generator<unknown, boolean, LuaValues> {
    this.#vm.charge(2);
    if (this.#comparator === undefined) {
      const result = this.#runtime.lessThan(left, right, NO_SITE);
      return result instanceof Activation ? isTruthy(first(yield result)) : (result as boolean);
    }
    this.#vm.site = 0;
    const result = this.#comparator(left, right);
    return isTruthy(first(result instanceof Activation ? yield result : (result as LuaValues)));
  }

  #swap(i: number, j: number, atI: LuaValue, atJ: LuaValue): void {
    this.#table.setNumber(i, atJ);
    this.#table.setNumber(j, atI);
  }

  *sort(from: number, to: number): LuaActivation {
    const table = this.#table;
    let low = from;
    let high = to;
    while (low < high) {
      let a = table.getNumber(low);
      let b = table.getNumber(high);
      if (yield* this.#less(b, a)) this.#swap(low, high, a, b);
      if (high - low === 1) break;
      let i = Math.floor((low + high) / 2);
      a = table.getNumber(i);
      b = table.getNumber(low);
      if (yield* this.#less(a, b)) this.#swap(i, low, a, b);
      else {
        b = table.getNumber(high);
        if (yield* this.#less(b, a)) this.#swap(i, high, a, b);
      }
      if (high - low === 2) break;
      const pivot = table.getNumber(i);
      this.#swap(i, high - 1, pivot, table.getNumber(high - 1));
      i = low;
      let j = high - 1;
      for (;;) {
        while (yield* this.#less(table.getNumber(++i), pivot)) if (i > high) this.#invalid();
        while (yield* this.#less(pivot, table.getNumber(--j))) if (j < low) this.#invalid();
        if (j < i) break;
        this.#swap(i, j, table.getNumber(i), table.getNumber(j));
      }
      this.#swap(high - 1, i, table.getNumber(high - 1), table.getNumber(i));
      // The smaller half by recursion: the depth stays logarithmic.
      if (i - low < high - i) {
        yield* this.sort(low, i - 1);
        low = i + 1;
      } else {
        yield* this.sort(i + 1, high);
        high = i - 1;
      }
    }
    return [];
  }

  #invalid(): never {
    throw this.#vm.error("invalid order function for sorting", this.#site);
  }
}
