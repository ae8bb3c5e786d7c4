/** Record types inside rdata: one, or a set as NSEC's bitmap (RFC 4034 §4.1.2). Values hold numbers. */
import { DnsError } from "../../errors.ts";
import type { Scanner } from "../../text/scanner.ts";
import type { WireWriter } from "../../wire/writer.ts";
import { badRdata, type Field } from "../format.ts";
import { typeCode, typeText } from "../types.ts";
import { u16 } from "./numbers.ts";

/** The type that a signature covers. */
export const coveredType: Field<number> = {
  ...u16,
  parse: (from, to, what) => to.u16(parseType(from, what)),
  print: (from) => typeText(from.u16()),
};

function parseType(from: Scanner, what: string): number {
  const text = from.word(what);
  const code = typeCode(text);
  if (code === undefined) throw new DnsError("syntax", `${what}: unknown type "${text}"`);
  return code;
}

function parseTypes(from: Scanner, what: string): number[] {
  const types: number[] = [];
  while (!from.atEnd()) types.push(parseType(from, what));
  return types;
}

/** Windows of 256 types, each of up to 32 bytes without zeros at the end; ascending. */
export const typeBitmap: Field<readonly number[]> = {
  read(from) {
    const types: number[] = [];
    let previous = -1;
    while (from.remaining > 0) {
      const window = from.u8();
      const length = from.u8();
      if (window <= previous) throw badRdata("windows of a type bitmap are out of order");
      if (length === 0 || length > 32) throw badRdata(`a window of a type bitmap has ${length} bytes`);
      previous = window;
      const bits = from.take(length);
      if (bits[length - 1] === 0) throw badRdata("a window of a type bitmap ends with zeros");
      collectBits(bits, window << 8, types);
    }
    return types;
  },
  write: (to, types) => writeWindows(to, types),
  parse: (from, to, what) => writeWindows(to, parseTypes(from, what)),
  print: (from) => typeBitmap.read(from).map(typeText).join(" "),
};

function writeWindows(to: WireWriter, types: readonly number[]): void {
  const sorted = [...new Set(types)].sort((a, b) => a - b);
  for (let i = 0; i < sorted.length;) {
    const window = sorted[i]! >> 8;
    const bits = new Uint8Array(32);
    let length = 0;
    for (; i < sorted.length && sorted[i]! >> 8 === window; i++) {
      const type = sorted[i]! & 0xff;
      bits[type >> 3]! |= 0x80 >> (type & 7);
      length = (type >> 3) + 1;
    }
    to.u8(window);
    to.u8(length);
    to.bytes(bits.subarray(0, length));
  }
}

function collectBits(bits: Uint8Array, base: number, types: number[]): void {
  for (const [i, byte] of bits.entries()) {
    for (let bit = 0; bit < 8; bit++) {
      if ((byte & (0x80 >> bit)) !== 0) types.push(base + i * 8 + bit);
    }
  }
}

/** NXT's bitmap: one window of types 1 to 127, whose bit 0 stays clear (RFC 2535 §5.2). */
export const oldTypeBitmap: Field<readonly number[]> = {
  read(from) {
    const bits = from.rest();
    if (bits.length > 16 || (bits.length > 0 && bits.at(-1) === 0)) throw badRdata("NXT's type bitmap is malformed");
    if (bits.length > 0 && (bits[0]! & 0x80) !== 0) throw badRdata("NXT's type bitmap is of an unknown form");
    const types: number[] = [];
    collectBits(bits, 0, types);
    return types;
  },
  write: writeOldBitmap,
  parse: (from, to, what) => writeOldBitmap(to, parseTypes(from, what)),
  print: (from) => oldTypeBitmap.read(from).map(typeText).join(" "),
};

function writeOldBitmap(to: WireWriter, types: readonly number[]): void {
  const highest = Math.max(-1, ...types);
  if (highest > 127 || types.includes(0)) throw badRdata("NXT lists types 1 to 127");
  const bits = new Uint8Array((highest >> 3) + 1);
  for (const type of types) bits[type >> 3]! |= 0x80 >> (type & 7);
  to.bytes(bits);
}
