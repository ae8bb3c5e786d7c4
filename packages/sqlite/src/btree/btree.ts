/**
 * B-trees in a pager's pages: tables by rowid, indexes by record (https://www.sqlite.org/fileformat2.html §1.6).
 *
 * Changing a tree means: every other cursor on it keeps its key, the cell goes in or out, and then the way from the leaf to the root is balanced
 * (balance.ts).
 */
import type { KeyInfo } from "../record/compare-key.ts";
import { corrupt, type Pager } from "../pager/pager.ts";
import type { Page } from "../pager/page.ts";
import type { Cells } from "../values/value.ts";
import { Balancer } from "./balance.ts";
import { CellParser, type Geometry, geometryOf } from "./cell.ts";
import { type Cursor, IndexCursor, TableCursor } from "./cursor.ts";
import {
  cellAt,
  cellCount,
  checkNode,
  childAt,
  initialize,
  isLeaf,
  isTable,
  NODE_KIND,
  nodeKind,
  rightChild,
} from "./node.ts";
import { PageAllocator, POINTER } from "./page-allocator.ts";
import { NodeEditor } from "./page-space.ts";
import { Payloads } from "./payload.ts";
import { vacuumStep, vacuumWhole } from "./vacuum.ts";

export class Btree {
  readonly pager: Pager;
  readonly geometry: Geometry;
  readonly allocator: PageAllocator;
  readonly payloads: Payloads;
  readonly editor: NodeEditor;
  /** The open ones. */
  readonly cursors: Set<Cursor> = new Set();
  readonly #balancer: Balancer;
  readonly #parser: CellParser;

  /** For a pager whose page size is known: make it anew when that changes. */
  constructor(pager: Pager) {
    this.pager = pager;
    this.geometry = geometryOf(pager.usableSize);
    this.allocator = new PageAllocator(pager);
    this.payloads = new Payloads(pager, this.allocator, this.geometry);
    this.editor = new NodeEditor(this.geometry);
    this.#balancer = new Balancer(this);
    this.#parser = new CellParser(this.geometry);
  }

  /** A cursor on the table whose root is that page. */
  table(root: number): TableCursor {
    return new TableCursor(this, root);
  }

  /** A cursor on the index whose root is that page. */
  index(root: number, keyInfo: KeyInfo): IndexCursor {
    return new IndexCursor(this, root, keyInfo);
  }

  /** Makes an empty tree, and returns its root. */
  create(kind: "table" | "index"): number {
    const page = this.#rootPage();
    initialize(page, kind === "table" ? NODE_KIND.tableLeaf : NODE_KIND.indexLeaf, this.geometry.usableSize);
    return page.number;
  }

  /** Ends the transaction; with full auto-vacuum, free pages are given back first. */
  commit(): void {
    if (this.pager.isWriting && this.allocator.hasPointerMaps && this.pager.headerField("incrementalVacuum") === 0)
      vacuumWhole(this);
    this.pager.commit();
  }

  /** Gives up to `pages` free pages back, as PRAGMA incremental_vacuum; does nothing without pointer maps. */
  vacuum(pages: number): void {
    if (!this.allocator.hasPointerMaps) return;
    for (let left = pages; left > 0 && vacuumStep(this); left--);
  }

  /** Undoes the transaction, or what happened since a savepoint. No cursor is anywhere afterwards. */
  rollback(savepoint?: number): void {
    for (const cursor of this.cursors) cursor.invalidate();
    if (savepoint === undefined) this.pager.rollback();
    else this.pager.rollbackTo(savepoint);
  }

  /** Removes all entries of a tree and returns how many there were. */
  clear(root: number): number {
    this.#saveCursors(root);
    return this.#clear(root, false, 0);
  }

