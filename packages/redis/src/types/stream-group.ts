import type { StreamId } from "./stream-id.ts";
import { MIN_ID } from "./stream-id.ts";
import { PendingEntry, PendingList } from "./stream-pending.ts";

export class StreamConsumer {
  readonly name: string;
  /** Last time it asked for anything, in milliseconds since the epoch. */
  seenMs: number;
  /** Last time it got something; -1: never. */
  activeMs = -1;
  readonly pending: PendingList = new PendingList();

  constructor(name: string, nowMs: number) {
    this.name = name;
    this.seenMs = nowMs;
  }
}

/** The count of entries read is not known. */
export const UNKNOWN_READ = -1;

/** A consumer group: how far it has read, who reads for it, and what they have not acknowledged. */
export class StreamGroup {
  readonly name: string;
  lastId: StreamId;
  /** How many of the stream's entries, from the first ever on, are behind `lastId`; UNKNOWN_READ when that cannot be told. */
  entriesRead: number | bigint;
  readonly pending: PendingList = new PendingList();
  readonly #consumers = new Map<string, StreamConsumer>();

  constructor(name: string, lastId: StreamId, entriesRead: number | bigint) {
    this.name = name;
    this.lastId = lastId;
    this.entriesRead = entriesRead;
  }

  get consumerCount(): number {
    return this.#consumers.size;
  }

  consumer(name: string): StreamConsumer | undefined {
    return this.#consumers.get(name);
  }

  /** Adds a consumer whose name is not taken. */
  addConsumer(name: string, nowMs: number): StreamConsumer {
    const consumer = new StreamConsumer(name, nowMs);
    this.#consumers.set(name, consumer);
    return consumer;
  }

  /** In the order of their names' bytes. */
  consumersInOrder(): StreamConsumer[] {
    return Array.from(this.#consumers.values()).toSorted(byName);
  }

  /** Removes a consumer, and what was pending for it; returns how many entries that were. */
  removeConsumer(consumer: StreamConsumer): number {
    const { size } = consumer.pending;
    for (const { id } of consumer.pending.from(MIN_ID)) this.pending.delete(id);
    this.#consumers.delete(consumer.name);
    return size;
  }

  /** Notes that the entry was delivered to `consumer`, taking it over if it was pending for another one. */
  deliver(id: StreamId, consumer: StreamConsumer, nowMs: number): PendingEntry {
    let entry = this.pending.get(id);
    if (entry === undefined) {
      entry = new PendingEntry(id, consumer, nowMs);
      this.pending.add(entry);
      consumer.pending.add(entry);
    } else {
      this.reassign(entry, consumer);
      entry.deliveredMs = nowMs;
      entry.deliveries = 1;
    }
    return entry;
  }

  reassign(entry: PendingEntry, consumer: StreamConsumer): void {
    if (entry.consumer === consumer) return;
    entry.consumer.pending.delete(entry.id);
    consumer.pending.add(entry);
    entry.consumer = consumer;
  }

  /** Acknowledges; returns whether the entry was pending. */
  acknowledge(id: StreamId): boolean {
    const entry = this.pending.get(id);
    if (entry === undefined) return false;
    this.pending.delete(id);
    entry.consumer.pending.delete(id);
    return true;
  }

  clone(): StreamGroup {
    const copy = new StreamGroup(this.name, this.lastId, this.entriesRead);
    for (const consumer of this.#consumers.values()) {
      const twin = copy.addConsumer(consumer.name, consumer.seenMs);
      twin.activeMs = consumer.activeMs;
    }
    for (const { id, consumer, deliveredMs, deliveries } of this.pending.from(MIN_ID)) {
      const entry = new PendingEntry(id, copy.consumer(consumer.name)!, deliveredMs, deliveries);
      copy.pending.add(entry);
      entry.consumer.pending.add(entry);
    }
    return copy;
  }
}

/** Orders by the bytes of the names: one-byte strings compare so. */
export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
