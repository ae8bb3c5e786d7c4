/**
 * Pages that are not used: the free list, and with pointer maps the place of every page in its tree.
 *
 * The free list is a chain of trunk pages, each with the next trunk (4 bytes), a count (4) and that many leaf pages
 * (https://www.sqlite.org/fileformat2.html §1.5). Databases that can shrink have pointer maps: every so many pages one with five bytes for each of
 * those behind it, what it is and who points to it (§1.8).
 */
import { corrupt, type Pager } from "../pager/pager.ts";
import type { Page } from "../pager/page.ts";

/** What a page is, in a pointer map. */
export const POINTER = { root: 1, free: 2, overflow: 3, overflowNext: 4, child: 5 } as const;
export type PointerKind = (typeof POINTER)[keyof typeof POINTER];

export class PageAllocator {
  readonly #pager: Pager;

  constructor(pager: Pager) {
    this.#pager = pager;
  }

  /** Whether pointer maps are kept. */
  get hasPointerMaps(): boolean {
    return this.#pager.headerField("largestRootPage") !== 0;
  }

  /**
   * A page to write on, its content not cleared: from the free list, preferably one near to page `near`, else a new one. `exact`: that very page,
   * which must be free.
   */
  allocate(near = 0, exact = 0): Page {
    const free = this.#pager.headerField("freelistCount");
    if (free > this.#pager.pageCount) throw corrupt();
    const page = free > 0 ? this.#takeFree(near, exact, exact) : undefined;
    if (page !== undefined) return page;
    if (exact !== 0) throw corrupt();
    return this.#append();
  }

  /** A free page whose number is at most `highest`; there must be one. */
  allocateUpTo(highest: number): Page {
    const page = this.#takeFree(0, 2, highest);
    if (page === undefined) throw corrupt();
    return page;
  }

  /** Puts a page on the free list. */
  free(number: number): void {
    const pager = this.#pager;
    if (number < 2 || number > pager.pageCount) throw corrupt();
    const count = pager.headerField("freelistCount");
    pager.setHeaderField("freelistCount", count + 1);
    if (this.hasPointerMaps) this.setPointer(number, POINTER.free, 0);
    const trunkNumber = pager.headerField("firstFreelistPage");
    if (count > 0) {
      const trunk = pager.read(trunkNumber);
      const leaves = trunk.view.getUint32(4);
      if (leaves > pager.usableSize / 4 - 2) throw corrupt();
      // Six slots of every trunk stay empty, because a version of long ago counted wrongly.
      if (leaves < pager.usableSize / 4 - 8) {
        pager.writable(trunk);
        trunk.view.setUint32(4, leaves + 1);
        trunk.view.setUint32(8 + 4 * leaves, number);
        return;
      }
    }
    const page = pager.read(number);
    pager.writable(page);
    page.free = -1;
    page.view.setUint32(0, trunkNumber);
    page.view.setUint32(4, 0);
    pager.setHeaderField("firstFreelistPage", number);
  }

  /** The page of the pointer map that speaks of page `number`. */
  pointerMapOf(number: number): number {
    if (number < 2) return 0;
    const pager = this.#pager;
    const perMap = Math.floor(pager.usableSize / 5) + 1;
    const map = Math.floor((number - 2) / perMap) * perMap + 2;
    return map === pager.lockPage ? map + 1 : map;
  }

  setPointer(number: number, kind: PointerKind, parent: number): void {
    const pager = this.#pager;
    const mapNumber = this.pointerMapOf(number);
    const map = pager.read(mapNumber);
    const at = 5 * (number - mapNumber - 1);
    if (at < 0 || at > pager.usableSize - 5) throw corrupt();
    if (map.bytes[at] === kind && map.view.getUint32(at + 1) === parent) return;
    pager.writable(map);
    map.bytes[at] = kind;
    map.view.setUint32(at + 1, parent);
  }

  /** What page `number` is, and who points to it. */
  pointer(number: number): { readonly kind: number; readonly parent: number } {
    const mapNumber = this.pointerMapOf(number);
    const map = this.#pager.read(mapNumber);
    const at = 5 * (number - mapNumber - 1);
    if (at < 0 || at > this.#pager.usableSize - 5) throw corrupt();
    return { kind: map.bytes[at]!, parent: map.view.getUint32(at + 1) };
  }

  #append(): Page {
    const pager = this.#pager;
    let page = pager.append();
    // A pointer map stands where it stands; what was wanted comes behind it.
    if (this.hasPointerMaps && this.pointerMapOf(page.number) === page.number) page = pager.append();
    return page;
  }

  /** Goes along the trunks for a page that fits: between `lowest` and `highest`; or, when those are 0, the leaf of the first trunk that is nearest. */
  #takeFree(near: number, lowest: number, highest: number): Page | undefined {
    const pager = this.#pager;
    let before: Page | undefined;
    let trunkNumber = pager.headerField("firstFreelistPage");
    for (let steps = 0; trunkNumber !== 0; steps++) {
      if (steps > pager.pageCount) throw corrupt();
      const trunk = pager.read(trunkNumber);
      const leaves = trunk.view.getUint32(4);
      if (leaves > pager.usableSize / 4 - 2) throw corrupt();
      const isAny = highest === 0;
      const fits = isAny ? leaves === 0 : trunkNumber >= lowest && trunkNumber <= highest;
      if (fits) return this.#takeTrunk(trunk, before, leaves);
      const slot = isAny ? nearestLeaf(trunk, leaves, near) : leafBetween(trunk, leaves, lowest, highest);
      if (slot !== -1) return this.#takeLeaf(trunk, slot, leaves);
      before = trunk;
      trunkNumber = trunk.view.getUint32(0);
    }
    return undefined;
  }

