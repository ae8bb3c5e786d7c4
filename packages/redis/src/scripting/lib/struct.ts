/** Roberto Ierusalimschy's struct library 0.2, as Redis ships it: C's structures in strings, by a format. */
import { type LuaState, LuaTable, type LuaValue } from "../../lua/lua.ts";

/** Sizes and alignments of x86-64. */
const SIZES: Readonly<Record<string, number>> = { B: 1, b: 1, H: 2, h: 2, L: 8, l: 8, T: 8, f: 4, d: 8, x: 1 };
const MAX_INTEGER_SIZE = 32;
const DEFAULT_ALIGNMENT = 8;
const DEFAULT_INTEGER_SIZE = 4;
const MAX_INT = 2147483647;
/** Results of one unpack (the original's stack). */
const MAX_RESULTS = 7_900;

const INTEGERS = "BbHhLlTiI";
const bits = new DataView(new ArrayBuffer(8));

/** Reads a format option by option. */
class FormatReader {
  readonly #state: LuaState;
  readonly #format: string;
  #at = 0;
  #alignment = 1;
  bigEndian = false;
  option = "";
  /** Bytes of the option's value; 0 when the value decides. */
  size = 0;

  constructor(state: LuaState, format: string) {
    this.#state = state;
    // A C string: it ends at its first zero.
    this.#format = format.split("\0", 1)[0]!;
  }

  next(): boolean {
    if (this.#at >= this.#format.length) return false;
    this.option = this.#format[this.#at++]!;
    this.size = this.#optionSize();
    return true;
  }

  #optionSize(): number {
    const fixed = SIZES[this.option];
    if (fixed !== undefined) return fixed;
    if (this.option === "c") return this.#number(1);
    if (this.option !== "i" && this.option !== "I") return 0;
    const size = this.#number(DEFAULT_INTEGER_SIZE);
    if (size > MAX_INTEGER_SIZE) {
      throw this.#state.vm.error(`integral size ${size} is larger than limit of ${MAX_INTEGER_SIZE}`);
    }
    return size;
  }

  #number(otherwise: number): number {
    const digits = /^\d*/.exec(this.#format.slice(this.#at, this.#at + 20))![0];
    if (digits === "") return otherwise;
    if (Number(digits) > MAX_INT) throw this.#state.vm.error("integral size overflow");
    this.#at += digits.length;
    return Number(digits);
  }

