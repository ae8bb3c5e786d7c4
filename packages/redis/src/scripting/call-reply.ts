/**
 * What redis.call gives a script: a command's reply, from RESP to Lua's values.
 *
 * RESP2: a null is false, a status `{ ok = … }`, an error `{ err = … }`. After redis.setresp(3) also: nil for null, `{ map = … }`,
 * `{ set = { member = true } }`, `{ double = … }`, `{ big_number = … }`, `{ verbatim_string = { format, string } }`; attributes are skipped.
 */
import { Buffer } from "node:buffer";
import { LuaTable, type LuaValue } from "../lua/lua.ts";
import { latin1 } from "../types/latin1.ts";
import { errorTable } from "./error-values.ts";

/** The reply was an error. */
export class ErrorReply {
  /** "CODE message". */
  readonly message: string;
  /** Statistics know of it. */
  readonly counted: boolean;

  constructor(message: string, counted: boolean) {
    this.message = message;
    this.counted = counted;
  }

  table(): LuaTable {
    return errorTable(`-${this.message}`, this.counted);
  }
}

/** The reply was a table: its bytes, from which it can be made any number of times. */
export class TableReply {
  readonly bytes: Buffer;
  #table: LuaValue;

  constructor(bytes: Buffer, table: LuaValue) {
    this.bytes = bytes;
    this.#table = table;
  }

  /** A table of its own for each caller. */
  table(): LuaValue {
    const table = this.#table;
    this.#table = undefined;
    return table ?? reader.read(this.bytes);
  }
}

/** The reply was a status. */
export class StatusText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  table(): LuaTable {
    return LuaTable.ofFields(["ok"], [this.text]);
  }
}

/** Values that nothing can change stand for themselves. */
export type CallReply = undefined | boolean | number | string | ErrorReply | StatusText | TableReply;

const NOTHING: Buffer = Buffer.alloc(0);
const OK = new StatusText("OK");

/** The one reply that `bytes[0, length)` holds, which are free again afterwards. */
export function callReply(bytes: Buffer, length: number): CallReply {
  switch (bytes[0]) {
    case 0x2d: // -
      return new ErrorReply(latin1(bytes, 1, length - 2), true);
    case 0x2b: // +
      return length === 5 && bytes[1] === 0x4f && bytes[2] === 0x4b ? OK : new StatusText(latin1(bytes, 1, length - 2));
    case 0x3a: // :
    case 0x24: // $
    case 0x5f: // _
    case 0x23: // #
      return reader.read(bytes) as CallReply;
    default: {
      const table = reader.read(bytes);
      if (!(table instanceof LuaTable)) return table as CallReply;
      return new TableReply(Buffer.from(bytes.subarray(0, length)), table);
    }
  }
}

class ReplyReader {
  #bytes: Buffer = NOTHING;
  #at = 0;

  /** The value of the reply that the bytes begin with. */
  read(bytes: Buffer): LuaValue {
    this.#bytes = bytes;
    this.#at = 0;
    const value = this.value();
    this.#bytes = NOTHING;
    return value;
  }

  value(): LuaValue {
    const marker = this.#bytes[this.#at++]!;
    switch (marker) {
      case 0x24: // $
        return this.#bulk();
      case 0x3a: // :
        return this.#integer();
      case 0x2b: // +
        return LuaTable.ofFields(["ok"], [this.#line()]);
      case 0x2d: // -
        return errorTable(`-${this.#line()}`, true);
      case 0x2a: // *
      case 0x3e: // >
        return this.#array();
      case 0x5f: // _
        this.#line();
        return undefined;
      case 0x23: // #
        return this.#line() === "t";
      case 0x2c: // ,
        return LuaTable.ofFields(["double"], [double(this.#line())]);
      case 0x28: // (
        return LuaTable.ofFields(["big_number"], [this.#line()]);
      case 0x3d: // =
        return this.#verbatim();
      case 0x25: // %
        return LuaTable.ofFields(["map"], [this.#map()]);
      case 0x7e: // ~
        return LuaTable.ofFields(["set"], [this.#set()]);
      case 0x7c: // |
        for (let left = 2 * this.#integer(); left > 0; left--) this.value();
        return this.value();
      default:
        throw new Error(`a command replied with the unknown type ${String.fromCharCode(marker)}`);
    }
  }

  #line(): string {
    const end = this.#bytes.indexOf(13, this.#at);
    const text = latin1(this.#bytes, this.#at, end);
    this.#at = end + 2;
    return text;
  }

  /** A 64-bit integer, rounded to a double as C does it. */
  #integer(): number {
    const bytes = this.#bytes;
    let at = this.#at;
    const negative = bytes[at] === 0x2d;
    if (negative) at++;
    const first = at;
    let value = 0;
    for (let digit = bytes[at]!; digit !== 13; digit = bytes[++at]!) value = value * 10 + digit - 0x30;
    // Digit by digit is exact for so many; longer ones are rounded once.
    if (at - first > 15) return Number(this.#line());
    this.#at = at + 2;
    return negative ? -value : value;
  }

  #bulk(): LuaValue {
    const length = this.#integer();
    if (length < 0) return false;
    const start = this.#at;
    this.#at = start + length + 2;
    return latin1(this.#bytes, start, start + length);
  }

  /** The table's array part is as large as if elements had been added one by one. */
  #array(): LuaValue {
    const count = this.#integer();
    if (count < 0) return false;
    const slots: LuaValue[] = [undefined];
    let hasNil = false;
    for (let i = 0; i < count; i++) {
      const value = this.value();
      hasNil ||= value === undefined;
      slots.push(value);
    }
    return hasNil ? sparseTable(slots) : arrayTable(slots);
  }

  #map(): LuaTable {
    const table = new LuaTable();
    for (let left = this.#integer(); left > 0; left--) {
      const key = this.value();
      const value = this.value();
      if (key !== undefined) table.set(key, value);
    }
    return table;
  }

  #set(): LuaTable {
    const table = new LuaTable();
    for (let left = this.#integer(); left > 0; left--) {
      const member = this.value();
      if (member !== undefined) table.set(member, true);
    }
    return table;
  }

  #verbatim(): LuaTable {
    const length = this.#integer();
    const start = this.#at;
    this.#at = start + length + 2;
    const string = latin1(this.#bytes, start + 4, start + length);
    const format = latin1(this.#bytes, start, start + 3);
    return LuaTable.ofFields(["verbatim_string"], [LuaTable.ofFields(["string", "format"], [string, format])]);
  }
}

const reader = new ReplyReader();

/** A list as a table; `slots` is `[undefined, first, …]` and taken over. The array part has a power of two slots, as one that grew has. */
export function arrayTable(slots: LuaValue[]): LuaTable {
  const count = slots.length - 1;
  if (count > 2 && (count & (count - 1)) !== 0) {
    const size = 2 ** (32 - Math.clz32(count));
    while (slots.length <= size) slots.push(undefined);
  }
  return LuaTable.ofArray(slots);
}

/** The same for a list with nils in it: its table is what adding the elements one by one makes of it. */
function sparseTable(slots: readonly LuaValue[]): LuaTable {
  const table = new LuaTable();
  for (let i = 1; i < slots.length; i++) table.setNumber(i, slots[i]);
  return table;
}

function double(text: string): number {
  if (text.endsWith("inf")) return text.startsWith("-") ? -Infinity : Infinity;
  return text.endsWith("nan") ? NaN : Number(text);
}
