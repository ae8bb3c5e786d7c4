/** Lua's string library (lstrlib.c). Strings have one character a byte. */
import { LuaError, NOT_ENOUGH_MEMORY } from "../errors.ts";
import { numberText } from "../numbers.ts";
import type { Runtime } from "../runtime.ts";
import { LuaTable } from "../table.ts";
import {
  first,
  type LuaActivation,
  type LuaFunction,
  type LuaResult,
  type LuaValue,
  type LuaValues,
} from "../value.ts";
import { NO_SITE } from "../sites.ts";
import { Activation, typeName, type Vm } from "../vm.ts";
import { format } from "./format.ts";
import { Matcher } from "./pattern.ts";

const MAX_VALUES = 7_998;

/** Characters that mean something in a pattern. */
const SPECIAL = /[\^$*+?.([%-]/;

/** A position from either end, counted from 1; 0 when it lies before the string. */
function absolute(position: number, length: number): number {
  return Math.max(position < 0 ? position + length + 1 : position, 0);
}

export function installString(vm: Vm, runtime: Runtime): void {
  const library = new LuaTable();
  const define = (name: string, value: LuaFunction): void => library.setString(name, value);

  define("len", (...args) => vm.string(args, 0).length);
  define("sub", (...args) => {
    const text = vm.string(args, 0);
    const from = Math.max(absolute(vm.integer(args, 1), text.length), 1);
    const to = Math.min(absolute(vm.optionalInteger(args, 2, -1), text.length), text.length);
    return from > to ? "" : text.slice(from - 1, to);
  });
  define("byte", (...args) => {
    const text = vm.string(args, 0);
    let from = absolute(vm.optionalInteger(args, 1, 1), text.length);
    let to = absolute(vm.optionalInteger(args, 2, from), text.length);
    from = Math.max(from, 1);
    to = Math.min(to, text.length);
    if (from > to) return [];
    if (from === to) return text.charCodeAt(from - 1);
    if (to - from + 1 > MAX_VALUES) throw vm.error("string slice too long");
    return Array.from({ length: to - from + 1 }, (_, at) => text.charCodeAt(from - 1 + at));
  });
  define("char", (...args) => {
    let text = "";
    for (let at = 0; at < args.length; at++) {
      const code = vm.int(args, at);
      if (code < 0 || code > 255) throw vm.argumentError(at + 1, "invalid value");
      text += String.fromCharCode(code);
    }
    return text;
  });
  define("rep", (...args) => {
    const text = vm.string(args, 0);
    const count = vm.int(args, 1);
    if (count <= 0 || text === "") return "";
    vm.checkLength(text.length * count);
    return text.repeat(count);
  });
  define("reverse", (...args) => {
    const text = vm.string(args, 0);
    vm.checkLength(text.length);
    let reversed = "";
    for (let at = text.length - 1; at >= 0; at--) reversed += text[at];
    return reversed;
  });
  // Only ASCII letters have two cases in the C locale.
  define("upper", (...args) => vm.string(args, 0).replace(/[a-z]+/g, (letters) => letters.toUpperCase()));
  define("lower", (...args) => vm.string(args, 0).replace(/[A-Z]+/g, (letters) => letters.toLowerCase()));
  define("format", (...args) => format(vm, args));
  define("dump", (...args) => {
    vm.function(args, 0);
    throw vm.error("unable to dump given function");
  });

  const search = (args: readonly LuaValue[], isFind: boolean): LuaValues => {
    const text = vm.string(args, 0);
    const pattern = vm.string(args, 1);
    const position = vm.optionalInteger(args, 2, 1);
    const init = Math.min(position < 0 ? Math.max(position + text.length, 0) : Math.max(position - 1, 0), text.length);
    if (isFind && ((args[3] !== undefined && args[3] !== false) || !SPECIAL.test(pattern))) {
      const found = text.indexOf(pattern, init);
      vm.charge((found === -1 ? text.length : found) >>> 8);
      return found === -1 ? undefined : [found + 1, found + pattern.length];
    }
    const matcher = new Matcher(text, pattern, vm);
    const anchored = pattern.startsWith("^");
    for (let start = init; start <= text.length; start++) {
      const end = matcher.start(start, anchored ? 1 : 0);
      if (end >= 0) {
        matcher.settle();
        if (!isFind) return matcher.captures(start, end, true);
        return [start + 1, end, ...matcher.captures(start, end, false)];
      }
      if (anchored) break;
    }
    matcher.settle();
    return undefined;
  };
  define("find", (...args) => search(args, true));
  define("match", (...args) => search(args, false));

  const gmatch: LuaFunction = (...args) => {
    const text = vm.string(args, 0);
    const pattern = vm.string(args, 1);
    let from = 0;
    return () => {
      const matcher = new Matcher(text, pattern, vm);
      for (let start = from; start <= text.length; start++) {
        const end = matcher.start(start, 0);
        if (end < 0) continue;
        matcher.settle();
        from = end === start ? end + 1 : end;
        return matcher.captures(start, end, true);
      }
      matcher.settle();
      from = text.length + 1;
      return undefined;
    };
  };
  define("gmatch", gmatch);
  define("gfind", gmatch);

  /** The text that "%0"…"%9" in a replacement stand for. */
  const expand = (template: string, matcher: Matcher, start: number, end: number): string =>
    !template.includes("%")
      ? template
      : template.replace(/%([\s\S]?)/g, (_, char: string) => {
          if (char < "0" || char > "9" || char === "") return char;
          if (char === "0") return matcher.source.slice(start, end);
          const value = matcher.capture(Number(char) - 1, start, end);
          return typeof value === "number" ? numberText(value) : (value as string);
        });

  /** What a match is replaced with before it is known to be text: perhaps an activation. */
  const replacement = (
    by: LuaTable | LuaFunction,
    matcher: Matcher,
    start: number,
    end: number,
    site: number,
  ): LuaResult => {
    if (by instanceof LuaTable) return runtime.index(by, matcher.capture(0, start, end), site);
    vm.site = NO_SITE;
    return matcher.level === 0 ? by(matcher.source.slice(start, end)) : by(...matcher.captures(start, end, true));
  };

  const replacementText = (value: LuaValue, matcher: Matcher, start: number, end: number, site: number): string => {
    if (value === undefined || value === false) return matcher.source.slice(start, end);
    if (typeof value === "string") return value;
    if (typeof value === "number") return numberText(value);
    throw vm.error(`invalid replacement value (a ${typeName(value)})`, site);
  };

  define(
    "gsub",
    vm.native(function* (...args): LuaActivation {
      const { site } = vm;
      const text = vm.string(args, 0);
      let pattern = vm.string(args, 1);
      const by = typeof args[2] === "number" ? numberText(args[2]) : args[2];
      if (typeof by !== "string" && typeof by !== "function" && !(by instanceof LuaTable)) {
        throw vm.argumentError(3, "string/function/table expected");
      }
      const most = vm.optionalInt(args, 3, text.length + 1);
      const anchored = pattern.startsWith("^");
      if (anchored) pattern = pattern.slice(1);
      const matcher = new Matcher(text, pattern, vm);
      let out = "";
      /** Up to here the text is in `out`. */
      let copied = 0;
      let from = 0;
      let count = 0;
      while (count < most) {
        const end = matcher.start(from, 0);
        if (end >= 0) {
          count++;
          out += text.slice(copied, from);
          if (typeof by === "string") out += expand(by, matcher, from, end);
          else {
            const result = replacement(by, matcher, from, end, site);
            const value = first(result instanceof Activation ? yield result : (result as LuaValues));
            out += replacementText(value, matcher, from, end, site);
          }
          copied = end;
          vm.site = site;
          if (out.length > vm.maxStringBytes) throw new LuaError(NOT_ENOUGH_MEMORY);
        }
        if (end >= 0 && end > from) from = end;
        else if (from < text.length) from++;
        else break;
        if (anchored) break;
      }
      matcher.settle();
      return [out + text.slice(copied), count];
    }),
  );

  vm.globals.setString("string", library);
  const metatable = new LuaTable();
  metatable.setString("__index", library);
  vm.stringMetatable = metatable;
}
