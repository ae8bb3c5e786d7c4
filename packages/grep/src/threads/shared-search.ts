/**
 * The command in several threads. The main thread goes through what the command line names and makes a list of it: files that a worker can
 * search, a few at a time; large files, cut into stretches; and what has to be done here (standard input, pipes, messages). The workers write
 * transcripts, and the main thread goes through the list a second time and puts out, in order, what they have. As long as the list
 * does not promise enough work for threads to pay, none is started, and in the end the main thread searches the list itself.
 */
import { enableCompileCache } from "node:module";
import type { ByteString } from "../byte-string.ts";
import { codeOfFailure, exitCodeOf, type Output, outputOf, prepare, readWhole } from "../gnu/command.ts";
import { FileSearch, type InputSink } from "../gnu/file-search.ts";
import { FoundEnough, InputSearch, type Naming, type SearchParts } from "../gnu/input-search.ts";
import type { GrepIo, InputFile } from "../gnu/io.ts";
import type { MatcherName } from "../gnu/settings.ts";
import { EXIT_SELECTED, Trouble } from "../gnu/trouble.ts";
import type { CommandData, CommandResult, CommandWork, PathWork } from "./command-work.ts";
import { BEGINNING } from "../search/line-search.ts";
import { LinePrefix } from "./line-prefix.ts";
import { OrderedWorkers } from "./ordered-workers.ts";
import { SHARING, type Sharing, siblingModule } from "./sharing.ts";
import type { Piece } from "./transcript.ts";

/** Files that are cut stay open to the end; beyond so many, files are searched whole. */
const MOST_OPEN_FILES = 100;

type Workers = OrderedWorkers<CommandData, CommandWork, CommandResult>;

/** What is to be done about an input, or several. */
type Item =
  | { readonly kind: "here"; readonly run: () => void }
  | { readonly kind: "paths"; readonly paths: PathWork[] }
  | { readonly kind: "cut"; readonly file: InputFile; readonly naming: Naming };

/** Like runGrep, with as many threads as the command line allows. */
export async function runShared(
  args: readonly ByteString[],
  io: GrepIo,
  initial?: MatcherName,
  sharing: Sharing = SHARING,
): Promise<number> {
  const output = outputOf(io);
  try {
    const code = await search(args, io, output, initial, sharing);
    output.out.flush();
    return code;
  } catch (error) {
    return codeOfFailure(error, output.diagnostics);
  }
}

async function search(
  args: readonly ByteString[],
  io: GrepIo,
  output: Output,
  initial: MatcherName | undefined,
  sharing: Sharing,
): Promise<number> {
  const optionFiles: Uint8Array[] = [];
  const readFile = (name: ByteString): Uint8Array => {
    const content = readWhole(name, io);
    optionFiles.push(content);
    return content;
  };
  const parts = prepare(args, { ...io, readFile }, output, initial);
  if (typeof parts === "number") return parts;
  const { env, directory, collation } = io;
  const { mode } = parts;
  const data = { args, initial, env: { ...env }, directory, optionFiles, collates: collation !== undefined, mode };
  await using shared = new SharedSearch(parts, data, sharing);
  return await shared.run();
}

class SharedSearch implements InputSink, AsyncDisposable {
  readonly #parts: SearchParts;
  readonly #data: CommandData;
  readonly #sharing: Sharing;
  readonly #inputs: InputSearch;
  readonly #items: Item[] = [];
  /** How much of `#items` the workers have been told, and the bytes promised by all of it. */
  #told = 0;
  #bytes = 0;
  readonly #cutFiles: InputFile[] = [];
  #workers: Workers | undefined;

  constructor(parts: SearchParts, data: CommandData, sharing: Sharing) {
    this.#parts = parts;
    this.#data = data;
    this.#sharing = sharing;
    this.#inputs = new InputSearch(parts);
  }

