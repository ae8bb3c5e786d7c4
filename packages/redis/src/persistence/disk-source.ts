/** Files as sources of bytes, and files written to be found whole or not at all. */
import type { Disk, DiskFile } from "@tenon/kit";
import type { ByteSource } from "./rdb-input.ts";

/** A file that is read piece by piece; close it when done. */
export interface FileSource extends ByteSource {
  close(): void;
}

/** The file at `path`; undefined when nothing is there. Other failures throw with the system's code. */
export function openSource(disk: Disk, path: string): FileSource | undefined {
  if (disk.stat(path) === undefined) return undefined;
  const file = disk.open(path, "read");
  return {
    size: file.size(),
    read: (into, position) => file.read(into, position),
    close: () => file.close(),
  };
}

/** A file that grows under a temporary name until `finish` gives it its own: a crash leaves the old one or the new one. */
export class ReplacementFile {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #temporary: string;
  readonly #file: DiskFile;
  #size = 0;
  #open = true;

  /** `temporary`: a name in `directory`; what is there under it is overwritten. */
  constructor(disk: Disk, directory: string, temporary: string) {
    this.#disk = disk;
    this.#directory = directory;
    this.#temporary = joined(directory, temporary);
    this.#file = disk.open(this.#temporary, "truncate");
  }

  /** Bytes so far. */
  get size(): number {
    return this.#size;
  }

  write(bytes: Uint8Array): void {
    this.#file.write(bytes, this.#size);
    this.#size += bytes.length;
  }

  async writeAsync(bytes: Uint8Array): Promise<void> {
    const at = this.#size;
    this.#size += bytes.length;
    await this.#file.writeAsync(bytes, at);
  }

  /** Content, then name: durable when it returns. */
  finish(name: string): void {
    this.#file.sync();
    this.#close();
    this.#disk.rename(this.#temporary, joined(this.#directory, name));
    this.#disk.syncDirectory(this.#directory);
  }

  /** As `finish`, beside the event loop; `wanted` is asked before the name changes. */
  async finishAsync(name: string, wanted: () => boolean): Promise<void> {
    await this.#file.syncAsync();
    if (!wanted()) throw new Error("not wanted any more");
    this.#close();
    this.#disk.rename(this.#temporary, joined(this.#directory, name));
    await this.#disk.syncDirectoryAsync(this.#directory);
  }

  /** Leaves no trace, as far as the disk allows. */
  abandon(): void {
    this.#close();
    try {
      this.#disk.unlink(this.#temporary);
    } catch {
      // The disk that failed before may fail again; the file is only rubbish.
    }
  }

  #close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#file.close();
  }
}

export function joined(directory: string, name: string): string {
  return directory.endsWith("/") ? directory + name : `${directory}/${name}`;
}

/** The operating system's words for an error, as the original would log them. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
