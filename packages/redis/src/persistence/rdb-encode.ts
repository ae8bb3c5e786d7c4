/**
 * Values as they stand in RDB files, in the oldest form that holds them: Redis 7.0 reads all of it but hashes whose fields expire.
 *
 * A large collection is written in pieces. Its elements are references to strings that never change, so that its image at an instant
 * is a copy of arrays of references (`imageOf`: about 2 ms for a million), and may be written when there is time.
 */
import { Buffer } from "node:buffer";
import { ByteWriter } from "@tenon/kit";
import { encodeIntset } from "../types/codecs/intset.ts";
import { encodeListpack } from "../types/codecs/listpack.ts";
import { lzfCompress } from "../types/codecs/lzf.ts";
import { HashValue } from "../types/hash.ts";
import { isInt64Text } from "../types/int64-text.ts";
import { bytesOf } from "../types/latin1.ts";
import { ListValue } from "../types/list.ts";
import { formatDouble } from "../types/numbers.ts";
import { SetValue } from "../types/set.ts";
import type { StringValue, Value } from "../types/value.ts";
import { SortedSetValue } from "../types/zset.ts";
import { StreamValue } from "../types/stream.ts";
import { streamImage } from "./rdb-stream.ts";
import { NEWEST_VERSION, OLDEST_WRITTEN_VERSION, QUICKLIST_PACKED, TYPE } from "./rdb-format.ts";

/** Strings up to here are not worth compressing. */
const MIN_COMPRESSED_BYTES = 20;
/** Elements that go into one packed node of a list. */
const LIST_NODE_BYTES = 8192;
/** Collections beyond this many elements are written in pieces. */
const LARGE_COLLECTION = 1024;

/** Where an RDB is written to: primitives over kit's writer. */
export class RdbOutput extends ByteWriter {
  /** rdbcompression */
  readonly compresses: boolean;

  constructor(compresses: boolean, capacity = 4096) {
    super(capacity);
    this.compresses = compresses;
  }

  count(length: number): void {
    if (length < 64) this.u8(length);
    else if (length < 16_384) {
      this.u8(0x40 | (length >> 8));
      this.u8(length & 0xff);
    } else if (length <= 0xffff_ffff) {
      this.u8(0x80);
      this.u32be(length);
    } else {
      this.u8(0x81);
      this.u64be(BigInt(length));
    }
  }

  count64(length: bigint): void {
    if (length <= 0xffff_ffffn) return this.count(Number(length));
    this.u8(0x81);
    this.u64be(length);
  }

  /** A one-byte string; as an integer where its text is one of up to 32 bits. */
  text(text: string): void {
    if (text.length <= 11 && isInt64Text(text) && this.#integer(Number(text))) return;
    if (text.length > MIN_COMPRESSED_BYTES && this.compresses) {
      this.#plainOrPacked(bytesOf(text));
      return;
    }
    this.count(text.length);
    this.latin1(text);
  }

  string(value: StringValue): void {
    if (typeof value === "string") this.text(value);
    else if (typeof value === "number") {
      if (!this.#integer(value)) this.text(String(value));
    } else if (value.length <= 11) this.text(value.toString("latin1"));
    else this.packed(value);
  }

  /** Bytes that are no text: as they are, or compressed. */
  packed(bytes: Buffer): void {
    if (bytes.length > MIN_COMPRESSED_BYTES && this.compresses) this.#plainOrPacked(bytes);
    else {
      this.count(bytes.length);
      this.bytes(bytes);
    }
  }

  #plainOrPacked(bytes: Buffer): void {
    const compressed = lzfCompress(bytes);
    if (compressed === undefined) {
      this.count(bytes.length);
      this.bytes(bytes);
      return;
    }
    this.u8(0xc3);
    this.count(compressed.length);
    this.count(bytes.length);
    this.bytes(compressed);
  }

  #integer(value: number): boolean {
    if (value >= -128 && value <= 127) {
      this.u8(0xc0);
      this.u8(value & 0xff);
    } else if (value >= -32_768 && value <= 32_767) {
      this.u8(0xc1);
      this.u16le(value & 0xffff);
    } else if (value >= -2_147_483_648 && value <= 2_147_483_647) {
      this.u8(0xc2);
      this.u32le(value >>> 0);
    } else return false;
    return true;
  }
}

/** A value at an instant, ready to be written: its type, then its bytes in one or more pieces. */
export interface ValueImage {
  /** The byte before the key. */
  readonly type: number;
  /** Writes up to about `limit` elements more; returns whether that was all. */
  write(output: RdbOutput, limit: number): boolean;
}

/** The image of `value`; what its first `write` leaves is independent of what happens to `value` later. */
export function imageOf(value: Value): ValueImage {
  if (typeof value === "number" || typeof value === "string")
    return whole(TYPE.string, (output) => output.string(value));
  if (value instanceof Uint8Array) return whole(TYPE.string, (output) => output.string(value));
  for (const [type, image] of IMAGES) if (value instanceof type) return image(value as never);
  throw new Error(`a ${value.type} has no form in RDB`);
}

