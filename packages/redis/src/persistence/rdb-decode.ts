/**
 * Values as they stand in RDB files, of every type that was ever written, made into the values of our keyspace.
 *
 * Everything is checked, always (as the original does with `sanitize-dump-payload yes`): lengths, order, members that come twice,
 * scores that are no number. What is wrong throws RdbError or CorruptDataError before anything is stored.
 */
import { Buffer } from "node:buffer";
import { decodeIntset } from "../types/codecs/intset.ts";
import { decodeListpack } from "../types/codecs/listpack.ts";
import { decodeZiplist } from "../types/codecs/ziplist.ts";
import { decodeZipmap } from "../types/codecs/zipmap.ts";
import { HashValue } from "../types/hash.ts";
import { latin1 } from "../types/latin1.ts";
import { ListValue } from "../types/list.ts";
import { parseDouble, parseInt64, parseInt64Bytes } from "../types/numbers.ts";
import { SetValue } from "../types/set.ts";
import type { CollectionSettings } from "../types/settings.ts";
import { LARGE_STRING_BYTES, type StringValue, type Value } from "../types/value.ts";
import { SortedSetValue } from "../types/zset.ts";
import { MODULE_PART, QUICKLIST_PACKED, QUICKLIST_PLAIN, RdbError, TYPE } from "./rdb-format.ts";
import type { RdbInput } from "./rdb-input.ts";
import { decodeStream } from "./rdb-stream.ts";

/** EB_EXPIRE_TIME_MAX of 7.4: 46 bits. */
const MAX_FIELD_TIME = 2 ** 46 - 2;

type Decode = (input: RdbInput, settings: Readonly<CollectionSettings>) => Value;

/** The value of `type` that comes next. */
export function decodeValue(type: number, input: RdbInput, settings: Readonly<CollectionSettings>): Value {
  const decode = DECODERS.get(type);
  if (decode === undefined) throw new RdbError(`Unknown RDB encoding type ${type}`);
  return decode(input, settings);
}

/** Whether `type` is one that `decodeValue` knows. */
export function isValueType(type: number): boolean {
  return DECODERS.has(type);
}

/** Skips a value that some module wrote. */
export function skipModuleValue(input: RdbInput): void {
  input.length64();
  for (;;) {
    switch (input.length()) {
      case MODULE_PART.end:
        return;
      case MODULE_PART.signed:
      case MODULE_PART.unsigned:
        input.length64();
        break;
      case MODULE_PART.float:
        input.bytes(4);
        break;
      case MODULE_PART.double:
        input.bytes(8);
        break;
      case MODULE_PART.string:
        input.stringBytes();
        break;
      default:
        throw new RdbError("Unknown part of module data");
    }
  }
}

function decodeString(input: RdbInput): StringValue {
  const integer = input.encodedInteger();
  if (integer !== undefined) return integer;
  const bytes = input.stringBytes();
  const { length } = bytes;
  if (length >= LARGE_STRING_BYTES) return copyOf(bytes);
  if (length <= 20) {
    const value = parseInt64Bytes(bytes, 0, length);
    if (typeof value === "number") return value;
  }
  return latin1(bytes, 0, length);
}

/** In an `ArrayBuffer` of its own: what is read next goes over the input's. */
function copyOf(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}

function decodeList(input: RdbInput, settings: Readonly<CollectionSettings>): Value {
  const list = new ListValue(settings);
  for (let left = input.count(); left > 0; left--) list.push("back", input.string());
  return filled(list);
}

function decodePackedList(unpack: (bytes: Buffer) => string[]): Decode {
  return (input, settings) => {
    const list = new ListValue(settings);
    list.pushAll("back", unpack(input.stringBytes()));
    return filled(list);
  };
}

/** Nodes, each a ziplist (quicklist), or a listpack or a single large element (quicklist 2). */
function decodeQuicklist(version: 1 | 2): Decode {
  return (input, settings) => {
    const list = new ListValue(settings);
    for (let left = input.count(); left > 0; left--) {
      const container = version === 1 ? QUICKLIST_PACKED : input.length();
      if (container === QUICKLIST_PLAIN) {
        list.push("back", input.string());
        continue;
      }
      if (container !== QUICKLIST_PACKED) throw new RdbError("Quicklist integrity check failed.");
      const bytes = input.stringBytes();
      for (const element of version === 1 ? decodeZiplist(bytes) : decodeListpack(bytes)) list.push("back", element);
    }
    return filled(list);
  };
}

function decodeSet(input: RdbInput, settings: Readonly<CollectionSettings>): Value {
  const count = input.count();
  if (count === 0) throw new EmptyKeyError();
  const first = input.string();
  const set = new SetValue(settings, first, count);
  set.add(first);
  for (let left = count - 1; left > 0; left--) {
    if (!set.add(input.string())) throw new RdbError("Duplicate set members detected");
  }
  return set;
}

function decodeSetIntset(input: RdbInput, settings: Readonly<CollectionSettings>): Value {
  const members = decodeIntset(input.stringBytes());
  const set = new SetValue(settings);
  for (const member of members) set.add(member);
  return filled(set);
}

function decodeSetListpack(input: RdbInput, settings: Readonly<CollectionSettings>): Value {
  const members = decodeListpack(input.stringBytes());
  // A word that is no integer makes it begin as a listpack, which it stays although all members may be integers by now.
  const set = new SetValue(settings, "listpack", members.length);
  for (const member of members) if (!set.add(member)) throw new RdbError("Set listpack integrity check failed.");
  return filled(set);
}

