/**
 * Cursors: a way from a tree's root down to a cell, and along the cells in their order.
 *
 * A table's entries are all on leaves; an index has them on interior nodes too, each between the subtrees of its two sides. When somebody else
 * changes the tree, a cursor keeps its key instead of its way, and finds its place again when it is next used: at its entry, or, when that
 * is gone, between two others, so that the next step leads to the one that would have come.
 */
import { corrupt } from "../pager/pager.ts";
import type { Page } from "../pager/page.ts";
import { compareRecordToKey, type KeyInfo } from "../record/compare-key.ts";
import { RecordReader } from "../record/record-reader.ts";
import { readVarint, rowidAt, varintEnd } from "../record/varint.ts";
import { Cells } from "../values/value.ts";
import type { Btree } from "./btree.ts";
import { CellParser } from "./cell.ts";
import { cellAt, cellCount, checkNode, childAt, isLeaf, nodeKind, pointersOf, rightChild } from "./node.ts";

/** No tree of a file that fits into 2^32 pages is deeper, unless it is damaged. */
const MAX_DEPTH = 20;

/** On pages of fewer cells halving is as quick. */
const MIN_GUESSED = 8;

/** Valid: on an entry. Saved: the key is kept, the way is not. Invalid: nowhere, or behind either end. */
type CursorState = "invalid" | "valid" | "saved";

export abstract class Cursor {
  readonly root: number;
  protected readonly tree: Btree;
  protected readonly parser: CellParser;
  /** The way: the pages from the root down, and the index of the cell in each. */
  protected readonly pages: Page[] = [];
  protected readonly indexes: Int32Array = new Int32Array(MAX_DEPTH + 1);
  /** Of the page that the cursor stands on; -1 without a way. */
  protected depth = -1;
  protected state: CursorState = "invalid";
  /** Nobody has changed the tree along the way since the way was gone. */
  protected isSure = false;
  /** After a saved place was found again: negative when the entry in front of it was, positive when the one behind it was. */
  protected skip = 0;
  /** Another number whenever what was read of the entry may not be true any more: the cursor moved, or its tree was changed. */
  version = 0;
  /** Whether the cell that the cursor stands on has been parsed. */
  #isParsed = false;
  #whole: Uint8Array | undefined;
  #wholeView: DataView | undefined;

  constructor(tree: Btree, root: number) {
    this.tree = tree;
    this.root = root;
    this.parser = new CellParser(tree.geometry);
    tree.cursors.add(this);
  }

  protected abstract readonly isTable: boolean;

  /** Keeps the key of the entry, before the tree is changed by somebody else. */
  protected abstract keepKey(): void;
  /** Goes to the kept key, and tells on which side of it the cursor stands now. */
  protected abstract seekKept(): number;

  close(): void {
    this.tree.cursors.delete(this);
    this.forgetWay();
  }

  /** After `close`: the tree knows of the cursor again, which is nowhere. */
  reopen(): void {
    this.tree.cursors.add(this);
  }

  /** Whether there is an entry here. A place that was saved is looked up. */
  get isValid(): boolean {
    if (this.state === "saved") this.restore();
    return this.state === "valid" && this.skip === 0;
  }

  /** Goes to the first entry. False: there is none. */
  first(): boolean {
    if (!this.moveToRoot()) return false;
    this.#moveToLeftmost();
    return true;
  }

  /** Goes to the last entry. False: there is none. */
  last(): boolean {
    if (!this.moveToRoot()) return false;
    this.#moveToRightmost();
    return true;
  }

  /** Goes to the next entry. False: there is none, and the cursor is nowhere. */
  next(): boolean {
    if (this.state !== "valid" || this.skip !== 0) {
      if (this.state === "saved") this.restore();
      if (this.state === "invalid") return false;
      const { skip } = this;
      this.skip = 0;
      // The entry behind the kept one is where the cursor stands already.
      if (skip > 0) return true;
    }
    this.moved();
    const page = this.pages[this.depth]!;
    const index = ++this.indexes[this.depth]!;
    if (index < cellCount(page)) {
      if (!isLeaf(page)) this.#moveToLeftmost();
      return true;
    }
    if (!isLeaf(page)) {
      this.moveToChild(rightChild(page));
      this.#moveToLeftmost();
      return true;
    }
    return this.#upToNext();
  }

