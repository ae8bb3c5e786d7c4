/**
 * Texts and ranges of a file, one after the other, read when they are wanted. A file that is no longer the same fails.
 *
 * Reads are few and large, into memory that is used again: a quarter of a megabyte made and dropped for each would have the
 * collector mark the whole heap every few dozen of them, which cost more than everything else together.
 */
import type { Disk, DiskFile } from "@tenon/kit";
import { ByteSource } from "../fetch/byte-source.ts";
import type { ByteRange } from "../semantics/ranges.ts";
import { type FileContent, sameVersion } from "./file-store.ts";

/** What is read from disk at once. */
const READ_BYTES = 256 * 1024;
/** How many buffers wait for the next download. */
const MAX_SPARES = 16;

const spares: Buffer[] = [];

export class FileBody extends ByteSource {
  readonly #content: FileContent;
  readonly #parts: readonly (string | ByteRange)[];
  readonly #disk: Disk;
  #file: DiskFile | undefined;
  #part = 0;
  /** Where in the current range to go on. */
  #at: number | undefined;
  /** What the last piece is a view of. */
  #lent: Buffer | undefined;
  #reading = false;
  #done = false;

  constructor(content: FileContent, parts: readonly (string | ByteRange)[], disk: Disk) {
    super();
    this.#content = content;
    this.#parts = parts;
    this.#disk = disk;
  }

  async next(): Promise<Uint8Array | undefined> {
    this.#lent = undefined;
    const part = this.#done ? undefined : this.#parts[this.#part];
    if (part === undefined) {
      this.cancel();
      return undefined;
    }
    const { bytes } = this.#content;
    if (typeof part === "string" || bytes !== undefined) {
      this.#part++;
      return typeof part === "string" ? Buffer.from(part, "latin1") : bytes!.subarray(part.first, part.last + 1);
    }
    const piece = await this.#read(this.#at ?? part.first, part.last);
    const end = (this.#at ?? part.first) + piece.length;
    this.#at = end > part.last ? undefined : end;
    if (this.#at === undefined) this.#part++;
    return piece;
  }

  async #read(from: number, last: number): Promise<Buffer> {
    const { diskName, stat } = this.#content;
    this.#reading = true;
    try {
      if (this.#file === undefined) {
        this.#file = this.#disk.open(`/${diskName}`, "read");
        if (!sameVersion(this.#file.stat(), stat)) throw new Error(`${diskName} has just been replaced`);
      }
      const length = Math.min(READ_BYTES, last - from + 1);
      const buffer =
        length < READ_BYTES ? Buffer.allocUnsafeSlow(length) : (spares.pop() ?? Buffer.allocUnsafeSlow(length));
      const count = await this.#file.readAsync(buffer, from);
      if (count === 0) throw new Error(`${diskName} has shrunk while it was sent`);
      if (length === READ_BYTES) this.#lent = buffer;
      return buffer.subarray(0, count);
    } catch (error) {
      this.#done = true;
      throw error;
    } finally {
      this.#reading = false;
      if (this.#done) this.#close();
    }
  }

  recycle(): void {
    if (this.#lent !== undefined && spares.length < MAX_SPARES) spares.push(this.#lent);
    this.#lent = undefined;
  }

  cancel(): void {
    this.#done = true;
    // A read that is under way still needs the file, and closes it when it is back.
    if (!this.#reading) this.#close();
  }

  #close(): void {
    this.#file?.close();
    this.#file = undefined;
  }
}
