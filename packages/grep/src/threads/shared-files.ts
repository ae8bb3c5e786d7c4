/** searchFiles in several threads: the files below the root a few at a time, or a single large one in stretches. */
import type { Disk } from "@tenon/kit";
import type { Regex } from "@tenon/regex";
import type { FailureResult, SearchFilesOptions, SearchResult } from "../search-results.ts";
import { TextSearch } from "../text-search.ts";
import type { LibraryData, LibraryResult, LibraryWork } from "./library-work.ts";
import { LinePrefix } from "./line-prefix.ts";
import { OrderedWorkers } from "./ordered-workers.ts";
import { SHARING, type Sharing, siblingModule } from "./sharing.ts";

export interface SharedOptions extends SearchFilesOptions {
  readonly threads: number;
  /** The real one. */
  readonly disk: Disk;
}

type Workers = OrderedWorkers<LibraryData, LibraryWork, LibraryResult>;

/** What is to be searched next, or told. */
type Item = FailureResult | { readonly kind: "paths"; readonly paths: string[] };

/** The results of `files`, in their order. */
export async function* searchShared(
  regex: Regex,
  files: AsyncIterable<string | FailureResult>,
  options: SharedOptions,
  sharing: Sharing = SHARING,
): AsyncGenerator<SearchResult, void> {
  const items: Item[] = [];
  let count = 0;
  for await (const found of files) {
    const last = items.at(-1);
    if (typeof found !== "string") items.push(found);
    else if (last?.kind === "paths" && last.paths.length < sharing.filesPerBatch) last.paths.push(found);
    else items.push({ kind: "paths", paths: [found] });
    if (typeof found === "string") count++;
  }
  const [only] = items;
  const size = count === 1 && only?.kind === "paths" ? sizeOf(options.disk, only.paths[0]!) : 0;
  const search = new SharedFiles(regex, options, sharing);
  if (Math.max(size, count * sharing.bytesPerFile) < sharing.leastBytes) yield* search.here(items);
  else if (size > sharing.stretchBytes && standAlone(options)) yield* search.stretches(options.root, size);
  else yield* search.items(items);
}

/** What an empty file has; of one that is not there is told when it is opened. */
function sizeOf(disk: Disk, path: string): number {
  return disk.stat(path)?.size ?? 0;
}

/** Whether no line asks about others before it. */
function standAlone({ before = 0, after = 0, maxCount = Number.POSITIVE_INFINITY }: SearchFilesOptions): boolean {
  return before === 0 && after === 0 && maxCount === Number.POSITIVE_INFINITY;
}

class SharedFiles {
  readonly #regex: Regex;
  readonly #options: SharedOptions;
  readonly #sharing: Sharing;
  #selectedEver = false;
  /** Just past the last line that was found: where the next one adjoins it in a file in stretches. */
  #foundEnd = -1;

  constructor(regex: Regex, options: SharedOptions, sharing: Sharing) {
    this.#regex = regex;
    this.#options = options;
    this.#sharing = sharing;
  }

  /** Too little to share. */
  async *here(items: readonly Item[]): AsyncGenerator<SearchResult, void> {
    const { disk, signal } = this.#options;
    const search = new TextSearch(this.#regex, this.#options);
    for (const item of items) {
      if (item.kind === "paths") for (const path of item.paths) yield* search.file(disk, path, signal);
      else yield item;
    }
  }

  async *items(items: readonly Item[]): AsyncGenerator<SearchResult, void> {
    await using workers = this.#start();
    using _ = this.#endedBySignal(workers);
    for (const item of items) if (item.kind === "paths") workers.push(item);
    let index = 0;
    for (const item of items) {
      if (item.kind === "failure") yield item;
      else {
        this.#foundEnd = -1;
        yield* this.#inPlace(await workers.result(index++));
      }
      this.#options.signal?.throwIfAborted();
    }
  }

  async *stretches(path: string, size: number): AsyncGenerator<SearchResult, void> {
    await using workers = this.#start();
    using _ = this.#endedBySignal(workers);
    const { stretchBytes } = this.#sharing;
    const count = Math.ceil(size / stretchBytes);
    const lines = new LinePrefix(count).buffer;
    for (let index = 0; index < count; index++)
      workers.push({ kind: "stretch", path, size, index, stretchBytes, lines });
    let offset = 0;
    let selected = 0;
    for (let index = 0; index < count; index++) {
      const result = await workers.result(index);
      if (result.found === undefined) {
        const { disk, signal } = this.#options;
        const rest = new TextSearch(this.#regex, this.#options);
        rest.selectedEver = this.#selectedEver;
        const { lineNumber } = result;
        yield* rest.file(disk, path, signal, { offset, lineNumber, selected, outputEnd: this.#foundEnd });
        return;
      }
      yield* this.#inPlace(result);
      this.#options.signal?.throwIfAborted();
      selected += result.found.length;
      offset = result.to;
    }
  }

  #start(): Workers {
    const { patterns, options: compileOptions } = this.#regex.source;
    const { threads, before, after, invert, maxCount, binaryFiles, maxLineBytes } = this.#options;
    const options = { before, after, invert, maxCount, binaryFiles, maxLineBytes };
    return new OrderedWorkers({
      threads,
      script: siblingModule("library-worker"),
      data: { patterns, compileOptions, options },
    });
  }

  #endedBySignal(workers: Workers): Disposable {
    const { signal } = this.#options;
    const abort = (): void => workers.fail(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    return { [Symbol.dispose]: () => signal?.removeEventListener("abort", abort) };
  }

  /** A worker's results, after all those before. */
  *#inPlace({ found, opensGroup, selectedEver }: LibraryResult): Generator<SearchResult> {
    let first = opensGroup && this.#selectedEver;
    for (const each of found ?? []) {
      if (each.kind === "line") {
        yield first ? { ...each, afterGap: each.offset !== this.#foundEnd } : each;
        first = false;
        this.#foundEnd = each.offset + each.bytes.length + 1;
      } else yield each;
    }
    this.#selectedEver ||= selectedEver;
  }
}
