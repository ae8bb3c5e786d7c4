/**
 * Files as representations: type, validators and content in each coding; the small and hot ones kept in memory.
 *
 * An entry is one version of a file, never a mix: content is read from one open file whose facts are the same before and
 * after. Within `FRESH_MS` of its last check an entry is served without a look at the disk; after that the facts are read
 * again, once for however many requests wait. So a change is seen within a second.
 */
import type { Clock, Disk, DiskFile, FileStat } from "@tenon/kit";
import { FieldBlock } from "../h1/response-head.ts";
import { formatHttpDate } from "../semantics/dates.ts";
import { isCompressible, mediaTypeOf } from "../semantics/media-types.ts";
import { compressWhole, FILE_CODINGS, type FileCoding, NEIGHBOUR } from "./codings.ts";

const FRESH_MS = 1000;
/** Compressing less than this saves no packet. */
const MIN_COMPRESS_BYTES = 1024;
/** How often a file that changes while it is read is tried again before it is streamed as it comes. */
const READ_ATTEMPTS = 3;

export interface FileStoreOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  /** Largest file kept in memory. */
  readonly keptFileBytes: number;
  /** All that is kept. */
  readonly keptBytes: number;
  readonly compress: boolean;
  /** Use `x.br`, `x.zst`, `x.gz` for `x`. */
  readonly precompressed: boolean;
  /** The Cache-Control field for a file. */
  cacheControl(name: string): string | undefined;
}

/** A file's bytes in one coding. */
export interface FileContent {
  readonly size: number;
  readonly etag: string;
  /** Undefined: too large to keep; open `diskName`. */
  readonly bytes: Buffer | undefined;
  readonly diskName: string;
  /** Facts of the file that `diskName` is. */
  readonly stat: FileStat;
  /** Fields of a 200 answer, Content-Length included, … */
  readonly fields: FieldBlock;
  /** … and those of a 304 (RFC 9110 §15.4.5). */
  readonly validatorFields: FieldBlock;
}

export class StoredFile {
  readonly type: string;
  readonly lastModifiedMs: number;
  /** Beside identity. */
  readonly codings: readonly FileCoding[];
  readonly identity: FileContent;
  /** What is kept in memory, in all codings. */
  keptBytes: number;
  /** Monotonic time at which the disk last said the same. */
  checkedMs = 0;
  /** Asked for since the last search for something to evict. */
  used = true;
  readonly #options: FileStoreOptions;
  readonly #name: string;
  readonly #neighbours: ReadonlyMap<FileCoding, FileStat>;
  readonly #encoded = new Map<FileCoding, FileContent | Promise<FileContent>>();

  constructor(
    name: string,
    stat: FileStat,
    bytes: Buffer | undefined,
    neighbours: ReadonlyMap<FileCoding, FileStat>,
    options: FileStoreOptions,
  ) {
    this.#name = name;
    this.#options = options;
    this.#neighbours = neighbours;
    this.type = mediaTypeOf(name);
    this.lastModifiedMs = stat.modifiedMs;
    const compressible =
      options.compress && bytes !== undefined && bytes.length >= MIN_COMPRESS_BYTES && isCompressible(this.type);
    this.codings = FILE_CODINGS.filter((coding) => neighbours.has(coding) || compressible);
    this.identity = this.#content(stat, name, stat.size, bytes, undefined);
    this.keptBytes = bytes?.length ?? 0;
  }

  /** The content in `coding`; a promise the first time. */
  encoded(coding: FileCoding): FileContent | Promise<FileContent> {
    const known = this.#encoded.get(coding);
    if (known !== undefined) return known;
    const pending = this.#encode(coding).then(
      (content) => {
        this.#encoded.set(coding, content);
        this.keptBytes += content.bytes?.length ?? 0;
        return content;
      },
      (error: unknown) => {
        this.#encoded.delete(coding);
        throw error;
      },
    );
    this.#encoded.set(coding, pending);
    return pending;
  }

  /** Whether the disk still says what this entry was made from. */
  isCurrent(stat: FileStat, neighbours: ReadonlyMap<FileCoding, FileStat>): boolean {
    return (
      sameVersion(this.identity.stat, stat) &&
      FILE_CODINGS.every((coding) => {
        const before = this.#neighbours.get(coding);
        const now = neighbours.get(coding);
        return before === undefined || now === undefined ? before === now : sameVersion(before, now);
      })
    );
  }

  async #encode(coding: FileCoding): Promise<FileContent> {
    const stat = this.#neighbours.get(coding);
    if (stat !== undefined) {
      const diskName = this.#name + NEIGHBOUR[coding];
      const bytes = await readWhole(this.#options, diskName, stat);
      return this.#content(stat, diskName, stat.size, bytes, coding);
    }
    const bytes = await compressWhole(coding, this.identity.bytes!);
    return this.#content(this.identity.stat, this.#name, bytes.length, bytes, coding);
  }

  #content(
    stat: FileStat,
    diskName: string,
    size: number,
    bytes: Buffer | undefined,
    coding: FileCoding | undefined,
  ): FileContent {
    const etag = entityTag(stat, coding);
    const validators: [string, string][] = [
      ["ETag", etag],
      ["Last-Modified", formatHttpDate(this.lastModifiedMs)],
    ];
    const cacheControl = this.#options.cacheControl(this.#name);
    if (cacheControl !== undefined) validators.push(["Cache-Control", cacheControl]);
    if (this.codings.length > 0) validators.push(["Vary", "Accept-Encoding"]);
    const fields: [string, string][] = [
      ["Content-Type", this.type],
      ["Content-Length", `${size}`],
    ];
    if (coding === undefined) fields.push(["Accept-Ranges", "bytes"]);
    else fields.push(["Content-Encoding", coding]);
    return {
      size,
      etag,
      bytes,
      diskName,
      stat,
      fields: new FieldBlock([...fields, ...validators]),
      validatorFields: new FieldBlock(validators),
    };
  }
}

