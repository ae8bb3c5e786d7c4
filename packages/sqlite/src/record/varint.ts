/**
 * Variable-length integers of the file format: seven bits a byte, the highest first, the top bit says that more follow; the ninth byte has all
 * its eight (https://www.sqlite.org/fileformat2.html §1.6). Values are 64-bit, two's complement.
 *
 * Readers leave the end of what they read in `varintEnd`, which spares an object a call.
 */

/** Where the varint that was read last ends. */
export let varintEnd = 0;

/** A varint that is a length or a type: what is beyond 2^53 loses its last digits, and no such thing is ever valid. Reads at most nine bytes, zeros behind the end. */
export function readVarint(bytes: Uint8Array, at: number): number {
  let byte = bytes[at]!;
  if (byte < 0x80) {
    varintEnd = at + 1;
    return byte;
  }
  let value = byte & 0x7f;
  for (let i = 1; i < 8; i++) {
    byte = bytes[at + i] ?? 0;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      varintEnd = at + i + 1;
      return value;
    }
  }
  varintEnd = at + 9;
  return value * 256 + (bytes[at + 8] ?? 0);
}

/** A varint that is a rowid: a number where a number is exact, else a BigInt, negative where the top bit says so. */
export function readRowid(bytes: Uint8Array, at: number): number | bigint {
  const value = readVarint(bytes, at);
  if (value <= Number.MAX_SAFE_INTEGER) return value;
  let exact = 0n;
  for (let i = 0; i < 8; i++) {
    const byte = bytes[at + i] ?? 0;
    exact = (exact << 7n) | BigInt(byte & 0x7f);
    if (byte < 0x80) return narrowed(BigInt.asIntN(64, exact));
  }
  return narrowed(BigInt.asIntN(64, (exact << 8n) | BigInt(bytes[at + 8] ?? 0)));
}

/** A rowid, without telling where it ends: for loops that look at many. */
export function rowidAt(bytes: Uint8Array, at: number): number | bigint {
  const first = bytes[at]!;
  if (first < 0x80) return first;
  const second = bytes[at + 1]!;
  if (second < 0x80) return ((first & 0x7f) << 7) | second;
  const third = bytes[at + 2]!;
  if (third < 0x80) return ((first & 0x7f) << 14) | ((second & 0x7f) << 7) | third;
  return readRowid(bytes, at);
}

/** An INTEGER as engines keep it: a number where that is exact. */
export function narrowed(value: bigint): number | bigint {
  return value >= -MAX_SAFE && value <= MAX_SAFE ? Number(value) : value;
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** Bytes of the varint of a length or type. */
export function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length += 1;
  return length;
}

/** Bytes of a rowid's varint. */
export function rowidLength(rowid: number | bigint): number {
  if (typeof rowid === "number" && rowid >= 0) return varintLength(rowid);
  let length = 1;
  for (let rest = BigInt.asUintN(64, BigInt(rowid)) >> 7n; rest > 0n && length < 9; rest >>= 7n) length += 1;
  return length;
}

/** Writes the varint of a length or type, below 2^53, and returns where it ends. */
export function writeVarint(into: Uint8Array, at: number, value: number): number {
  if (value < 0x80) {
    into[at] = value;
    return at + 1;
  }
  if (value < 0x4000) {
    into[at] = (value >>> 7) | 0x80;
    into[at + 1] = value & 0x7f;
    return at + 2;
  }
  const end = at + varintLength(value);
  let rest = value;
  for (let i = end - 1; i >= at; i--) {
    into[i] = (rest % 128) | (i === end - 1 ? 0 : 0x80);
    rest = Math.floor(rest / 128);
  }
  return end;
}

/** Writes a rowid's varint and returns where it ends. */
export function writeRowid(into: Uint8Array, at: number, rowid: number | bigint): number {
  if (typeof rowid === "number" && rowid >= 0) return writeVarint(into, at, rowid);
  const length = rowidLength(rowid);
  let rest = BigInt.asUintN(64, BigInt(rowid));
  for (let i = at + length - 1; i >= at; i--) {
    const isWhole = i === at + 8;
    into[i] = isWhole ? Number(rest & 0xffn) : Number(rest & 0x7fn) | (i === at + length - 1 ? 0 : 0x80);
    rest >>= isWhole ? 8n : 7n;
  }
  return at + length;
}
