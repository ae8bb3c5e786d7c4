/**
 * Balancing: after a change, the nodes on the way to the root are filled evenly again, as SQLite fills them, so that files are as compact.
 *
 * A node is balanced when no cell waits on it and at most two thirds of it are free. Else it shares its cells with up to two neighbours:
 * all their cells, with those of the parent between them, are laid out anew over as many nodes as they need, first from left to right as
 * full as goes, then from right to left evenly. The parent may overflow from that in turn. A root that overflows puts all it has into a new
 * child first; a root with one child takes that child's place. Rows that come in rising order, the common case, only get a new leaf at
 * the right.
 */
import { corrupt } from "../pager/pager.ts";
import type { Page } from "../pager/page.ts";
import { rowidLength, writeRowid } from "../record/varint.ts";
import type { Btree } from "./btree.ts";
import { CellParser } from "./cell.ts";
import type { Cursor } from "./cursor.ts";
import {
  cellAt,
  cellCount,
  checkNode,
  childAt,
  freeBytes,
  initialize,
  isLeaf,
  NODE_KIND,
  nodeKind,
  type NodeKind,
  pointersOf,
  rightChild,
  setRightChild,
} from "./node.ts";
import { type PointerKind, POINTER } from "./page-allocator.ts";

/** How many nodes share. */
const MAX_SIBLINGS = 3;

export class Balancer {
  readonly #tree: Btree;
  readonly #parser: CellParser;

  constructor(tree: Btree) {
    this.#tree = tree;
    this.#parser = new CellParser(tree.geometry);
  }

  /** Balances from where `cursor` stands up to the root. True: cells went to other places, and the cursor's way is not right any more. */
  balance(cursor: Cursor): boolean {
    const { pages, indexes } = cursor.way();
    const { usableSize } = this.#tree.geometry;
    let hasMoved = false;
    while (pages.length > 0) {
      const depth = pages.length - 1;
      const page = pages[depth]!;
      if (page.overflow.length === 0 && freeBytes(page, usableSize) * 3 <= usableSize * 2) break;
      if (depth === 0) {
        if (page.overflow.length === 0) break;
        pages.push(this.#deeper(page));
        indexes[0] = 0;
        indexes[1] = 0;
      } else {
        const parent = pages[depth - 1]!;
        const place = indexes[depth - 1]!;
        this.#tree.pager.writable(parent);
        if (this.#canAppend(page, parent, place)) this.#append(parent, page);
        else this.#share(parent, place, depth === 1);
        page.overflow = [];
        pages.pop();
      }
      hasMoved = true;
    }
    cursor.changed();
    return hasMoved;
  }

  /** All the root has goes into a new child, the root's only one. */
  #deeper(root: Page): Page {
    const { pager, allocator, geometry } = this.#tree;
    pager.writable(root);
    const child = allocator.allocate(root.number);
    const kind = nodeKind(root) as NodeKind; // its tree was walked down from it
    this.#copyNode(root, child);
    child.overflow = root.overflow;
    root.overflow = [];
    const interior = kind === NODE_KIND.tableLeaf || kind === NODE_KIND.tableInterior;
    initialize(root, interior ? NODE_KIND.tableInterior : NODE_KIND.indexInterior, geometry.usableSize);
    setRightChild(root, child.number);
    if (allocator.hasPointerMaps) {
      allocator.setPointer(child.number, POINTER.child, root.number);
      this.#notePointers(child);
    }
    return child;
  }

  /** Whether what overflowed is the one new last row of the last leaf. */
  #canAppend(page: Page, parent: Page, place: number): boolean {
    return (
      nodeKind(page) === NODE_KIND.tableLeaf &&
      page.overflow.length === 1 &&
      page.overflow[0]!.index === cellCount(page) &&
      parent.number !== 1 &&
      cellCount(parent) === place
    );
  }

