import { COLLECTION_OVERHEAD, POINTER, STRING_OVERHEAD } from "./heap-size.ts";
import type { CollectionSettings } from "./settings.ts";
import { byName, StreamGroup, UNKNOWN_READ } from "./stream-group.ts";
import { compareIds, MIN_ID, nextId, StreamId, type Uint64 } from "./stream-id.ts";
import { type StreamEntry, StreamNode } from "./stream-node.ts";
import { addInt64 } from "./numbers.ts";
import { radixNodes } from "./stream-radix.ts";
import { Collection } from "./value.ts";

/** What XADD, XTRIM and their options ask for. */
export interface TrimRequest {
  /** Keep at most that many entries, or those from an ID on. */
  readonly keep: { readonly count: number } | { readonly from: StreamId };
  /** Remove whole macro nodes only (`~`). */
  readonly approximate: boolean;
  /** Remove at most that many; 0: no limit. */
  readonly limit: number;
}

/** A node is never larger than this, whatever the settings. */
const MAX_NODE_BYTES = 1 << 30;

/**
 * The stream: entries in the order of their IDs, in macro nodes, and the groups that read it. Unlike other collections it may be empty.
 *
 * IDs only grow, so adding is at the end of the last node; nodes are found by a binary search over their first IDs.
 */
export class StreamValue extends Collection {
  readonly type = "stream";
  readonly #settings: Readonly<CollectionSettings>;
  readonly #nodes: StreamNode[] = [];
  readonly #groups = new Map<string, StreamGroup>();
  #length = 0;
  #characters = 0;
  /** The ID of the last entry ever added, or what XSETID made of it. */
  lastId: StreamId = MIN_ID;
  /** The greatest ID that was deleted by name. */
  maxDeletedId: StreamId = MIN_ID;
  /** Entries ever added. */
  entriesAdded: number | bigint = 0;

  constructor(settings: Readonly<CollectionSettings>) {
    super();
    this.#settings = settings;
  }

  get size(): number {
    return this.#length;
  }

  encoding(): "stream" {
    return "stream";
  }

  /** The macro nodes in order, for writing them to a file. */
  get nodes(): readonly StreamNode[] {
    return this.#nodes;
  }

  /** Adds a macro node that was read from a file, behind those that are there; its IDs must be above theirs. */
  addNode(node: StreamNode): void {
    this.#nodes.push(node);
    this.#length += node.length;
    for (let index = 0; index < node.length; index++) {
      const { fields, values } = node.entry(index);
      for (let i = 0; i < fields.length; i++) this.#characters += fields[i]!.length + values[i]!.length;
    }
  }

  /** Macro nodes, as XINFO counts them. */
  get nodeCount(): number {
    return this.#nodes.length;
  }

