/**
 * The pager: a file as numbered pages, with transactions.
 *
 * Reading takes pages from the cache or the file. Writing tells the pager first (`writable`), which keeps the page as it was in the journal
 * and in the innermost savepoint; changed pages stay in memory until the transaction ends or too many have gathered (`relieve`).
 * Committing counts the change in the header, syncs the journal, writes the pages, syncs the file and ends the journal. Rolling back
 * forgets the changed pages, and takes from the journal what had been written to the file already.
 */
import { SqliteError } from "../errors.ts";
import { recover } from "../journal/recovery.ts";
import { FileJournal, MemoryJournal, type RollbackJournal } from "../journal/rollback-journal.ts";
import type { PagerFile } from "../vfs/pager-file.ts";
import { WalReader } from "../wal/wal-reader.ts";
import {
  countChange,
  FIELD,
  HEADER_BYTES,
  type HeaderField,
  isReadOnlyForm,
  isUnknownForm,
  notADatabase,
  type PageGeometry,
  pageCountOf,
  readGeometry,
  usesWal,
} from "./database-header.ts";
import { Page } from "./page.ts";
import { PageCache } from "./page-cache.ts";
import {
  DEFAULT_CACHE_PAGES,
  DEFAULT_PAGE_SIZE,
  type PagerOptions,
  type PagerSettings,
  SECTOR_SIZE,
} from "./pager-options.ts";

/** The byte at which the original takes its locks: the page around it holds nothing. */
const LOCK_BYTE = 0x4000_0000;
/** Header bytes that tell whether somebody else has written: change counter to free list's length. */
const STAMP_START: number = FIELD.changeCounter;
const STAMP_END: number = FIELD.freelistCount + 4;

interface Savepoint {
  readonly pageCount: number;
  /** Pages as they were when it was made, those that have changed since. */
  readonly pages: Map<number, Uint8Array>;
}

export class Pager {
  readonly settings: PagerSettings;
  /** Above this many pages the database does not grow (PRAGMA max_page_count). */
  maxPageCount: number = MAX_PAGE_COUNT;
  readonly #options: PagerOptions;
  readonly #file: PagerFile;
  readonly #cache: PageCache;
  #pageSize: number;
  #reserved: number;
  #pageCount = 0;
  #writing = false;
  #readers = 0;
  #stamp: Uint8Array = new Uint8Array(0);
  #journal: RollbackJournal | undefined;
  /** Kept from one transaction to the next. */
  #memoryJournal: MemoryJournal | undefined;
  /** Of a file in WAL mode: what is in its log and not in it yet. */
  #log: WalReader | undefined;
  #usesLog = false;
  /** Pages before the transaction. */
  #originalCount = 0;
  #originalGeometry = { pageSize: 0, reserved: 0 };
  /** Pages that the transaction has changed and that are not in the file. */
  readonly #dirty = new Set<Page>();
  /** Numbers of the pages that are in the journal, or were not there before. */
  readonly #journaled = new Set<number>();
  /** Something of the transaction is in the file already. */
  #spilled = false;
  readonly #savepoints: Savepoint[] = [];

  constructor(options: PagerOptions) {
    this.#options = options;
    this.#file = options.file;
    this.#pageSize = options.pageSize ?? DEFAULT_PAGE_SIZE;
    this.#reserved = options.reserved ?? 0;
    this.settings = { journalMode: "delete", synchronous: "full", cachePages: DEFAULT_CACHE_PAGES };
    this.#cache = new PageCache(this.settings);
  }

  get pageSize(): number {
    return this.#pageSize;
  }

  get reserved(): number {
    return this.#reserved;
  }

  /** Bytes of a page that hold the database. */
  get usableSize(): number {
    return this.#pageSize - this.#reserved;
  }

  /** Pages of the database, those that the transaction has added among them. 0: nothing has been written yet. */
  get pageCount(): number {
    return this.#pageCount;
  }

  get isWriting(): boolean {
    return this.#writing;
  }

  get isReadonly(): boolean {
    return this.#options.readonly === true;
  }

