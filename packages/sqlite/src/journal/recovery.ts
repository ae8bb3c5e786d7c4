/**
 * Recovery: undoing what a process left half done when it ended.
 *
 * A journal is hot when it is there, begins with a header, and names no super-journal that is gone (then the transaction over several files
 * was done). Its pages go back where they were, as far as its records are whole; then it ends. Doing it twice does no harm, so that the power
 * may go at any moment here too.
 */
import { SqliteError } from "../errors.ts";
import type { PagerFile } from "../vfs/pager-file.ts";
import {
  JOURNAL_HEADER_BYTES,
  JOURNAL_MAGIC,
  journalChecksum,
  readJournalHeader,
  UNCOUNTED,
} from "./journal-format.ts";
import type { JournalPlace } from "./rollback-journal.ts";

const LOCK_BYTE = 0x4000_0000;

/** Plays a hot journal back, if there is one. True: the file may have changed. Throws SQLITE_READONLY_ROLLBACK when it must not be written. */
export function recover(file: PagerFile, place: JournalPlace, readonly: boolean): boolean {
  const journal = place.existing();
  if (journal === undefined) return false;
  try {
    const header = readHeader(journal, 0);
    if (header === undefined || isDone(journal, place)) return false;
    if (readonly) throw new SqliteError("SQLITE_READONLY_ROLLBACK", "attempt to write a readonly database");
    if (file.size() > 0) playBack(file, journal);
  } finally {
    journal.close();
  }
  place.remove(true);
  return true;
}

function playBack(file: PagerFile, journal: PagerFile): void {
  const size = journal.size();
  const first = readHeader(journal, 0)!; // looked at by the caller
  const { pageSize, sectorSize, pageCount } = first;
  if (file.size() > pageCount * pageSize) file.truncate(pageCount * pageSize);
  const record = new Uint8Array(pageSize + 8);
  const view = new DataView(record.buffer);
  const page = record.subarray(4, 4 + pageSize);
  const lockPage = Math.floor(LOCK_BYTE / pageSize) + 1;
  for (let segment = 0; ;) {
    const header = readHeader(journal, segment);
    if (header === undefined) break;
    let at = segment + sectorSize;
    const records = header.records === UNCOUNTED ? Math.floor((size - at) / record.length) : header.records;
    for (let i = 0; i < records; i++, at += record.length) {
      if (journal.read(record, at) < record.length) return finish(file);
      const number = view.getUint32(0);
      if (number === 0 || number === lockPage) return finish(file);
      if (view.getUint32(4 + pageSize) !== journalChecksum(header.nonce, page)) return finish(file);
      if (number <= pageCount) file.write(page, (number - 1) * pageSize);
    }
    segment = Math.ceil(at / sectorSize) * sectorSize;
  }
  finish(file);
}

function finish(file: PagerFile): void {
  file.sync();
}

function readHeader(journal: PagerFile, at: number): ReturnType<typeof readJournalHeader> {
  const bytes = new Uint8Array(JOURNAL_HEADER_BYTES);
  return journal.read(bytes, at) < bytes.length ? undefined : readJournalHeader(bytes);
}

/**
 * Whether the journal belongs to a transaction over several files that has happened: it ends with the super-journal's name, the name's length
 * (4 bytes), the sum of its bytes (4) and the magic, and there is no such file any more.
 */
function isDone(journal: PagerFile, place: JournalPlace): boolean {
  const size = journal.size();
  const tail = new Uint8Array(16);
  if (size < 16 || journal.read(tail, size - 16) < 16) return false;
  const view = new DataView(tail.buffer);
  const length = view.getUint32(0);
  if (JOURNAL_MAGIC.some((byte, at) => tail[8 + at] !== byte) || length === 0 || length > 4_096 || length > size - 16)
    return false;
  const name = new Uint8Array(length);
  journal.read(name, size - 16 - length);
  const sum = name.reduce((total, byte) => (total + byte) >>> 0, 0);
  return sum === view.getUint32(4) && !place.hasSuperJournal(new TextDecoder().decode(name));
}
