/**
 * What a zone has been and is: its changes, durably, one entry after the other, and where need be the whole of it.
 *
 * Who serves a master file keeps the changes since that file here; who has a zone from elsewhere keeps the zone as well, so that a
 * restart serves at once. What the newest changes lead to can always be made again: from a whole zone in the file, or from the master
 * file as it was when the journal began. Older changes are kept for IXFR, up to `maxDepth` and `maxBytes`.
 *
 * An entry is durable when `append` resolves. When what is kept no longer needs most of the file, it is written anew beside itself and
 * renamed over the old one; only the whole zone at the newest serial makes that possible, so it is written there. After an error of the
 * disk nothing more is taken, since nobody can know what of it will be there: the zone is served as it was.
 */
import type { Disk, DiskFile, DiskLock } from "@tenon/kit";
import type { Name } from "../name/name.ts";
import type { ResourceRecord } from "../record.ts";
import type { ZoneHistory } from "../transfer/outgoing.ts";
import { condensed, serialsOf } from "../zone/changes.ts";
import { type ZoneChange, ZoneData } from "../zone/zone-data.ts";
import { WireReader } from "../wire/reader.ts";
import {
  entry,
  type EntryPlace,
  FILE_HEADER,
  KIND,
  readBody,
  readFully,
  readRecord,
  scanEntries,
  writeRecord,
} from "./entries.ts";

export const DEFAULT_JOURNAL_DEPTH = 1000;
export const DEFAULT_JOURNAL_BYTES: number = 64 * 1024 * 1024;
/** The file is not written anew for less than this. */
export const DEFAULT_SLACK_BYTES: number = 1024 * 1024;
/** What a record takes, before a whole zone has been written. */
const USUAL_RECORD_BYTES = 64;
/** Records of a whole zone are written in parts of this size. */
const PART_BYTES = 1 << 20;

export interface JournalOptions {
  readonly disk: Disk;
  readonly path: string;
  readonly origin: Name;
  readonly zoneClass: number;
  /** Changes kept for IXFR. */
  readonly maxDepth?: number | undefined;
  /** Bytes of them. */
  readonly maxBytes?: number | undefined;
  readonly slackBytes?: number | undefined;
}

/** Of a secondary: when its zone was last known to be the newest, and when it must not be served any more. Wall time, milliseconds. */
export interface StoredTimers {
  readonly refreshedMs: number;
  readonly expiresMs: number;
}

/** What a zone's changes go through: a journal on a disk, or one that forgets. */
export interface ZoneJournal extends ZoneHistory {
  /** To which the newest change or zone in it leads; undefined while there is nothing. */
  readonly serial: number | undefined;
  readonly timers: StoredTimers | undefined;
  restore(file?: ZoneData): ZoneData | undefined;
  append(changes: readonly ZoneChange[], zone: ZoneData): Promise<void>;
  store(zone: ZoneData, timers?: StoredTimers): Promise<void>;
  setTimers(timers: StoredTimers, zone: ZoneData): Promise<void>;
  close(): Promise<void>;
}

export class JournalError extends Error {
  override readonly name = "JournalError";
}

interface KeptChange extends EntryPlace {
  readonly from: number;
  readonly to: number;
}

interface KeptZone {
  readonly serial: number;
  readonly parts: readonly EntryPlace[];
  readonly bytes: number;
}

export class Journal implements ZoneJournal {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #options: JournalOptions;
  readonly #maxDepth: number;
  readonly #maxBytes: number;
  #slackBytes: number;
  readonly #lock: DiskLock;
  #file: DiskFile;
  #size: number;
  /** Each begins where the one before it ends; the oldest first. */
  #changes: KeptChange[] = [];
  /** Of all changes in the file from the whole zone (or the file's beginning) on, the first that `restore` needs. */
  #base: KeptZone | undefined;
  #timers: StoredTimers | undefined;
  #failure: Error | undefined;
  #isClosed = false;
  /** Appends wait for the one before. */
  #turn: Promise<void> = Promise.resolve();