  /**
   * Removes a tree. With pointer maps roots stand together in front, so that another tree's root may have to move to the place that became free:
   * then the answer is where it was and where it is now.
   */
  drop(root: number): { readonly from: number; readonly to: number } | undefined {
    for (const cursor of this.cursors) cursor.invalidate();
    if (root < 2) throw corrupt();
    this.#clear(root, false, 0);
    if (!this.allocator.hasPointerMaps) {
      this.allocator.free(root);
      return undefined;
    }
    const last = this.pager.headerField("largestRootPage");
    let moved: { from: number; to: number } | undefined;
    if (root !== last) {
      this.movePage(last, root, POINTER.root, 0);
      moved = { from: last, to: root };
    }
    this.allocator.free(last);
    this.pager.setHeaderField("largestRootPage", this.#rootBefore(last));
    return moved;
  }

  insertRow(cursor: TableCursor, rowid: number | bigint, record: Uint8Array, length: number, append: boolean): void {
    this.#saveCursors(cursor.root, cursor);
    this.pager.relieve();
    const isBehindLast = append && cursor.isLast() && cursor.rowid < rowid;
    const order = isBehindLast ? -1 : cursor.standsOn(rowid) ? 0 : cursor.seek(rowid);
    const cell = this.payloads.tableCell(rowid, record, length);
    if (this.#insertCell(cursor, cell, order)) cursor.seek(rowid);
  }

  insertEntry(cursor: IndexCursor, key: Cells, record: Uint8Array, length: number): void {
    this.#saveCursors(cursor.root, cursor);
    this.pager.relieve();
    const order = cursor.seek(key);
    const cell = this.payloads.indexCell(record, length);
    if (this.#insertCell(cursor, cell, order)) cursor.seek(key);
  }

  /** Removes the entry under `cursor`, which keeps its key, so that it goes on between the neighbours. */
  deleteEntry(cursor: TableCursor | IndexCursor): void {
    if (!cursor.isValid) throw corrupt();
    this.#saveCursors(cursor.root, cursor);
    this.pager.relieve();
    const { pages, indexes } = cursor.way();
    const depth = pages.length - 1;
    const page = pages[depth]!;
    const index = indexes[depth]!;
    const keep = cursor.keeper();
    const { usableSize } = this.geometry;
    const parser = this.#parser;
    if (!isLeaf(page)) cursor.previous(); // The entry before it, on a leaf, takes its place.
    this.pager.writable(page);
    parser.parse(page, cellAt(page, index, usableSize), nodeKind(page));
    if (parser.overflowPage !== 0) this.payloads.release(parser);
    const child = isLeaf(page) ? 0 : page.view.getUint32(cellAt(page, index, usableSize));
    this.editor.drop(page, index, parser.size);
    if (child !== 0) {
      const leaf = pages.at(-1)!;
      this.pager.writable(leaf);
      const last = cellCount(leaf) - 1;
      const at = cellAt(leaf, last, usableSize);
      parser.parse(leaf, at, nodeKind(leaf));
      const { size } = parser;
      const cell = new Uint8Array(4 + size);
      new DataView(cell.buffer).setUint32(0, child);
      cell.set(leaf.bytes.subarray(at, at + size), 4);
      this.editor.insert(page, index, cell);
      if (this.allocator.hasPointerMaps) this.payloads.notePointer(cell, NODE_KIND.indexInterior, page.number, parser);
      this.editor.drop(leaf, last, size);
    }
    this.#balancer.balance(cursor);
    if (child !== 0 && pages.length - 1 > depth) {
      // The interior node, whose new cell may be longer than the old one.
      pages.length = depth + 1;
      this.#balancer.balance(cursor);
    }
    keep();
  }

  /** Moves the content of page `from` to page `to`, which is free to be written on; who points to it points there afterwards. */
  movePage(from: number, to: number, kind: number, parent: number): void {
    const source = this.pager.read(from);
    const target = this.pager.read(to);
    this.pager.writable(target);
    target.bytes.set(source.bytes);
    target.free = -1;
    this.#balancer.moved(target, from, kind, parent);
  }

  /** True: the tree was balanced, and the entry may be somewhere else. */
  #insertCell(cursor: TableCursor | IndexCursor, cell: Uint8Array, order: -1 | 0 | 1): boolean {
    const { pages, indexes } = cursor.way();
    let page = pages.at(-1);
    if (page === undefined) {
      page = this.pager.read(cursor.root);
      cursor.standOnEmptyRoot(page);
    }
    const depth = pages.length - 1;
    this.pager.writable(page);
    let index = indexes[depth]!;
    if (order === 0) {
      const { usableSize } = this.geometry;
      const parser = this.#parser;
      parser.parse(page, cellAt(page, index, usableSize), nodeKind(page));
      if (parser.overflowPage !== 0) this.payloads.release(parser);
      this.editor.drop(page, index, parser.size);
    } else if (order < 0 && cellCount(page) > 0) {
      index = ++indexes[depth]!;
    }
    this.editor.insert(page, index, cell);
    if (this.allocator.hasPointerMaps) this.payloads.notePointer(cell, nodeKind(page), page.number, this.#parser);
    cursor.changed();
    // A leaf that is rather empty is left so: rows that follow will fill it.
    return page.overflow.length > 0 && this.#balancer.balance(cursor);
  }

  /** Removes what is below page `number`; `free`: the page too. Returns how many entries there were. */
  #clear(number: number, free: boolean, depth: number): number {
    if (number > this.pager.pageCount || depth > 20) throw corrupt();
    const page = this.pager.read(number);
    const table = isTable(page);
    checkNode(page, table, this.geometry.usableSize);
    const kind = nodeKind(page);
    const leaf = isLeaf(page);
    const count = cellCount(page);
    let entries = leaf || !table ? count : 0;
    const parser = new CellParser(this.geometry);
    for (let index = 0; index < count; index++) {
      if (!leaf) entries += this.#clear(childAt(page, index, this.geometry.usableSize), true, depth + 1);
      parser.parse(page, cellAt(page, index, this.geometry.usableSize), kind);
      if (parser.overflowPage !== 0) this.payloads.release(parser);
    }
    if (!leaf) entries += this.#clear(rightChild(page), true, depth + 1);
    if (free) this.allocator.free(number);
    else {
      this.pager.writable(page);
      initialize(page, table ? NODE_KIND.tableLeaf : NODE_KIND.indexLeaf, this.geometry.usableSize);
    }
    return entries;
  }

  /** Keeps the keys of all cursors, before pages move. */
  saveCursors(): void {
    for (const cursor of this.cursors) cursor.save();
  }

  #saveCursors(root: number, except?: Cursor): void {
    for (const cursor of this.cursors) {
      if (cursor !== except && cursor.root === root) cursor.save();
    }
  }

  /** A page for a root: anywhere, or with pointer maps right behind the other roots, from where something else may have to go. */
  #rootPage(): Page {
    if (!this.allocator.hasPointerMaps) return this.allocator.allocate();
    this.saveCursors();
    const root = this.#rootAfter(this.pager.headerField("largestRootPage"));
    const isThere = root <= this.pager.pageCount;
    const page = this.allocator.allocate(
      root,
      isThere && this.allocator.pointer(root).kind === POINTER.free ? root : 0,
    );
    if (page.number !== root) {
      const { kind, parent } = this.allocator.pointer(root);
      if (kind === POINTER.root || kind === POINTER.free) throw corrupt();
      this.movePage(root, page.number, kind, parent);
    }
    const rootPage = this.pager.read(root);
    this.pager.writable(rootPage);
    this.allocator.setPointer(root, POINTER.root, 0);
    this.pager.setHeaderField("largestRootPage", root);
    return rootPage;
  }

  #rootAfter(last: number): number {
    let root = last + 1;
    while (this.#isReserved(root)) root += 1;
    return root;
  }

  #rootBefore(last: number): number {
    let root = last - 1;
    while (root > 1 && this.#isReserved(root)) root -= 1;
    return root;
  }

  #isReserved(number: number): boolean {
    return number === this.pager.lockPage || this.allocator.pointerMapOf(number) === number;
  }
}
