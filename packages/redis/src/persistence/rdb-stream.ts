/**
 * Streams in RDB files: their macro nodes as listpacks, then what is known of the stream as a whole, then its groups.
 *
 *     nodes, each: first ID (16 bytes, big endian) | listpack      length | last ID
 *     version 2 and later: first ID | greatest deleted ID | entries added
 *     groups, each: name | last ID | (2: entries read) | pending: ID, time (ms), deliveries
 *                   consumers, each: name | seen (ms) | (3: active (ms)) | IDs of what is pending for it
 *
 *     listpack: live, deleted, fields of the first entry: count, names, 0
 *               entry: flags (1: deleted, 2: same fields), ms and sequence as distances from the node's ID, [count of fields], fields and
 *               values (values only when the fields are the same), number of elements of the entry
 *
 * Version 2 is written: that is what Redis 7.0 reads. It lacks the time at which a consumer was last given something; the time at which it
 * was last seen stands in for it.
 */
import { Buffer } from "node:buffer";
import { decodeListpack, encodeListpack } from "../types/codecs/listpack.ts";
import { parseInt64 } from "../types/numbers.ts";
import type { CollectionSettings } from "../types/settings.ts";
import type { StreamConsumer, StreamGroup } from "../types/stream-group.ts";
import { compareIds, MIN_ID, signedDifference, StreamId, uint64, type Uint64 } from "../types/stream-id.ts";
import { StreamNode } from "../types/stream-node.ts";
import { PendingEntry } from "../types/stream-pending.ts";
import { StreamValue } from "../types/stream.ts";
import type { RdbOutput, ValueImage } from "./rdb-encode.ts";
import { RdbError, TYPE } from "./rdb-format.ts";
import type { RdbInput } from "./rdb-input.ts";

const ID_BYTES = 16;
const DELETED = 1;
const SAME_FIELDS = 2;
/** Nodes between two looks at the time. */
const NODES_PER_PIECE = 8;

// Writing.

/** A stream of a few nodes is written at once, as it is by then; a longer one in pieces, from a copy. */
export function streamImage(value: StreamValue): ValueImage {
  const stream = value.nodes.length > NODES_PER_PIECE ? value.clone() : value;
  const { nodes } = stream;
  let next = -1;
  return {
    type: TYPE.streamListpacks2,
    write: (output, limit) => {
      if (next < 0) {
        output.count(nodes.length);
        next = 0;
      }
      const end = limit === Infinity ? nodes.length : Math.min(nodes.length, next + NODES_PER_PIECE);
      for (; next < end; next++) writeNode(output, nodes[next]!);
      if (next < nodes.length) return false;
      writeStream(output, stream);
      return true;
    },
  };
}

function writeNode(output: RdbOutput, node: StreamNode): void {
  const { masterId, masterFields } = node;
  output.count(ID_BYTES);
  writeRawId(output, masterId);
  const elements = [String(node.length), "0", String(masterFields.length), ...masterFields, "0"];
  for (let index = 0; index < node.length; index++) {
    const { id, fields, values } = node.entry(index);
    const same = fields === masterFields;
    elements.push(
      String(same ? SAME_FIELDS : 0),
      String(signedDifference(id.ms, masterId.ms)),
      String(signedDifference(id.seq, masterId.seq)),
    );
    if (!same) elements.push(String(fields.length));
    for (let i = 0; i < fields.length; i++) {
      if (!same) elements.push(fields[i]!);
      elements.push(values[i]!);
    }
    elements.push(String(values.length + 3 + (same ? 0 : fields.length + 1)));
  }
  output.packed(encodeListpack(elements));
}

function writeRawId(output: RdbOutput, { ms, seq }: StreamId): void {
  output.u64be(BigInt(ms));
  output.u64be(BigInt(seq));
}

function writeId(output: RdbOutput, { ms, seq }: StreamId): void {
  output.count64(BigInt(ms));
  output.count64(BigInt(seq));
}

function writeTime(output: RdbOutput, ms: number): void {
  output.u64le(BigInt.asUintN(64, BigInt(ms)));
}

function writeStream(output: RdbOutput, stream: StreamValue): void {
  output.count(stream.size);
  writeId(output, stream.lastId);
  writeId(output, stream.firstId);
  writeId(output, stream.maxDeletedId);
  output.count64(BigInt(stream.entriesAdded));
  const groups = stream.groupsInOrder();
  output.count(groups.length);
  for (const group of groups) {
    output.text(group.name);
    writeId(output, group.lastId);
    output.count64(BigInt.asUintN(64, BigInt(group.entriesRead)));
    output.count(group.pending.size);
    for (const { id, deliveredMs, deliveries } of group.pending.from(MIN_ID)) {
      writeRawId(output, id);
      writeTime(output, deliveredMs);
      output.count(deliveries);
    }
    const consumers = group.consumersInOrder();
    output.count(consumers.length);
    for (const consumer of consumers) {
      output.text(consumer.name);
      writeTime(output, consumer.seenMs);
      output.count(consumer.pending.size);
      for (const { id } of consumer.pending.from(MIN_ID)) writeRawId(output, id);
    }
  }
}

// Reading.

function corrupt(what: string): RdbError {
  return new RdbError(`Stream integrity check failed: ${what}`);
}

export function decodeStream(
  version: 1 | 2 | 3,
): (input: RdbInput, settings: Readonly<CollectionSettings>) => StreamValue {
  return (input, settings) => {
    const stream = new StreamValue(settings);
    let last = MIN_ID;
    for (let left = input.count(); left > 0; left--) last = readNode(input, stream, last);
    const length = input.length();
    if (length !== stream.size) throw corrupt("a wrong count of entries");
    stream.lastId = readId(input);
    if (compareIds(last, stream.lastId) > 0) throw corrupt("an entry above the last ID");
    if (version === 1) stream.entriesAdded = length;
    else {
      readId(input);
      stream.maxDeletedId = readId(input);
      stream.entriesAdded = signed(input.length64());
    }
    for (let left = input.count(); left > 0; left--) readGroup(input, stream, version);
    return stream;
  };
}

