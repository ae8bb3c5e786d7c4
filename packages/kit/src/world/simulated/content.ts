/**
 * The bytes of a simulated file, in pages that clones share until one of them writes.
 *
 * A page belongs to the content whose token it carries. Cloning hands both sides a new token, so that neither owns the
 * pages of before and the first to write one copies it. A clone costs one pointer per page, which is what makes
 * thousands of crash points affordable. A page that was never written is a hole, and reads as zeros.
 */
export const PAGE_BYTES = 4096;

interface Page {
  readonly bytes: Uint8Array;
  readonly owner: object;
}

export class PagedContent {
  #pages: (Page | undefined)[] = [];
  #owner: object = {};
  #size = 0;
  #pageCount = 0;

  get size(): number {
    return this.#size;
  }

  /** Pages that hold bytes; holes cost nothing. */
  get pageCount(): number {
    return this.#pageCount;
  }

  clone(): PagedContent {
    const copy = new PagedContent();
    copy.#pages = this.#pages.slice();
    copy.#size = this.#size;
    copy.#pageCount = this.#pageCount;
    this.#owner = {};
    return copy;
  }

  /** Fills `into` from `position`; returns how many bytes there were before the end. */
  read(into: Uint8Array, position: number): number {
    const count = Math.max(0, Math.min(into.length, this.#size - position));
    let done = 0;
    while (done < count) {
      const at = position + done;
      const offset = at % PAGE_BYTES;
      const length = Math.min(count - done, PAGE_BYTES - offset);
      const page = this.#pages[Math.floor(at / PAGE_BYTES)];
      if (page === undefined) into.fill(0, done, done + length);
      else into.set(page.bytes.subarray(offset, offset + length), done);
      done += length;
    }
    return count;
  }

  /** All of it, in a new array. */
  toBytes(): Uint8Array {
    const bytes = Buffer.alloc(this.#size);
    this.read(bytes, 0);
    return bytes;
  }

  /** Puts bytes in place and leaves the size alone: what lies beyond it shows only when the size grows. */
  put(bytes: Uint8Array, position: number): void {
    let done = 0;
    while (done < bytes.length) {
      const at = position + done;
      const offset = at % PAGE_BYTES;
      const length = Math.min(bytes.length - done, PAGE_BYTES - offset);
      this.#own(Math.floor(at / PAGE_BYTES)).set(bytes.subarray(done, done + length), offset);
      done += length;
    }
  }

  write(bytes: Uint8Array, position: number): void {
    this.put(bytes, position);
    if (bytes.length > 0) this.grow(position + bytes.length);
  }

  /** Makes the size at least this. */
  grow(size: number): void {
    if (size > this.#size) this.#size = size;
  }

  /** Sets the size; what lies beyond becomes zeros. */
  truncate(size: number): void {
    const kept = Math.ceil(size / PAGE_BYTES);
    for (let index = kept; index < this.#pages.length; index++) {
      if (this.#pages[index] !== undefined) this.#pageCount--;
    }
    if (kept < this.#pages.length) this.#pages.length = kept;
    const offset = size % PAGE_BYTES;
    if (offset !== 0 && this.#pages[kept - 1] !== undefined) this.#own(kept - 1).fill(0, offset);
    this.#size = size;
  }

  /** How many pages a write there would add. */
  pagesAddedBy(position: number, length: number): number {
    let added = 0;
    for (let index = Math.floor(position / PAGE_BYTES); index * PAGE_BYTES < position + length; index++) {
      if (this.#pages[index] === undefined) added++;
    }
    return added;
  }

  /** The page's bytes, ours to change. */
  #own(index: number): Uint8Array {
    const page = this.#pages[index];
    if (page?.owner === this.#owner) return page.bytes;
    const bytes = new Uint8Array(PAGE_BYTES);
    if (page === undefined) this.#pageCount++;
    else bytes.set(page.bytes);
    // Filled up to here, so that the array has no holes of its own and stays packed.
    while (this.#pages.length < index) this.#pages.push(undefined);
    this.#pages[index] = { bytes, owner: this.#owner };
    return bytes;
  }
}