  /** The exit code. */
  async run(): Promise<number> {
    const { settings, io } = this.#parts;
    new FileSearch(settings, io, this).run();
    this.#tell(true);
    try {
      let work = 0;
      for (const item of this.#items) {
        if (item.kind === "here") item.run();
        else if (this.#workers === undefined) this.#searchHere(item);
        else if (item.kind === "paths") await this.#takePaths(this.#workers, work++);
        else {
          await this.#takeStretches(this.#workers, work, item);
          work += this.#stretchesOf(item.file);
        }
      }
    } catch (error) {
      if (error instanceof FoundEnough) return EXIT_SELECTED;
      throw error;
    }
    return exitCodeOf(this.#inputs);
  }

  /** Files are closed when no worker can be reading them any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#workers?.[Symbol.asyncDispose]();
    for (const file of this.#cutFiles) file.close();
  }

  path(path: ByteString, naming: Naming, regular: boolean): void {
    this.#addPath({ path, naming, named: false, regular }, this.#sharing.bytesPerFile);
  }

  file(file: InputFile, path: ByteString, naming: Naming): void {
    if (!file.isRegular || this.#inputs.isOutput(file)) {
      this.#here(() => this.#inputs.file(file, path, naming));
      return;
    }
    const { size } = file.stat;
    if (size > this.#sharing.stretchBytes && this.#cutFiles.length < MOST_OPEN_FILES && this.#inputs.canBeCut(file)) {
      this.#cutFiles.push(file);
      this.#add({ kind: "cut", file, naming }, size);
      return;
    }
    file.close();
    this.#addPath({ path, naming, named: true, regular: true }, size);
  }

  standardInput(naming: Naming): void {
    this.#here(() => this.#inputs.standardInput(naming));
  }

  failed(shown: ByteString, code: string): void {
    this.#here(() => this.#inputs.failed(shown, code));
  }

  loop(shown: ByteString): void {
    this.#here(() => this.#inputs.loop(shown));
  }

  #here(run: () => void): void {
    this.#add({ kind: "here", run }, 0);
  }

  #addPath(work: PathWork, bytes: number): void {
    const last = this.#items.at(-1);
    if (last?.kind !== "paths" || last.paths.length >= this.#sharing.filesPerBatch)
      this.#add({ kind: "paths", paths: [work] }, bytes);
    else {
      last.paths.push(work);
      this.#bytes += bytes;
    }
  }

  #add(item: Item, bytes: number): void {
    this.#tell(false);
    this.#items.push(item);
    this.#bytes += bytes;
  }

  /** Tells the workers of all items, which are then complete, when there is enough to do. */
  #tell(all: boolean): void {
    if (this.#workers === undefined) {
      const { threads } = this.#parts.settings;
      if (threads === 1 || this.#bytes < this.#sharing.leastBytes) return;
      if (!all && this.#items.length < threads) return;
      const script = siblingModule("grep-worker");
      enableCompileCache();
      this.#workers = new OrderedWorkers({ threads, script, data: this.#data });
    }
    for (; this.#told < this.#items.length; this.#told++) {
      const item = this.#items[this.#told]!;
      if (item.kind === "paths") this.#workers.push(item);
      else if (item.kind === "cut") this.#tellStretches(this.#workers, item.file, item.naming);
    }
  }

  #tellStretches(workers: Workers, file: InputFile, naming: Naming): void {
    const { stretchBytes } = this.#sharing;
    const stretches = this.#stretchesOf(file);
    const { lineNumbers } = this.#parts.settings;
    const lines = lineNumbers && this.#parts.mode.lines ? new LinePrefix(stretches).buffer : undefined;
    for (let index = 0; index < stretches; index++) {
      const { descriptor, stat } = file;
      workers.push({ kind: "stretch", descriptor, size: stat.size, naming, index, stretchBytes, lines });
    }
  }

  #stretchesOf({ stat }: InputFile): number {
    return Math.ceil(stat.size / this.#sharing.stretchBytes);
  }

  #searchHere(item: Exclude<Item, { kind: "here" }>): void {
    if (item.kind === "cut") this.#inputs.rest(item.file, item.naming);
    else
      for (const { path, naming, named, regular } of item.paths)
        if (named) this.#inputs.named(path, naming);
        else this.#inputs.path(path, naming, regular);
  }

  async #takePaths(workers: Workers, index: number): Promise<void> {
    const result = await workers.result(index);
    if (result.kind !== "paths") throw new TypeError("results out of order");
    const inputs = this.#inputs;
    if (result.opensGroup && inputs.selectedEver) inputs.separate();
    this.#putOut(result.pieces);
    inputs.selectedEver ||= result.selectedEver;
    inputs.selectedAny ||= result.selectedAny;
    inputs.failedAny ||= result.failedAny;
    if (result.end === "found") throw new FoundEnough();
    if (result.end !== undefined) throw new Trouble(result.end.trouble);
  }

  async #takeStretches(workers: Workers, first: number, { file, naming }: Item & { kind: "cut" }): Promise<void> {
    const inputs = this.#inputs;
    const end = first + this.#stretchesOf(file);
    let selected = 0;
    let from = 0;
    for (let index = first; index < end; index++) {
      const result = await workers.result(index);
      if (result.kind !== "stretch") throw new TypeError("results out of order");
      if (result.dependent) {
        workers.skipTo(end);
        inputs.rest(file, naming, { ...BEGINNING, offset: from, lineNumber: result.lineNumber, selected });
        return;
      }
      this.#putOut(result.pieces);
      selected += result.selected;
      from = result.to;
      if (selected > 0 && this.#parts.mode.stopAtFirst) break;
    }
    workers.skipTo(end);
    inputs.concludeStretches(file, naming, selected);
  }

  #putOut(pieces: readonly Piece[]): void {
    const { out, io } = this.#parts;
    for (const { to, bytes } of pieces) {
      if (to === "stdout") out.bytes(bytes, 0, bytes.length);
      else {
        out.flush();
        io.stderr.write(bytes);
      }
    }
  }
}