  /** Nodes of the radix tree that the original indexes its macro nodes by. O(macro nodes). */
  get radixTreeNodes(): number {
    return radixNodes(this.#nodes.map((node) => node.masterId));
  }

  /** The first entry's ID; 0-0 when there is none. */
  get firstId(): StreamId {
    for (const node of this.#nodes) if (node.length > 0) return node.id(0);
    return MIN_ID;
  }

  first(): StreamEntry | undefined {
    for (const node of this.#nodes) if (node.length > 0) return node.entry(0);
    return undefined;
  }

  last(): StreamEntry | undefined {
    for (let at = this.#nodes.length - 1; at >= 0; at--) {
      const node = this.#nodes[at]!;
      if (node.length > 0) return node.entry(node.length - 1);
    }
    return undefined;
  }

  /** The ID that an entry gets whose ID is left to the server. */
  automaticId(nowMs: number): StreamId | undefined {
    return this.lastId.ms < nowMs ? new StreamId(nowMs, 0) : nextId(this.lastId);
  }

  /** The ID that `<ms>-*` stands for; undefined when all of that millisecond are taken. It may still be too low. */
  sequenceAfter(ms: Uint64): StreamId | undefined {
    if (this.lastId.ms !== ms) return new StreamId(ms, 0);
    const next = nextId(this.lastId);
    return next?.ms === ms ? next : undefined;
  }

  /** Adds an entry; its ID must be above `lastId`. */
  append(id: StreamId, fields: readonly string[], values: readonly string[]): void {
    let bytes = 0;
    for (let i = 0; i < fields.length; i++) bytes += fields[i]!.length + values[i]!.length;
    let node = this.#nodes.at(-1);
    if (node === undefined || this.#isFull(node, bytes)) {
      node = new StreamNode(id, fields);
      this.#nodes.push(node);
    }
    node.append(id, fields, values);
    this.#length++;
    this.#characters += bytes;
    this.lastId = id;
    this.entriesAdded = addInt64(this.entriesAdded, 1) ?? this.entriesAdded;
  }

  #isFull(node: StreamNode, addedBytes: number): boolean {
    const { streamNodeMaxBytes, streamNodeMaxEntries } = this.#settings;
    const limit = streamNodeMaxBytes === 0 || streamNodeMaxBytes > MAX_NODE_BYTES ? MAX_NODE_BYTES : streamNodeMaxBytes;
    if (node.bytes + addedBytes >= limit) return true;
    return streamNodeMaxEntries > 0 && node.count >= streamNodeMaxEntries;
  }

  get(id: StreamId): StreamEntry | undefined {
    const node = this.#nodes[this.#nodeOf(id)];
    if (node === undefined) return undefined;
    const index = node.lowerBound(id);
    return index < node.length && node.compare(index, id) === 0 ? node.entry(index) : undefined;
  }

  /** Visits the entries from `from` to `to`, both included, in order, until `visit` returns false. Do not write while visiting. */
  forRange(from: StreamId, to: StreamId, visit: (entry: StreamEntry) => boolean): void {
    for (let at = this.#nodeOf(from); at < this.#nodes.length; at++) {
      const node = this.#nodes[at]!;
      for (let i = node.lowerBound(from); i < node.length; i++) {
        if (node.compare(i, to) > 0 || !visit(node.entry(i))) return;
      }
    }
  }

  /** As `forRange`, from `from` down to `to`. */
  forRangeBackwards(from: StreamId, to: StreamId, visit: (entry: StreamEntry) => boolean): void {
    for (let at = Math.min(this.#nodeOf(from), this.#nodes.length - 1); at >= 0; at--) {
      const node = this.#nodes[at]!;
      let i = node.lowerBound(from);
      if (i === node.length || node.compare(i, from) > 0) i--;
      for (; i >= 0; i--) {
        if (node.compare(i, to) < 0 || !visit(node.entry(i))) return;
      }
    }
  }

  /** Deletes one entry, and remembers that there is a gap; returns whether it was there. */
  delete(id: StreamId): boolean {
    const at = this.#nodeOf(id);
    const node = this.#nodes[at];
    if (node === undefined) return false;
    const index = node.lowerBound(id);
    if (index === node.length || node.compare(index, id) !== 0) return false;
    this.#removed(node.entry(index));
    if (node.length === 1) this.#nodes.splice(at, 1);
    else node.remove(index, 1);
    if (compareIds(id, this.maxDeletedId) > 0) this.maxDeletedId = id;
    return true;
  }

  /** Removes entries from the beginning; returns how many. */
  trim({ keep, approximate, limit }: TrimRequest): number {
    let removed = 0;
    let nodes = 0;
    for (; nodes < this.#nodes.length; nodes++) {
      if ("count" in keep && this.#length <= keep.count) break;
      const node = this.#nodes[nodes]!;
      const count = node.length;
      if (limit > 0 && removed + count > limit) break;
      const whole = "count" in keep ? this.#length - count >= keep.count : compareIds(node.lastId, keep.from) < 0;
      if (!whole) {
        if (!approximate) removed += this.#trimNode(node, keep);
        break;
      }
      for (let i = 0; i < count; i++) this.#removed(node.entry(i));
      removed += count;
    }
    this.#nodes.splice(0, nodes);
    return removed;
  }

  #trimNode(node: StreamNode, keep: TrimRequest["keep"]): number {
    const count = "count" in keep ? this.#length - keep.count : node.lowerBound(keep.from);
    for (let i = 0; i < count; i++) this.#removed(node.entry(i));
    if (count > 0) node.remove(0, count);
    return count;
  }

  #removed(entry: StreamEntry): void {
    this.#length--;
    for (const field of entry.fields) this.#characters -= field.length;
    for (const value of entry.values) this.#characters -= value.length;
  }

  get groupCount(): number {
    return this.#groups.size;
  }

  group(name: string): StreamGroup | undefined {
    return this.#groups.get(name);
  }

  groupsInOrder(): StreamGroup[] {
    return Array.from(this.#groups.values()).toSorted(byName);
  }

  /** Adds a group; undefined when the name is taken. */
  createGroup(name: string, lastId: StreamId, entriesRead: number | bigint): StreamGroup | undefined {
    if (this.#groups.has(name)) return undefined;
    const group = new StreamGroup(name, lastId, entriesRead);
    this.#groups.set(name, group);
    return group;
  }

  destroyGroup(name: string): boolean {
    return this.#groups.delete(name);
  }

  /** The group has read up to the entry `id`: its place moves there, and its count of entries read with it. */
  advanceGroup(group: StreamGroup, id: StreamId): void {
    const counts =
      group.entriesRead !== UNKNOWN_READ &&
      compareIds(group.lastId, this.firstId) >= 0 &&
      !this.#hasGapFrom(group.lastId);
    if (counts) group.entriesRead = addInt64(group.entriesRead, 1) ?? UNKNOWN_READ;
    else if (this.entriesAdded !== 0) group.entriesRead = this.entriesUpTo(id);
    group.lastId = id;
  }

  /** Entries that the group has not read yet; undefined when that cannot be told, because entries were deleted ahead of it. */
  lag(group: StreamGroup): number | bigint | undefined {
    if (this.entriesAdded === 0 || this.#length === 0) return 0;
    const first = this.firstId;
    if (compareIds(group.lastId, first) < 0 && compareIds(this.maxDeletedId, first) < 0) return this.#length;
    const read =
      group.entriesRead !== UNKNOWN_READ && !this.#hasGapFrom(group.lastId)
        ? group.entriesRead
        : this.entriesUpTo(group.lastId);
    return read === UNKNOWN_READ ? undefined : addInt64(this.entriesAdded, -read);
  }

  /** Whether an entry may have been deleted at `id` or later. */
  #hasGapFrom(id: StreamId): boolean {
    if (this.#length === 0 || this.maxDeletedId === MIN_ID) return false;
    if (compareIds(this.firstId, this.maxDeletedId) > 0) return false;
    return compareIds(id, this.maxDeletedId) <= 0;
  }

  /** How many entries, from the first ever on, are at `id` or before; UNKNOWN_READ when that cannot be told. */
  entriesUpTo(id: StreamId): number | bigint {
    if (this.entriesAdded === 0) return 0;
    const toLast = compareIds(id, this.lastId);
    if (this.#length === 0 && toLast <= 0) return this.entriesAdded;
    if (compareIds(id, MIN_ID) !== 0 && compareIds(id, this.maxDeletedId) < 0) return UNKNOWN_READ;
    if (toLast === 0) return this.entriesAdded;
    if (toLast > 0) return UNKNOWN_READ;
    const first = this.firstId;
    if (this.maxDeletedId !== MIN_ID && compareIds(this.maxDeletedId, first) >= 0) return UNKNOWN_READ;
    const toFirst = compareIds(id, first);
    if (toFirst > 0) return UNKNOWN_READ;
    return addInt64(this.entriesAdded, (toFirst === 0 ? 1 : 0) - this.#length) ?? UNKNOWN_READ;
  }

  clone(): StreamValue {
    const copy = new StreamValue(this.#settings);
    for (const node of this.#nodes) copy.#nodes.push(node.clone());
    for (const [name, group] of this.#groups) copy.#groups.set(name, group.clone());
    copy.#length = this.#length;
    copy.#characters = this.#characters;
    copy.lastId = this.lastId;
    copy.maxDeletedId = this.maxDeletedId;
    copy.entriesAdded = this.entriesAdded;
    return copy;
  }

  memoryBytes(): number {
    let pending = 0;
    for (const group of this.#groups.values()) pending += group.pending.size;
    const perEntry = COLLECTION_OVERHEAD + STRING_OVERHEAD;
    return (
      COLLECTION_OVERHEAD * (1 + this.#nodes.length + this.#groups.size) +
      this.#characters +
      this.#length * perEntry +
      pending * (POINTER * 8)
    );
  }

  /** Index of the node that holds `id` or would: the last one that begins at or before it, or the first. */
  #nodeOf(id: StreamId): number {
    let low = 0;
    let high = this.#nodes.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (compareIds(this.#nodes[middle]!.masterId, id) <= 0) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
