/**
 * Pages in memory by number, and which of them to let go: those that have not been used for longest, roughly, by a second chance for each.
 *
 * Nothing is pinned. A page that was let go stays right for who holds it until its content changes, and whoever changes pages goes
 * through the pager, which puts a page back that is not here any more.
 */
import type { Page } from "./page.ts";

/** Pages that are looked at for one that can go, before more than the limit are kept. */
const MAX_LOOKS = 64;

export class PageCache {
  readonly #pages = new Map<number, Page>();
  /** Most pages that are kept while they can be had from the file again. */
  capacity: number;

  constructor(capacity: number) {
    this.capacity = capacity;
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
    if (this.#pages.size > this.capacity) this.#letOneGo();
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
