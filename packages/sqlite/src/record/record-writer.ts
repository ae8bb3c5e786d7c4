/**
 * Rows → records: a header of serial types behind its own length, then the values (https://www.sqlite.org/fileformat2.html §2.1).
 *
 * A REAL that is a whole number of at most six bytes is written as that INTEGER, which is shorter, and is a REAL again when a column of
 * REAL affinity is read: `realAsInteger` says for which columns. Hot: bench/sqlite.bench.ts.
 */
import { encodedLength, encodeText, type TextEncoding } from "../values/text-codec.ts";
import { BLOB, type Cells, INTEGER, NULL, type RawText, REAL, TEXT } from "../values/value.ts";
import { contentLength, integerSerialType } from "./serial-type.ts";
import { varintLength, writeVarint } from "./varint.ts";

const FIRST_BYTES = 512;
/** Whole numbers below it are shorter as INTEGERs, of six bytes at most, than as REALs. */
const MAX_SHORT_INTEGER = 0x8000_0000_0000;

export class RecordWriter {
  readonly #encoding: TextEncoding;
  /** Schema format 4 has the INTEGERs 0 and 1 without any bytes. */
  readonly #hasConstants: boolean;
  #types = new Float64Array(16);
  /** The record that was written last, in its first `length` bytes. */
  bytes: Uint8Array = new Uint8Array(FIRST_BYTES);
  #view = new DataView(this.bytes.buffer);
  length = 0;

  constructor(encoding: TextEncoding, schemaFormat: number) {
    this.#encoding = encoding;
    this.#hasConstants = schemaFormat >= 4;
  }

  /** Writes `cells[at…at + count)`; `realAsInteger[i]` is not 0 where the column has REAL affinity. */
  write(cells: Cells, at: number, count: number, realAsInteger?: Uint8Array): void {
    if (this.#types.length < count) this.#types = new Float64Array(count * 2);
    const types = this.#types;
    let header = 0;
    let content = 0;
    for (let i = 0; i < count; i++) {
      const type = this.#serialType(cells, at + i, realAsInteger !== undefined && realAsInteger[i] !== 0);
      types[i] = type;
      header += varintLength(type);
      content += contentLength(type);
    }
    // The header's length counts itself, which may make it one byte longer.
    let headerLength = header + 1;
    if (headerLength > 0x7f) headerLength = header + varintLength(header + varintLength(header));
    this.#reserve(headerLength + content);
    let end = writeVarint(this.bytes, 0, headerLength);
    for (let i = 0; i < count; i++) end = writeVarint(this.bytes, end, types[i]!);
    for (let i = 0; i < count; i++) end = this.#content(cells, at + i, types[i]!, end);
    this.length = end;
  }

  #serialType(cells: Cells, at: number, isReal: boolean): number {
    const payload = cells.payloads[at]!;
    switch (cells.tags[at]) {
      case NULL:
        return 0;
      case INTEGER:
        return integerSerialType(payload as number | bigint, this.#hasConstants);
      case REAL: {
        const value = payload as number;
        const isShort = isReal && value >= -MAX_SHORT_INTEGER && value < MAX_SHORT_INTEGER && Number.isInteger(value);
        return isShort ? integerSerialType(value, this.#hasConstants) : 7;
      }
      case TEXT:
        return encodedLength(payload as string | RawText, this.#encoding) * 2 + 13;
      default:
        return (payload as Uint8Array).length * 2 + 12;
    }
  }

  #content(cells: Cells, at: number, serialType: number, end: number): number {
    const payload = cells.payloads[at]!;
    if (serialType >= 12) {
      if (cells.tags[at] !== BLOB) return encodeText(payload as string | RawText, this.#encoding, this.bytes, end);
      this.bytes.set(payload as Uint8Array, end);
      return end + (payload as Uint8Array).length;
    }
    if (serialType === 7) {
      this.#view.setFloat64(end, payload as number);
      return end + 8;
    }
    return this.#integer(payload as number | bigint, serialType, end);
  }

  #integer(value: number | bigint, serialType: number, end: number): number {
    const view = this.#view;
    switch (serialType) {
      case 1:
        view.setInt8(end, value as number);
        return end + 1;
      case 2:
        view.setInt16(end, value as number);
        return end + 2;
      case 3:
        view.setInt8(end, (value as number) >> 16);
        view.setUint16(end + 1, (value as number) & 0xffff);
        return end + 3;
      case 4:
        view.setInt32(end, value as number);
        return end + 4;
      case 5: {
        const high = Math.floor((value as number) / 2 ** 32);
        view.setInt16(end, high);
        view.setUint32(end + 2, (value as number) - high * 2 ** 32);
        return end + 6;
      }
      case 6:
        view.setBigInt64(end, BigInt(value));
        return end + 8;
      default:
        return end;
    }
  }

  #reserve(length: number): void {
    if (this.bytes.length >= length) return;
    this.bytes = new Uint8Array(Math.max(length, this.bytes.length * 2));
    this.#view = new DataView(this.bytes.buffer);
  }
}
