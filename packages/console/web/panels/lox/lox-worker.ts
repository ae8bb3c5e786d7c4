/**
 * The Lox compiler and engines on a thread of the browser's. The page ends the thread when a program takes too long.
 *
 * Its own Content-Security-Policy (src/security/headers.ts) lets this thread make code from text, as the fast engine
 * does, and forbids it everything else: it reaches no network, no page and no storage of the console's.
 */
import {
  compile,
  compileErrorText,
  type CompileErrorEntry,
  DIALECTS,
  Lox,
  LoxCompileError,
  LoxRuntimeError,
  programJson,
  runtimeErrorText,
} from "@tenon/lox";
import type { Mark } from "../../ui/code-editor.ts";
import type { Analysis, CheckRequest, Ended, LoxReply, LoxRequest, RunRequest } from "./wire.ts";
import { MAX_OUTPUT } from "./wire.ts";

/** Printed text is sent on when there is so much of it, in UTF-16 units, */
const BATCH_UNITS = 65_536;
/** or after this time. */
const BATCH_MS = 100;
/** A runaway string must not take the browser along. */
const MAX_STRING = 16_000_000;

const thread = self as unknown as {
  postMessage(reply: LoxReply): void;
  addEventListener(type: "message", listener: (event: MessageEvent<LoxRequest>) => void): void;
};

thread.addEventListener("message", ({ data }) => {
  thread.postMessage(data.kind === "check" ? check(data) : run(data));
});

function check({ id, source, dialect }: CheckRequest): Analysis {
  try {
    const program = compile(source, { dialect });
    const tree = programJson(program.body);
    return { kind: "analysis", id, marks: [], tree, javascript: program.javascript().text };
  } catch (error) {
    if (!(error instanceof LoxCompileError)) throw error;
    return { kind: "analysis", id, marks: error.errors.map(compileMark), tree: undefined, javascript: undefined };
  }
}

function compileMark({ start, end, where, message }: CompileErrorEntry): Mark {
  return { start, end, message: `Error${where}: ${message}` };
}

/** Thrown through a program that prints without end; arrives as the cause of a runtime error. */
class TooMuchOutput extends Error {}

function run({ source, dialect, engine }: RunRequest): Ended {
  const printer = new Printer();
  const startMs = performance.now();
  let compiledMs = startMs;
  const ended = (error: string, marks: readonly Mark[]): Ended => {
    const runMs = performance.now() - compiledMs;
    printer.flush();
    return { kind: "ended", compileMs: compiledMs - startMs, runMs, error, marks };
  };
  try {
    const program = compile(source, { dialect });
    compiledMs = performance.now();
    const lox = new Lox({
      dialect,
      engine,
      print: (text) => printer.print(text),
      clock: { now: () => Date.now(), monotonic: () => performance.now() },
      limits: { strings: MAX_STRING },
    });
    lox.run(program);
    return ended("", []);
  } catch (error) {
    if (error instanceof LoxCompileError) {
      compiledMs = performance.now();
      return ended(error.errors.map(compileErrorText).join("\n"), error.errors.map(compileMark));
    }
    if (error instanceof LoxRuntimeError) {
      if (error.cause instanceof TooMuchOutput) return ended(error.cause.message, []);
      const [place] = error.frames;
      const marks = place === undefined ? [] : [{ start: place.start, end: place.start + 1, message: error.message }];
      return ended(runtimeErrorText(error, DIALECTS[dialect]), marks);
    }
    throw error;
  }
}

/** Sends what is printed in batches: a message costs more than a line. */
class Printer {
  #pending = "";
  #sent = 0;
  #sentAtMs = performance.now();

  print(line: string): void {
    this.#pending += `${line}\n`;
    if (this.#pending.length < BATCH_UNITS && performance.now() - this.#sentAtMs < BATCH_MS) return;
    this.flush();
    if (this.#sent > MAX_OUTPUT) throw new TooMuchOutput("Stopped: more output than this page shows.");
  }

  flush(): void {
    if (this.#pending !== "") thread.postMessage({ kind: "printed", text: this.#pending });
    this.#sent += this.#pending.length;
    this.#sentAtMs = performance.now();
    this.#pending = "";
  }
}