  /** A new leaf at the right with that row alone. */
  #append(parent: Page, page: Page): void {
    const { allocator, editor, geometry, payloads } = this.#tree;
    if (cellCount(page) === 0) throw corrupt();
    const leaf = allocator.allocate();
    const { cell } = page.overflow[0]!;
    initialize(leaf, NODE_KIND.tableLeaf, geometry.usableSize);
    editor.rebuild(leaf, [cell]);
    if (allocator.hasPointerMaps) {
      allocator.setPointer(leaf.number, POINTER.child, parent.number);
      payloads.notePointer(cell, NODE_KIND.tableLeaf, leaf.number, this.#parser);
    }
    this.#parser.parse(page, cellAt(page, cellCount(page) - 1, geometry.usableSize), NODE_KIND.tableLeaf);
    editor.insert(parent, cellCount(parent), divider(page.number, this.#parser.rowid));
    setRightChild(parent, leaf.number);
  }

  /** Lays the cells of the child at `place` and its neighbours out anew. */
  #share(parent: Page, place: number, parentIsRoot: boolean): void {
    const { pager, allocator, geometry, editor } = this.#tree;
    const { usableSize } = geometry;
    const parentCount = cellCount(parent) + parent.overflow.length;
    if (parent.overflow.length > 0 && parent.overflow[0]!.index !== place) throw corrupt();
    const first = parentCount < 2 || place === 0 ? 0 : place === parentCount ? parentCount - 2 : place - 1;
    const siblingCount = Math.min(parentCount, MAX_SIBLINGS - 1) + 1;

    // The siblings, and the parent's cells between them, which leave it.
    const siblings: Page[] = [];
    const dividers: Uint8Array[] = [];
    for (let i = 0; i < siblingCount; i++) {
      const { child, cell } = this.#childOf(parent, first + i);
      const sibling = pager.read(child);
      checkNode(sibling, nodeKind(parent) === NODE_KIND.tableInterior, usableSize);
      siblings.push(sibling);
      if (i < siblingCount - 1) dividers.push(cell!);
    }
    const table = nodeKind(parent) === NODE_KIND.tableInterior;
    const kind = nodeKind(siblings[0]!) as NodeKind; // checked
    const leaf = isLeaf(siblings[0]!);
    for (let i = siblingCount - 2; i >= 0; i--) this.#dropDivider(parent, first + i, dividers[i]!.length);

    // All cells in order. On a table's leaves the dividers only repeat keys.
    const leafData = table && leaf;
    const leafCorrection = leaf && !leafData ? 4 : 0;
    const cells: Uint8Array[] = [];
    const oldEnds: number[] = [];
    for (const [i, sibling] of siblings.entries()) {
      if (nodeKind(sibling) !== kind) throw corrupt();
      cells.push(...this.#cellsOf(sibling));
      oldEnds.push(cells.length);
      if (i === siblingCount - 1 || leafData) continue;
      const between = dividers[i]!.slice();
      // On leaves a divider goes without its child; elsewhere its child is the right one of the node that it stood behind.
      if (!leaf) new DataView(between.buffer).setUint32(0, rightChild(sibling));
      const cell = between.subarray(leafCorrection);
      cells.push(cell.length < 4 ? padded(cell) : cell);
    }
    const ends = layout(cells, oldEnds, usableSize - 12 + (leaf ? 4 : 0), leafData);

    // As many nodes as that takes: the old ones first, in the order of their numbers.
    const count = ends.length;
    const lastChild = leaf ? 0 : rightChild(siblings.at(-1)!);
    const nodes: Page[] = [];
    for (let i = 0; i < count; i++) {
      const node = i < siblingCount ? siblings[i]! : allocator.allocate(nodes.at(-1)!.number);
      pager.writable(node);
      nodes.push(node);
    }
    nodes.sort((a, b) => a.number - b.number);
    let start = 0;
    for (const [i, node] of nodes.entries()) {
      const end = ends[i]!;
      const own = cells.slice(start, end);
      initialize(node, kind, usableSize);
      editor.rebuild(node, own);
      if (!leaf)
        setRightChild(
          node,
          i === count - 1 ? lastChild : new DataView(cells[end]!.buffer, cells[end]!.byteOffset).getUint32(0),
        );
      start = leafData ? end : end + 1;
    }
    for (let i = count; i < siblingCount; i++) allocator.free(siblings[i]!.number);

    // The parent: a cell between each two of them, and the right side of the last one where the old ones' was.
    this.#setChild(parent, first, nodes.at(-1)!.number);
    for (let i = 0; i < count - 1; i++) {
      const end = ends[i]!;
      editor.insert(parent, first + i, this.#newDivider(nodes[i]!.number, cells, end, kind));
    }
    if (allocator.hasPointerMaps) {
      for (const node of nodes) {
        allocator.setPointer(node.number, POINTER.child, parent.number);
        this.#notePointers(node);
      }
      this.#notePointers(parent);
    }
    if (parentIsRoot && cellCount(parent) === 0 && parent.overflow.length === 0) this.#shallower(parent, nodes[0]!);
  }

  /** The root's only child takes its place, if there is room: on page 1 the file's header takes some. */
  #shallower(root: Page, child: Page): void {
    const { allocator, geometry } = this.#tree;
    if (pointersOf(root) - (isLeaf(root) ? 8 : 12) > freeBytes(child, geometry.usableSize)) return;
    this.#copyNode(child, root);
    if (allocator.hasPointerMaps) this.#notePointers(root);
    allocator.free(child.number);
  }

  /** The child at `place` of a parent whose cells may wait, and the cell to the left of which it stands. */
  #childOf(parent: Page, place: number): { child: number; cell: Uint8Array | undefined } {
    const { usableSize } = this.#tree.geometry;
    const waiting = parent.overflow.find(({ index }) => index === place);
    if (waiting !== undefined) {
      const { cell } = waiting;
      return { child: new DataView(cell.buffer, cell.byteOffset).getUint32(0), cell };
    }
    const index = place - parent.overflow.filter((other) => other.index < place).length;
    if (index === cellCount(parent)) return { child: rightChild(parent), cell: undefined };
    const at = cellAt(parent, index, usableSize);
    this.#parser.parse(parent, at, nodeKind(parent));
    return { child: parent.view.getUint32(at), cell: parent.bytes.slice(at, at + this.#parser.size) };
  }

  #dropDivider(parent: Page, place: number, size: number): void {
    const waiting = parent.overflow.findIndex(({ index }) => index === place);
    if (waiting !== -1) {
      parent.overflow.splice(waiting, 1);
      parent.overflow = parent.overflow.map(({ index, cell }) => ({ index: index > place ? index - 1 : index, cell }));
      return;
    }
    const index = place - parent.overflow.filter((other) => other.index < place).length;
    this.#tree.editor.drop(parent, index, size);
    parent.overflow = parent.overflow.map(({ index: other, cell }) => ({
      index: other > place ? other - 1 : other,
      cell,
    }));
  }

  #setChild(parent: Page, place: number, child: number): void {
    const { usableSize } = this.#tree.geometry;
    const waiting = parent.overflow.find(({ index }) => index === place);
    if (waiting !== undefined) {
      new DataView(waiting.cell.buffer, waiting.cell.byteOffset).setUint32(0, child);
      return;
    }
    const index = place - parent.overflow.filter((other) => other.index < place).length;
    if (index === cellCount(parent)) setRightChild(parent, child);
    else parent.view.setUint32(cellAt(parent, index, usableSize), child);
  }

  /** All cells of a node, copied, those that wait among them. */
  #cellsOf(page: Page): Uint8Array[] {
    const cells = this.#cellsOnPage(page);
    for (const { index, cell } of page.overflow) cells.splice(index, 0, cell);
    return cells;
  }

