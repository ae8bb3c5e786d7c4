/** One database of a connection: its file, its trees, its schema as it was read last, and how far the transaction has come in it. */
import { Btree } from "../btree/btree.ts";
import { createDatabase, type NewDatabase } from "../btree/new-database.ts";
import { SqliteError } from "../errors.ts";
import { encodingOf } from "../pager/database-header.ts";
import { Pager } from "../pager/pager.ts";
import type { DatabaseSchema, Statistics } from "../planner/context.ts";
import { Catalogue } from "../schema/catalogue.ts";
import type { TextEncoding } from "../values/text-codec.ts";
import { readSchemaRows } from "./schema-rows.ts";
import type { FileHandle } from "./shared-file.ts";
import { NO_STATISTICS, readStatistics } from "./statistics.ts";

/** Newest schema format that is known. */
const MAX_SCHEMA_FORMAT = 4;
/** PRAGMA cache_size to begin with: 2000 KiB. */
export const DEFAULT_CACHE_SIZE = -2_000;
/** Bytes that the original counts for a page beside its content. */
const PAGE_OVERHEAD = 144;
/** So much of a database in memory is kept as pages at least. */
const MEMORY_CACHE_BYTES = 64 * 1_024 * 1_024;
/** Offset of the header's byte that says whether there is a log. */
const READ_VERSION = 19;

export interface OpenDatabaseOptions {
  readonly name: string;
  readonly handle: FileHandle;
  readonly readonly: boolean;
  readonly random: () => number;
}

interface ReadSchema {
  readonly cookie: number;
  readonly catalogue: Catalogue;
  readonly statistics: Statistics;
  readonly hasPartialIndexes: boolean;
}

export class OpenDatabase implements DatabaseSchema {
  readonly name: string;
  readonly handle: FileHandle;
  readonly pager: Pager;
  /** PRAGMA journal_size_limit; −1: none. Kept only to be told again. */
  journalSizeLimit = -1;
  /** PRAGMA secure_delete. Kept only to be told again. */
  secureDelete = 0;
  /** PRAGMA cache_size: pages, or KiB when negative. */
  cacheSize: number = DEFAULT_CACHE_SIZE;
  /** Changes when another connection has committed. */
  dataVersion = 1;
  /** `exclusive`: locks are kept between transactions, once taken. */
  lockingMode: "normal" | "exclusive" = "normal";
  /** Counts how often the schema was read anew. */
  generation = 0;
  /** How it will be made when it has no page yet, or by VACUUM; undefined: as it is. */
  #nextVacuumMode: NewDatabase["autoVacuum"] | undefined;
  #nextPageSize: number | undefined;
  #tree: Btree | undefined;
  #schema: ReadSchema | undefined;
  #state: "none" | "read" | "write" = "none";
  #changedSchema = false;
  /** The file's version that the pager has looked at; -1: none. */
  #seenVersion = -1;
  /** Savepoints that the pager has. */
  #savepoints = 0;

  constructor({ name, handle, readonly, random }: OpenDatabaseOptions) {
    this.name = name;
    this.handle = handle;
    const journal = handle.journalPlace();
    // What is in the file before the transaction ends, nobody else may read.
    const maySpill = (): boolean => {
      if (handle.path === undefined || handle.lock.othersRead) return false;
      handle.lock.exclude();
      return true;
    };
    const { log } = handle;
    this.pager = new Pager({
      file: handle.pagerFile(),
      ...(journal && { journal }),
      ...(log && { log }),
      readonly,
      random,
      maySpill,
    });
    if (journal === undefined) this.pager.settings.journalMode = "memory";
  }

  get isWriting(): boolean {
    return this.#state === "write";
  }

  get isReading(): boolean {
    return this.#state !== "none";
  }

