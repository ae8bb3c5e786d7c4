/**
 * What a script returns, as a reply to its caller: numbers are cut off to integers, false and nil are null, a table is an array up to its
 * first nil, unless a field says what else it is (see call-reply.ts).
 */
import { LuaTable, type LuaValue } from "../lua/lua.ts";
import type { ReplyWriter } from "../resp/reply-writer.ts";
import { COUNTED_FIELD, cString } from "./error-values.ts";

/** Slots of the original's stack that values within values may take: LUAI_MAXCSTACK, less one that is taken and four that it reserves. */
const STACK_SLOTS = 7_995;
const TOO_DEEP = "ERR reached lua stack limit";
const INT64_LIMIT: number = 2 ** 63;
const END: unique symbol = Symbol("no element is left");

/** Who counts errors that are part of a reply. */
export interface ErrorCounter {
  countError(message: string): void;
}

/** One table that is being written: the elements that are left. */
interface OpenTable {
  readonly table: LuaTable;
  readonly kind: "array" | "map" | "set";
  /** Array: the next index. Map and set: the position in the table (LuaTable.advance). */
  at: number;
  /** Map: the key was written, its value is due. */
  valueDue: boolean;
  /** Slots of the stack up to this one. */
  readonly slots: number;
}

/** Slots that lie below an element, from its table on: the table, of maps and sets the inner one and the key, of maps the value. */
const ARRAY_SLOTS = 1;
const SET_SLOTS = 3;
const MAP_KEY_SLOTS = 4;
const MAP_VALUE_SLOTS = 3;

/** Writes what a script returned; returns how many errors were in it. */
export function writeScriptReply(
  reply: ReplyWriter,
  scriptResp: 2 | 3,
  value: LuaValue,
  counter: ErrorCounter,
): number {
  // Most scripts return a text or a number.
  if (typeof value === "string") reply.bulk(value);
  else if (typeof value === "number") reply.integer(integerOf(value));
  else return new ScriptReply(reply, scriptResp, counter).write(value);
  return 0;
}

class ScriptReply {
  readonly #reply: ReplyWriter;
  readonly #counter: ErrorCounter;
  /** The protocol that the script chose by redis.setresp decides what its booleans are. */
  readonly #scriptResp: 2 | 3;
  #errors = 0;

  constructor(reply: ReplyWriter, scriptResp: 2 | 3, counter: ErrorCounter) {
    this.#reply = reply;
    this.#scriptResp = scriptResp;
    this.#counter = counter;
  }

  /** Writes a value, however deep; returns how many errors were in it. */
  write(value: LuaValue): number {
    const first = this.#element(value, 1);
    if (first === undefined) return this.#errors;
    const open = [first];
    for (let table = open.at(-1); table !== undefined; table = open.at(-1)) {
      const inner = this.#next(table);
      if (inner === END) open.pop();
      else if (inner !== undefined) open.push(inner);
    }
    return this.#errors;
  }

  #error(message: string, counted: boolean): void {
    this.#errors++;
    this.#reply.error(message.replace(/[\r\n]+$/, ""));
    if (!counted) this.#counter.countError(message);
  }

  /** Writes the table's next element; returns it if it is a table itself. */
  #next(open: OpenTable): OpenTable | undefined | typeof END {
    const { table, kind, slots } = open;
    if (kind === "array") {
      const value = table.getNumber(open.at++);
      return value === undefined ? END : this.#element(value, slots + ARRAY_SLOTS);
    }
    if (open.valueDue) {
      open.valueDue = false;
      return this.#element(table.valueAt(open.at), slots + MAP_VALUE_SLOTS);
    }
    const at = table.advance(open.at);
    if (at < 0) return END;
    open.at = at;
    open.valueDue = kind === "map";
    return this.#element(table.keyAt(at), slots + (kind === "map" ? MAP_KEY_SLOTS : SET_SLOTS));
  }

  /** Writes what is no aggregate; of one, the header, and gives it back. */
  #element(value: LuaValue, slots: number): OpenTable | undefined {
    const reply = this.#reply;
    if (slots > STACK_SLOTS) {
      this.#error(TOO_DEEP, false);
      return undefined;
    }
    switch (typeof value) {
      case "string":
        reply.bulk(value);
        return undefined;
      case "number":
        reply.integer(integerOf(value));
        return undefined;
      case "boolean":
        if (this.#scriptResp === 3) reply.boolean(value);
        else if (value) reply.integer(1);
        else reply.nil();
        return undefined;
      default:
        if (value instanceof LuaTable) return this.#table(value, slots);
        reply.nil();
        return undefined;
    }
  }

  #table(table: LuaTable, slots: number): OpenTable | undefined {
    const reply = this.#reply;
    // A plain list has no fields to look for.
    if (table.keys.length > 0) {
      const error = table.getString("err");
      if (typeof error === "string") {
        this.#error(cString(error), table.getString(COUNTED_FIELD) === true);
        return undefined;
      }
      const status = table.getString("ok");
      if (typeof status === "string") {
        reply.simple(oneLine(cString(status)));
        return undefined;
      }
      const double = table.getString("double");
      if (typeof double === "number") {
        reply.double(double);
        return undefined;
      }
      const bigNumber = table.getString("big_number");
      if (typeof bigNumber === "string") {
        reply.bigNumber(oneLine(bigNumber));
        return undefined;
      }
      const verbatim = table.getString("verbatim_string");
      if (verbatim instanceof LuaTable) {
        const format = verbatim.getString("format");
        const string = verbatim.getString("string");
        if (typeof format === "string" && typeof string === "string") {
          // Formats have three letters; longer ones are cut, shorter ones padded as the original's buffer happens to be.
          reply.verbatim(cString(format).slice(0, 3).padEnd(3), string);
          return undefined;
        }
      }
      const map = table.getString("map");
      if (map instanceof LuaTable) {
        reply.map(entriesOf(map));
        return { table: map, kind: "map", at: 0, valueDue: false, slots };
      }
      const set = table.getString("set");
      if (set instanceof LuaTable) {
        reply.set(entriesOf(set));
        return { table: set, kind: "set", at: 0, valueDue: false, slots };
      }
    }
    let count = 0;
    while (table.getNumber(count + 1) !== undefined) count++;
    reply.array(count);
    return { table, kind: "array", at: 1, valueDue: false, slots };
  }
}

function entriesOf(table: LuaTable): number {
  let count = 0;
  for (let at = table.advance(0); at >= 0; at = table.advance(at)) count++;
  return count;
}

/** A C cast to long long: towards zero; what does not fit is the least one, as x86 has it. */
function integerOf(value: number): number | bigint {
  const whole = Math.trunc(value);
  if (Number.isSafeInteger(whole)) return whole + 0;
  return Math.abs(whole) < INT64_LIMIT ? BigInt(whole) : -(2n ** 63n);
}

function oneLine(text: string): string {
  return text.replace(/[\r\n]/g, " ");
}
