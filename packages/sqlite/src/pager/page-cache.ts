/**
 * Pages in memory by number, and which of them to let go: those that have not been used for longest, roughly, by a second chance for each.
 *
 * Nothing is pinned. A page that was let go stays right for who holds it until its content changes, and whoever changes pages goes
 * through the pager, which puts a page back that is not here any more.
 */
import type { Page } from "./page.ts";

/** Pages that are looked at for one that can go, before more than the limit are kept. */
const MAX_LOOKS = 64;
/** So many pages are kept in any case: those that one change of a tree works with have to stay the same objects all along. */
const LEAST_PAGES = 500;

export class PageCache {
  readonly #pages = new Map<number, Page>();
  readonly #settings: { readonly cachePages: number };

  /** `cachePages`, which may change: most pages that are kept while they can be had from the file again, but no fewer than LEAST_PAGES. */
  constructor(settings: { readonly cachePages: number }) {
    this.#settings = settings;
  }

  get size(): number {
    return this.#pages.size;
  }

  get(number: number): Page | undefined {
    const page = this.#pages.get(number);
    if (page !== undefined) page.used = true;
    return page;
  }

  /** Takes a page in; over the limit, one that is not dirty goes, if it is found soon. */
  put(page: Page): void {
    this.#pages.set(page.number, page);
    if (this.#pages.size > Math.max(LEAST_PAGES, this.#settings.cachePages)) this.#letOneGo();
  }

  remove(number: number): void {
    this.#pages.delete(number);
  }

  clear(): void {
    this.#pages.clear();
  }

  values(): Iterable<Page> {
    return this.#pages.values();
  }

  #letOneGo(): void {
    let looks = 0;
    // A Map goes through its entries in the order in which they came; those that stay come again, last.
    for (const [number, page] of this.#pages) {
      if (!page.dirty && !page.used) {
        this.#pages.delete(number);
        return;
      }
      page.used = false;
      this.#pages.delete(number);
      this.#pages.set(number, page);
      looks += 1;
      if (looks === MAX_LOOKS) return;
    }
  }
}