  /** Made anew when the size of pages is another one. */
  get tree(): Btree {
    const { usableSize } = this.pager;
    if (this.#tree?.geometry.usableSize !== usableSize) this.#tree = new Btree(this.pager);
    return this.#tree;
  }

  /** The schema that was read last. */
  get catalogue(): Catalogue {
    return this.#schema?.catalogue ?? EMPTY_CATALOGUE;
  }

  get hasPartialIndexes(): boolean {
    return this.#schema?.hasPartialIndexes ?? false;
  }

  get statistics(): Statistics {
    return this.#schema?.statistics ?? NO_STATISTICS;
  }

  /** Undefined: there is no database yet. */
  get encoding(): TextEncoding | undefined {
    return this.pager.pageCount === 0 ? undefined : encodingOf(this.pager.headerField("encoding"));
  }

  /** Whether the file is in WAL mode. */
  get usesLog(): boolean {
    return this.pager.pageCount > 0 && this.pager.read(1).bytes[READ_VERSION] === 2;
  }

  get vacuumMode(): NewDatabase["autoVacuum"] {
    const { pager } = this;
    if (pager.pageCount === 0) return this.#nextVacuumMode ?? "none";
    if (pager.headerField("largestRootPage") === 0) return "none";
    return pager.headerField("incrementalVacuum") === 0 ? "full" : "incremental";
  }

  /** Of a database that is there already it counts when VACUUM makes it anew. */
  setVacuumMode(mode: NewDatabase["autoVacuum"]): void {
    this.#nextVacuumMode = mode;
  }

  /** Of a database that is there already it counts when VACUUM makes it anew. */
  setPageSize(size: number): void {
    this.#nextPageSize = size;
    if (this.pager.pageCount === 0) this.pager.setGeometry(size, this.pager.reserved);
  }

  /** What VACUUM makes. */
  get nextForm(): { readonly pageSize: number; readonly autoVacuum: NewDatabase["autoVacuum"] } {
    return {
      pageSize: this.#nextPageSize ?? this.pager.pageSize,
      autoVacuum: this.#nextVacuumMode ?? this.vacuumMode,
    };
  }

  setCacheSize(size: number): void {
    this.cacheSize = size;
    const { settings, pageSize } = this.pager;
    const pages = size >= 0 ? size : Math.floor((-size * 1_024) / (pageSize + PAGE_OVERHEAD));
    // What is in memory anyway is not worth being brought in again and again.
    const least = this.handle.path === undefined ? Math.floor(MEMORY_CACHE_BYTES / pageSize) : 0;
    settings.cachePages = Math.max(pages, least);
  }

  /** Begins to read, and reads the schema when it is not the one that is known. Throws SQLITE_BUSY, SQLITE_NOTADB, SQLITE_CORRUPT … */
  beginRead(): void {
    if (this.#state !== "none") return;
    this.handle.lock.share();
    try {
      this.#look();
      this.#state = "read";
      this.#readSchema();
    } catch (error) {
      this.#state = "none";
      this.#unlock();
      throw error;
    }
  }

  /** Throws SQLITE_READONLY, SQLITE_BUSY. `savepoints`: those that are open around. */
  beginWrite(savepoints: number): void {
    if (this.#state === "none") this.beginRead();
    if (this.#state === "write") return;
    if (this.pager.isReadonly) throw new SqliteError("SQLITE_READONLY", "attempt to write a readonly database");
    this.handle.lock.reserve();
    this.pager.beginWrite();
    this.#state = "write";
    this.#savepoints = 0;
    this.openSavepoints(savepoints);
  }

  /** The first page of a database that has none; within a transaction that writes. */
  create(encoding: TextEncoding): void {
    if (this.pager.pageCount > 0) return;
    createDatabase(this.pager, { encoding, autoVacuum: this.#nextVacuumMode ?? "none" });
  }

  openSavepoints(count: number): void {
    if (this.#state !== "write") return;
    for (; this.#savepoints < count; this.#savepoints++) this.pager.savepoint();
  }

  /** Ends savepoints from number `savepoint` on. */
  release(savepoint: number): void {
    if (this.#savepoints <= savepoint) return;
    this.pager.release(savepoint);
    this.#savepoints = savepoint;
  }

  /** Undoes what happened since savepoint `savepoint`, and keeps it. True: the schema may have changed. */
  rollbackTo(savepoint: number): boolean {
    if (this.#savepoints <= savepoint) return false;
    this.#keepPlaces();
    this.pager.rollbackTo(savepoint);
    this.#savepoints = savepoint + 1;
    return this.#forgetChangedSchema();
  }

  /** Takes the lock that a commit needs. Throws SQLITE_BUSY while others read. */
  prepareCommit(): void {
    if (this.#state === "write") this.handle.lock.exclude();
  }

  commit(): void {
    if (this.#state !== "write") return;
    // One that was made and undone again has no page to count the change on.
    if (this.pager.pageCount === 0) this.pager.rollback();
    else this.tree.commit();
    this.#seenVersion = this.handle.countVersion();
    this.#changedSchema = false;
    this.#savepoints = 0;
    this.#state = "read";
  }

  /** True: the schema may have changed. */
  rollback(): boolean {
    if (this.#state !== "write") return false;
    this.#keepPlaces();
    this.pager.rollback();
    this.#savepoints = 0;
    this.#state = "read";
    return this.#forgetChangedSchema();
  }

  endRead(): void {
    if (this.#state !== "read") return;
    this.#state = "none";
    this.#unlock();
  }

  /** Counts a change of the schema in the file, and reads it anew. */
  schemaChanged(): void {
    this.#changedSchema = true;
    this.pager.setHeaderField("schemaCookie", (this.pager.headerField("schemaCookie") + 1) >>> 0);
    this.reloadSchema();
  }

  /** Whether the schema was ever read. */
  get isKnown(): boolean {
    return this.#schema !== undefined;
  }

  /** Reads the schema anew if it is another one; while the database is being read. */
  refreshSchema(): void {
    this.#readSchema();
  }

  /** The content is another one, in pages of perhaps another size. */
  replaced(): void {
    this.#tree = undefined;
    this.reloadSchema();
  }

  /** Reads the schema anew, whatever is known of it. */
  reloadSchema(): void {
    this.#schema = undefined;
    this.#readSchema();
  }

  /** What was known of the file is not to be believed any more. */
  forget(): void {
    this.#seenVersion = -1;
    this.#schema = undefined;
    this.generation += 1;
  }

  close(): void {
    this.pager.close();
    this.handle.close();
  }

  /** Statements that read go on where they are, by the keys of their rows. */
  #keepPlaces(): void {
    const { tree } = this;
    for (const cursor of tree.cursors) {
      try {
        cursor.save();
      } catch {
        // Where a key cannot be read any more there is nothing to go on from.
        cursor.invalidate();
      }
    }
  }

  #look(): void {
    const { version } = this.handle;
    if (version === this.#seenVersion) return;
    if (this.#seenVersion !== -1) {
      this.pager.endRead();
      this.dataVersion += 1;
    }
    this.#seenVersion = -1;
    this.pager.beginRead();
    this.#seenVersion = version;
    // So many pages of the size that is known now.
    this.setCacheSize(this.cacheSize);
  }

  #unlock(): void {
    if (this.lockingMode === "normal") this.handle.lock.release();
  }

  #readSchema(): void {
    const { pager } = this;
    const cookie = pager.headerField("schemaCookie");
    if (this.#schema?.cookie === cookie) return;
    if (pager.headerField("schemaFormat") > MAX_SCHEMA_FORMAT)
      throw new SqliteError("SQLITE_ERROR", "unsupported file format");
    this.generation += 1;
    const encoding = this.encoding ?? "utf8";
    const catalogue = Catalogue.read(readSchemaRows(this.tree, encoding), Math.max(1, pager.pageCount));
    const statistics = readStatistics(this.tree, catalogue, encoding);
    const hasPartialIndexes = [...catalogue.tables()].some(
      (table) => table.kind === "table" && table.indexes.some(({ where }) => where !== undefined),
    );
    this.#schema = { cookie, catalogue, statistics, hasPartialIndexes };
  }

  #forgetChangedSchema(): boolean {
    if (!this.#changedSchema) return false;
    this.reloadSchema();
    return true;
  }
}

const EMPTY_CATALOGUE: Catalogue = Catalogue.read([], 1);
