/** Where the command gets a program from. */
import { Buffer } from "node:buffer";
import type { SourceOrigin } from "./arguments.ts";
import { fs } from "./file-system.ts";
import { waitForPipe } from "./output.ts";
import { decodeSource } from "./source-text.ts";

const STDIN = 0;
const CHUNK_BYTES = 64 * 1024;

export interface SourceFile {
  /** Name for messages and source maps. */
  readonly name: string;
  readonly text: string;
}

/** The file cannot be read; the message is clox's, with the reason. */
export class SourceFileError extends Error {
  override readonly name = "SourceFileError";
}

/** Throws `SourceFileError`. */
export function readSource(origin: Exclude<SourceOrigin, { kind: "prompt" }>): SourceFile {
  switch (origin.kind) {
    case "code":
      return { name: "-e", text: origin.code };
    case "stdin":
      return { name: "stdin", text: decodeSource(reading("standard input", readStdin)) };
    case "file":
      return { name: origin.path, text: decodeSource(reading(origin.path, () => fs.readFileSync(origin.path))) };
  }
}

function reading(name: string, read: () => Buffer): Buffer {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "it does not exist" : code === "EISDIR" ? "it is a directory" : code;
    throw new SourceFileError(`Could not open file "${name}": ${reason}.`, { cause: error });
  }
}

/** Everything up to the end of standard input, which may be a pipe that does not block. */
function readStdin(): Buffer {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    try {
      const length = fs.readSync(STDIN, chunk);
      if (length === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, length));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EOF") return Buffer.concat(chunks);
      if (code !== "EAGAIN") throw error;
      waitForPipe();
    }
  }
}