export class FileStore {
  readonly #options: FileStoreOptions;
  readonly #files = new Map<string, StoredFile>();
  readonly #pending = new Map<string, Promise<StoredFile | "directory" | undefined>>();
  #keptBytes = 0;

  constructor(options: FileStoreOptions) {
    this.#options = options;
  }

  /** The file, where it was looked at less than a second ago. */
  fresh(name: string): StoredFile | undefined {
    const file = this.#files.get(name);
    if (file === undefined || this.#options.clock.monotonic() - file.checkedMs >= FRESH_MS) return undefined;
    file.used = true;
    return file;
  }

  /** The file as it is now; undefined where there is none, or none that may be seen. */
  lookUp(name: string): Promise<StoredFile | "directory" | undefined> {
    let pending = this.#pending.get(name);
    if (pending === undefined) {
      pending = this.#look(name).finally(() => this.#pending.delete(name));
      this.#pending.set(name, pending);
    }
    return pending;
  }

  async #look(name: string): Promise<StoredFile | "directory" | undefined> {
    const checkedMs = this.#options.clock.monotonic();
    const stat = await this.#stat(name);
    if (stat === undefined || stat.kind !== "file") {
      this.#forget(name);
      return stat?.kind === "directory" ? "directory" : undefined;
    }
    const neighbours = await this.#neighbours(name);
    const known = this.#files.get(name);
    if (known?.isCurrent(stat, neighbours) === true) {
      known.checkedMs = checkedMs;
      return known;
    }
    const bytes = await readWhole(this.#options, name, stat);
    const file = new StoredFile(name, stat, bytes, neighbours, this.#options);
    file.checkedMs = checkedMs;
    this.#forget(name);
    this.#files.set(name, file);
    this.#makeRoom();
    return file;
  }

  /** Refused by the disk (a link that leaves the root, a name that is too long, no permission) is not there. */
  async #stat(name: string): Promise<FileStat | undefined> {
    try {
      return await this.#options.disk.statAsync(`/${name}`);
    } catch {
      return undefined;
    }
  }

  async #neighbours(name: string): Promise<ReadonlyMap<FileCoding, FileStat>> {
    const found = new Map<FileCoding, FileStat>();
    if (!this.#options.precompressed) return found;
    const stats = await Promise.all(FILE_CODINGS.map((coding) => this.#stat(name + NEIGHBOUR[coding])));
    for (const [i, stat] of stats.entries()) if (stat?.kind === "file") found.set(FILE_CODINGS[i]!, stat);
    return found;
  }

  #forget(name: string): void {
    this.#files.delete(name);
  }

  /** Second chance: entries go in the order in which they came, but those used meanwhile go round once more. */
  #makeRoom(): void {
    this.#keptBytes = 0;
    for (const file of this.#files.values()) this.#keptBytes += ENTRY_BYTES + file.keptBytes;
    for (const [name, file] of this.#files) {
      if (this.#keptBytes <= this.#options.keptBytes) return;
      this.#files.delete(name);
      if (file.used && this.#files.size > 0) {
        file.used = false;
        this.#files.set(name, file);
      } else {
        this.#keptBytes -= ENTRY_BYTES + file.keptBytes;
      }
    }
  }
}

/** About what an entry costs beside its content. */
const ENTRY_BYTES = 4096;

/** Undefined where the file is too large to keep, or does not stand still. */
async function readWhole(options: FileStoreOptions, name: string, stat: FileStat): Promise<Buffer | undefined> {
  if (stat.size > options.keptFileBytes) return undefined;
  for (let attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
    let file: DiskFile;
    try {
      file = options.disk.open(`/${name}`, "read");
    } catch {
      return undefined;
    }
    try {
      if (!sameVersion(file.stat(), stat)) return undefined;
      const bytes = Buffer.allocUnsafeSlow(stat.size);
      let length = 0;
      while (length < bytes.length) {
        const count = await file.readAsync(bytes.subarray(length), length);
        if (count === 0) break;
        length += count;
      }
      if (length === bytes.length && sameVersion(file.stat(), stat)) return bytes;
    } finally {
      file.close();
    }
  }
  return undefined;
}

export function sameVersion(a: FileStat, b: FileStat): boolean {
  return (
    a.size === b.size &&
    a.modifiedMs === b.modifiedMs &&
    a.changedMs === b.changedMs &&
    a.inode === b.inode &&
    a.device === b.device
  );
}

/** Strong: the inode's change time moves with every change of the content, also where its modification time is set back. */
function entityTag(stat: FileStat, coding: FileCoding | undefined): string {
  const parts = [stat.inode, stat.size, stat.modifiedMs * 1e6, stat.changedMs * 1e6].map((n) =>
    Math.round(n).toString(36),
  );
  return `"${parts.join("-")}${coding === undefined ? "" : `-${coding}`}"`;
}