function decodeSortedSet(score: (input: RdbInput) => number): Decode {
  return (input, settings) => {
    const count = input.count(2);
    const zset = new SortedSetValue(settings, count);
    for (let left = count; left > 0; left--) {
      const member = input.string();
      addMember(zset, member, score(input));
    }
    zset.compactIfSmall();
    return filled(zset);
  };
}

function decodePackedSortedSet(unpack: (bytes: Buffer) => string[]): Decode {
  return (input, settings) => {
    const elements = unpack(input.stringBytes());
    if (elements.length % 2 !== 0) throw new RdbError("Zset listpack integrity check failed.");
    const zset = new SortedSetValue(settings, elements.length / 2);
    for (let i = 0; i < elements.length; i += 2) {
      addMember(zset, elements[i]!, parseDouble(elements[i + 1]!) ?? NaN);
    }
    zset.compactIfSmall();
    return filled(zset);
  };
}

function addMember(zset: SortedSetValue, member: string, score: number): void {
  if (Number.isNaN(score)) throw new RdbError("Zset with NAN score detected");
  if (!zset.set(member, score)) throw new RdbError("Duplicate zset fields detected");
}

function decodeHash(input: RdbInput, settings: Readonly<CollectionSettings>): Value {
  const count = input.count(2);
  const hash = new HashValue(settings);
  hash.prepareToSet(count);
  for (let left = count; left > 0; left--) setField(hash, input.string(), input.string());
  return filled(hash);
}

function decodePackedHash(unpack: (bytes: Buffer) => string[]): Decode {
  return (input, settings) => {
    const pairs = unpack(input.stringBytes());
    if (pairs.length % 2 !== 0) throw new RdbError("Hash listpack integrity check failed.");
    const hash = new HashValue(settings);
    hash.prepareToSet(pairs.length / 2);
    for (let i = 0; i < pairs.length; i += 2) setField(hash, pairs[i]!, pairs[i + 1]!);
    return filled(hash);
  };
}

/** Fields with their times: relative to the earliest one, or, before 7.4 was released, as they are. 0: none. */
function decodeExpiringHash(relative: boolean): Decode {
  return (input, settings) => {
    const base = relative ? input.milliseconds() - 1 : 0;
    const count = input.count(3);
    const hash = new HashValue(settings);
    hash.prepareToSet(count);
    for (let left = count; left > 0; left--) {
      const time = input.length();
      const field = input.string();
      setField(hash, field, input.string());
      if (time > 0) setTime(hash, field, base + time);
    }
    return filled(hash);
  };
}

/** Field, value, time, in a listpack; before it, since the release of 7.4, the earliest time. */
function decodeExpiringListpack(hasEarliest: boolean): Decode {
  return (input, settings) => {
    if (hasEarliest) input.milliseconds();
    const elements = decodeListpack(input.stringBytes());
    if (elements.length % 3 !== 0) throw new RdbError("Hash listpack integrity check failed.");
    const hash = new HashValue(settings);
    hash.prepareToSet(elements.length / 3);
    hash.prepareToExpire();
    for (let i = 0; i < elements.length; i += 3) {
      const time = parseInt64(elements[i + 2]!);
      if (typeof time !== "number") throw new RdbError("Hash listpack integrity check failed.");
      setField(hash, elements[i]!, elements[i + 1]!);
      if (time !== 0) setTime(hash, elements[i]!, time);
    }
    return filled(hash);
  };
}

function setTime(hash: HashValue, field: string, atMs: number): void {
  if (!(atMs > 0 && atMs <= MAX_FIELD_TIME)) throw new RdbError("Invalid expireAt of a hash field");
  hash.prepareToExpire();
  hash.setExpiresAt(field, atMs);
}

function setField(hash: HashValue, field: string, value: string): void {
  if (!hash.set(field, value)) throw new RdbError("Duplicate hash fields detected");
}

/** A collection without elements: files may hold one by an old bug, and the key is then left out. */
export class EmptyKeyError extends RdbError {
  constructor() {
    super("Empty key");
  }
}

function filled<T extends Value & { readonly size: number }>(value: T): T {
  if (value.size === 0) throw new EmptyKeyError();
  return value;
}

const DECODERS: ReadonlyMap<number, Decode> = new Map<number, Decode>([
  [TYPE.string, decodeString],
  [TYPE.list, decodeList],
  [TYPE.listZiplist, decodePackedList(decodeZiplist)],
  [TYPE.listQuicklist, decodeQuicklist(1)],
  [TYPE.listQuicklist2, decodeQuicklist(2)],
  [TYPE.set, decodeSet],
  [TYPE.setIntset, decodeSetIntset],
  [TYPE.setListpack, decodeSetListpack],
  [TYPE.zset, decodeSortedSet((input) => input.textDouble())],
  [TYPE.zset2, decodeSortedSet((input) => input.f64le())],
  [TYPE.zsetZiplist, decodePackedSortedSet(decodeZiplist)],
  [TYPE.zsetListpack, decodePackedSortedSet(decodeListpack)],
  [TYPE.hash, decodeHash],
  [TYPE.hashZipmap, decodePackedHash(decodeZipmap)],
  [TYPE.hashZiplist, decodePackedHash(decodeZiplist)],
  [TYPE.hashListpack, decodePackedHash(decodeListpack)],
  [TYPE.hashMetadataPreGa, decodeExpiringHash(false)],
  [TYPE.hashListpackExPreGa, decodeExpiringListpack(false)],
  [TYPE.hashMetadata, decodeExpiringHash(true)],
  [TYPE.hashListpackEx, decodeExpiringListpack(true)],
  [TYPE.streamListpacks, decodeStream(1)],
  [TYPE.streamListpacks2, decodeStream(2)],
  [TYPE.streamListpacks3, decodeStream(3)],
]);
