/**
 * One history of changes: its name, how far it goes, and the newest of its bytes.
 *
 * A history is named by a random id, and a place in it by an offset, the number of its bytes. A replica has its master's id and offset; so
 * has a master that was a replica before, under its second id, up to the offset where the two went different ways. That is what lets the
 * former siblings of a promoted replica go on without a full synchronization (the original's PSYNC2).
 *
 * Nothing is recorded until the first replica comes, and no more once the last one has been gone for `repl-backlog-ttl`: then the history
 * gets a new name, as nobody can know what is missing.
 */
import type { Buffer } from "node:buffer";
import type { Random } from "@tenon/kit";
import type { Effect } from "../engine/effects.ts";
import { AofWriter } from "../persistence/aof-format.ts";
import { Backlog } from "./backlog.ts";

/** What stands for the second id when there is none. */
export const NO_ID: string = "0".repeat(40);

export class History {
  readonly #random: Random;
  #id: string;
  #formerId = NO_ID;
  /** The first offset that is not a part of what goes by the former id; -1: there is none. */
  #formerEnd = -1;
  #backlog: Backlog | undefined;
  /** The offset while nothing is recorded. */
  #counted = 0;
  /** The database that a stream of a master's is in, at `offset`: whoever goes on from there has to begin in it. */
  database = 0;
  /** Effects that were not yet moved to the backlog. */
  readonly #writer = new AofWriter();

  constructor(random: Random) {
    this.#random = random;
    this.#id = randomId(random);
  }

  /** master_replid */
  get id(): string {
    return this.#id;
  }

  /** master_replid2 */
  get formerId(): string {
    return this.#formerId;
  }

  /** second_repl_offset */
  get formerEnd(): number {
    return this.#formerEnd;
  }

  /** Bytes so far: master_repl_offset. */
  get offset(): number {
    return this.#backlog === undefined ? this.#counted : this.#backlog.end + this.#writer.length;
  }

  /** Whether bytes are recorded. */
  get recorded(): boolean {
    return this.#backlog !== undefined;
  }

  /** Position of the oldest byte that is there. */
  get start(): number {
    return this.#backlog?.start ?? this.#counted;
  }

  /** Begins to record, as the first replica has come: under a new name, as what came before is not there. */
  record(): void {
    if (this.#backlog !== undefined) return;
    this.rename();
    this.#backlog = new Backlog(this.#counted);
  }

  /** Begins to record what a master sends: its history is this one. */
  follow(): void {
    this.#backlog ??= new Backlog(this.#counted);
  }

  /** Records no more: nobody has listened for long enough. */
  forget(): void {
    if (this.#backlog === undefined) return;
    this.#counted = this.offset;
    this.#backlog = undefined;
    this.#writer.take();
    this.rename();
  }

  /** A new name for what follows; who knows the old ones knows nothing any more. */
  rename(): void {
    this.#id = randomId(this.#random);
    this.#formerId = NO_ID;
    this.#formerEnd = -1;
  }

  /** From here on this is a history of its own; up to here it is also known by the name that it had. */
  diverge(): void {
    this.continueAs(randomId(this.#random));
    this.selectAgain();
  }

  /** The same history goes by another name from here on. */
  continueAs(id: string): void {
    if (id === this.#id) return;
    this.#formerId = this.#id;
    this.#formerEnd = this.offset + 1;
    this.#id = id;
  }

  /** Another history, of which `offset` bytes are in the data set: after a full synchronization, or read from a file. */
  adopt(id: string, offset: number): void {
    this.#id = id;
    this.#formerId = NO_ID;
    this.#formerEnd = -1;
    this.#writer.take();
    this.selectAgain();
    this.#backlog = new Backlog(offset);
  }

  /** The next effect says its database, whichever it is. */
  selectAgain(): void {
    this.#writer.restart();
  }

  /** Something was done. While nothing is recorded, call `count`. */
  append(effects: readonly Effect[]): void {
    this.#writer.write(effects);
  }

  /** Something was done and not recorded: offsets still tell earlier from later. */
  count(effects: number): void {
    if (this.#backlog === undefined) this.#counted += effects;
  }

  /** Bytes of a stream that is recorded as it came. */
  appendBytes(bytes: Uint8Array): void {
    this.#backlog!.append(this.#writer.take());
    this.#backlog!.append(bytes);
  }

  /** Makes what was appended readable, and lets go of what is older than the newest `keepBytes` and before `needed`. */
  settle(keepBytes: number, needed: number): void {
    const backlog = this.#backlog;
    if (backlog === undefined) return;
    if (this.#writer.length > 0) backlog.append(this.#writer.take());
    backlog.trim(keepBytes, needed);
  }

  /** Up to `limit` bytes from `position` on; a view, good until the next call of any other method. */
  read(position: number, limit: number): Buffer {
    return this.#backlog!.view(position, limit);
  }

  /** Whether somebody who has everything of `id` before `nextOffset` can go on from there. */
  continues(id: string, nextOffset: number): boolean {
    const known = id === this.#id || (id === this.#formerId && nextOffset <= this.#formerEnd);
    if (!known || this.#backlog === undefined) return false;
    this.settle(Infinity, 0);
    return this.#backlog.reaches(nextOffset - 1);
  }
}

function randomId(random: Random): string {
  return Array.from(random.bytes(20), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