  /** Opens what is there, or begins. Drops a torn end. Rejects with JournalError for a file that is no journal or is in use by another, and with the disk's errors. */
  static async open(options: JournalOptions): Promise<Journal> {
    const { disk, path } = options;
    const lock = disk.lock(`${path}-lock`, "exclusive");
    if (lock === undefined) throw new JournalError(`${path} is in use`);
    let file: DiskFile | undefined;
    try {
      if (disk.stat(unfinished(path)) !== undefined) disk.unlink(unfinished(path));
      file = disk.open(path, "create");
      const journal = new Journal(options, file, lock);
      if (!hasHeader(file, path)) await journal.#begin();
      await journal.#load();
      return journal;
    } catch (error) {
      file?.close();
      lock.release();
      throw error;
    }
  }

  private constructor(options: JournalOptions, file: DiskFile, lock: DiskLock) {
    this.#lock = lock;
    this.#options = options;
    this.#disk = options.disk;
    this.#path = options.path;
    this.#maxDepth = options.maxDepth ?? DEFAULT_JOURNAL_DEPTH;
    this.#maxBytes = options.maxBytes ?? DEFAULT_JOURNAL_BYTES;
    this.#slackBytes = options.slackBytes ?? DEFAULT_SLACK_BYTES;
    this.#file = file;
    this.#size = file.size();
  }

  /** To which the newest change or zone in it leads; undefined while there is nothing. */
  get serial(): number | undefined {
    return this.#changes.at(-1)?.to ?? this.#base?.serial;
  }

  /** Bytes of its file. */
  get bytes(): number {
    return this.#size;
  }

  get timers(): StoredTimers | undefined {
    return this.#timers;
  }

  /** Changes that `since` can answer with. */
  get depth(): number {
    return this.#changes.length - this.#firstKept();
  }

  since(serial: number): readonly ZoneChange[] | undefined {
    if (serial === this.serial) return [];
    if (this.#isClosed) return undefined;
    const first = this.#firstKept();
    const at = this.#changes.findIndex(({ from }, i) => i >= first && from === serial);
    return at === -1 ? undefined : this.#changes.slice(at).map((place) => this.#readChange(place));
  }

  /**
   * The newest version: of the whole zone that is kept here, else of `file`, the version in the master file. Undefined when there is
   * neither. Throws JournalError when the changes lead from a version that is neither.
   */
  restore(file?: ZoneData): ZoneData | undefined {
    const base = this.#base === undefined ? file : this.#readZone(this.#base);
    if (base === undefined || this.serial === undefined || this.serial === base.serial) return base;
    const at = this.#changes.findIndex(({ from }) => from === base.serial);
    if (at === -1) {
      throw new JournalError(
        `${this.#path}: its changes do not lead from serial ${base.serial}, which the zone's file has`,
      );
    }
    return base.with(condensed(this.#changes.slice(at).map((place) => this.#readChange(place))));
  }

  /**
   * Makes changes durable, in one write and one sync; `zone` is what they lead to. Rejects with the disk's error, with JournalError when
   * they do not follow on the newest one or an earlier error has ended it; then nothing has been added.
   */
  append(changes: readonly ZoneChange[], zone: ZoneData): Promise<void> {
    return this.#inTurn(async () => {
      const places: KeptChange[] = [];
      const entries: Uint8Array[] = [];
      let { serial } = this;
      let offset = this.#size;
      for (const change of changes) {
        const { from, to } = serialsOf(change);
        if (serial !== undefined && serial !== from) {
          throw new JournalError(`a change from serial ${from} does not follow on serial ${serial}`);
        }
        const bytes = changeEntry(change, from, to);
        entries.push(bytes);
        places.push({ from, to, offset, bytes: bytes.length });
        offset += bytes.length;
        serial = to;
      }
      await this.#write(Buffer.concat(entries));
      this.#changes.push(...places);
      if (this.#needsRewriting(zone)) await this.#shorten(zone);
    });
  }

  /** Makes `zone` what is kept, whole, and forgets all changes. */
  store(zone: ZoneData, timers?: StoredTimers): Promise<void> {
    return this.#inTurn(async () => {
      await this.#rewrite(zone, [], timers ?? this.#timers);
    });
  }

