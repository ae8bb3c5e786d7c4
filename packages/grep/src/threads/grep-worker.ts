/** A thread that searches for the command: it reads the command line again, and writes to a transcript. */
import { outputOf, prepare } from "../gnu/command.ts";
import { FoundEnough, InputSearch, type SearchParts } from "../gnu/input-search.ts";
import { type GrepIo, InputFile } from "../gnu/io.ts";
import { Trouble } from "../gnu/trouble.ts";
import { systemErrorCode } from "../system-error.ts";
import type {
  CommandData,
  CommandResult,
  CommandWork,
  PathsResult,
  PathWork,
  StretchResult,
  StretchWork,
} from "./command-work.ts";
import { LinePrefix } from "./line-prefix.ts";
import { serve, startData } from "./serve.ts";
import { stretchBounds } from "./stretches.ts";
import { type Piece, Transcript } from "./transcript.ts";

class CommandWorker {
  readonly #transcript = new Transcript();
  readonly #parts: SearchParts;
  readonly #search: InputSearch;

  constructor(data: CommandData, collation: GrepIo["collation"]) {
    const { args, initial, env, directory, mode } = data;
    const optionFiles = data.optionFiles.values();
    const { stdout, stderr } = this.#transcript;
    const io: GrepIo = {
      collation,
      env,
      directory,
      stdin: -1, // the main thread's
      stdout: { ...stdout, isTerminal: false, stat: undefined },
      stderr,
      readFile: () => optionFiles.next().value!, // asked for the same files in the same order
    };
    const parts = prepare(args, io, outputOf(io), initial, mode);
    if (typeof parts === "number") throw new Error("nothing to search for");
    this.#transcript.take(); // warnings, which the main thread has given
    this.#parts = parts;
    this.#search = new InputSearch(parts);
  }

  perform(work: CommandWork, wanted: () => boolean): CommandResult {
    return work.kind === "paths" ? this.#paths(work.paths) : this.#stretch(work, wanted);
  }

  #paths(paths: readonly PathWork[]): PathsResult {
    const search = this.#search;
    search.forgetEarlierInputs();
    let end: PathsResult["end"];
    try {
      for (const { path, naming, named, regular } of paths)
        if (named) search.named(path, naming);
        else search.path(path, naming, regular);
    } catch (error) {
      if (error instanceof FoundEnough) end = "found";
      else if (error instanceof Trouble) end = { trouble: error.text };
      else throw error;
    }
    const { selectedAny, failedAny, selectedEver, opensGroup } = search;
    return { kind: "paths", pieces: this.#written(), selectedAny, failedAny, selectedEver, opensGroup, end };
  }

  #stretch(work: StretchWork, wanted: () => boolean): StretchResult {
    const search = this.#search;
    search.forgetEarlierInputs();
    const file = InputFile.inherited(work.descriptor);
    const { terminator } = this.#parts.settings;
    const readAt = (into: Uint8Array, position: number): number => file.read(into, 0, into.length, position);
    const bounds = attempt(() => stretchBounds({ ...work, terminator, readAt }, work.index));
    const { from, to } = bounds ?? { from: 0, to: 0 };
    let lineNumber = 0;
    if (work.lines !== undefined) {
      const lines = attempt(() => search.countLines(file, from, to)) ?? 0;
      lineNumber = new LinePrefix(work.lines).exchange(work.index, lines);
    }
    let plain = false;
    try {
      plain = bounds !== undefined && search.stretch(file, work.naming, { from, to, lineNumber }, wanted);
    } catch (error) {
      if (!(error instanceof Trouble)) throw error; // the main thread will meet it again
    }
    const pieces = this.#written();
    if (!plain || search.failedAny)
      return { kind: "stretch", pieces: [], selected: 0, to, lineNumber, dependent: true };
    return { kind: "stretch", pieces, selected: search.selected, to, lineNumber, dependent: false };
  }

  #written(): Piece[] {
    this.#parts.out.flush();
    return this.#transcript.take();
  }
}

/** The call's result; undefined when the system refused. */
function attempt<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return undefined;
  }
}

async function main(): Promise<void> {
  const data = startData<CommandData>();
  const collation = data.collates ? (await import("@tenon/regex/iso14651")).iso14651 : undefined;
  const worker = new CommandWorker(data, collation);
  serve<CommandWork, CommandResult>(
    (work, wanted) => worker.perform(work, wanted),
    ({ pieces }) => pieces.map(({ bytes }) => bytes.buffer),
  );
}

void main();
