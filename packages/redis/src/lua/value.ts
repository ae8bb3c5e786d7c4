/**
 * Lua's values as JavaScript's: nil is undefined, booleans and numbers are themselves, a string is a one-byte JavaScript string
 * (each character one byte of Lua's), a table is a LuaTable, a function a JavaScript function. No Lua operation reads a property of
 * a JavaScript object by a name that comes from the script, so there is no way from a script to a prototype or to `Function`.
 *
 * Functions take their arguments by position, and return either one value, or an array of any number of values. Arrays of
 * arguments and results are never changed once they are handed over.
 */
import type { LuaTable } from "./table.ts";

export type LuaValue = undefined | boolean | number | string | LuaTable | LuaFunction | LuaCoroutine | LuaUserdata;

/** One value as it is, or several in an array (an empty one: no value, which is not the same as nil). */
export type LuaValues = LuaValue | readonly LuaValue[];

/** A function under way in full mode: the machine runs it (machine.ts). */
export type LuaActivation = Generator<unknown, LuaResult, LuaValues>;

export type LuaResult = LuaValues | LuaActivation;

export type LuaFunction = (...args: LuaValue[]) => LuaResult;

/** A coroutine; what is in it is the machine's business. */
export abstract class LuaCoroutine {
  abstract readonly status: "suspended" | "running" | "normal" | "dead";
}

/** A value without contents: cjson.null is one. */
export class LuaUserdata {
  readonly text: string;
  /** Compared by identity; `text` is what tostring() says. */
  constructor(text: string) {
    this.text = text;
  }
}

/** No value at all. */
export const NOTHING: readonly LuaValue[] = [];

/** The first of the values: what an expression in parentheses keeps. */
export function first(values: LuaValues): LuaValue {
  return Array.isArray(values) ? (values as readonly LuaValue[])[0] : (values as LuaValue);
}

/** The values as an array, which the caller must not change. */
export function list(values: LuaValues): readonly LuaValue[] {
  return Array.isArray(values) ? (values as readonly LuaValue[]) : [values as LuaValue];
}

export function isTruthy(value: LuaValue): boolean {
  return value !== undefined && value !== false;
}
