/**
 * Chunks that arrived, read as one array: the beginning of every stream parser.
 *
 * What waits always lies in one piece, so looking at it is a view and searching it is one native call. A chunk that
 * arrives when nothing waits is taken as it is: the usual case, no copy. Otherwise it is appended to what waits, in
 * memory that grows by doubling, so each byte is copied a bounded number of times, however the input is cut.
 * Memory that was handed out as a view is never written again, so views stay valid for good.
 *
 * A limit on what may wait is the parser's business: it knows what a frame may be, and `length` says what waits.
 * Hot: bench/bytes.bench.ts.
 */
const EMPTY: Uint8Array = new Uint8Array(0);

/** The least memory for chunks that had to be put together. */
const MIN_BLOCK_BYTES = 1024;

export class ChunkQueue {
  /** What waits is #memory[#start, #end); what is beyond #end is free to be written when #own. */
  #memory: Uint8Array = EMPTY;
  #start = 0;
  #end = 0;
  #own = false;
  /** `indexOf(#sought)` found nothing before this place in #memory. */
  #soughtUpTo = 0;
  #sought = -1;

  /** How many bytes wait. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** Appends a chunk, which must not change any more. */
  push(chunk: Uint8Array): void {
    if (this.#start === this.#end) {
      this.#memory = chunk;
      this.#start = this.#soughtUpTo = 0;
      this.#end = chunk.length;
      this.#own = false;
      return;
    }
    if (!this.#own || this.#end + chunk.length > this.#memory.length) this.#makeRoom(chunk.length);
    this.#memory.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** The next `length` bytes, still waiting; `undefined` while there are fewer. */
  peek(length: number): Uint8Array | undefined {
    if (length > this.length) return undefined;
    return this.#memory.subarray(this.#start, this.#start + length);
  }

  /** The byte `offset` places from the next one; `undefined` when it has not arrived. */
  at(offset: number): number | undefined {
    return offset < this.length ? this.#memory[this.#start + offset] : undefined;
  }

  /** The next `length` bytes, used up; `undefined`, and nothing used up, while there are fewer. */
  take(length: number): Uint8Array | undefined {
    const taken = this.peek(length);
    if (taken !== undefined) this.#use(length);
    return taken;
  }

  /** All that waits, but at most `limit` bytes, used up: for bodies that are passed on as they come. */
  takeUpTo(limit: number): Uint8Array {
    return this.take(Math.min(limit, this.length))!;
  }

  /** Uses up `length` bytes. Throws `RangeError` when there are fewer. */
  skip(length: number): void {
    if (!(length >= 0 && length <= this.length)) throw new RangeError(`cannot skip ${length} of ${this.length} bytes`);
    this.#use(length);
  }

  /**
   * How far from the next byte `byte` first occurs; −1 when it has not arrived. Asked again for the same byte, it
   * goes on where it stopped: waiting for the end of a long line costs O(1) per byte.
   */
  indexOf(byte: number): number {
    if (byte !== this.#sought) {
      this.#sought = byte;
      this.#soughtUpTo = this.#start;
    }
    const from = Math.max(this.#soughtUpTo, this.#start);
    // Bounded by a view: beyond #end lies memory that says nothing.
    const found = this.#memory.subarray(from, this.#end).indexOf(byte);
    this.#soughtUpTo = found < 0 ? this.#end : from + found;
    return found < 0 ? -1 : this.#soughtUpTo - this.#start;
  }

  /** Forgets all that waits. */
  clear(): void {
    this.#memory = EMPTY;
    this.#start = this.#end = this.#soughtUpTo = 0;
    this.#own = false;
  }

  /** An empty queue holds on to no memory: there may be ten thousand idle connections, each with its own. */
  #use(length: number): void {
    this.#start += length;
    if (this.#start === this.#end) this.clear();
  }

  /**
   * Moves what waits to new memory, with room for `more` bytes. Where less waits than comes (the tail of a frame), the
   * new bytes pay for the move; where more waits, room for as much again makes the next move as far away as this one was dear.
   */
  #makeRoom(more: number): void {
    const waiting = this.#memory.subarray(this.#start, this.#end);
    const needed = waiting.length + more;
    const memory = Buffer.allocUnsafe(waiting.length < more ? needed : Math.max(2 * needed, MIN_BLOCK_BYTES));
    memory.set(waiting);
    this.#soughtUpTo = Math.max(0, this.#soughtUpTo - this.#start);
    this.#memory = memory;
    this.#end = waiting.length;
    this.#start = 0;
    this.#own = true;
  }
}
