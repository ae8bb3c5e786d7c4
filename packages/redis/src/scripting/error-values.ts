/** Errors between Redis and Lua: `{ err = "CODE message" }`, and what becomes of one that no pcall catches. */
import {
  type LuaError,
  LuaKilled,
  LuaTable,
  type LuaValue,
  NOT_ENOUGH_MEMORY,
  type Place,
  plainText,
} from "../lua/lua.ts";

/** As C sees the string: up to its first NUL. */
export function cString(text: string): string {
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}

/** Metatables that are looked through for a field. */
const MAX_INHERITED = 100;

/** Says that statistics count the error already. */
export const COUNTED_FIELD = "ignore_error_stats_update";

/** `-CODE message` or a plain message, as "CODE message". */
function withCode(error: string): string {
  const text = cString(error);
  if (!text.startsWith("-")) return `ERR ${trimmed(text)}`;
  const space = text.indexOf(" ");
  return space < 0 ? `ERR ${trimmed(text.slice(1))}` : `${text.slice(1, space)} ${trimmed(text.slice(space + 1))}`;
}

/** Without line ends around it. */
function trimmed(text: string): string {
  return text.replace(/^[\r\n]+|[\r\n]+$/g, "");
}

/** The table that redis.pcall returns for an error: `-CODE message`, or a message without a code, which is an ERR. */
export function errorTable(error: string, counted = false): LuaTable {
  const text = withCode(error);
  // In this order the original's pairs() finds them.
  return counted ? LuaTable.ofFields([COUNTED_FIELD, "err"], [true, text]) : LuaTable.ofFields(["err"], [text]);
}

/** What a script's caller is told of an error that ended it. */
export interface FinalError {
  /** With its code. */
  readonly message: string;
  /** Statistics have it already. */
  readonly counted: boolean;
}

/** The original's words for an error that nobody caught, in the script of that SHA-1. */
export function finalError(error: LuaError | LuaKilled, sha: string): FinalError {
  if (error instanceof LuaKilled) return { message: `ERR ${error.message}${placed(sha, error.place)}`, counted: false };
  const { value, place } = error;
  if (place === undefined && value === NOT_ENOUGH_MEMORY) {
    return { message: `ERR Error running script ${sha}, ${value}`, counted: false };
  }
  const where = placed(sha, place);
  if (!(value instanceof LuaTable)) return { message: `ERR ${cString(plainText(value))}${where}`, counted: false };
  const text = inherited(value, "err");
  const message = typeof text === "string" || typeof text === "number" ? cString(String(text)) : "ERR unknown error";
  return { message: message + where, counted: value.getString(COUNTED_FIELD) === true };
}

/** A field, through metatables as far as those name tables. */
function inherited(table: LuaTable, name: string): LuaValue {
  let at: LuaValue = table;
  for (let steps = 0; steps < MAX_INHERITED && at instanceof LuaTable; steps++) {
    const value = at.getString(name);
    if (value !== undefined) return value;
    at = at.metatable?.getString("__index");
  }
  return undefined;
}

/** Native functions that call native ones have no line. */
function placed(sha: string, place: Place = { source: "=[C]", line: -1 }): string {
  return ` script: ${sha}, on ${place.source}:${place.line}.`;
}
