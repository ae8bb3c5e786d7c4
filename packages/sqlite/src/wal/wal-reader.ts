/**
 * Write-ahead logs, read (https://www.sqlite.org/fileformat2.html §4): pages as they are after the transactions that stand in the log and not in the file yet.
 *
 * Header (32 bytes): magic, whose last bit says in which order of bytes checksums add up; version; page size; number of the checkpoint; two
 * salts; two checksums. Frame: page number; pages of the database after the transaction that ends here, else 0; the salts; checksums
 * over everything up to here; the page. Frames count as far as salts and checksums are right, up to the last that ends a transaction: what is
 * behind is left from before the last checkpoint, or was never finished.
 */
import { SqliteError } from "../errors.ts";
import type { PagerFile } from "../vfs/pager-file.ts";

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const MAGIC = 0x377f_0682;
const VERSION = 3_007_000;

export class WalReader {
  readonly pageSize: number;
  /** Pages of the database after the last transaction of the log. */
  readonly pageCount: number;
  /** Alike for two readers that saw the same transactions. */
  readonly identity: string;
  readonly #file: PagerFile;
  /** Where in the log the newest version of a page begins. */
  readonly #pages: ReadonlyMap<number, number>;

  private constructor(file: PagerFile, log: Frames) {
    this.#file = file;
    this.pageSize = log.pageSize;
    this.pageCount = log.pageCount;
    this.identity = log.identity;
    this.#pages = log.pages;
  }

  /** Undefined: the log holds no transaction. Throws SQLITE_CANTOPEN for a log of an unknown version. */
  static open(file: PagerFile): WalReader | undefined {
    const log = readFrames(file);
    return log === undefined ? undefined : new WalReader(file, log);
  }

  /** Reads a page as the log has it. False: it has not. */
  read(number: number, into: Uint8Array): boolean {
    const at = this.#pages.get(number);
    if (at === undefined) return false;
    this.#file.read(into, at);
    return true;
  }

  close(): void {
    this.#file.close();
  }
}

interface Frames {
  readonly pageSize: number;
  readonly pageCount: number;
  readonly pages: ReadonlyMap<number, number>;
  readonly identity: string;
}

function readFrames(file: PagerFile): Frames | undefined {
  const header = new Uint8Array(HEADER_BYTES);
  if (file.read(header, 0) < HEADER_BYTES) return undefined;
  const view = new DataView(header.buffer);
  const magic = view.getUint32(0);
  const pageSize = view.getUint32(8);
  const isPageSize = pageSize >= 512 && pageSize <= 65_536 && (pageSize & (pageSize - 1)) === 0;
  if ((magic & ~1) >>> 0 !== MAGIC || !isPageSize) return undefined;
  const checksum = new Checksum((magic & 1) === 0);
  checksum.add(view, 0, 24);
  if (!checksum.is(view, 24)) return undefined;
  if (view.getUint32(4) !== VERSION) throw new SqliteError("SQLITE_CANTOPEN", "unable to open database file");

  const frame = new Uint8Array(FRAME_HEADER_BYTES + pageSize);
  const frameView = new DataView(frame.buffer);
  const pages = new Map<number, number>();
  /** Of the transaction whose end has not come yet. */
  const pending = new Map<number, number>();
  let pageCount = 0;
  let end = 0;
  for (let at = HEADER_BYTES; file.read(frame, at) === frame.length; at += frame.length) {
    const number = frameView.getUint32(0);
    if (number === 0 || !isSame(frame, 8, header, 16, 8)) break;
    checksum.add(frameView, 0, 8);
    checksum.add(frameView, FRAME_HEADER_BYTES, pageSize);
    if (!checksum.is(frameView, 16)) break;
    pending.set(number, at + FRAME_HEADER_BYTES);
    const committed = frameView.getUint32(4);
    if (committed === 0) continue;
    for (const [page, place] of pending) pages.set(page, place);
    pending.clear();
    pageCount = committed;
    end = at;
  }
  if (pageCount === 0) return undefined;
  return { pageSize, pageCount, pages, identity: `${view.getUint32(16)}-${view.getUint32(20)}-${end}` };
}

function isSame(a: Uint8Array, atA: number, b: Uint8Array, atB: number, length: number): boolean {
  for (let i = 0; i < length; i++) {
    if (a[atA + i] !== b[atB + i]) return false;
  }
  return true;
}

/** Two sums of 32 bits, each over words and over the other sum. */
class Checksum {
  readonly #littleEndian: boolean;
  #first = 0;
  #second = 0;

  constructor(littleEndian: boolean) {
    this.#littleEndian = littleEndian;
  }

  /** `length` is a multiple of 8. */
  add(view: DataView, start: number, length: number): void {
    let first = this.#first;
    let second = this.#second;
    for (let at = start; at < start + length; at += 8) {
      first = (first + view.getUint32(at, this.#littleEndian) + second) >>> 0;
      second = (second + view.getUint32(at + 4, this.#littleEndian) + first) >>> 0;
    }
    this.#first = first;
    this.#second = second;
  }

  /** Whether the sums stand at `at`, which are always written with the high byte first. */
  is(view: DataView, at: number): boolean {
    return view.getUint32(at) === this.#first && view.getUint32(at + 4) === this.#second;
  }
}
