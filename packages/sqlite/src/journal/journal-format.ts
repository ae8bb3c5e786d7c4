/**
 * The rollback journal's format (https://www.sqlite.org/fileformat2.html §3).
 *
 * One or more segments: a header, filling a sector, then records. Header: magic (8 bytes), number of records (4; 0xFFFFFFFF: as many as
 * there are), nonce (4), pages of the database before the transaction (4), sector size (4), page size (4). Record: page number (4), the
 * page, checksum (4). Numbers are big-endian.
 */
export const JOURNAL_MAGIC: Uint8Array = Uint8Array.of(0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7);
export const JOURNAL_HEADER_BYTES = 28;
/** The number of records of a journal that was never synced, in databases that do without. */
export const UNCOUNTED = 0xffff_ffff;

export interface JournalHeader {
  readonly records: number;
  readonly nonce: number;
  /** Pages of the database before the transaction. */
  readonly pageCount: number;
  readonly sectorSize: number;
  readonly pageSize: number;
}

export function writeJournalHeader(view: DataView, header: JournalHeader): void {
  JOURNAL_MAGIC.forEach((byte, at) => view.setUint8(at, byte));
  view.setUint32(8, header.records);
  view.setUint32(12, header.nonce);
  view.setUint32(16, header.pageCount);
  view.setUint32(20, header.sectorSize);
  view.setUint32(24, header.pageSize);
}

/** Undefined when `bytes` are no header. */
export function readJournalHeader(bytes: Uint8Array): JournalHeader | undefined {
  if (bytes.length < JOURNAL_HEADER_BYTES || JOURNAL_MAGIC.some((byte, at) => bytes[at] !== byte)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const sectorSize = view.getUint32(20);
  const pageSize = view.getUint32(24);
  const isSize = (size: number, least: number): boolean => size >= least && size <= 65_536 && (size & (size - 1)) === 0;
  if (!isSize(sectorSize, 32) || !isSize(pageSize, 512)) return undefined;
  return { records: view.getUint32(8), nonce: view.getUint32(12), pageCount: view.getUint32(16), sectorSize, pageSize };
}

/** The nonce and every two-hundredth byte of the page, from behind: tells torn records, and records of an older journal, from whole ones. */
export function journalChecksum(nonce: number, page: Uint8Array): number {
  let sum = nonce;
  for (let at = page.length - 200; at > 0; at -= 200) sum += page[at]!;
  return sum >>> 0;
}