  /** `zone` is the newest version. */
  setTimers(timers: StoredTimers, zone: ZoneData): Promise<void> {
    return this.#inTurn(async () => {
      await this.#write(timersEntry(timers));
      this.#timers = timers;
      if (this.#needsRewriting(zone)) await this.#shorten(zone);
    });
  }

  /** Waits for what is being written. */
  async close(): Promise<void> {
    await this.#turn;
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#file.close();
    this.#lock.release();
    this.#failure ??= new JournalError(`${this.#path} is closed`);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(() => {
      if (this.#failure !== undefined) throw this.#failure;
      return work();
    });
    this.#turn = done.catch(() => {});
    return done;
  }

  /** A file of nothing but its header. */
  async #begin(): Promise<void> {
    this.#file.truncate(0);
    await this.#file.writeAsync(FILE_HEADER, 0);
  }

  async #load(): Promise<void> {
    let end = FILE_HEADER.length;
    let parts: EntryPlace[] = [];
    for (const { place, body } of scanEntries(this.#file)) {
      end = place.offset + place.bytes;
      const reader = new WireReader(body);
      switch (reader.u8()) {
        case KIND.change:
          this.#loadChange({ ...place, from: reader.u32(), to: reader.u32() });
          break;
        case KIND.zone:
          if (reader.u8() === 1) parts = [];
          parts.push(place);
          break;
        case KIND.zoneEnd:
          this.#loadZone({ serial: reader.u32(), parts, bytes: sumOfBytes(parts) });
          parts = [];
          break;
        case KIND.timers:
          this.#timers = { refreshedMs: Number(reader.u64()), expiresMs: Number(reader.u64()) };
          break;
        default:
          throw new JournalError(`${this.#path}: an entry of an unknown kind at ${place.offset}`);
      }
    }
    if (end < this.#file.size()) this.#file.truncate(end);
    // What a killed process has left may be in memory only, and is relied on from here on.
    await this.#file.syncAsync();
    await this.#disk.syncDirectoryAsync(directoryOf(this.#path));
    this.#size = end;
  }

  #loadChange(change: KeptChange): void {
    if (this.serial !== undefined && this.serial !== change.from) {
      throw new JournalError(`${this.#path}: a change from serial ${change.from} behind serial ${this.serial}`);
    }
    this.#changes.push(change);
  }

  #loadZone(zone: KeptZone): void {
    if (this.serial !== undefined && this.serial !== zone.serial) this.#changes = [];
    this.#base = zone;
  }

  /** The first of the changes that are kept for IXFR. */
  #firstKept(): number {
    let bytes = 0;
    let at = this.#changes.length;
    while (at > 0 && this.#changes.length - at < this.#maxDepth) {
      bytes += this.#changes[at - 1]!.bytes;
      if (bytes > this.#maxBytes) break;
      at -= 1;
    }
    return at;
  }

  /** Whether the file is more than twice what it would be. The size of the zone counts, as writing that is what it costs. */
  #needsRewriting(zone: ZoneData): boolean {
    const kept = sumOfBytes(this.#changes.slice(this.#firstKept()));
    const spare = this.#size - 2 * kept - this.#slackBytes;
    return spare > 2 * (this.#base?.bytes ?? zone.recordCount * USUAL_RECORD_BYTES);
  }

  /** What has been appended is safe, whatever becomes of this. */
  async #shorten(zone: ZoneData): Promise<void> {
    try {
      await this.#rewrite(zone, this.#changes.slice(this.#firstKept()));
    } catch {
      // There may be no room for a second file. The next try comes when this one has grown as much again.
      this.#slackBytes += this.#size;
    }
  }

  /** Writes at the end and syncs. What fails is taken back where that is possible, and ends the journal where it is not. */
  async #write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#file.writeAsync(bytes, this.#size);
    } catch (error) {
      this.#takeBack(error);
      throw error;
    }
    try {
      await this.#file.syncAsync();
    } catch (error) {
      // What of it is durable nobody knows, and a later sync would not tell.
      this.#failure = asError(error);
      throw error;
    }
    this.#size += bytes.length;
  }

  /** A full disk is no end: what was written in part goes. */
  #takeBack(error: unknown): void {
    try {
      this.#file.truncate(this.#size);
    } catch {
      this.#failure = asError(error);
    }
  }

  /** The file anew: `changes`, then the whole zone, then the timers. */
  async #rewrite(zone: ZoneData, changes: readonly KeptChange[], timers = this.#timers): Promise<void> {
    const path = unfinished(this.#path);
    const file = this.#disk.open(path, "truncate");
    const moved: KeptChange[] = [];
    const parts: EntryPlace[] = [];
    let size = 0;
    const write = async (bytes: Uint8Array): Promise<EntryPlace> => {
      await file.writeAsync(bytes, size);
      size += bytes.length;
      return { offset: size - bytes.length, bytes: bytes.length };
    };
    try {
      await write(FILE_HEADER);
      for (const change of changes) {
        const bytes = new Uint8Array(change.bytes);
        readFully(this.#file, bytes, change.offset);
        moved.push({ ...change, ...(await write(bytes)) });
      }
      for (const part of zoneEntries(zone)) parts.push(await write(part));
      if (timers !== undefined) await write(timersEntry(timers));
      await file.syncAsync();
    } catch (error) {
      file.close();
      throw error;
    }
    try {
      this.#disk.rename(path, this.#path);
      await this.#disk.syncDirectoryAsync(directoryOf(this.#path));
    } catch (error) {
      // Either file may be found under the name, and both have all that was promised; what comes after would be in one of them.
      this.#failure = asError(error);
      file.close();
      throw error;
    }
    this.#file.close();
    this.#file = file;
    this.#size = size;
    this.#changes = moved;
    this.#base = { serial: zone.serial, parts: parts.slice(0, -1), bytes: sumOfBytes(parts) };
    this.#timers = timers;
  }

  #readChange(place: EntryPlace): ZoneChange {
    const body = readBody(this.#file, place);
    body.skip(9);
    const removed: ResourceRecord[] = [];
    const added: ResourceRecord[] = [];
    for (let count = body.u32(); count > 0; count--) removed.push(readRecord(body));
    while (body.remaining > 0) added.push(readRecord(body));
    return { removed, added };
  }

  #readZone({ parts }: KeptZone): ZoneData {
    return ZoneData.fromRecords(this.#options.origin, this.#records(parts), this.#options.zoneClass);
  }

  *#records(parts: readonly EntryPlace[]): Generator<ResourceRecord> {
    for (const place of parts) {
      const body = readBody(this.#file, place);
      body.skip(2);
      while (body.remaining > 0) yield readRecord(body);
    }
  }
}