  /** Goes to the entry before. False: there is none, and the cursor is nowhere. */
  previous(): boolean {
    if (this.state !== "valid" || this.skip !== 0) {
      if (this.state === "saved") this.restore();
      if (this.state === "invalid") return false;
      const { skip } = this;
      this.skip = 0;
      if (skip < 0) return true;
    }
    this.moved();
    const page = this.pages[this.depth]!;
    if (!isLeaf(page)) {
      this.moveToChild(childAt(page, this.indexes[this.depth]!, this.tree.geometry.usableSize));
      this.#moveToRightmost();
      return true;
    }
    while (this.indexes[this.depth] === 0) {
      if (this.depth === 0) {
        this.forgetWay();
        return false;
      }
      this.moveToParent();
    }
    this.indexes[this.depth]! -= 1;
    const here = this.pages[this.depth]!;
    return this.isTable && !isLeaf(here) ? this.previous() : true;
  }

  /** Where the entry's payload is whole: in the page, or in memory of its own when it overflows. Valid until the cursor or the page changes. */
  payload(): { readonly bytes: Uint8Array; readonly view: DataView; readonly start: number; readonly end: number } {
    const page = this.parse();
    const { payloadStart, payloadLength, overflowPage } = this.parser;
    if (overflowPage === 0)
      return { bytes: page.bytes, view: page.view, start: payloadStart, end: payloadStart + payloadLength };
    this.#whole ??= this.tree.payloads.collect(page, this.parser);
    this.#wholeView ??= new DataView(this.#whole.buffer);
    return { bytes: this.#whole, view: this.#wholeView, start: 0, end: payloadLength };
  }

  /** The page of the entry, for loops that go along its cells themselves. */
  get leaf(): Page {
    return this.pages[this.depth]!;
  }

  /** The place of the entry on its page. */
  get leafIndex(): number {
    return this.indexes[this.depth]!;
  }

  /** Goes to another entry of the same page, for loops that are there already; returns the `version`. */
  stand(index: number): number {
    this.indexes[this.depth] = index;
    this.moved();
    return this.version;
  }

  /** How many entries the tree has. Leaves the cursor nowhere. */
  count(): number {
    let entries = 0;
    if (!this.moveToRoot()) return 0;
    for (;;) {
      const page = this.pages[this.depth]!;
      const leaf = isLeaf(page);
      if (leaf || !this.isTable) entries += cellCount(page);
      if (!leaf) {
        this.moveToChild(childAt(page, 0, this.tree.geometry.usableSize));
        continue;
      }
      do {
        if (this.depth === 0) {
          this.forgetWay();
          return entries;
        }
        this.moveToParent();
      } while (this.indexes[this.depth]! >= cellCount(this.pages[this.depth]!));
      this.indexes[this.depth]! += 1;
      this.moveToChild(childAt(this.pages[this.depth]!, this.indexes[this.depth]!, this.tree.geometry.usableSize));
    }
  }

  /** Keeps the key instead of the way. Called by the tree. */
  save(): void {
    if (this.state !== "valid") return;
    if (this.skip === 0) this.keepKey();
    this.forgetWay();
    this.state = "saved";
  }

  /** The tree is not what it was, and no place in it is sure. */
  invalidate(): void {
    this.forgetWay();
  }

  protected restore(): void {
    const { skip } = this;
    this.skip = 0;
    const order = this.seekKept();
    if (this.state !== "valid") return;
    this.skip = order === 0 ? 0 : order;
    if (skip !== 0 && this.skip === 0) this.skip = skip;
  }

  /** The cell under the cursor, parsed once. */
  protected parse(): Page {
    const page = this.pages[this.depth]!;
    if (!this.#isParsed) {
      const index = this.indexes[this.depth]!;
      if (index >= cellCount(page)) throw corrupt();
      this.parser.parse(page, cellAt(page, index, this.tree.geometry.usableSize), nodeKind(page));
      this.#isParsed = true;
    }
    return page;
  }

  /** What was known of the entry belongs to another one now. */
  protected moved(): void {
    this.version += 1;
    this.#isParsed = false;
    this.#whole = undefined;
    this.#wholeView = undefined;
  }

  protected forgetWay(): void {
    this.depth = -1;
    this.pages.length = 0;
    this.state = "invalid";
    this.skip = 0;
    this.moved();
  }

  /** False: the tree is empty, and the cursor is nowhere. */
  protected moveToRoot(): boolean {
    this.forgetWay();
    // A database to which nothing has been written has a schema all the same, an empty one.
    if (this.root === 1 && this.tree.pager.pageCount === 0) return false;
    const page = this.tree.pager.read(this.root);
    checkNode(page, this.isTable, this.tree.geometry.usableSize);
    this.pages.push(page);
    this.depth = 0;
    this.indexes[0] = 0;
    if (cellCount(page) === 0) {
      // A root of page 1 may have one child and no cell: there is no room for what the child holds.
      if (isLeaf(page)) {
        this.forgetWay();
        return false;
      }
      if (page.number !== 1) throw corrupt();
      this.moveToChild(rightChild(page));
    }
    this.state = "valid";
    this.isSure = true;
    return true;
  }

  protected moveToChild(number: number): void {
    if (this.depth >= MAX_DEPTH - 1) throw corrupt();
    const page = this.tree.pager.read(number);
    checkNode(page, this.isTable, this.tree.geometry.usableSize);
    if (cellCount(page) === 0) throw corrupt();
    this.pages.push(page);
    this.depth += 1;
    this.indexes[this.depth] = 0;
    this.moved();
  }

  /** Begins to go down from the root. `isHere`: the way that there is leads from it, so that pages of it may be used again. False: the tree is empty. */
  protected startDown(isHere: boolean): boolean {
    if (!isHere || cellCount(this.pages[0]!) === 0) return this.moveToRoot();
    this.depth = 0;
    return true;
  }

  /** Goes to the child left of a cell. */
  protected down(page: Page, index: number): void {
    const { usableSize } = this.tree.geometry;
    this.indexes[this.depth] = index;
    const number = childAt(page, index, usableSize);
    const known = this.pages[this.depth + 1];
    if (known !== undefined && known.number === number) {
      this.depth += 1;
      return;
    }
    this.pages.length = this.depth + 1;
    this.moveToChild(number);
  }

  /** The way ends here. */
  protected endDown(): void {
    this.pages.length = this.depth + 1;
    this.moved();
  }

  protected moveToParent(): void {
    this.pages.pop();
    this.depth -= 1;
    this.moved();
  }

  #moveToLeftmost(): void {
    for (let page = this.pages[this.depth]!; !isLeaf(page); page = this.pages[this.depth]!)
      this.moveToChild(childAt(page, this.indexes[this.depth]!, this.tree.geometry.usableSize));
  }

