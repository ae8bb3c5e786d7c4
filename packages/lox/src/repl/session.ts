/**
 * What the prompt does with lines: collects them until they are whole, runs them, and prints the value of a bare
 * expression. Knows no terminal.
 */
import { interpreter, type InterpreterSettings, memberNames } from "../cli/interpreter.ts";
import type { TextSink } from "../cli/output.ts";
import { type ErrorStyle, reportOf } from "../cli/report.ts";
import type { Lox } from "../embed/lox.ts";
import type { StopSignal } from "../limits/limits.ts";
import { compile, compileExpression, type Program } from "../program.ts";
import { LoxCompileError } from "../syntax/compile-error.ts";
import { LoxLimitError } from "../values/runtime-error.ts";
import { completeLine, type Completion } from "./completion.ts";
import { isUnfinished } from "./unfinished.ts";

export interface SessionOptions {
  readonly settings: InterpreterSettings;
  readonly output: TextSink;
  readonly errors: TextSink;
  readonly errorStyle: ErrorStyle;
  /** Looked at while a program runs: the user's Ctrl-C. */
  readonly signal?: StopSignal;
}

export class Session {
  readonly #options: SessionOptions;
  readonly #lox: Lox;
  /** Pieces that have been run, by the names that their frames have in errors: functions of old ones may fail later. */
  readonly #sources = new Map<string, string>();
  #pending = "";

  constructor(options: SessionOptions) {
    const { settings, output, signal } = options;
    this.#options = options;
    this.#lox = interpreter(settings, (text) => output.write(`${text}\n`), signal);
  }

  /** Takes a line, without its end. True when the piece that it belongs to wants more lines. */
  line(text: string): boolean {
    const source = this.#pending === "" ? text : `${this.#pending}\n${text}`;
    const unfinished = isUnfinished(source);
    this.#pending = unfinished ? source : "";
    if (!unfinished) this.#run(source);
    return unfinished;
  }

  /** Forgets the piece that has begun. */
  abandon(): void {
    this.#pending = "";
  }

  /** No more lines will come: what has begun is run as it is, which tells what is missing. */
  end(): void {
    this.#run(this.#pending);
  }

  complete(line: string): Completion {
    const lox = this.#lox;
    return completeLine(line, { globals: () => lox.globalNames(), members: (path) => memberNames(lox, path) });
  }

  #run(source: string): void {
    const { output, errors, errorStyle, settings, signal } = this.#options;
    try {
      if (source.trim() !== "") this.#execute(source);
      output.flush();
    } catch (error) {
      const report = reportOf(error, source, settings, errorStyle, (file) => this.#sources.get(file));
      if (report === undefined) throw error;
      output.flush();
      errors.write(signal?.aborted ? "Stopped.\n" : report.text);
      if (error instanceof LoxLimitError) this.#lox.reset({ keepGlobals: true });
    }
  }

  #execute(source: string): void {
    const { settings, output, signal } = this.#options;
    const file = `prompt ${this.#sources.size + 1}`;
    const { program, isExpression } = compilePiece(source, { dialect: settings.dialect, file });
    this.#sources.set(file, source);
    const value = this.#lox.run(program, signal === undefined ? {} : { signal });
    if (isExpression) output.write(`${this.#lox.text(value)}\n`);
  }
}

type CompileOptions = Parameters<typeof compile>[1];

/** A bare expression, or else a program, whose errors are then told. */
function compilePiece(
  source: string,
  options: CompileOptions,
): { readonly program: Program; readonly isExpression: boolean } {
  try {
    return { program: compileExpression(source, options), isExpression: true };
  } catch (error) {
    if (!(error instanceof LoxCompileError)) throw error;
    return { program: compile(source, options), isExpression: false };
  }
}
