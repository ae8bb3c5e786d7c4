/** What a Lua program can fail with, and the signals that no pcall catches. */
import type { LuaValue } from "./value.ts";

/** An error of the script: any value at all, a string with its position for those of the language itself. */
export class LuaError extends Error {
  readonly value: LuaValue;
  /** "chunk:line" of the error's place, where it is known. */
  readonly traceback: string;

  constructor(value: LuaValue, traceback = "") {
    super(typeof value === "string" ? value : "(error object is not a string)");
    this.name = "LuaError";
    this.value = value;
    this.traceback = traceback;
  }
}

/** The source is not Lua; `message` as the original's, position included. */
export class LuaSyntaxError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "LuaSyntaxError";
  }
}

/** The host's word that the script has to end: not an error of the script's, so that no pcall catches it. */
export class LuaKilled extends Error {
  constructor(message: string) {
    super(message);
    this.name = "LuaKilled";
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
