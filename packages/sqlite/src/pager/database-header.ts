/**
 * The database header: the first 100 bytes of page 1 (https://www.sqlite.org/fileformat2.html §1.3). Numbers are big-endian.
 */
import { SqliteError } from "../errors.ts";
import type { TextEncoding } from "../values/text-codec.ts";

export const HEADER_BYTES = 100;
const MAGIC = "SQLite format 3\0";
/** What this library writes as the version of SQLite that it tracks: 3.54.0. */
const VERSION_NUMBER = 3_054_000;

/** Offsets of the header's fields: two bytes wide, one byte wide, four bytes wide. */
const PAGE_SIZE = 16;
const WRITE_VERSION = 18;
const READ_VERSION = 19;
const RESERVED = 20;
const FRACTIONS = 21;

/** Offsets of the four-byte fields. */
export const FIELD = {
  changeCounter: 24,
  pageCount: 28,
  firstFreelistPage: 32,
  freelistCount: 36,
  schemaCookie: 40,
  schemaFormat: 44,
  defaultCacheSize: 48,
  /** Not 0: pointer maps are kept. */
  largestRootPage: 52,
  encoding: 56,
  userVersion: 60,
  incrementalVacuum: 64,
  applicationId: 68,
  versionValidFor: 92,
  versionNumber: 96,
} as const;

export type HeaderField = keyof typeof FIELD;

const ENCODINGS: readonly TextEncoding[] = ["utf8", "utf16le", "utf16be"];

/** What has to be known before a page can be read. */
export interface PageGeometry {
  /** Bytes of a page: a power of two from 512 to 65536. */
  readonly pageSize: number;
  /** Bytes at the end of every page that are left to extensions. */
  readonly reserved: number;
}

/** `bytes` begin the file. Undefined when the file is empty. Throws SQLITE_NOTADB. */
export function readGeometry(bytes: Uint8Array): PageGeometry | undefined {
  if (bytes.length === 0) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < HEADER_BYTES || String.fromCharCode(...bytes.subarray(0, 16)) !== MAGIC) throw notADatabase();
  const short = view.getUint16(PAGE_SIZE);
  const pageSize = short === 1 ? 65_536 : short;
  const isPowerOfTwo = (pageSize & (pageSize - 1)) === 0;
  const reserved = bytes[RESERVED]!;
  const hasFractions = bytes[FRACTIONS] === 64 && bytes[FRACTIONS + 1] === 32 && bytes[FRACTIONS + 2] === 32;
  if (!isPowerOfTwo || pageSize < 512 || !hasFractions || pageSize - reserved < 480) throw notADatabase();
  return { pageSize, reserved };
}

/** Whether a write-ahead log may belong to the file. */
export function usesWal(bytes: Uint8Array): boolean {
  return bytes[READ_VERSION] === 2;
}

/** Whether the file is of a form that may be read and not written. */
export function isReadOnlyForm(bytes: Uint8Array): boolean {
  return bytes[WRITE_VERSION]! > 2;
}

/** Whether the file is of a form that nobody knows. */
export function isUnknownForm(bytes: Uint8Array): boolean {
  return bytes[READ_VERSION]! > 2;
}

export function notADatabase(): SqliteError {
  return new SqliteError("SQLITE_NOTADB", "file is not a database");
}

/** Writes the header of a new database of one page. */
export function writeNewHeader(bytes: Uint8Array, { pageSize, reserved }: PageGeometry): void {
  for (let i = 0; i < MAGIC.length; i++) bytes[i] = MAGIC.charCodeAt(i);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  view.setUint16(PAGE_SIZE, pageSize === 65_536 ? 1 : pageSize);
  bytes[WRITE_VERSION] = 1;
  bytes[READ_VERSION] = 1;
  bytes[RESERVED] = reserved;
  bytes[FRACTIONS] = 64;
  bytes[FRACTIONS + 1] = 32;
  bytes[FRACTIONS + 2] = 32;
  bytes.fill(0, FIELD.changeCounter, HEADER_BYTES);
  view.setUint32(FIELD.pageCount, 1);
}

/** Counts a change: whoever has read the file before sees that it is another one now. */
export function countChange(view: DataView, pageCount: number): void {
  const counter = (view.getUint32(FIELD.changeCounter) + 1) >>> 0;
  view.setUint32(FIELD.changeCounter, counter);
  view.setUint32(FIELD.pageCount, pageCount);
  view.setUint32(FIELD.versionValidFor, counter);
  view.setUint32(FIELD.versionNumber, VERSION_NUMBER);
}

/** How many pages the file has by its header; 0 where that is not to be believed, because an old version wrote last. */
export function pageCountOf(view: DataView): number {
  const isBelievable = view.getUint32(FIELD.changeCounter) === view.getUint32(FIELD.versionValidFor);
  return isBelievable ? view.getUint32(FIELD.pageCount) : 0;
}

/** The encoding that a header's number stands for: 1, 2, 3, and 0 in a database without tables. Throws SQLITE_CORRUPT. */
export function encodingOf(number: number): TextEncoding {
  const encoding = number === 0 ? "utf8" : ENCODINGS[number - 1];
  if (encoding === undefined) throw new SqliteError("SQLITE_ERROR", "unsupported file format");
  return encoding;
}

export function encodingNumber(encoding: TextEncoding): number {
  return ENCODINGS.indexOf(encoding) + 1;
}
