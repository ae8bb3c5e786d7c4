/**
 * The outside, as the command sees it: file descriptors and byte sinks. Synchronous throughout: a search reads, searches and writes in turn, and
 * no promise stands between two pieces.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync, readSync, type Stats, writeSync } from "node:fs";
import { type ByteString, toPath } from "../byte-string.ts";
import { systemErrorCode } from "../system-error.ts";
import type { Collation } from "@tenon/regex";
import type { ByteSink } from "../print/output-buffer.ts";

export interface OutputStream extends ByteSink {
  readonly isTerminal: boolean;
  /** What kind of file it is; undefined when it is none. */
  readonly stat: Stats | undefined;
}

export interface GrepIo {
  /** How characters sort where the locale says so; undefined: by their numbers. */
  readonly collation: Collation | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where relative names begin: a byte string, empty for the process's own directory. */
  readonly directory: ByteString;
  /** File descriptor. */
  readonly stdin: number;
  readonly stdout: OutputStream;
  readonly stderr: ByteSink;
  /** Reads the files of -f and --exclude-from where that is not to be done by the system: `name` as the option has it. */
  readonly readFile?: (name: ByteString) => Uint8Array;
}

/** The process's own descriptors. */
export function processIo(collation?: Collation): GrepIo {
  return {
    collation,
    env: process.env,
    directory: "",
    stdin: 0,
    stdout: new DescriptorStream(1),
    stderr: new DescriptorStream(2),
  };
}

/** Output to a file descriptor. */
export class DescriptorStream implements OutputStream {
  readonly #descriptor: number;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  get isTerminal(): boolean {
    // Loaded only when asked for: it brings the network with it.
    return process.getBuiltinModule("node:tty").isatty(this.#descriptor);
  }

  get stat(): Stats | undefined {
    try {
      return fstatSync(this.#descriptor);
    } catch {
      return undefined;
    }
  }

  write(bytes: Uint8Array): void {
    for (let written = 0; written < bytes.length;) {
      written += whenReady(() => writeSync(this.#descriptor, bytes, written, bytes.length - written));
    }
  }
}

const READ_ALL_BYTES = 64 * 1024;

/** Where a name on the command line lies for the operating system. */
export function locate(name: ByteString, { directory }: GrepIo): string | Buffer {
  return toPath(directory === "" || name.startsWith("/") ? name : `${directory}/${name}`);
}

/** How long to wait for a descriptor that somebody made non-blocking. */
const RETRY_MS = 2;
const pause = new Int32Array(new SharedArrayBuffer(4));

/** The call, again and again while a non-blocking descriptor has nothing to give or take. */
function whenReady(call: () => number): number {
  for (;;) {
    try {
      return call();
    } catch (error) {
      if (systemErrorCode(error) !== "EAGAIN") throw error;
      Atomics.wait(pause, 0, 0, RETRY_MS);
    }
  }
}

/** An open input. */
export class InputFile {
  readonly descriptor: number;
  readonly #owned: boolean;
  #stat: Stats | undefined;
  /** Known before anybody asked the system. */
  readonly #isRegular: boolean | undefined;

  private constructor(descriptor: number, owned: boolean, isRegular?: boolean) {
    this.descriptor = descriptor;
    this.#owned = owned;
    this.#isRegular = isRegular;
  }

  /**
   * Opens by name; `follow` a symbolic link; do not wait for whoever is at the other end of a FIFO unless `wait`. `regular`: its directory
   * said that it is a regular file, so that fewer questions need be asked. Throws the system's error.
   */
  static open(
    path: string | Buffer,
    { follow, wait, regular }: { follow: boolean; wait: boolean; regular?: boolean },
  ): InputFile {
    const flags =
      constants.O_RDONLY |
      (constants.O_NOCTTY ?? 0) |
      (follow ? 0 : (constants.O_NOFOLLOW ?? 0)) |
      (wait ? 0 : (constants.O_NONBLOCK ?? 0));
    return new InputFile(openSync(path, flags), true, regular === true ? true : undefined);
  }

  /** One that is open already and stays so. */
  static inherited(descriptor: number): InputFile {
    return new InputFile(descriptor, false);
  }

  get stat(): Stats {
    return (this.#stat ??= fstatSync(this.descriptor));
  }

  /** The size, unless the system would have to be asked for it. */
  get knownSize(): number | undefined {
    return this.#stat === undefined && this.#isRegular === true ? undefined : this.stat.size;
  }

  get isDirectory(): boolean {
    return this.#isRegular !== true && this.stat.isDirectory();
  }

  get isRegular(): boolean {
    return this.#isRegular ?? this.stat.isFile();
  }

  /** A device, a FIFO or a socket. */
  get isDevice(): boolean {
    return this.#isRegular !== true && !this.stat.isFile() && !this.stat.isDirectory() && !this.stat.isSymbolicLink();
  }

  /** Reads on from where the last reading ended (or from `position`): up to `length` bytes at `into[at]`; 0 at the end. */
  read(into: Uint8Array, at: number, length: number, position: number | null = null): number {
    return whenReady(() => readSync(this.descriptor, into, at, length, position));
  }

  /** All that is left. */
  readAll(): Uint8Array {
    const pieces: Uint8Array[] = [];
    for (;;) {
      const piece = new Uint8Array(READ_ALL_BYTES);
      const count = this.read(piece, 0, piece.length);
      if (count === 0) return Buffer.concat(pieces);
      pieces.push(piece.subarray(0, count));
    }
  }

  /** A sparse file whose content has a NUL at or after `from`: what a hole reads as. */
  hasHoleBeyond(from: number): boolean {
    const { size, blocks } = this.stat;
    if (!this.isRegular || size <= from || blocks * 512 >= size) return false;
    // A file system that compresses uses few blocks, too; so look.
    const piece = new Uint8Array(READ_ALL_BYTES);
    for (let position = from; ;) {
      const count = this.read(piece, 0, piece.length, position);
      if (count === 0) return false;
      if (piece.subarray(0, count).includes(0)) return true;
      position += count;
    }
  }

  /** Where the next reading begins, where the system tells; Node cannot ask by lseek(2). */
  get position(): number | undefined {
    try {
      const text = readFileSync(`/proc/self/fdinfo/${this.descriptor}`, "latin1");
      return Number(/^pos:\s*(\d+)$/m.exec(text)?.[1]);
    } catch {
      return undefined;
    }
  }

  /** Reads and forgets: `bytes` of what is left, or all. Node cannot move on by lseek(2). */
  skip(bytes: number = Number.POSITIVE_INFINITY): void {
    const piece = new Uint8Array(Math.min(bytes, READ_ALL_BYTES));
    for (let left = bytes; left > 0;) {
      const count = this.read(piece, 0, Math.min(left, piece.length));
      if (count === 0) return;
      left -= count;
    }
  }

  close(): void {
    if (this.#owned) closeSync(this.descriptor);
  }
}
