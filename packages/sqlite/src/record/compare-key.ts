/** The order of an index: a record in the file beside a key in memory. Hot: every step down an index's tree. */
import { type Collation, compareBytes } from "../values/collation.ts";
import { compareValues } from "../values/compare.ts";
import { decodeText, type TextEncoding } from "../values/text-codec.ts";
import { BLOB, type Cells, INTEGER, NULL, type RawText, REAL, type Tag } from "../values/value.ts";
import { readInteger } from "./record-reader.ts";
import { contentLength, tagOfSerialType } from "./serial-type.ts";
import { readVarint, varintEnd } from "./varint.ts";

/** How the columns of an index are ordered, each by itself. */
export interface KeyInfo {
  readonly encoding: TextEncoding;
  readonly collations: readonly Collation[];
  /** Not 0: descending. */
  readonly descending: Uint8Array;
}

/**
 * Compares the record in `bytes[start…end)` with the first `count` values of `key`: negative when the record comes first. Equal as far as both go
 * is 0: a key of fewer columns finds all records that begin with it.
 */
export function compareRecordToKey(
  bytes: Uint8Array,
  view: DataView,
  start: number,
  end: number,
  key: Cells,
  count: number,
  { encoding, collations, descending }: KeyInfo,
): number {
  let content = start + readVarint(bytes, start);
  let header = varintEnd;
  const headerEnd = Math.min(content, end);
  for (let column = 0; column < count && header < headerEnd; column++) {
    const type = readVarint(bytes, header);
    header = varintEnd;
    const contentEnd = content + contentLength(type);
    if (contentEnd > end) return 0; // A damaged record; where it leads does not matter.
    const tag = tagOfSerialType(type);
    const keyTag = key.tags[column] as Tag;
    const payload = key.payloads[column]!;
    let order: number;
    if (tag === INTEGER || tag === REAL) {
      if (keyTag !== INTEGER && keyTag !== REAL) order = keyTag === NULL ? 1 : -1;
      else {
        const value = tag === REAL ? view.getFloat64(content) : readInteger(view, content, type);
        order = value < (payload as number) ? -1 : value > (payload as number) ? 1 : 0;
      }
    } else if (tag !== keyTag) order = tag - keyTag;
    else if (tag === NULL) order = 0;
    else if (tag === BLOB) order = compareBytes(bytes.subarray(content, contentEnd), payload as Uint8Array);
    else
      order = collations[column]!.compare(
        decodeText(bytes, content, contentEnd, encoding),
        payload as string | RawText,
      );
    if (order !== 0) return descending[column] === 0 ? order : -order;
    content = contentEnd;
  }
  return 0;
}

/** The order of two keys in memory, by the same rules. */
export function compareKeys(a: Cells, b: Cells, count: number, { collations, descending }: KeyInfo): number {
  for (let column = 0; column < count; column++) {
    const order = compareValues(
      a.tags[column] as Tag,
      a.payloads[column]!,
      b.tags[column] as Tag,
      b.payloads[column]!,
      collations[column]!,
    );
    if (order !== 0) return descending[column] === 0 ? order : -order;
  }
  return 0;
}