/** As `imageOf`, for later: what would be read from the value itself is copied first. */
export function detachedImageOf(value: Value): ValueImage {
  if (value instanceof Uint8Array) return imageOf(Buffer.from(value));
  return imageOf(value instanceof StreamValue ? value.clone() : value);
}

function whole(type: number, write: (output: RdbOutput) => void): ValueImage {
  return {
    type,
    write: (output) => {
      write(output);
      return true;
    },
  };
}

/** `count` elements, each written by its index; what `begin` writes and `count` itself come first. */
function pieces(
  type: number,
  count: number,
  writeElement: (output: RdbOutput, index: number) => void,
  begin?: (output: RdbOutput) => void,
): ValueImage {
  let next = -1;
  return {
    type,
    write: (output, limit) => {
      if (next < 0) {
        begin?.(output);
        output.count(count);
        next = 0;
      }
      for (const end = Math.min(count, next + limit); next < end; next++) writeElement(output, next);
      return next === count;
    },
  };
}

function packed(type: number, bytes: Buffer): ValueImage {
  return whole(type, (output) => output.packed(bytes));
}

function listImage(list: ListValue): ValueImage {
  const nodes: string[][] = [];
  let node: string[] = [];
  let bytes = 0;
  list.forRange(0, list.size - 1, (element) => {
    if (node.length > 0 && bytes + element.length > LIST_NODE_BYTES) {
      nodes.push(node);
      node = [];
      bytes = 0;
    }
    node.push(element);
    bytes += element.length + 4;
  });
  nodes.push(node);
  return pieces(TYPE.listQuicklist2, nodes.length, (output, index) => {
    output.count(QUICKLIST_PACKED);
    output.packed(encodeListpack(nodes[index]!));
  });
}

function setImage(set: SetValue): ValueImage {
  if (set.encoding() === "intset") return packed(TYPE.setIntset, encodeIntset(set.members));
  // Listpacks of sets came with version 11; the plain form becomes one again where it is read.
  const members = set.members.slice();
  return pieces(TYPE.set, members.length, (output, index) => output.text(members[index]!));
}

function hashImage(hash: HashValue): ValueImage {
  const fields: string[] = [];
  const values: string[] = [];
  hash.forEach((field, value) => {
    fields.push(field);
    values.push(value);
  });
  if (hash.expiring > 0) return expiringHashImage(hash, fields, values);
  if (hash.encoding() !== "hashtable") {
    return packed(TYPE.hashListpack, encodeListpack(fields.flatMap((field, i) => [field, values[i]!])));
  }
  return pieces(TYPE.hash, fields.length, (output, index) => {
    output.text(fields[index]!);
    output.text(values[index]!);
  });
}

/** With the times of its fields, in milliseconds since the epoch; 0: none. Version 12. */
function expiringHashImage(hash: HashValue, fields: readonly string[], values: readonly string[]): ValueImage {
  const times = fields.map((field) => Math.max(0, hash.expiresAt(field)));
  const earliest = times.reduce((least, time) => (time > 0 && time < least ? time : least), Infinity);
  const begin = (output: RdbOutput): void => output.u64le(BigInt(earliest));
  if (hash.encoding() !== "hashtable") {
    // In the order of their times, those without one last.
    const order = times.map((_, i) => i).toSorted((a, b) => (times[a] || Infinity) - (times[b] || Infinity) || a - b);
    const listpack = encodeListpack(order.flatMap((i) => [fields[i]!, values[i]!, String(times[i])]));
    return whole(TYPE.hashListpackEx, (output) => {
      begin(output);
      output.packed(listpack);
    });
  }
  const writeField = (output: RdbOutput, index: number): void => {
    const time = times[index]!;
    output.count64(BigInt(time === 0 ? 0 : time - earliest + 1));
    output.text(fields[index]!);
    output.text(values[index]!);
  };
  return pieces(TYPE.hashMetadata, fields.length, writeField, begin);
}

/** The version of the format in which a value of `type` first stood. */
export function versionOf(type: number): number {
  return type >= TYPE.hashMetadataPreGa ? NEWEST_VERSION : OLDEST_WRITTEN_VERSION;
}

function sortedSetImage(zset: SortedSetValue): ValueImage {
  const members: string[] = [];
  const scores: number[] = [];
  if (zset.encoding() === "listpack") {
    const elements: string[] = [];
    zset.forRange(0, zset.size - 1, (member, score) => elements.push(member, formatDouble(score)));
    return packed(TYPE.zsetListpack, encodeListpack(elements));
  }
  zset.forEach((member, score) => {
    members.push(member);
    scores.push(score);
  });
  return pieces(TYPE.zset2, members.length, (output, index) => {
    output.text(members[index]!);
    output.f64le(scores[index]!);
  });
}

type ImageMaker = readonly [type: abstract new (...args: never[]) => object, image: (value: never) => ValueImage];

const IMAGES: readonly ImageMaker[] = [
  [ListValue, listImage],
  [SetValue, setImage],
  [HashValue, hashImage],
  [SortedSetValue, sortedSetImage],
  [StreamValue, streamImage],
];

/** Whether writing `value` takes long enough to be done in pieces. */
export function isLarge(value: Value): boolean {
  return typeof value === "object" && !(value instanceof Uint8Array) && value.size > LARGE_COLLECTION;
}
