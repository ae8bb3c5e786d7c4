/** How a pager is set up: what programs set by pragmas. */
import type { JournalMode, JournalPlace } from "../journal/rollback-journal.ts";
import type { PagerFile } from "../vfs/pager-file.ts";

/** PRAGMA synchronous: which syncs a transaction waits for. */
export type SyncLevel = "off" | "normal" | "full" | "extra";

export interface PagerOptions {
  readonly file: PagerFile;
  /** Where journals in files go; without it they are kept in memory. */
  readonly journal?: JournalPlace;
  /** Opens the write-ahead log, if there is one. */
  readonly log?: () => PagerFile | undefined;
  readonly readonly?: boolean;
  /** Of a database that is not there yet: bytes of a page and of what is reserved in it. */
  readonly pageSize?: number;
  readonly reserved?: number;
  /** False: others read the file, so that changed pages have to stay in memory until the transaction ends. */
  readonly maySpill?: () => boolean;
  /** A random number of 32 bits, for journals. */
  readonly random: () => number;
}

export interface PagerSettings {
  journalMode: JournalMode;
  synchronous: SyncLevel;
  /** Pages kept in memory. */
  cachePages: number;
}

export const DEFAULT_PAGE_SIZE = 4_096;
/** 2 MB of pages of the default size, as the original's. */
export const DEFAULT_CACHE_PAGES = 500;
/** Journals' headers fill a sector of this size: what disks of today write whole. */
export const SECTOR_SIZE = 512;
