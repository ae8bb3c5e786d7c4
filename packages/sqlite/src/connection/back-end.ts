/** Which back end runs a program. */
import { closures } from "../compile/closures.ts";
import type { BackEnd, Executable, Execution } from "../compile/executable.ts";
import { LongScans } from "../compile/long-scans.ts";
import type { Program } from "../compile/program.ts";
import { source } from "../compile/source.ts";
import type { Frame } from "../runtime/frame.ts";
import type { Cells } from "../values/value.ts";

/**
 * `auto`: closures first, and JavaScript source once a statement has run for a while, where making code from strings is allowed.
 */
export type BackEndChoice = "auto" | "closures" | "source";

/** Runs after which a program is worth being compiled to source. */
const RUNS_BEFORE_SOURCE = 3;

export function backEndOf(choice: BackEndChoice): BackEnd {
  if (choice === "closures" || !mayMakeCode()) return closures;
  return choice === "source" ? source : automatic;
}

const automatic: BackEnd = { compile: (program) => new AutomaticExecutable(program) };

/** Closures until it is sure that the program runs again and again, or for long. */
class AutomaticExecutable implements Executable {
  readonly #program: Program;
  #executable: Executable;
  readonly #longScans: LongScans;
  #runs = 0;
  #isSource = false;

  constructor(program: Program) {
    this.#program = program;
    this.#executable = closures.compile(program);
    this.#longScans = new LongScans(program);
  }

  start(frame: Frame): Execution {
    this.#count(frame);
    return this.#executable.start(frame);
  }

  run(frame: Frame, onRow: (row: Cells) => boolean): void {
    this.#count(frame);
    this.#executable.run(frame, onRow);
  }

  #count({ environment }: Frame): void {
    this.#runs += 1;
    if (this.#isSource || (this.#runs < RUNS_BEFORE_SOURCE && !this.#longScans.areIn(environment))) return;
    this.#isSource = true;
    this.#executable = source.compile(this.#program);
  }
}

let isAllowed: boolean | undefined;

/** Whether this runtime makes functions from strings: content-security policies may forbid it. */
function mayMakeCode(): boolean {
  if (isAllowed === undefined) {
    try {
      isAllowed = new Function("return true")() === true;
    } catch {
      isAllowed = false;
    }
  }
  return isAllowed;
}
