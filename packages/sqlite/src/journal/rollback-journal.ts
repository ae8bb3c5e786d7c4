/**
 * What a transaction can be undone from: the pages that it changes, as they were. In a file beside the database, so that whoever opens it after
 * a crash undoes what was left half done; or in memory.
 *
 * The order of syncs is what makes it safe. Before anything is written to the database, the journal's records are synced, and only then is
 * their number written into its header and synced too; a journal whose number of records is 0 undoes nothing. When the database has been
 * synced in turn, the journal ends (is removed, emptied, or its header is wiped), and with that the transaction has happened.
 */
import type { SyncLevel } from "../pager/pager-options.ts";
import type { PagerFile } from "../vfs/pager-file.ts";
import { JOURNAL_HEADER_BYTES, journalChecksum, UNCOUNTED, writeJournalHeader } from "./journal-format.ts";

/** Where the journal's file is. */
export interface JournalPlace {
  /** The file, made when missing. */
  open(): PagerFile;
  /** The file, when there is one. */
  existing(): PagerFile | undefined;
  /** Whether the super-journal of that path is there. */
  hasSuperJournal(name: string): boolean;
  /** Removes the file; its name is gone for good when this returns, unless `durable` is false. */
  remove(durable: boolean): void;
}

export type JournalMode = "delete" | "truncate" | "persist" | "memory" | "off";

export interface RollbackJournal {
  /** Keeps a page as it was before the transaction. */
  add(number: number, page: Uint8Array): void;
  /** Everything kept is on the disk when this returns; more may be added afterwards. */
  sync(): void;
  /** The transaction is done. */
  end(): void;
  /** The pages that were kept, the first one first. */
  pages(): Iterable<{ readonly number: number; readonly bytes: Uint8Array }>;
}

export class FileJournal implements RollbackJournal {
  readonly #file: PagerFile;
  readonly #place: JournalPlace;
  readonly #mode: "delete" | "truncate" | "persist";
  readonly #level: SyncLevel;
  readonly #header: { nonce: number; pageCount: number; sectorSize: number; pageSize: number };
  readonly #record: Uint8Array;
  readonly #recordView: DataView;
  /** Where the segment's header stands. */
  #segment = 0;
  #records = 0;
  #end = 0;
  readonly #synced: { at: number; records: number }[] = [];

  constructor(
    place: JournalPlace,
    mode: "delete" | "truncate" | "persist",
    level: SyncLevel,
    header: { nonce: number; pageCount: number; sectorSize: number; pageSize: number },
  ) {
    this.#place = place;
    this.#mode = mode;
    this.#level = level;
    this.#header = header;
    this.#record = new Uint8Array(header.pageSize + 8);
    this.#recordView = new DataView(this.#record.buffer);
    this.#file = place.open();
    this.#beginSegment();
  }

  add(number: number, page: Uint8Array): void {
    const record = this.#record;
    this.#recordView.setUint32(0, number);
    record.set(page, 4);
    this.#recordView.setUint32(4 + page.length, journalChecksum(this.#header.nonce, page));
    this.#file.write(record, this.#end);
    this.#end += record.length;
    this.#records += 1;
  }

  sync(): void {
    if (this.#level !== "off") {
      if (this.#level !== "normal") this.#file.sync();
      this.#writeHeader(this.#records);
      this.#file.sync();
    }
    this.#synced.push({ at: this.#segment, records: this.#records });
    this.#segment = roundUp(this.#end, this.#header.sectorSize);
    this.#beginSegment();
  }

  end(): void {
    switch (this.#mode) {
      case "delete":
        this.#file.close();
        this.#place.remove(this.#level !== "off");
        break;
      case "truncate":
        this.#file.truncate(0);
        if (this.#level !== "off") this.#file.sync();
        this.#file.close();
        break;
      case "persist":
        this.#file.write(new Uint8Array(JOURNAL_HEADER_BYTES), 0);
        if (this.#level !== "off") this.#file.sync();
        this.#file.close();
    }
  }

  *pages(): Iterable<{ number: number; bytes: Uint8Array }> {
    const { pageSize, sectorSize } = this.#header;
    for (const { at, records } of [...this.#synced, { at: this.#segment, records: this.#records }]) {
      for (let i = 0; i < records; i++) {
        const record = new Uint8Array(pageSize + 8);
        this.#file.read(record, at + sectorSize + i * record.length);
        yield { number: new DataView(record.buffer).getUint32(0), bytes: record.subarray(4, 4 + pageSize) };
      }
    }
  }

  #beginSegment(): void {
    this.#records = 0;
    this.#end = this.#segment + this.#header.sectorSize;
    this.#writeHeader(this.#level === "off" ? UNCOUNTED : 0);
  }

  #writeHeader(records: number): void {
    const sector = new Uint8Array(this.#header.sectorSize);
    writeJournalHeader(new DataView(sector.buffer), { ...this.#header, records });
    this.#file.write(sector, this.#segment);
  }
}

/** Pages as they were, in memory: a crash leaves what had been written by then. */
export class MemoryJournal implements RollbackJournal {
  readonly #pages = new Map<number, Uint8Array>();
  /** Memory of transactions that are over, for the next one. */
  readonly #spare: Uint8Array[] = [];

  add(number: number, page: Uint8Array): void {
    const spare = this.#spare.pop();
    if (spare?.length === page.length) {
      spare.set(page);
      this.#pages.set(number, spare);
    } else this.#pages.set(number, page.slice());
  }

  sync(): void {}

  /** It may be used for another transaction afterwards. */
  end(): void {
    for (const bytes of this.#pages.values()) {
      if (this.#spare.length < MAX_SPARE_PAGES) this.#spare.push(bytes);
    }
    this.#pages.clear();
  }

  *pages(): Iterable<{ number: number; bytes: Uint8Array }> {
    for (const [number, bytes] of this.#pages) yield { number, bytes };
  }
}

/** Most transactions change fewer pages. */
const MAX_SPARE_PAGES = 16;

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
