/** lua-cmsgpack 0.4.0 as Redis ships it: MessagePack to and from Lua's values, with the original's choice of widths. */
import { type LuaState, LuaTable, type LuaValue } from "../../lua/lua.ts";
import { NO_SITE } from "../../lua/sites.ts";

/** Tables nested deeper are packed as nil. */
const MAX_NESTING = 16;
/** Arrays and maps nested deeper are refused; the original refuses where its stack ends. */
const MAX_UNPACK_NESTING = 1_900;
const MAX_INT = 2147483647;

const bits = new DataView(new ArrayBuffer(8));

function bytesOf(tag: number, width: number): string {
  let text = String.fromCharCode(tag);
  for (let at = 0; at < width; at++) text += String.fromCharCode(bits.getUint8(at));
  return text;
}

function uint(tag: number, width: 1 | 2 | 4, value: number): string {
  if (width === 1) bits.setUint8(0, value);
  else if (width === 2) bits.setUint16(0, value);
  else bits.setUint32(0, value);
  return bytesOf(tag, width);
}

function packInteger(value: number): string {
  if (value >= 0) {
    if (value <= 127) return String.fromCharCode(value);
    if (value <= 0xff) return uint(0xcc, 1, value);
    if (value <= 0xffff) return uint(0xcd, 2, value);
    if (value <= 0xffffffff) return uint(0xce, 4, value);
    bits.setBigUint64(0, BigInt(value));
    return bytesOf(0xcf, 8);
  }
  if (value >= -32) return String.fromCharCode(value & 0xff);
  if (value >= -128) return uint(0xd0, 1, value);
  if (value >= -32768) return uint(0xd1, 2, value);
  if (value >= -2147483648) return uint(0xd2, 4, value);
  bits.setBigInt64(0, BigInt(value));
  return bytesOf(0xd3, 8);
}

function packNumber(value: number): string {
  if (value === Math.trunc(value) && value >= -(2 ** 63) && value < 2 ** 63) return packInteger(value);
  if (Math.fround(value) === value) {
    bits.setFloat32(0, value);
    return bytesOf(0xca, 4);
  }
  if (Number.isNaN(value)) bits.setBigUint64(0, 0xfff8000000000000n);
  else bits.setFloat64(0, value);
  return bytesOf(0xcb, 8);
}

/** A string's, array's or map's head: `small` up to a length within the tag, then tags of 1 (0: none), 2 and 4 bytes of length. */
function head(length: number, small: number, smallLimit: number, one: number, two: number): string {
  if (length < smallLimit) return String.fromCharCode(small | length);
  if (one !== 0 && length <= 0xff) return uint(one, 1, length);
  return length <= 0xffff ? uint(two, 2, length) : uint(two + 1, 4, length);
}

/** Whether the keys are exactly 1…n. */
function isArray(table: LuaTable): boolean {
  let count = 0;
  let most = 0;
  for (let at = table.advance(0); at > 0; at = table.advance(at)) {
    const key = table.keyAt(at);
    if (typeof key !== "number" || key <= 0 || key !== Math.trunc(key) || key > MAX_INT) return false;
    count++;
    if (key > most) most = key;
  }
  return most === count;
}

function pack(state: LuaState, value: LuaValue, level: number): string {
  if (typeof value === "string") return head(value.length, 0xa0, 32, 0xd9, 0xda) + value;
  if (typeof value === "number") return packNumber(value);
  if (typeof value === "boolean") return value ? "\xc3" : "\xc2";
  if (!(value instanceof LuaTable) || level === MAX_NESTING) return "\xc0";
  const parts: string[] = [];
  if (isArray(value)) {
    const length = value.length();
    parts.push(head(length, 0x90, 16, 0, 0xdc));
    for (let at = 1; at <= length; at++) parts.push(pack(state, value.getNumber(at), level + 1));
  } else {
    let count = 0;
    for (let at = value.advance(0); at > 0; at = value.advance(at)) {
      parts.push(pack(state, value.keyAt(at), level + 1), pack(state, value.valueAt(at), level + 1));
      count++;
    }
    parts.unshift(head(count, 0x80, 16, 0, 0xde));
  }
  state.vm.charge(parts.length);
  const text = parts.join("");
  state.vm.checkLength(text.length);
  return text;
}

class Unpacker {
  readonly #state: LuaState;
  readonly #text: string;
  at: number;
  #level = 0;

  constructor(state: LuaState, text: string, at: number) {
    this.#state = state;
    this.#text = text;
    this.at = at;
  }

  get left(): number {
    return this.#text.length - this.at;
  }

