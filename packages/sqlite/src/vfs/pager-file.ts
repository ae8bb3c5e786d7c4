/** A file as the pager uses it. kit's DiskFile is one. */
export interface PagerFile {
  /** Reads up to `into.length` bytes from `position`; returns how many there were. */
  read(into: Uint8Array, position: number): number;
  write(bytes: Uint8Array, position: number): void;
  truncate(size: number): void;
  size(): number;
  /** Returns when content and size are durable. */
  sync(): void;
  close(): void;
}

/** A file that is nowhere but in memory. */
export class MemoryFile implements PagerFile {
  #bytes: Uint8Array;
  #size: number;

  /** `bytes` are its content, and are not changed. */
  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    this.#bytes = bytes.slice();
    this.#size = bytes.length;
  }

  read(into: Uint8Array, position: number): number {
    const end = Math.min(this.#size, position + into.length);
    if (end <= position) return 0;
    into.set(this.#bytes.subarray(position, end));
    return end - position;
  }

  write(bytes: Uint8Array, position: number): void {
    const end = position + bytes.length;
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(end, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, this.#size));
      this.#bytes = grown;
    }
    this.#bytes.set(bytes, position);
    this.#size = Math.max(this.#size, end);
  }

  truncate(size: number): void {
    if (size < this.#size) this.#bytes.fill(0, size, this.#size);
    this.#size = size;
  }

  size(): number {
    return this.#size;
  }

  sync(): void {}

  close(): void {}

  /** A copy of the content. */
  contents(): Uint8Array {
    return this.#bytes.slice(0, this.#size);
  }
}
