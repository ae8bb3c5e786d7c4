/** A pattern as the parsers read it: characters, and where each begins. */
import { RAW_BYTE, codePointAt, sequenceLength } from "../unicode/utf8.ts";

export interface PatternText {
  /** Code points; RAW_BYTE + byte for what is not UTF-8; in the "bytes" encoding the bytes. */
  readonly characters: readonly number[];
  /** Byte offset of each character, and at last the length. */
  readonly offsets: readonly number[];
}

export function decodePattern(bytes: Uint8Array, encoding: "utf8" | "bytes"): PatternText {
  const characters: number[] = [];
  const offsets: number[] = [];
  for (let at = 0; at < bytes.length;) {
    offsets.push(at);
    const length = encoding === "bytes" ? 1 : sequenceLength(bytes, at, bytes.length);
    characters.push(codePointAt(bytes, at, length));
    at += length || 1;
  }
  offsets.push(bytes.length);
  return { characters, offsets };
}

export function isRawByte(character: number): boolean {
  return character >= RAW_BYTE;
}