  #takeTrunk(trunk: Page, before: Page | undefined, leaves: number): Page {
    const pager = this.#pager;
    let next = trunk.view.getUint32(0);
    if (leaves > 0) {
      // Its first leaf becomes the trunk of the others.
      const heir = pager.read(trunk.view.getUint32(8));
      pager.writable(heir);
      heir.free = -1;
      heir.view.setUint32(0, next);
      heir.view.setUint32(4, leaves - 1);
      heir.bytes.set(trunk.bytes.subarray(12, 12 + 4 * (leaves - 1)), 8);
      next = heir.number;
    }
    if (before === undefined) pager.setHeaderField("firstFreelistPage", next);
    else {
      pager.writable(before);
      before.view.setUint32(0, next);
    }
    return this.#taken(trunk);
  }

  #takeLeaf(trunk: Page, slot: number, leaves: number): Page {
    const pager = this.#pager;
    const number = trunk.view.getUint32(8 + 4 * slot);
    if (number < 2 || number > pager.pageCount) throw corrupt();
    pager.writable(trunk);
    trunk.view.setUint32(8 + 4 * slot, trunk.view.getUint32(8 + 4 * (leaves - 1)));
    trunk.view.setUint32(4, leaves - 1);
    return this.#taken(pager.read(number));
  }

  #taken(page: Page): Page {
    const pager = this.#pager;
    pager.setHeaderField("freelistCount", pager.headerField("freelistCount") - 1);
    pager.writable(page);
    page.free = -1;
    page.overflow = [];
    return page;
  }
}

/** Of the leaves the first one at the least distance from page `near`; the first one when nothing is said. */
function nearestLeaf(trunk: Page, leaves: number, near: number): number {
  if (leaves === 0) return -1;
  if (near === 0) return 0;
  let best = 0;
  let distance = Number.POSITIVE_INFINITY;
  for (let slot = 0; slot < leaves; slot++) {
    const away = Math.abs(trunk.view.getUint32(8 + 4 * slot) - near);
    if (away >= distance) continue;
    best = slot;
    distance = away;
  }
  return best;
}

function leafBetween(trunk: Page, leaves: number, lowest: number, highest: number): number {
  for (let slot = 0; slot < leaves; slot++) {
    const number = trunk.view.getUint32(8 + 4 * slot);
    if (number >= lowest && number <= highest) return slot;
  }
  return -1;
}
