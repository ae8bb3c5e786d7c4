import type { DirectoryEntry, Disk, DiskFile, DiskLock, FileStat, OpenMode } from "../disk.ts";
import { pathSegments } from "../paths.ts";

/** A disk seen from one of its directories. */
export class Subdirectory implements Disk {
  readonly #disk: Disk;
  readonly #prefix: string;

  constructor(disk: Disk, prefix: string) {
    this.#disk = disk;
    this.#prefix = prefix;
  }

  /** `..` is resolved here, against this root, so what remains cannot climb. */
  #locate(path: string, syscall: string): string {
    const slash = path.endsWith("/") ? "/" : "";
    return `${this.#prefix}/${pathSegments(path, syscall).join("/")}${slash}`;
  }

  open(path: string, mode: OpenMode): DiskFile {
    return this.#disk.open(this.#locate(path, "open"), mode);
  }
  readFile(path: string): Uint8Array {
    return this.#disk.readFile(this.#locate(path, "open"));
  }
  stat(path: string): FileStat | undefined {
    return this.#disk.stat(this.#locate(path, "stat"));
  }
  async statAsync(path: string): Promise<FileStat | undefined> {
    return this.#disk.statAsync(this.#locate(path, "stat"));
  }
  readDirectory(path: string): DirectoryEntry[] {
    return this.#disk.readDirectory(this.#locate(path, "scandir"));
  }
  makeDirectory(path: string, options?: { readonly recursive?: boolean }): void {
    this.#disk.makeDirectory(this.#locate(path, "mkdir"), options);
  }
  removeDirectory(path: string): void {
    this.#disk.removeDirectory(this.#locate(path, "rmdir"));
  }
  rename(from: string, to: string): void {
    this.#disk.rename(this.#locate(from, "rename"), this.#locate(to, "rename"));
  }
  link(from: string, to: string): void {
    this.#disk.link(this.#locate(from, "link"), this.#locate(to, "link"));
  }
  unlink(path: string): void {
    this.#disk.unlink(this.#locate(path, "unlink"));
  }
  syncDirectory(path: string): void {
    this.#disk.syncDirectory(this.#locate(path, "fsync"));
  }
  async syncDirectoryAsync(path: string): Promise<void> {
    return this.#disk.syncDirectoryAsync(this.#locate(path, "fsync"));
  }
  lock(path: string, kind: "shared" | "exclusive"): DiskLock | undefined {
    return this.#disk.lock(this.#locate(path, "lock"), kind);
  }
  subdirectory(path: string): Disk {
    return new Subdirectory(this.#disk, this.#locate(path, "open").replace(/\/$/, ""));
  }
}
