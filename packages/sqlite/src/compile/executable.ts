/** What back ends make of programs, and how they run. */
import type { Frame } from "../runtime/frame.ts";
import type { Cells } from "../values/value.ts";
import type { Program } from "./program.ts";

export interface BackEnd {
  compile(program: Program): Executable;
}

/** A program made ready. It holds nothing of an execution: any number of frames may run at once. */
export interface Executable {
  /** Begins an execution in a frame of its own; nothing runs before the first step. */
  start(frame: Frame): Execution;
  /** Runs to the end, and gives each row to `onRow`, which says false when it has enough; the next row overwrites it. */
  run(frame: Frame, onRow: (row: Cells) => boolean): void;
}

export interface Execution {
  /** Goes on to the next row, which is `frame.row` then. False: the program has ended, and what it held is given back; so it is when it throws. */
  step(): boolean;
  /** Gives back what the execution holds. Harmless when it has ended. */
  close(): void;
}