  /** The page that must not be used, where the file is as long. */
  get lockPage(): number {
    return Math.floor(LOCK_BYTE / this.#pageSize) + 1;
  }

  /** Begins to read: looks whether the file is another one than it was. Nests. Throws SQLITE_NOTADB, SQLITE_CORRUPT, SQLITE_CANTOPEN. */
  beginRead(): void {
    if (this.#readers === 0 && !this.#writing) this.#look();
    this.#readers += 1;
  }

  endRead(): void {
    this.#readers -= 1;
  }

  /** Begins a transaction that writes. Throws SQLITE_READONLY. */
  beginWrite(): void {
    if (this.isReadonly) throw new SqliteError("SQLITE_READONLY", "attempt to write a readonly database");
    if (this.#writing) return;
    if (this.#usesLog)
      throw new SqliteError("SQLITE_READONLY", "writing to a database in WAL mode is not supported yet");
    this.#writing = true;
    this.#originalCount = this.#pageCount;
    this.#originalGeometry = { pageSize: this.#pageSize, reserved: this.#reserved };
  }

  /** Throws SQLITE_CORRUPT for a number that no page has. */
  read(number: number): Page {
    const known = this.#cache.get(number);
    if (known !== undefined) return known;
    if (!(number >= 1) || number > this.#pageCount || number === this.lockPage) throw corrupt();
    const bytes = new Uint8Array(this.#pageSize);
    if (this.#log === undefined || !this.#log.read(number, bytes))
      this.#file.read(bytes, (number - 1) * this.#pageSize);
    const page = new Page(number, bytes);
    this.#cache.put(page);
    return page;
  }

  /** Asks to change a page, before it is changed. */
  writable(page: Page): void {
    const { number } = page;
    if (!page.journaled) {
      if (!this.#journaled.has(number)) {
        // Even one without pages undoes something: the file's length.
        const journal = this.#openJournal();
        if (number <= this.#originalCount) journal.add(number, page.bytes);
        this.#journaled.add(number);
      }
      page.journaled = true;
    }
    const savepoint = this.#savepoints.at(-1);
    if (savepoint !== undefined && number <= savepoint.pageCount && !savepoint.pages.has(number))
      savepoint.pages.set(number, page.bytes.slice());
    if (!page.dirty) this.#soil(page);
  }

  /** A new page at the end, of zeros. Throws SQLITE_FULL. */
  append(): Page {
    let number = this.#pageCount + 1;
    if (number === this.lockPage) number += 1;
    if (number > this.maxPageCount) throw new SqliteError("SQLITE_FULL", "database or disk is full");
    this.#pageCount = number;
    // A page that was cut off within this transaction has its old content in the file still.
    const page = number <= this.#originalCount ? this.read(number) : new Page(number, new Uint8Array(this.#pageSize));
    this.writable(page);
    page.bytes.fill(0);
    return page;
  }

  /** Cuts the database off behind `pageCount` pages. */
  truncate(pageCount: number): void {
    for (let number = pageCount + 1; number <= this.#pageCount; number++) {
      if (number === this.lockPage) continue;
      if (number <= this.#originalCount) this.writable(this.read(number));
    }
    this.#pageCount = pageCount;
  }

  /** Writes changed pages to the file when more than the cache may hold have gathered. Call it when nobody is about to change a page. */
  relieve(): void {
    if (this.#dirty.size <= Math.max(this.settings.cachePages, MIN_DIRTY)) return;
    if (this.#options.maySpill?.() === false) return;
    this.#writePages();
    this.#spilled = true;
  }

  /** A four-byte field of the header. 0 in an empty database. */
  headerField(field: HeaderField): number {
    return this.#pageCount === 0 ? 0 : this.read(1).view.getUint32(FIELD[field]);
  }

  setHeaderField(field: HeaderField, value: number): void {
    const page = this.read(1);
    this.writable(page);
    page.view.setUint32(FIELD[field], value);
  }

  /**
   * Makes the database, within the transaction, that of another pager, whose pages may be longer or shorter. No savepoint may be open; nobody
   * holds a page or a tree afterwards.
   */
  replaceBy(other: Pager): void {
    const journal = this.#openJournal();
    for (let number = 1; number <= this.#originalCount; number++) {
      if (number === this.lockPage || this.#journaled.has(number)) continue;
      journal.add(number, this.read(number).bytes);
      this.#journaled.add(number);
    }
    journal.sync();
    this.#spilled = true;
    this.#dirty.clear();
    this.#cache.clear();
    this.#pageSize = other.pageSize;
    this.#reserved = other.reserved;
    this.#pageCount = other.pageCount;
    for (let number = 1; number <= other.pageCount; number++) {
      if (number === this.lockPage) continue;
      this.#file.write(other.read(number).bytes, (number - 1) * this.#pageSize);
      this.#journaled.add(number);
    }
  }

  commit(): void {
    if (!this.#writing) return;
    if (this.#journaled.size > 0) {
      const first = this.read(1);
      this.writable(first);
      countChange(first.view, this.#pageCount);
      this.#writePages();
      const size = this.#pageCount * this.#pageSize;
      if (this.#file.size() > size) this.#file.truncate(size);
      if (this.settings.synchronous !== "off") this.#file.sync();
      this.#stamp = first.bytes.slice(STAMP_START, STAMP_END);
    }
    this.#journal?.end();
    this.#finish();
  }

  rollback(): void {
    if (!this.#writing) return;
    if (this.#spilled && this.#journal !== undefined) {
      this.#pageSize = this.#originalGeometry.pageSize;
      this.#reserved = this.#originalGeometry.reserved;
      for (const { number, bytes } of this.#journal.pages()) this.#file.write(bytes, (number - 1) * this.#pageSize);
      this.#file.truncate(this.#originalCount * this.#pageSize);
      if (this.settings.synchronous !== "off") this.#file.sync();
    }
    for (const number of this.#journaled) this.#cache.remove(number);
    this.#pageCount = this.#originalCount;
    this.#journal?.end();
    this.#finish();
  }

  /** How many savepoints there are: `rollbackTo` and `release` take the number that it was before. */
  savepoint(): number {
    this.#savepoints.push({ pageCount: this.#pageCount, pages: new Map() });
    return this.#savepoints.length - 1;
  }

  /** Undoes what happened since the savepoint of that number was made, and keeps it. */
  rollbackTo(savepoint: number): void {
    const { pageCount } = this.#savepoints[savepoint]!;
    while (this.#savepoints.length > savepoint) {
      for (const [number, bytes] of this.#savepoints.pop()!.pages) {
        if (number > pageCount) continue;
        if (number > this.#pageCount) this.#pageCount = number;
        // It is in the journal already, and the savepoints outside have it as it becomes now, or not at all.
        const page = this.read(number);
        page.bytes.set(bytes);
        page.free = -1;
        page.journaled = true;
        if (!page.dirty) this.#soil(page);
      }
    }
    for (let number = pageCount + 1; number <= this.#pageCount; number++) this.#forget(number);
    this.#pageCount = pageCount;
    this.savepoint();
  }

  /** Ends the savepoint of that number and those inside it; what happened since belongs to what is around it. */
  release(savepoint: number): void {
    while (this.#savepoints.length > savepoint) {
      const { pages } = this.#savepoints.pop()!;
      const outer = this.#savepoints.at(-1);
      if (outer === undefined) continue;
      for (const [number, bytes] of pages) {
        if (number <= outer.pageCount && !outer.pages.has(number)) outer.pages.set(number, bytes);
      }
    }
  }

  /** Bytes of a page and of what is reserved in it, of a database in which nothing has been written yet. */
  setGeometry(pageSize: number, reserved: number): void {
    if (this.#pageCount > 0) return;
    this.#pageSize = pageSize;
    this.#reserved = reserved;
  }

  close(): void {
    this.rollback();
    this.#cache.clear();
    this.#closeLog();
    this.#file.close();
  }

  #look(): void {
    const { journal } = this.#options;
    if (journal !== undefined && recover(this.#file, journal, this.isReadonly)) this.#stamp = new Uint8Array(0);
    const header = new Uint8Array(HEADER_BYTES);
    const length = this.#file.read(header, 0);
    const geometry = readGeometry(header.subarray(0, length));
    if (geometry === undefined) {
      this.#cache.clear();
      this.#pageCount = 0;
      return;
    }
    if (isUnknownForm(header)) throw notADatabase();
    this.#usesLog = usesWal(header);
    if (this.#usesLog) return this.#lookWithLog(geometry);
    this.#closeLog();
    if (isReadOnlyForm(header) && !this.isReadonly) {
      throw new SqliteError("SQLITE_READONLY", "attempt to write a readonly database");
    }
    const stamp = header.slice(STAMP_START, STAMP_END);
    const isSame = this.#stamp.length > 0 && stamp.every((byte, at) => byte === this.#stamp[at]);
    if (isSame && geometry.pageSize === this.#pageSize) return;
    this.#cache.clear();
    this.#stamp = stamp;
    this.#pageSize = geometry.pageSize;
    this.#reserved = geometry.reserved;
    const inFile = Math.floor(this.#file.size() / geometry.pageSize);
    const counted = pageCountOf(new DataView(header.buffer));
    if (counted > inFile) throw corrupt();
    this.#pageCount = counted === 0 ? inFile : counted;
  }

  /** As a file in WAL mode is read: what the log has counts before what the file has. */
  #lookWithLog({ pageSize, reserved }: PageGeometry): void {
    const file = this.#options.log?.();
    const log = file === undefined ? undefined : WalReader.open(file);
    if (log === undefined) file?.close();
    const isSame = log !== undefined && log.identity === this.#log?.identity;
    this.#closeLog();
    this.#log = log;
    if (isSame) return;
    if (log !== undefined && log.pageSize !== pageSize) throw corrupt();
    // Without a log the file itself may have changed by a checkpoint: nothing in it tells.
    this.#cache.clear();
    this.#stamp = new Uint8Array(0);
    this.#pageSize = pageSize;
    this.#reserved = reserved;
    this.#pageCount = log?.pageCount ?? Math.floor(this.#file.size() / pageSize);
  }

  #closeLog(): void {
    this.#log?.close();
    this.#log = undefined;
  }

  #openJournal(): RollbackJournal {
    if (this.#journal !== undefined) return this.#journal;
    const { journal: place, random } = this.#options;
    const { journalMode, synchronous } = this.settings;
    if (journalMode === "off") this.#journal = NO_JOURNAL;
    else if (journalMode === "memory" || place === undefined)
      this.#journal = this.#memoryJournal ??= new MemoryJournal();
    else {
      this.#journal = new FileJournal(place, journalMode, synchronous, {
        nonce: random(),
        pageCount: this.#originalCount,
        sectorSize: SECTOR_SIZE,
        pageSize: this.#pageSize,
      });
    }
    return this.#journal;
  }

  /** The journal first, then everything that is dirty, in the order of the file. */
  #writePages(): void {
    this.#journal?.sync();
    for (const page of [...this.#dirty].toSorted((a, b) => a.number - b.number)) {
      page.dirty = false;
      if (page.number <= this.#pageCount) this.#file.write(page.bytes, (page.number - 1) * this.#pageSize);
    }
    this.#dirty.clear();
  }

  /** Notes that a page is not as it is in the file. */
  #soil(page: Page): void {
    if (this.#cache.get(page.number) !== page) this.#cache.put(page);
    page.dirty = true;
    this.#dirty.add(page);
  }

  #forget(number: number): void {
    const page = this.#cache.get(number);
    if (page === undefined) return;
    this.#dirty.delete(page);
    this.#cache.remove(number);
  }

  #finish(): void {
    for (const number of this.#journaled) {
      const page = this.#cache.get(number);
      if (page === undefined) continue;
      page.dirty = false;
      page.journaled = false;
      if (number > this.#pageCount) this.#cache.remove(number);
    }
    this.#dirty.clear();
    this.#journaled.clear();
    this.#savepoints.length = 0;
    this.#spilled = false;
    this.#journal = undefined;
    this.#writing = false;
  }
}

/** The original's: 2^32 − 2. */
export const MAX_PAGE_COUNT = 4_294_967_294;
/** However small the cache, so many changed pages are kept. */
const MIN_DIRTY = 10;

/** PRAGMA journal_mode = off: what was written to the file cannot be undone. */
const NO_JOURNAL: RollbackJournal = { add() {}, sync() {}, end() {}, pages: () => [] };

export function corrupt(): SqliteError {
  return new SqliteError("SQLITE_CORRUPT", "database disk image is malformed");
}