  /** Bytes to skip before the option's value. */
  padding(position: number): number {
    if (this.size === 0 || this.option === "c") return 0;
    const size = Math.min(this.size, this.#alignment);
    return (size - (position & (size - 1))) & (size - 1);
  }

  /** An option without a value. */
  control(): void {
    switch (this.option) {
      case " ":
        return;
      case ">":
      case "<":
        this.bigEndian = this.option === ">";
        return;
      case "!": {
        const alignment = this.#number(DEFAULT_ALIGNMENT);
        if (alignment <= 0 || (alignment & (alignment - 1)) !== 0) {
          throw this.#state.vm.error(`alignment ${alignment} is not a power of 2`);
        }
        this.#alignment = alignment;
        return;
      }
      default:
        throw this.#state.vm.argumentError(1, `invalid format option '${this.option}'`);
    }
  }
}

function ordered(text: string, bigEndian: boolean): string {
  return bigEndian ? [...text].reverse().join("") : text;
}

function littleEndian(value: bigint, size: number): string {
  let text = "";
  for (let at = 0, rest = value; at < size; at++, rest >>= 8n) text += String.fromCharCode(Number(rest & 0xffn));
  return text;
}

/** A double as C's 64-bit integer; what does not fit is what x86 makes of it. */
function toInteger(value: number): bigint {
  if (Number.isNaN(value) || value >= 2 ** 64 || value < -(2 ** 63)) return value >= 2 ** 64 ? 0n : 2n ** 63n;
  return BigInt.asUintN(64, BigInt(Math.trunc(value)));
}

function fromInteger(text: string, isSigned: boolean): number {
  let value = 0n;
  for (let at = text.length - 1; at >= 0; at--) value = BigInt.asUintN(64, (value << 8n) | BigInt(text.charCodeAt(at)));
  if (!isSigned) return Number(value);
  return Number(BigInt.asIntN(Math.min(text.length * 8, 64), value));
}

/** The library's table. */
export function createStruct(state: LuaState): LuaTable {
  const { vm } = state;
  const library = new LuaTable();

  library.setString("pack", (...args) => {
    const format = new FormatReader(state, vm.string(args, 0));
    // The original puts a nil behind the arguments, and reports a missing one as nil.
    const given = [...args, undefined];
    let out = "";
    let argument = 1;
    while (format.next()) {
      out += "\0".repeat(format.padding(out.length));
      const { option, bigEndian } = format;
      let { size } = format;
      if (INTEGERS.includes(option)) {
        out += ordered(littleEndian(toInteger(vm.number(given, argument++)), size), bigEndian);
      } else if (option === "x") out += "\0";
      else if (option === "f" || option === "d") {
        const value = vm.number(given, argument++);
        if (option === "f") bits.setFloat32(0, value, true);
        else bits.setFloat64(0, value, true);
        let text = "";
        for (let at = 0; at < size; at++) text += String.fromCharCode(bits.getUint8(at));
        out += ordered(text, bigEndian);
      } else if (option === "c" || option === "s") {
        const text = vm.string(given, argument++);
        if (size === 0) size = text.length;
        if (text.length < size) throw vm.argumentError(argument + 1, "string too short");
        out += text.slice(0, size) + (option === "s" ? "\0" : "");
      } else format.control();
      vm.checkLength(out.length);
    }
    return out;
  });

  library.setString("unpack", (...args) => {
    const format = new FormatReader(state, vm.string(args, 0));
    const data = vm.string(args, 1);
    let position = vm.optionalInteger(args, 2, 1) - 1;
    if (position === -1) throw vm.argumentError(3, "offset must be 1 or greater");
    const values: LuaValue[] = [];
    const check = (size: number): void => {
      // A negative offset is a huge one to the original.
      if (position < 0 || position + size > data.length) throw vm.argumentError(2, "data string too short");
    };
    while (format.next()) {
      position += format.padding(position);
      const { option, bigEndian } = format;
      let { size } = format;
      check(size);
      if (values.length >= MAX_RESULTS) throw vm.error("stack overflow (too many results)");
      const bytes = data.slice(position, position + size);
      if (INTEGERS.includes(option)) {
        values.push(fromInteger(ordered(bytes, bigEndian), option === option.toLowerCase()));
      } else if (option === "f" || option === "d") {
        const text = ordered(bytes, bigEndian);
        for (let at = 0; at < size; at++) bits.setUint8(at, text.charCodeAt(at));
        values.push(option === "f" ? bits.getFloat32(0, true) : bits.getFloat64(0, true));
      } else if (option === "c") {
        if (size === 0) {
          const previous = values.pop();
          if (typeof previous !== "number") throw vm.error("format 'c0' needs a previous size");
          size = previous < 0 ? Infinity : Math.trunc(previous);
          check(size);
        }
        values.push(data.slice(position, position + size));
      } else if (option === "s") {
        const end = data.indexOf("\0", position);
        if (end === -1) throw vm.error("unfinished string in data");
        values.push(data.slice(position, end));
        size = end + 1 - position;
      } else if (option !== "x") format.control();
      position += size;
    }
    return [...values, position + 1];
  });

  library.setString("size", (...args) => {
    const format = new FormatReader(state, vm.string(args, 0));
    let position = 0;
    while (format.next()) {
      position += format.padding(position);
      if (format.option === "s") throw vm.argumentError(1, "option 's' has no fixed size");
      if (format.option === "c" && format.size === 0) throw vm.argumentError(1, "option 'c0' has no fixed size");
      if (!/[0-9A-Za-z]/.test(format.option)) format.control();
      position += format.size;
    }
    return position;
  });
  return library;
}
