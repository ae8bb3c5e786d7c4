/** When threads are used, how finely work is shared out, and what they start with. */
import { dirname, extname, join } from "node:path";

export interface Sharing {
  /** Less than this is searched by the main thread: two workers are ready after some 40 ms, in which one thread searches as much as they would save. */
  readonly leastBytes: number;
  /** A file that a recursion met counts as so many bytes; to ask for its size would cost half of searching it. */
  readonly bytesPerFile: number;
  readonly filesPerBatch: number;
  /** Large enough that what a stretch costs besides its search is nothing, small enough that no thread waits long for another in the end. */
  readonly stretchBytes: number;
}

export const SHARING: Sharing = {
  leastBytes: 96 * 1024 * 1024,
  bytesPerFile: 24 * 1024,
  filesPerBatch: 64,
  stretchBytes: 8 * 1024 * 1024,
};

/** Path of a module that lies beside this one, built or not, in a bundle or not. */
export function siblingModule(name: string): string {
  const path = import.meta.filename;
  return join(dirname(path), name + extname(path));
}
