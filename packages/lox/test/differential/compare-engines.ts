/** Runs one random program after the other in every shape of every engine, and demands the same of all in one dialect. */
import { expect } from "vitest";
import {
  compile,
  type DialectName,
  type Limits,
  type LoxCallable,
  LoxLimitError,
  LoxRuntimeError,
  native,
} from "../../src/index.ts";
import { type Shape, SHAPES } from "../support/shapes.ts";
import { generateProgram, randomNumbers } from "./program-generator.ts";

interface Outcome {
  readonly printed: readonly string[];
  readonly result: string;
  /** Class, message, and every frame. */
  readonly error: readonly string[];
}

/** Programs that go beyond are thrown away: without limits they would not end, or end at JavaScript's own. */
const MODEST: Limits = { steps: 20_000, strings: 5_000, depth: 300 };

/** Compares `runs` programs. Returns how many ran, failed, and were thrown away. */
export function compareEngines(options: { readonly seed: number; readonly runs: number }): Tally {
  const random = randomNumbers(options.seed);
  const tally = { compared: 0, failing: 0, thrownAway: 0 };
  for (let run = 0; run < options.runs; run++) {
    const seed = Math.floor(random() * 2 ** 32);
    const wrongness = random() < 0.4 ? 0 : random() * 0.25;
    const source = generateProgram({ seed, wrongness });
    const scarce: Limits = { steps: 1 + Math.floor(random() * 60), depth: 1 + Math.floor(random() * 12), strings: 8 };
    if (!compareOne(source, scarce, tally)) tally.thrownAway++;
  }
  return tally;
}

interface Tally {
  compared: number;
  failing: number;
  thrownAway: number;
}

/** False where the program is not modest. */
function compareOne(source: string, scarce: Limits, tally: Tally): boolean {
  for (const dialect of ["jlox", "clox"] as const) {
    const [reference, ...others] = SHAPES.filter((shape) => shape.dialect === dialect);
    const wanted = outcome(source, reference!, MODEST);
    if (wanted.error[0] === "LoxLimitError") return false;
    tally.compared++;
    if (wanted.error.length > 0) tally.failing++;
    for (const shape of others) agree(outcome(source, shape), wanted, source, shape);
    const starved = outcome(source, reference!, scarce);
    for (const shape of others.filter(({ counted }) => counted))
      agree(outcome(source, shape, scarce), starved, source, shape);
  }
  return true;
}

function agree(got: Outcome, wanted: Outcome, source: string, shape: Shape): void {
  if (JSON.stringify(got) === JSON.stringify(wanted)) return;
  expect(got, `${shape.name}\n${source}`).toEqual(wanted);
}

function outcome(source: string, shape: Shape, limits?: Limits): Outcome {
  const printed: string[] = [];
  const print = (text: string): void => {
    printed.push(text);
  };
  const globals = {
    /** Calls back into the program. */
    twice: native(1, (callee) => {
      if (typeof callee !== "function") throw new Error("twice() wants a function");
      (callee as LoxCallable)();
      return (callee as LoxCallable)();
    }),
    fail: native(1, () => {
      throw new RangeError("failed as told");
    }),
    show: native(1, (value) => String(value)),
  };
  const lox = shape.create(print, { globals, ...(limits === undefined ? {} : { limits }) });
  try {
    const result = lox.run(compile(source, { dialect: shape.dialect as DialectName }));
    return { printed, result: lox.text(result), error: [] };
  } catch (error) {
    if (!(error instanceof LoxRuntimeError)) throw new Error(`${shape.name}\n${source}`, { cause: error });
    const code = error instanceof LoxLimitError ? error.code : "";
    const frames = error.frames.map(({ line, column, functionName }) => `${line}:${column} ${functionName}`);
    return { printed, result: "", error: [error.name, code, error.message, ...frames] };
  }
}
