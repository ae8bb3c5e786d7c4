/**
 * Shrinking a database that has pointer maps: pages at its end move into free ones further in front, and the end is cut off. With full
 * auto-vacuum at every commit, with incremental when a program asks.
 */
import { corrupt } from "../pager/pager.ts";
import type { Btree } from "./btree.ts";
import { POINTER } from "./page-allocator.ts";

/** Before a commit: gives every free page back. The free list is empty afterwards. */
export function vacuumWhole(tree: Btree): void {
  const { pager, allocator } = tree;
  const pageCount = pager.pageCount;
  const free = pager.headerField("freelistCount");
  if (free === 0) return;
  if (free >= pageCount || isReserved(tree, pageCount)) throw corrupt();
  const last = lastPageWithout(tree, free);
  if (last > pageCount) throw corrupt();
  tree.saveCursors();
  for (let page = pageCount; page > last; page--) {
    if (isReserved(tree, page)) continue;
    const { kind, parent } = allocator.pointer(page);
    if (kind === POINTER.root) throw corrupt();
    // What is free goes with the free list as it is.
    if (kind === POINTER.free) continue;
    let to: number;
    do to = allocator.allocate().number;
    while (to > last);
    tree.movePage(page, to, kind, parent);
  }
  pager.setHeaderField("firstFreelistPage", 0);
  pager.setHeaderField("freelistCount", 0);
  pager.truncate(last);
}

/** Gives the last page back, if any page is free. False: none is. */
export function vacuumStep(tree: Btree): boolean {
  const { pager, allocator } = tree;
  const free = pager.headerField("freelistCount");
  if (free === 0) return false;
  const pageCount = pager.pageCount;
  const end = lastPageWithout(tree, free);
  if (free >= pageCount || end > pageCount) throw corrupt();
  tree.saveCursors();
  if (!isReserved(tree, pageCount)) {
    const { kind, parent } = allocator.pointer(pageCount);
    if (kind === POINTER.root) throw corrupt();
    if (kind === POINTER.free) allocator.allocate(0, pageCount);
    else tree.movePage(pageCount, allocator.allocateUpTo(end).number, kind, parent);
  }
  let last = pageCount - 1;
  while (isReserved(tree, last)) last -= 1;
  pager.truncate(last);
  return true;
}

/** The number of the last page when `free` pages are gone, and the pointer maps that were for them. */
function lastPageWithout(tree: Btree, free: number): number {
  const { pager, allocator } = tree;
  const pageCount = pager.pageCount;
  const perMap = Math.floor(pager.usableSize / 5);
  const maps = Math.floor((free - pageCount + allocator.pointerMapOf(pageCount) + perMap) / perMap);
  let last = pageCount - free - maps;
  if (pageCount > pager.lockPage && last < pager.lockPage) last -= 1;
  while (isReserved(tree, last)) last -= 1;
  return last;
}

/** A pointer map, or the page of the lock byte. */
function isReserved(tree: Btree, page: number): boolean {
  return page === tree.pager.lockPage || tree.allocator.pointerMapOf(page) === page;
}