function changeEntry({ removed, added }: ZoneChange, from: number, to: number): Uint8Array {
  return entry(KIND.change, (writer) => {
    writer.u32(from);
    writer.u32(to);
    writer.u32(removed.length);
    for (const record of removed) writeRecord(writer, record);
    for (const record of added) writeRecord(writer, record);
  });
}

function timersEntry({ refreshedMs, expiresMs }: StoredTimers): Uint8Array {
  return entry(KIND.timers, (writer) => {
    writer.u64(BigInt(Math.round(refreshedMs)));
    writer.u64(BigInt(Math.round(expiresMs)));
  });
}

/** The parts of a whole zone, and the entry that says they are all there. */
function* zoneEntries(zone: ZoneData): Generator<Uint8Array> {
  const records = zone.records()[Symbol.iterator]();
  let isFirst = true;
  for (let next = records.next(); next.done !== true;) {
    yield entry(KIND.zone, (writer) => {
      writer.u8(isFirst ? 1 : 0);
      for (; next.done !== true && writer.length < PART_BYTES; next = records.next()) {
        writeRecord(writer, next.value);
      }
    });
    isFirst = false;
  }
  yield entry(KIND.zoneEnd, (writer) => {
    writer.u32(zone.serial);
  });
}

/** Whether the file begins as one does; false for one that is empty or was cut while it began. Throws JournalError for anything else. */
function hasHeader(file: DiskFile, path: string): boolean {
  const header = new Uint8Array(Math.min(file.size(), FILE_HEADER.length));
  readFully(file, header, 0);
  if (Buffer.compare(header, FILE_HEADER) === 0) return true;
  if (header.every((byte, i) => byte === FILE_HEADER[i] || byte === 0) && file.size() <= FILE_HEADER.length)
    return false;
  throw new JournalError(`${path} is not a journal of a zone`);
}

function sumOfBytes(places: readonly EntryPlace[]): number {
  return places.reduce((sum, { bytes }) => sum + bytes, 0);
}

function unfinished(path: string): string {
  return `${path}.new`;
}

function directoryOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash <= 0 ? "/" : path.slice(0, slash);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