  #cellsOnPage(page: Page): Uint8Array[] {
    const { usableSize } = this.#tree.geometry;
    const kind = nodeKind(page);
    const cells: Uint8Array[] = [];
    for (let index = 0; index < cellCount(page); index++) {
      const at = cellAt(page, index, usableSize);
      this.#parser.parse(page, at, kind);
      cells.push(page.bytes.slice(at, at + this.#parser.size));
    }
    return cells;
  }

  /** What stands in the parent between two nodes, of which the first one's cells end at `end`. */
  #newDivider(child: number, cells: readonly Uint8Array[], end: number, kind: NodeKind): Uint8Array {
    if (kind === NODE_KIND.tableLeaf) {
      const last = cells[end - 1]!;
      this.#parser.parseBytes(last, new DataView(last.buffer, last.byteOffset, last.length), 0, kind);
      return divider(child, this.#parser.rowid);
    }
    const cell = cells[end]!;
    if (kind !== NODE_KIND.indexLeaf) {
      const copy = cell.slice();
      new DataView(copy.buffer).setUint32(0, child);
      return copy;
    }
    // A leaf's cell of three bytes was padded to four, which it need not be any more behind a child.
    this.#parser.parseBytes(cell, new DataView(cell.buffer, cell.byteOffset, cell.length), 0, kind);
    const { payloadStart, localLength, overflowPage } = this.#parser;
    const length = payloadStart + localLength + (overflowPage === 0 ? 0 : 4);
    const copy = new Uint8Array(4 + length);
    new DataView(copy.buffer).setUint32(0, child);
    copy.set(cell.subarray(0, length), 4);
    return copy;
  }

  /** The node of `from` on page `to`, whose own header, on page 1, may be somewhere else. */
  #copyNode(from: Page, to: Page): void {
    this.#tree.pager.writable(to);
    const cells = this.#cellsOnPage(from);
    const kind = nodeKind(from) as NodeKind; // checked on the way
    const right = isLeaf(from) ? 0 : rightChild(from);
    initialize(to, kind, this.#tree.geometry.usableSize);
    this.#tree.editor.rebuild(to, cells);
    if (right !== 0) setRightChild(to, right);
  }

  /** Tells the pointer map of every page that this node points to. */
  #notePointers(page: Page): void {
    const { allocator, geometry, payloads } = this.#tree;
    const kind = nodeKind(page);
    const leaf = isLeaf(page);
    const note = (cell: Uint8Array): void => {
      payloads.notePointer(cell, kind, page.number, this.#parser);
      if (!leaf)
        allocator.setPointer(new DataView(cell.buffer, cell.byteOffset).getUint32(0), POINTER.child, page.number);
    };
    for (let index = 0; index < cellCount(page); index++) {
      const at = cellAt(page, index, geometry.usableSize);
      this.#parser.parse(page, at, kind);
      note(page.bytes.subarray(at, at + this.#parser.size));
    }
    for (const { cell } of page.overflow) note(cell);
    if (!leaf) allocator.setPointer(rightChild(page), POINTER.child, page.number);
  }

  /** A page of a tree, or of a chain, stands at another place: who pointed to it, and whom it points to, are told. */
  moved(page: Page, from: number, kind: number, parent: number): void {
    const { allocator, pager, geometry } = this.#tree;
    if (kind === POINTER.root || kind === POINTER.child) this.#notePointers(page);
    else {
      const next = page.view.getUint32(0);
      if (next !== 0) allocator.setPointer(next, POINTER.overflowNext, page.number);
    }
    if (kind !== POINTER.root) {
      const owner = pager.read(parent);
      pager.writable(owner);
      if (kind === POINTER.overflowNext) owner.view.setUint32(0, page.number);
      else this.#replaceChild(owner, from, page.number, kind === POINTER.overflow, geometry.usableSize);
    }
    allocator.setPointer(page.number, kind as PointerKind, parent); // as it was read from a map
  }

  #replaceChild(owner: Page, from: number, to: number, overflow: boolean, usableSize: number): void {
    const kind = nodeKind(owner);
    for (let index = 0; index < cellCount(owner); index++) {
      const at = cellAt(owner, index, usableSize);
      if (overflow) {
        this.#parser.parse(owner, at, kind);
        if (this.#parser.overflowPage !== from) continue;
        owner.view.setUint32(at + this.#parser.size - 4, to);
        return;
      }
      if (childAt(owner, index, usableSize) !== from) continue;
      owner.view.setUint32(at, to);
      return;
    }
    if (overflow || rightChild(owner) !== from) throw corrupt();
    setRightChild(owner, to);
  }
}

/** A cell of a table's interior node: what is up to `rowid` is below page `child`. */
function divider(child: number, rowid: number | bigint): Uint8Array {
  const cell = new Uint8Array(4 + rowidLength(rowid));
  new DataView(cell.buffer).setUint32(0, child);
  writeRowid(cell, 4, rowid);
  return cell;
}

function padded(cell: Uint8Array): Uint8Array {
  const longer = new Uint8Array(4);
  longer.set(cell);
  return longer;
}

/**
 * Where each node's cells end, when `cells` are laid out over nodes of `room` bytes. The cell at an end is the divider and on neither node, but
 * on a table's leaves (`leafData`), where dividers are keys only. `oldEnds` are the ends that the siblings had, with which it begins.
 */
function layout(cells: readonly Uint8Array[], oldEnds: readonly number[], room: number, leafData: boolean): number[] {
  const size = (at: number): number => 2 + cells[at]!.length;
  const ends = [...oldEnds];
  const used: number[] = [];
  let start = 0;
  for (const end of ends) {
    let sum = 0;
    for (let at = start; at < end; at++) sum += size(at);
    used.push(sum);
    start = leafData ? end : end + 1;
  }
  for (let i = 0; i < ends.length; i++) {
    // Too much goes to the right …
    while (used[i]! > room) {
      if (i + 1 >= ends.length) {
        if (ends.length >= MAX_SIBLINGS + 2) throw corrupt();
        ends.push(cells.length);
        used.push(0);
      }
      used[i]! -= size(ends[i]! - 1);
      const gained = leafData ? size(ends[i]! - 1) : ends[i]! < cells.length ? size(ends[i]!) : 0;
      used[i + 1]! += gained;
      ends[i]! -= 1;
    }
    // … and what has room comes from there.
    while (ends[i]! < cells.length) {
      const more = size(ends[i]!);
      if (used[i]! + more > room) break;
      used[i]! += more;
      ends[i]! += 1;
      const lost = leafData ? more : ends[i]! < cells.length ? size(ends[i]!) : 0;
      if (i + 1 < used.length) used[i + 1]! -= lost;
    }
    if (ends[i]! >= cells.length) {
      ends.length = i + 1;
      used.length = i + 1;
    } else if (ends[i]! <= (i > 0 ? ends[i - 1]! : 0)) throw corrupt();
  }
  // The last node is the emptiest: from the right, each takes from its left neighbour until it is the fuller one.
  for (let i = ends.length - 1; i > 0; i--) {
    let right = used[i]!;
    let left = used[i - 1]!;
    let last = ends[i - 1]! - 1;
    let between = leafData ? last : last + 1;
    do {
      const leaving = cells[last]!.length;
      const coming = cells[between]!.length;
      const margin = i === ends.length - 1 ? 0 : 2;
      if (right !== 0 && right + coming + 2 > left - (leaving + margin)) break;
      right += coming + 2;
      left -= leaving + 2;
      ends[i - 1] = last;
      last -= 1;
      between -= 1;
    } while (last >= 0);
    used[i] = right;
    used[i - 1] = left;
    if (ends[i - 1]! <= (i > 1 ? ends[i - 2]! : 0)) throw corrupt();
  }
  return ends;
}
