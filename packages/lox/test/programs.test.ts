/**
 * The book's own test programs, on every engine and in both dialects. What each has to print stands in its comments:
 * `// expect: …`, `// expect runtime error: …`, `// Error …` (on this line), `// [line N] Error …`, `// [java line N] …`, `// [c line N] …`.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test, vi } from "vitest";
import {
  compile,
  compileErrorText,
  type DialectName,
  type Lox,
  LoxCompileError,
  LoxRuntimeError,
} from "../src/index.ts";
import { SHAPES } from "./support/shapes.ts";

// Much work on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000 });

const folder = fileURLToPath(new URL("../../../../shared/data/lox/", import.meta.url));

interface Outcome {
  readonly printed: string[];
  readonly compileErrors: string[];
  readonly runtimeError: string | undefined;
  readonly exitCode: 0 | 65 | 70;
}

/** Expectations that hold for one dialect only: the book's own runner skips the program for the other. */
const ONLY: Readonly<Record<string, DialectName>> = {
  "limit/loop_too_large.lox": "clox",
  "limit/no_reuse_constants.lox": "clox",
  "limit/too_many_constants.lox": "clox",
  "limit/too_many_locals.lox": "clox",
  "limit/too_many_upvalues.lox": "clox",
  "number/nan_equality.lox": "clox",
};

function expected(source: string, dialect: DialectName): Outcome {
  const printed: string[] = [];
  const compileErrors: string[] = [];
  let runtimeError: string | undefined;
  for (const [index, line] of source.split("\n").entries()) {
    const output = /\/\/ expect: ?(.*)/.exec(line);
    if (output !== null) printed.push(output[1]!);
    const failure = /\/\/ expect runtime error: (.+)/.exec(line);
    if (failure !== null) runtimeError = `${failure[1]!} [line ${index + 1}]`;
    const here = /\/\/ (Error.*)/.exec(line);
    if (here !== null) compileErrors.push(`[line ${index + 1}] ${here[1]!}`);
    const there = /\/\/ \[((java|c) )?line (\d+)\] (Error.*)/.exec(line);
    const isOurs = there?.[2] === undefined || there[2] === (dialect === "jlox" ? "java" : "c");
    if (there !== null && isOurs) compileErrors.push(`[line ${there[3]!}] ${there[4]!}`);
  }
  const exitCode = compileErrors.length > 0 ? 65 : runtimeError === undefined ? 0 : 70;
  return { printed, compileErrors: compileErrors.toSorted(), runtimeError, exitCode };
}

describe.skipIf(!existsSync(folder))("the book's programs", () => {
  const programs = existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".lox"))
    : [];

  test("are there", () => {
    expect(programs.length).toBeGreaterThan(90);
  });

  for (const { name, dialect, create } of SHAPES) {
    test(`print what they should: ${name}`, () => {
      for (const file of programs.filter((program) => (ONLY[program] ?? dialect) === dialect)) {
        const source = readFileSync(join(folder, file), "utf8");
        expect(run(source, dialect, create), file).toEqual(expected(source, dialect));
      }
    });
  }
});

if (!existsSync(folder)) process.stderr.write(`lox: the book's programs are not at ${folder}: not run\n`);

function run(source: string, dialect: DialectName, create: (print: (text: string) => void) => Lox): Outcome {
  const printed: string[] = [];
  const lox = create((text) => printed.push(...text.split("\n")));
  try {
    lox.run(compile(source, { dialect }));
    return { printed, compileErrors: [], runtimeError: undefined, exitCode: 0 };
  } catch (error) {
    if (error instanceof LoxCompileError) {
      const compileErrors = error.errors.map(compileErrorText).toSorted();
      return { printed, compileErrors, runtimeError: undefined, exitCode: 65 };
    }
    if (!(error instanceof LoxRuntimeError)) throw error;
    return { printed, compileErrors: [], runtimeError: `${error.message} [line ${error.line}]`, exitCode: 70 };
  }
}