  #moveToRightmost(): void {
    for (let page = this.pages[this.depth]!; !isLeaf(page); page = this.pages[this.depth]!) {
      this.indexes[this.depth] = cellCount(page);
      this.moveToChild(rightChild(page));
    }
    this.indexes[this.depth] = cellCount(this.pages[this.depth]!) - 1;
    this.moved();
  }

  #upToNext(): boolean {
    do {
      if (this.depth === 0) {
        this.forgetWay();
        return false;
      }
      this.moveToParent();
    } while (this.indexes[this.depth]! >= cellCount(this.pages[this.depth]!));
    // On an index the interior cell is an entry; on a table only the way to the next leaf.
    if (!this.isTable) return true;
    this.indexes[this.depth]! += 1;
    this.moveToChild(childAt(this.pages[this.depth]!, this.indexes[this.depth]!, this.tree.geometry.usableSize));
    this.#moveToLeftmost();
    return true;
  }

  /** The tree is empty, and the first entry is about to come. */
  standOnEmptyRoot(root: Page): void {
    this.isSure = false;
    this.pages.push(root);
    this.depth = 0;
    this.indexes[0] = 0;
    this.state = "valid";
  }

  /** The tree was changed along the way, which may have become shorter. */
  changed(): void {
    this.isSure = false;
    this.depth = this.pages.length - 1;
    this.moved();
  }

  /** Keeps the key of the entry that is about to be removed; the function that comes back is for afterwards, and leaves the cursor where it was. */
  keeper(): () => void {
    this.keepKey();
    return () => {
      this.forgetWay();
      this.state = "saved";
    };
  }

  /** The pages of the way, for who changes the tree along it. */
  way(): { readonly pages: Page[]; readonly indexes: Int32Array } {
    this.isSure = false;
    return { pages: this.pages, indexes: this.indexes };
  }
}

