/** The stages of the CodeCrafters course “Build your own interpreter”, as tests: what to run and what has to come out. */
import { expect, test } from "vitest";
import { loxFile } from "./lox-command.ts";

export interface StageCase {
  readonly source: string;
  readonly stdout?: string;
  readonly stderr?: string;
  /** Default: 0. */
  readonly code?: number;
}

/** Every engine that has something to do in a mode. */
const ENGINES: Readonly<Record<string, readonly string[]>> = {
  tokenize: ["fast"],
  parse: ["fast"],
  evaluate: ["fast", "tree", "closures"],
  run: ["fast", "tree", "closures"],
};

/** `name` is the stage's number and subject. */
export function stage(
  name: string,
  mode: "tokenize" | "parse" | "evaluate" | "run",
  cases: readonly StageCase[],
): void {
  for (const engine of ENGINES[mode]!) {
    test(`${name} (${engine})`, async () => {
      for (const { source, stdout = "", stderr = "", code = 0 } of cases) {
        const result = await loxFile(mode, source, `--engine=${engine}`);
        expect(result, source).toEqual({ stdout, stderr, code });
      }
    });
  }
}

/** A case that only prints: its lines. */
export function prints(source: string, ...lines: readonly string[]): StageCase {
  return { source, stdout: lines.map((line) => `${line}\n`).join("") };
}

/** A case that does not compile: the lines on standard error. */
export function compileError(source: string, ...lines: readonly string[]): StageCase {
  return { source, stderr: lines.map((line) => `${line}\n`).join(""), code: 65 };
}

/** A case that fails while it runs, after it has printed `printed`. */
export function runtimeError(source: string, message: string, line: number, ...printed: readonly string[]): StageCase {
  return { ...prints(source, ...printed), stderr: `${message}\n[line ${line}]\n`, code: 70 };
}
