/**
 * An array of 32-bit numbers with versions: a fork shares all pages and copies those that it writes to, so that making a version costs
 * the list of pages and what changes, and old versions stay as they are.
 */
export const PAGE_BITS = 12;
const PAGE_INTS = 1 << PAGE_BITS;
export const PAGE_MASK: number = PAGE_INTS - 1;
const FIRST_INTS = 64;

export class PagedInts {
  /** For readers in a hurry: number i stands in `pages[i >>> PAGE_BITS][i & PAGE_MASK]`. */
  readonly pages: Int32Array[];
  /** 1 for pages that are nobody else's. */
  readonly #owned: number[];

  private constructor(pages: Int32Array[], owned: number[]) {
    this.pages = pages;
    this.#owned = owned;
  }

  /** `length` zeros; more come by `set`. */
  static zeros(length: number): PagedInts {
    const pages: Int32Array[] = [];
    for (let at = 0; at < length; at += PAGE_INTS) pages.push(new Int32Array(Math.min(PAGE_INTS, length - at)));
    return new PagedInts(
      pages,
      pages.map(() => 1),
    );
  }

  fork(): PagedInts {
    return new PagedInts([...this.pages], new Array<number>(this.pages.length).fill(0));
  }

  /** Bytes of memory, shared pages included. */
  get bytes(): number {
    return this.pages.reduce((sum, page) => sum + page.byteLength, 0);
  }

  get(at: number): number {
    return this.pages[at >>> PAGE_BITS]![at & PAGE_MASK]!;
  }

  /** Anywhere up to the page after the last. */
  set(at: number, value: number): void {
    this.#writable(at)[at & PAGE_MASK] = value;
  }

  #writable(at: number): Int32Array {
    const index = at >>> PAGE_BITS;
    const page = this.pages[index];
    if (page !== undefined && this.#owned[index] === 1 && (at & PAGE_MASK) < page.length) return page;
    const needed = (at & PAGE_MASK) + 1;
    let size = page?.length ?? (index === 0 ? FIRST_INTS : PAGE_INTS);
    while (size < needed) size *= 2;
    const copy = new Int32Array(size);
    if (page !== undefined) copy.set(page);
    this.pages[index] = copy;
    this.#owned[index] = 1;
    return copy;
  }
}