export class TableCursor extends Cursor {
  protected readonly isTable = true;
  #kept: number | bigint = 0;
  #index = 0;
  #low = 0;

  get rowid(): number | bigint {
    this.parse();
    return this.parser.rowid;
  }

  /**
   * Goes to the entry of `rowid`, or to a neighbour when there is none: 0 on it, −1 on one below, 1 on one above. −1 with `isValid` false: the
   * table is empty.
   */
  seek(rowid: number | bigint): -1 | 0 | 1 {
    const isHere = this.state === "valid" && this.skip === 0 && this.isSure;
    if (isHere) {
      // Often it is on the same leaf as the row before.
      const page = this.pages[this.depth]!;
      const order = this.#search(page, rowid);
      if (order === 0 || (this.#low > 0 && this.#low < cellCount(page))) {
        this.indexes[this.depth] = this.#index;
        this.moved();
        return order;
      }
    }
    if (!this.startDown(isHere)) return -1;
    for (;;) {
      const page = this.pages[this.depth]!;
      const order = this.#search(page, rowid);
      if (isLeaf(page)) {
        this.indexes[this.depth] = this.#index;
        this.endDown();
        return order;
      }
      // The left child of a cell holds what is up to its key.
      this.down(page, order === 0 ? this.#index : this.#low);
    }
  }

  /** Looks for a rowid on one page: `#index` is the cell that was looked at last, which is on that side of it, and `#low` the first one behind it. */
  #search(page: Page, rowid: number | bigint): -1 | 0 | 1 {
    const leaf = isLeaf(page);
    const pointers = pointersOf(page);
    let low = 0;
    let high = cellCount(page) - 1;
    let order: -1 | 0 | 1 = -1;
    let index = (low + high) >>> 1;
    let looks = 0;
    if (high >= MIN_GUESSED && typeof rowid === "number") {
      // Most rowids follow each other: where a straight line from the first to the last says is where they are, or beside it.
      const first = this.#rowidAt(page, 0, leaf, pointers);
      const last = this.#rowidAt(page, high, leaf, pointers);
      if (typeof first === "number" && typeof last === "number" && rowid >= first && rowid <= last && last > first)
        index = Math.floor(((rowid - first) / (last - first)) * high);
    }
    while (low <= high) {
      const here = this.#rowidAt(page, index, leaf, pointers);
      order = here < rowid ? -1 : here > rowid ? 1 : 0;
      if (order === 0) break;
      if (order < 0) low = index + 1;
      else high = index - 1;
      if (low > high) break;
      looks += 1;
      index = looks > 1 ? (low + high) >>> 1 : order < 0 ? low : high;
    }
    this.#index = index;
    this.#low = low;
    return order;
  }

  #rowidAt({ bytes, view }: Page, index: number, leaf: boolean, pointers: number): number | bigint {
    let at = view.getUint16(pointers + 2 * index);
    if (at < pointers || at > this.tree.geometry.usableSize - 4) throw corrupt();
    if (!leaf) at += 4;
    else if (bytes[at]! < 0x80) at += 1;
    else if (bytes[at + 1]! < 0x80) at += 2;
    else {
      readVarint(bytes, at);
      at = varintEnd;
    }
    return rowidAt(bytes, at);
  }

  protected keepKey(): void {
    this.#kept = this.rowid;
  }