function readId(input: RdbInput): StreamId {
  const ms = uint64(input.length64());
  return new StreamId(ms, uint64(input.length64()));
}

function rawId(bytes: Buffer): StreamId {
  return new StreamId(uint64(bytes.readBigUInt64BE(0)), uint64(bytes.readBigUInt64BE(8)));
}

/** What was written as an unsigned number but may be negative. */
function signed(value: bigint): number | bigint {
  const number = BigInt.asIntN(64, value);
  return number >= Number.MIN_SAFE_INTEGER && number <= Number.MAX_SAFE_INTEGER ? Number(number) : number;
}

/** Elements of a listpack, one after the other. */
class Elements {
  readonly #elements: readonly string[];
  #at = 0;

  constructor(elements: readonly string[]) {
    this.#elements = elements;
  }

  get left(): number {
    return this.#elements.length - this.#at;
  }

  next(): string {
    const element = this.#elements[this.#at++];
    if (element === undefined) throw corrupt("a macro node that ends too soon");
    return element;
  }

  integer(): number | bigint {
    const value = parseInt64(this.next());
    if (value === undefined) throw corrupt("text instead of a number");
    return value;
  }

  /** A number of things that are still to come. */
  count(): number {
    const value = this.integer();
    if (typeof value === "bigint" || value < 0 || value > this.left) throw corrupt("a wrong count in a macro node");
    return value;
  }

  strings(count: number): string[] {
    return Array.from({ length: count }, () => this.next());
  }
}

/** Reads one macro node, whose entries must be above `after`; returns its last entry's ID. */
function readNode(input: RdbInput, stream: StreamValue, after: StreamId): StreamId {
  const name = Buffer.from(input.stringBytes());
  if (name.length !== ID_BYTES) throw corrupt("a macro node's ID of a wrong length");
  const masterId = rawId(name);
  const elements = new Elements(decodeListpack(input.stringBytes()));
  const live = elements.count();
  const deleted = elements.count();
  const node = new StreamNode(masterId, elements.strings(elements.count()));
  if (elements.next() !== "0") throw corrupt("no end of the fields");
  let last = after;
  let dead = 0;
  while (elements.left > 0) {
    const before = elements.left;
    const flags = elements.integer();
    const id = new StreamId(moved(masterId.ms, elements.integer()), moved(masterId.seq, elements.integer()));
    let fields = node.masterFields;
    const values: string[] = [];
    if (Number(flags) & SAME_FIELDS) values.push(...elements.strings(fields.length));
    else {
      const count = elements.count();
      const own: string[] = [];
      for (let i = 0; i < count; i++) {
        own.push(elements.next());
        values.push(elements.next());
      }
      fields = own;
    }
    const used = before - elements.left;
    if (elements.integer() !== used) throw corrupt("a wrong count of elements");
    if (compareIds(id, last) <= 0) throw corrupt("IDs out of order");
    last = id;
    if (Number(flags) & DELETED) dead++;
    else node.append(id, fields, values);
  }
  if (node.length !== live || dead !== deleted || live === 0) throw corrupt("a wrong count in a macro node");
  stream.addNode(node);
  return last;
}

function moved(from: Uint64, distance: number | bigint): Uint64 {
  if (typeof from === "number" && typeof distance === "number") {
    const sum = from + distance;
    if (sum >= 0 && Number.isSafeInteger(sum)) return sum;
  }
  return uint64(BigInt.asUintN(64, BigInt(from) + BigInt(distance)));
}

function readGroup(input: RdbInput, stream: StreamValue, version: 1 | 2 | 3): void {
  const name = input.string();
  const lastId = readId(input);
  const group = stream.createGroup(name, lastId, version === 1 ? stream.entriesUpTo(lastId) : signed(input.length64()));
  if (group === undefined) throw corrupt("two groups of one name");
  const unclaimed = new Map<string, { readonly deliveredMs: number; readonly deliveries: number }>();
  for (let left = input.count(ID_BYTES); left > 0; left--) {
    const id = rawId(input.bytes(ID_BYTES)).toString();
    const deliveredMs = input.milliseconds();
    if (unclaimed.has(id)) throw corrupt("an entry that is pending twice");
    unclaimed.set(id, { deliveredMs, deliveries: input.length() });
  }
  for (let left = input.count(); left > 0; left--) {
    const consumer = readConsumer(input, group, version);
    for (let pending = input.count(ID_BYTES); pending > 0; pending--) {
      const id = rawId(input.bytes(ID_BYTES));
      const facts = unclaimed.get(id.toString());
      if (facts === undefined) throw corrupt("a consumer's entry that is not pending for its group");
      unclaimed.delete(id.toString());
      const entry = new PendingEntry(id, consumer, facts.deliveredMs, facts.deliveries);
      group.pending.add(entry);
      consumer.pending.add(entry);
    }
  }
  if (unclaimed.size > 0) throw corrupt("an entry that is pending for no consumer");
}

function readConsumer(input: RdbInput, group: StreamGroup, version: 1 | 2 | 3): StreamConsumer {
  const name = input.string();
  if (group.consumer(name) !== undefined) throw corrupt("two consumers of one name");
  const consumer = group.addConsumer(name, input.milliseconds());
  consumer.activeMs = version === 3 ? input.milliseconds() : consumer.seenMs;
  return consumer;
}
