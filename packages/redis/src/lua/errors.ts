/** What a Lua program can fail with, and the signals that no pcall catches. */
import type { LuaValue } from "./value.ts";

/** Where a script was: the name that its chunk was compiled with ("@user_script"), and the line in it, from 1. */
export interface Place {
  readonly source: string;
  readonly line: number;
}

/** An error of the script: any value at all, a string with its position for those of the language itself. */
export class LuaError extends Error {
  readonly value: LuaValue;
  /** Where the innermost function of Lua's was, unless native functions called each other, or memory ran out. */
  readonly place: Place | undefined;

  constructor(value: LuaValue, place?: Place) {
    super(typeof value === "string" ? value : "(error object is not a string)");
    this.name = "LuaError";
    this.value = value;
    this.place = place;
  }
}

/** What memory that ran out is called; the only error that has no place by its nature. */
export const NOT_ENOUGH_MEMORY = "not enough memory";

/** The source is not Lua; `message` as the original's, position included. */
export class LuaSyntaxError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "LuaSyntaxError";
  }
}

/** The host's word that the script has to end: not an error of the script's, so that no pcall catches it. */
export class LuaKilled extends Error {
  /** Where the script was. */
  readonly place: Place | undefined;

  constructor(message: string, place?: Place) {
    super(message);
    this.name = "LuaKilled";
    this.place = place;
  }
}

/**
 * A fast run cannot go on: it lasts, is too deep, or wants something that only full mode has. The run begins anew in full mode.
 * `remember`: the chunk will want it next time as well.
 */
export class NeedsFullMode extends Error {
  readonly remember: boolean;
  constructor(reason: string, remember: boolean) {
    super(reason);
    this.name = "NeedsFullMode";
    this.remember = remember;
  }
}

/** Sizes of the original's buffers for a chunk's name: at run time, and in messages of the parser (llex.c, MAXSRC). */
const RUNTIME_ID = 60;
export const SYNTAX_ID = 80;

/** A chunk's name as messages show it (lobject.c, luaO_chunkid): "=name" and "@file" plain, else `[string "first line..."]`. */
export function chunkId(name: string, size: number = RUNTIME_ID): string {
  if (name.startsWith("=")) return name.slice(1, size);
  if (name.startsWith("@")) {
    const room = size - 8;
    return name.length - 1 > room ? `...${name.slice(-room)}` : name.slice(1);
  }
  const room = size - 17;
  const lineEnd = name.search(/[\n\r\0]/);
  const length = Math.min(lineEnd === -1 ? name.length : lineEnd, room);
  return length < name.length ? `[string "${name.slice(0, length)}..."]` : `[string "${name}"]`;
}
