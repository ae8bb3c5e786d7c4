/**
 * Nodes of b-trees: pages with a header, an array of cell pointers, free space, and cells from the end (https://www.sqlite.org/fileformat2.html §1.6).
 *
 * Header, behind the file's own on page 1: kind (1 byte), first free block (2), number of cells (2), start of the cells (2; 0 is 65536),
 * fragmented free bytes (1), and in interior nodes the right-most child (4).
 */
import { corrupt } from "../pager/pager.ts";
import type { Page } from "../pager/page.ts";

export const NODE_KIND = { indexInterior: 2, tableInterior: 5, indexLeaf: 10, tableLeaf: 13 } as const;
export type NodeKind = (typeof NODE_KIND)[keyof typeof NODE_KIND];

const LEAF_BIT = 8;
const FIRST_FREE_BLOCK = 1;
const CELL_COUNT = 3;
const CONTENT_START = 5;
const FRAGMENTED = 7;
const RIGHT_CHILD = 8;
/** Bytes of the file's header on page 1. */
const FILE_HEADER = 100;

/** Where the node's header begins. */
export function headerOf(page: Page): number {
  return page.number === 1 ? FILE_HEADER : 0;
}

export function nodeKind(page: Page): number {
  return page.bytes[headerOf(page)]!;
}

export function isLeaf(page: Page): boolean {
  return (nodeKind(page) & LEAF_BIT) !== 0;
}

export function isTable(page: Page): boolean {
  return (nodeKind(page) & 1) !== 0;
}

export function cellCount(page: Page): number {
  return page.view.getUint16(headerOf(page) + CELL_COUNT);
}

export function setCellCount(page: Page, count: number): void {
  page.view.setUint16(headerOf(page) + CELL_COUNT, count);
}

/** Where the array of cell pointers begins. */
export function pointersOf(page: Page): number {
  return headerOf(page) + (isLeaf(page) ? 8 : 12);
}

/** Where a cell begins. Throws SQLITE_CORRUPT when that is outside the cells. */
export function cellAt(page: Page, index: number, usableSize: number): number {
  const pointers = pointersOf(page);
  const at = page.view.getUint16(pointers + 2 * index);
  if (at < pointers || at > usableSize - 4) throw corrupt();
  return at;
}

export function rightChild(page: Page): number {
  return page.view.getUint32(headerOf(page) + RIGHT_CHILD);
}

export function setRightChild(page: Page, child: number): void {
  page.view.setUint32(headerOf(page) + RIGHT_CHILD, child);
}

/** The page below the cell of that index, or below the last one's right side. */
export function childAt(page: Page, index: number, usableSize: number): number {
  if (index >= cellCount(page)) return rightChild(page);
  return page.view.getUint32(cellAt(page, index, usableSize));
}

export function contentStart(page: Page): number {
  return page.view.getUint16(headerOf(page) + CONTENT_START) || 65_536;
}

export function setContentStart(page: Page, at: number): void {
  page.view.setUint16(headerOf(page) + CONTENT_START, at === 65_536 ? 0 : at);
}

export function firstFreeBlock(page: Page): number {
  return page.view.getUint16(headerOf(page) + FIRST_FREE_BLOCK);
}

/** Where the offset of the first free block stands. */
export function firstFreeBlockField(page: Page): number {
  return headerOf(page) + FIRST_FREE_BLOCK;
}

export function fragmentedBytes(page: Page): number {
  return page.bytes[headerOf(page) + FRAGMENTED]!;
}

export function setFragmentedBytes(page: Page, count: number): void {
  page.bytes[headerOf(page) + FRAGMENTED] = count;
}

/** Makes an empty node of a page that may be written. */
export function initialize(page: Page, kind: NodeKind, usableSize: number): void {
  const header = headerOf(page);
  page.bytes.fill(0, header, header + 12);
  page.bytes[header] = kind;
  setContentStart(page, usableSize);
  page.free = usableSize - pointersOf(page);
  page.overflow = [];
}

/** Looks whether a page can be a node of this kind of tree. Throws SQLITE_CORRUPT. */
export function checkNode(page: Page, table: boolean, usableSize: number): void {
  const kind = nodeKind(page);
  const fits = table
    ? kind === NODE_KIND.tableLeaf || kind === NODE_KIND.tableInterior
    : kind === NODE_KIND.indexLeaf || kind === NODE_KIND.indexInterior;
  if (!fits || pointersOf(page) + 2 * cellCount(page) > usableSize) throw corrupt();
}

/** Bytes that are free on a node. Throws SQLITE_CORRUPT where the list of free blocks makes no sense. */
export function freeBytes(page: Page, usableSize: number): number {
  if (page.free >= 0) return page.free;
  const pointersEnd = pointersOf(page) + 2 * cellCount(page);
  const start = contentStart(page);
  if (start < pointersEnd || start > usableSize) throw corrupt();
  let free = start - pointersEnd + fragmentedBytes(page);
  let last = 0;
  for (let block = firstFreeBlock(page); block !== 0;) {
    // Blocks are in rising order and do not touch, so that the list ends.
    if (block < start || block <= last || block > usableSize - 4) throw corrupt();
    const size = page.view.getUint16(block + 2);
    if (size < 4 || block + size > usableSize) throw corrupt();
    free += size;
    last = block + size - 1;
    block = page.view.getUint16(block);
  }
  if (free > usableSize) throw corrupt();
  page.free = free;
  return free;
}