  protected seekKept(): number {
    return this.seek(this.#kept);
  }

  /** Adds or replaces the row of `rowid`: `record[0…length)`. The cursor stands on it afterwards. `append`: it is likely the highest. */
  insert(rowid: number | bigint, record: Uint8Array, length: number, append = false): void {
    this.tree.insertRow(this, rowid, record, length, append);
  }

  /** Removes the row under the cursor; `next` leads to the one that followed. */
  delete(): void {
    this.tree.deleteEntry(this);
  }

  /** Whether the cursor stands on the row of `rowid`, without looking for it. */
  standsOn(rowid: number | bigint): boolean {
    return this.state === "valid" && this.skip === 0 && this.rowid === rowid;
  }

  /** Whether the cursor stands on the last row, without looking beyond the way. */
  isLast(): boolean {
    if (this.state !== "valid" || this.skip !== 0) return false;
    for (let at = 0; at < this.depth; at++) {
      if (this.indexes[at] !== cellCount(this.pages[at]!)) return false;
    }
    return this.indexes[this.depth] === cellCount(this.pages[this.depth]!) - 1;
  }
}

export class IndexCursor extends Cursor {
  protected readonly isTable = false;
  readonly keyInfo: KeyInfo;
  readonly #reader: RecordReader;
  #kept: Cells | undefined;

  constructor(tree: Btree, root: number, keyInfo: KeyInfo) {
    super(tree, root);
    this.keyInfo = keyInfo;
    this.#reader = new RecordReader(keyInfo.encoding);
  }

  /**
   * Goes to an entry that begins with the first `count` values of `key`, or to a neighbour: 0 on one, −1 on one below, 1 on one above. −1 with
   * `isValid` false: the index is empty. `equal`: as what such entries count, 1 to come to where they begin, −1 to where they end; the answer is
   * never 0 then.
   */
  seek(key: Cells, count: number = key.length, equal: -1 | 0 | 1 = 0): -1 | 0 | 1 {
    if (!this.startDown(this.state === "valid" && this.skip === 0 && this.isSure)) return -1;
    const { usableSize, maxIndexLocal } = this.tree.geometry;
    for (;;) {
      const page = this.pages[this.depth]!;
      const leaf = isLeaf(page);
      let low = 0;
      let high = cellCount(page) - 1;
      let order = -1;
      let index = 0;
      while (low <= high) {
        index = (low + high) >>> 1;
        const at = cellAt(page, index, usableSize) + (leaf ? 0 : 4);
        const length = readVarint(page.bytes, at);
        const start = varintEnd;
        if (length <= maxIndexLocal && start + length <= usableSize)
          order = compareRecordToKey(page.bytes, page.view, start, start + length, key, count, this.keyInfo);
        else {
          this.indexes[this.depth] = index;
          this.moved();
          const whole = this.payload();
          order = compareRecordToKey(whole.bytes, whole.view, whole.start, whole.end, key, count, this.keyInfo);
        }
        order ||= equal;
        if (order === 0) break;
        if (order < 0) low = index + 1;
        else high = index - 1;
      }
      if (leaf || order === 0) {
        this.indexes[this.depth] = index;
        this.endDown();
        return order === 0 ? 0 : order < 0 ? -1 : 1;
      }
      this.down(page, low);
    }
  }

  protected keepKey(): void {
    const { bytes, view, start, end } = this.payload();
    this.#reader.attach(bytes, view, start, end);
    const count = this.#reader.count();
    this.#kept = new Cells(count);
    for (let column = 0; column < count; column++) this.#reader.read(column, this.#kept, column);
  }

  protected seekKept(): number {
    return this.seek(this.#kept!); // kept before the state became `saved`
  }

  /** Adds the entry `record[0…length)`, whose values are `key`, which must not be there yet. The cursor stands on it afterwards. */
  insert(key: Cells, record: Uint8Array, length: number): void {
    this.tree.insertEntry(this, key, record, length);
  }

  /** Removes the entry under the cursor; `next` leads to the one that followed. */
  delete(): void {
    this.tree.deleteEntry(this);
  }
}
