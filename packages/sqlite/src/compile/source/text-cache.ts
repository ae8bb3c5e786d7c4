/** Texts that come again and again, as keys of groups do: the string that was made the first time is found by the bytes. */
import { decodeText, type TextEncoding } from "../../values/text-codec.ts";
import type { RawText } from "../../values/value.ts";

/** A power of two. */
const SLOTS = 16_384;
/** Longer ones are not worth looking for. */
const MAX_BYTES = 32;

export type TextReader = (bytes: Uint8Array, start: number, end: number, encoding: TextEncoding) => string | RawText;

/** `decodeText` with a memory: a table with one place for each hash, where the last text stands that had it, with its bytes. */
export function textCache(): TextReader {
  let texts: (string | RawText)[] = [];
  let lengths = new Uint8Array(0);
  let kept = new Uint8Array(0);
  return (bytes, start, end, encoding) => {
    const length = end - start;
    if (length > MAX_BYTES || length === 0) return decodeText(bytes, start, end, encoding);
    let hash = 0;
    for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + bytes[at]!) | 0;
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const place = slot * MAX_BYTES;
    if (lengths[slot] === length) {
      let at = 0;
      while (at < length && kept[place + at] === bytes[start + at]) at += 1;
      if (at === length) return texts[slot]!;
    }
    if (lengths.length === 0) {
      texts = new Array<string | RawText>(SLOTS).fill("");
      lengths = new Uint8Array(SLOTS);
      kept = new Uint8Array(SLOTS * MAX_BYTES);
    }
    const text = decodeText(bytes, start, end, encoding);
    texts[slot] = text;
    lengths[slot] = length;
    for (let at = 0; at < length; at++) kept[place + at] = bytes[start + at]!;
    return text;
  };
}
