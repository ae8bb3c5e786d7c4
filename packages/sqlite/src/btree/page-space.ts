/** Room for cells on a node: taken from a free block or from the gap between pointers and cells, given back as a free block. */
import { corrupt } from "../pager/pager.ts";
import type { Page } from "../pager/page.ts";
import { CellParser, type Geometry } from "./cell.ts";
import {
  cellAt,
  cellCount,
  contentStart,
  firstFreeBlock,
  firstFreeBlockField,
  fragmentedBytes,
  freeBytes,
  nodeKind,
  pointersOf,
  setCellCount,
  setContentStart,
  setFragmentedBytes,
} from "./node.ts";

/** With more loose bytes than that a page is tidied up first. */
const MAX_FRAGMENTED = 57;

/** Changes nodes, which the caller has made writable. */
export class NodeEditor {
  readonly #usableSize: number;
  readonly #parser: CellParser;

  constructor(geometry: Geometry) {
    this.#usableSize = geometry.usableSize;
    this.#parser = new CellParser(geometry);
  }

  /**
   * Puts `cell` in at `index`; when there is no room, or cells wait already, it waits too (`page.overflow`), and its index counts those
   * that wait before it.
   */
  insert(page: Page, index: number, cell: Uint8Array): void {
    if (page.overflow.length > 0 || cell.length + 2 > freeBytes(page, this.#usableSize)) {
      page.overflow.push({ index, cell: cell.slice() });
      return;
    }
    const at = this.#allocate(page, cell.length);
    page.free -= cell.length + 2;
    page.bytes.set(cell, at);
    const pointers = pointersOf(page);
    const count = cellCount(page);
    page.bytes.copyWithin(pointers + 2 * index + 2, pointers + 2 * index, pointers + 2 * count);
    page.view.setUint16(pointers + 2 * index, at);
    setCellCount(page, count + 1);
  }

  /** Takes the cell of that index, `size` bytes long, off the page. */
  drop(page: Page, index: number, size: number): void {
    const free = freeBytes(page, this.#usableSize);
    const at = cellAt(page, index, this.#usableSize);
    if (at + size > this.#usableSize) throw corrupt();
    const count = cellCount(page);
    if (count === 1) {
      // An empty page has neither blocks nor loose bytes.
      this.#empty(page);
      return;
    }
    this.#giveBack(page, at, size);
    const pointers = pointersOf(page);
    page.bytes.copyWithin(pointers + 2 * index, pointers + 2 * index + 2, pointers + 2 * count);
    setCellCount(page, count - 1);
    page.free = free + size + 2;
  }

  /** Makes `cells` all that the page holds, from the end in their order. They must fit, and may not be views of the page. */
  rebuild(page: Page, cells: readonly Uint8Array[]): void {
    this.#empty(page);
    const pointers = pointersOf(page);
    let end = this.#usableSize;
    for (const [index, cell] of cells.entries()) {
      end -= cell.length;
      if (end < pointers + 2 * cells.length) throw corrupt();
      page.bytes.set(cell, end);
      page.view.setUint16(pointers + 2 * index, end);
    }
    setCellCount(page, cells.length);
    setContentStart(page, end);
    page.free = end - pointers - 2 * cells.length;
    page.overflow = [];
  }

  #empty(page: Page): void {
    page.view.setUint16(firstFreeBlockField(page), 0);
    setFragmentedBytes(page, 0);
    setContentStart(page, this.#usableSize);
    setCellCount(page, 0);
    page.free = this.#usableSize - pointersOf(page);
  }

  #allocate(page: Page, size: number): number {
    const pointersEnd = pointersOf(page) + 2 * cellCount(page);
    if (pointersEnd > contentStart(page)) throw corrupt();
    // The new pointer takes two bytes of the gap whatever happens.
    if (firstFreeBlock(page) !== 0 && pointersEnd + 2 <= contentStart(page)) {
      const at = this.#fromFreeBlock(page, size);
      if (at !== undefined) return at;
    }
    if (pointersEnd + 2 + size > contentStart(page)) this.#defragment(page);
    const at = contentStart(page) - size;
    if (at < pointersEnd + 2) throw corrupt();
    setContentStart(page, at);
    return at;
  }

  /** The first block that is large enough, from its end; up to three bytes of it become loose. */
  #fromFreeBlock(page: Page, size: number): number | undefined {
    const { view } = page;
    const field = firstFreeBlockField(page);
    let before = field;
    for (let block = view.getUint16(before); block !== 0; block = view.getUint16(before)) {
      if (block <= before && before !== field) throw corrupt();
      const length = view.getUint16(block + 2);
      if (block + length > this.#usableSize) throw corrupt();
      const rest = length - size;
      if (rest >= 4) {
        view.setUint16(block + 2, rest);
        return block + rest;
      }
      if (rest >= 0) {
        if (fragmentedBytes(page) > MAX_FRAGMENTED) return undefined;
        view.setUint16(before, view.getUint16(block));
        setFragmentedBytes(page, fragmentedBytes(page) + rest);
        return block + rest;
      }
      before = block;
    }
    return undefined;
  }

  /** Makes `size` bytes at `at` a free block, one with the blocks and loose bytes that it touches. */
  #giveBack(page: Page, at: number, size: number): void {
    const { view } = page;
    const field = firstFreeBlockField(page);
    let before = field;
    let next = view.getUint16(before);
    while (next !== 0 && next < at) {
      if (next <= before && before !== field) throw corrupt();
      before = next;
      next = view.getUint16(before);
    }
    if (next > this.#usableSize - 4) throw corrupt();
    let start = at;
    let end = at + size;
    let loose = 0;
    if (next !== 0 && end + 3 >= next) {
      if (end > next) throw corrupt();
      loose += next - end;
      end = next + view.getUint16(next + 2);
      if (end > this.#usableSize) throw corrupt();
      next = view.getUint16(next);
    }
    if (before !== field) {
      const beforeEnd = before + view.getUint16(before + 2);
      if (beforeEnd + 3 >= start) {
        if (beforeEnd > start) throw corrupt();
        loose += start - beforeEnd;
        start = before;
      }
    }
    if (loose > fragmentedBytes(page)) throw corrupt();
    setFragmentedBytes(page, fragmentedBytes(page) - loose);
    const content = contentStart(page);
    if (start <= content) {
      // What touches the gap becomes gap; nothing can be free in front of it.
      if (start < content || before !== field) throw corrupt();
      view.setUint16(field, next);
      setContentStart(page, end);
      return;
    }
    if (start === at) view.setUint16(before, start);
    view.setUint16(start, next);
    view.setUint16(start + 2, end - start);
  }

  /** Moves all cells to the end, so that all free bytes are in the gap. */
  #defragment(page: Page): void {
    const { view, bytes } = page;
    const count = cellCount(page);
    const pointers = pointersOf(page);
    const kind = nodeKind(page);
    const parser = this.#parser;
    const old = bytes.slice();
    const oldView = new DataView(old.buffer);
    let end = this.#usableSize;
    for (let index = 0; index < count; index++) {
      const at = cellAt(page, index, this.#usableSize);
      parser.parseBytes(old, oldView, at, kind);
      end -= parser.size;
      if (end < pointers + 2 * count || at + parser.size > this.#usableSize) throw corrupt();
      bytes.set(old.subarray(at, at + parser.size), end);
      view.setUint16(pointers + 2 * index, end);
    }
    view.setUint16(firstFreeBlockField(page), 0);
    setFragmentedBytes(page, 0);
    setContentStart(page, end);
    // What was counted as free has to be there now, and no more.
    if (end - pointers - 2 * count !== page.free) throw corrupt();
  }
}