  #need(bytes: number): void {
    if (this.left < bytes) throw this.#state.vm.error("Missing bytes in input.");
  }

  /** Loads the next `width` bytes where `bits` reads them. */
  #load(width: number): void {
    this.#need(width);
    for (let at = 0; at < width; at++) bits.setUint8(at, this.#text.charCodeAt(this.at + at));
    this.at += width;
  }

  #uint(width: 1 | 2 | 4): number {
    this.#load(width);
    return width === 1 ? bits.getUint8(0) : width === 2 ? bits.getUint16(0) : bits.getUint32(0);
  }

  #string(length: number): string {
    this.#need(length);
    this.at += length;
    return this.#text.slice(this.at - length, this.at);
  }

  #nested(count: number, isMap: boolean): LuaTable {
    if (++this.#level > MAX_UNPACK_NESTING)
      throw this.#state.vm.error("stack overflow (in function mp_decode_to_lua_array)");
    const table = new LuaTable();
    for (let index = 1; index <= count; index++) {
      const key = isMap ? this.value() : index;
      const value = this.value();
      if (key === undefined) throw this.#state.vm.error("table index is nil", NO_SITE);
      if (typeof key === "number" && Number.isNaN(key)) throw this.#state.vm.error("table index is NaN", NO_SITE);
      table.set(key, value);
    }
    this.#level--;
    return table;
  }

  value(): LuaValue {
    this.#need(1);
    this.#state.vm.charge(1);
    const tag = this.#text.charCodeAt(this.at++);
    if (tag < 0x80) return tag;
    if (tag < 0x90) return this.#nested(tag & 15, true);
    if (tag < 0xa0) return this.#nested(tag & 15, false);
    if (tag < 0xc0) return this.#string(tag & 31);
    if (tag >= 0xe0) return tag - 256;
    switch (tag) {
      case 0xc0:
        return undefined;
      case 0xc2:
      case 0xc3:
        return tag === 0xc3;
      case 0xd9:
        return this.#string(this.#uint(1));
      case 0xda:
        return this.#string(this.#uint(2));
      case 0xdb:
        return this.#string(this.#uint(4));
      case 0xca:
        this.#load(4);
        return bits.getFloat32(0);
      case 0xcb:
        this.#load(8);
        return bits.getFloat64(0);
      case 0xcc:
        return this.#uint(1);
      case 0xcd:
        return this.#uint(2);
      case 0xce:
        return this.#uint(4);
      case 0xcf:
        this.#load(8);
        // The original hands it on as a signed integer.
        return Number(bits.getBigInt64(0));
      case 0xd0:
        this.#load(1);
        return bits.getInt8(0);
      case 0xd1:
        this.#load(2);
        return bits.getInt16(0);
      case 0xd2:
        this.#load(4);
        return bits.getInt32(0);
      case 0xd3:
        this.#load(8);
        return Number(bits.getBigInt64(0));
      case 0xdc:
        return this.#nested(this.#uint(2), false);
      case 0xdd:
        return this.#nested(this.#uint(4), false);
      case 0xde:
        return this.#nested(this.#uint(2), true);
      case 0xdf:
        return this.#nested(this.#uint(4), true);
      default:
        throw this.#state.vm.error("Bad data format in input.");
    }
  }
}

/** The library's table. */
export function createCmsgpack(state: LuaState): LuaTable {
  const { vm } = state;
  const library = new LuaTable();
  library.setString("pack", (...args) => {
    if (args.length === 0) throw vm.argumentError(0, "MessagePack pack needs input.");
    const text = args.map((value) => pack(state, value, 0)).join("");
    vm.checkLength(text.length);
    return text;
  });
  const unpack = (args: readonly LuaValue[], limit: number, offset: number): LuaValue[] => {
    const text = vm.string(args, 0);
    if (offset < 0 || limit < 0) {
      throw vm.error(`Invalid request to unpack with offset of ${offset} and limit of ${text.length}.`);
    }
    if (offset > text.length) throw vm.error(`Start offset ${offset} greater than input length ${text.length}.`);
    const all = limit === 0 && offset === 0;
    const unpacker = new Unpacker(state, text, offset);
    const values: LuaValue[] = [];
    for (const most = all ? MAX_INT : limit; unpacker.left > 0 && values.length < most;) {
      if (values.length >= 7_900) throw vm.error("stack overflow (in function mp_unpack_full)");
      values.push(unpacker.value());
    }
    return all ? values : [unpacker.left === 0 ? -1 : unpacker.at, ...values];
  };
  library.setString("unpack", (...args) => unpack(args, 0, 0));
  library.setString("unpack_one", (...args) => unpack(args, 1, vm.optionalInteger(args, 1, 0)));
  library.setString("unpack_limit", (...args) => unpack(args, vm.integer(args, 1), vm.optionalInteger(args, 2, 0)));
  library.setString("_NAME", "cmsgpack");
  library.setString("_VERSION", "lua-cmsgpack 0.4.0");
  library.setString("_COPYRIGHT", "Copyright (C) 2012, Salvatore Sanfilippo");
  library.setString("_DESCRIPTION", "MessagePack C implementation for Lua");
  return library;
}
