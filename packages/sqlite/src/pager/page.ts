/** A cell that has found no room on its page, and waits for the page to be balanced. */
export interface OverflowCell {
  /** Its place among all cells of the page, those that wait too. */
  readonly index: number;
  readonly cell: Uint8Array;
}

/** A page in memory. */
export class Page {
  /** From 1. */
  readonly number: number;
  readonly bytes: Uint8Array;
  /** Of the same memory as `bytes`. */
  readonly view: DataView;
  /** Changed since it was read, and not in the file yet. */
  dirty = false;
  /** Its content before the transaction is in the journal, or it was not there before. */
  journaled = false;
  /** Used since the cache looked last. */
  used = true;
  /** Bytes that a b-tree page has left; -1: nobody has counted since the content came from elsewhere. */
  free = -1;
  /** Of a b-tree page: by rising index. Empty but within one change of its tree. */
  overflow: OverflowCell[] = [];

  constructor(number: number, bytes: Uint8Array) {
    this.number = number;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }
}
