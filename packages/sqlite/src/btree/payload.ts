/** Payloads that go on in overflow pages: each has the next one's number (4 bytes), then the content (https://www.sqlite.org/fileformat2.html §1.6). */
import { corrupt, type Pager } from "../pager/pager.ts";
import type { Page } from "../pager/page.ts";
import { rowidLength, varintLength, writeRowid, writeVarint } from "../record/varint.ts";
import { type CellParser, type Geometry, localLength } from "./cell.ts";
import { NODE_KIND } from "./node.ts";
import { type PageAllocator, POINTER } from "./page-allocator.ts";

export class Payloads {
  readonly #pager: Pager;
  readonly #allocator: PageAllocator;
  readonly #geometry: Geometry;
  #cell: Uint8Array;

  constructor(pager: Pager, allocator: PageAllocator, geometry: Geometry) {
    this.#pager = pager;
    this.#allocator = allocator;
    this.#geometry = geometry;
    this.#cell = new Uint8Array(geometry.usableSize);
  }

  /** The whole payload of the cell that `parser` has read on `page`, in memory of its own. Throws SQLITE_CORRUPT. */
  collect(page: Page, parser: CellParser): Uint8Array {
    const { payloadLength, payloadStart, localLength: local } = parser;
    // Every overflow page is used once, so that a length beyond the file cannot be true.
    if (payloadLength - local > this.#pager.pageCount * this.#geometry.usableSize) throw corrupt();
    const payload = new Uint8Array(payloadLength);
    payload.set(page.bytes.subarray(payloadStart, payloadStart + local));
    let at = local;
    for (let next = parser.overflowPage; at < payloadLength;) {
      const part = this.#pager.read(next);
      const length = Math.min(payloadLength - at, this.#geometry.usableSize - 4);
      payload.set(part.bytes.subarray(4, 4 + length), at);
      at += length;
      next = part.view.getUint32(0);
    }
    return payload;
  }

  /** Gives the overflow pages of a cell back. */
  release(parser: CellParser): void {
    const { payloadLength, localLength: local } = parser;
    let next = parser.overflowPage;
    for (let rest = payloadLength - local; rest > 0; rest -= this.#geometry.usableSize - 4) {
      if (next < 2) throw corrupt();
      const following = this.#pager.read(next).view.getUint32(0);
      this.#allocator.free(next);
      next = following;
    }
  }

  /** The cell of a table's leaf; valid until the next cell is made. Writes what does not fit to overflow pages. */
  tableCell(rowid: number | bigint, payload: Uint8Array, length: number): Uint8Array {
    const head = varintLength(length) + rowidLength(rowid);
    const local = localLength(length, this.#geometry.maxTableLocal, this.#geometry);
    const cell = this.#reserve(head + local + 4);
    writeRowid(cell, writeVarint(cell, 0, length), rowid);
    return this.#fill(cell, head, local, payload, length);
  }

  /** The cell of an index's leaf; valid until the next cell is made. */
  indexCell(payload: Uint8Array, length: number): Uint8Array {
    const head = varintLength(length);
    const local = localLength(length, this.#geometry.maxIndexLocal, this.#geometry);
    const cell = this.#reserve(head + local + 4);
    writeVarint(cell, 0, length);
    return this.#fill(cell, head, local, payload, length);
  }

  /** Tells the pointer map where the overflow pages of a cell on page `owner` begin. */
  notePointer(cell: Uint8Array, kind: number, owner: number, parser: CellParser): void {
    if (kind === NODE_KIND.tableInterior) return;
    parser.parseBytes(cell, new DataView(cell.buffer, cell.byteOffset, cell.length), 0, kind);
    if (parser.overflowPage !== 0) this.#allocator.setPointer(parser.overflowPage, POINTER.overflow, owner);
  }

  #reserve(size: number): Uint8Array {
    if (this.#cell.length < size) this.#cell = new Uint8Array(size);
    return this.#cell;
  }

  #fill(cell: Uint8Array, head: number, local: number, payload: Uint8Array, length: number): Uint8Array {
    cell.set(payload.subarray(0, local), head);
    const end = head + local;
    if (local === length) {
      // A cell is at least as long as the head of a free block.
      if (end >= 4) return cell.subarray(0, end);
      cell.fill(0, end, 4);
      return cell.subarray(0, 4);
    }
    new DataView(cell.buffer, cell.byteOffset).setUint32(end, this.#overflow(payload, local, length));
    return cell.subarray(0, end + 4);
  }

  /** Writes `payload[from…length)` to a chain of pages, and returns the first one's number. */
  #overflow(payload: Uint8Array, from: number, length: number): number {
    const room = this.#geometry.usableSize - 4;
    const hasMaps = this.#allocator.hasPointerMaps;
    let first = 0;
    let previous: Page | undefined;
    for (let at = from; at < length; at += room) {
      const page = this.#allocator.allocate(previous?.number ?? 0);
      page.view.setUint32(0, 0);
      page.bytes.set(payload.subarray(at, Math.min(length, at + room)), 4);
      if (previous === undefined) first = page.number;
      else {
        previous.view.setUint32(0, page.number);
        if (hasMaps) this.#allocator.setPointer(page.number, POINTER.overflowNext, previous.number);
      }
      previous = page;
    }
    return first;
  }
}
