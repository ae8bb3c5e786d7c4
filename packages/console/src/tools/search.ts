/** Search over the folder that the config names: answers stream to the page as they are found, and stop when it leaves. */
import { searchFiles, type LineResult, type SearchResult } from "@tenon/grep";
import type { Clock, Disk, Timer, World } from "@tenon/kit";
import { compile, type Regex, RegexError } from "@tenon/regex";
import { ApiError, Fields } from "../api-error.ts";
import type { SearchAnswer, SearchFolder, SearchLine, SearchRequest, SearchSyntax } from "./search-wire.ts";

/** Lines that one question is answered with, at most. */
export const MAX_LINES = 5_000;
/** How much of a long line is shown, in bytes. */
const MAX_LINE_BYTES = 1_000;
const MAX_CONTEXT = 10;
const MAX_PATTERN = 10_000;
const SYNTAXES: readonly SearchSyntax[] = ["bre", "ere", "fixed", "perl"];
/** Folders that hold what nobody wrote. */
const SKIPPED = [".git", "node_modules"];

export class FolderSearch {
  readonly #world: Pick<World, "clock" | "disk">;
  readonly #folder: string;

  /** `folder` lies on the world's disk; nothing outside of it is read. */
  constructor(world: Pick<World, "clock" | "disk">, folder: string) {
    this.#world = world;
    this.#folder = folder;
  }

  /** Where the search begins. Throws ApiError when there is no folder of that name. */
  folder(): SearchFolder {
    this.#disk();
    return { folder: this.#folder };
  }

  /** Answers a question with a stream, which ends the search when it is cancelled. Throws ApiError for one that makes no sense. */
  answer(question: unknown): Response {
    const request = readRequest(question);
    const regex = compiled(request);
    const left = new AbortController();
    const answers = found(regex, request, this.#disk(), left.signal);
    return new Response(inPieces(answers, left, this.#world.clock), {
      headers: { "content-type": "application/x-ndjson" },
    });
  }

  /** Looked for at each question: the folder may come and go while the stack runs. */
  #disk(): Disk {
    const { disk } = this.#world;
    if (disk.stat(this.#folder)?.kind !== "directory")
      throw new ApiError(409, "no-folder", `the config names ${this.#folder} to be searched, which is no folder`);
    return disk.subdirectory(this.#folder);
  }
}

async function* found(
  regex: Regex,
  { context, include }: SearchRequest,
  disk: Disk,
  signal: AbortSignal,
): AsyncGenerator<SearchAnswer, void> {
  const results = searchFiles(regex, {
    root: "/",
    world: { disk },
    before: context,
    after: context,
    excludeDirectories: SKIPPED,
    signal,
    ...(include === "" ? {} : { include: [include] }),
  });
  const files = new Set<string>();
  let selected = 0;
  let lines = 0;
  for await (const result of results) {
    if (result.kind === "line") {
      if (++lines > MAX_LINES) {
        yield { kind: "end", selected, files: files.size, cut: true };
        return;
      }
      if (result.selected) selected++;
      files.add(result.path);
    }
    yield shown(result);
  }
  yield { kind: "end", selected, files: files.size, cut: false };
}

function readRequest(question: unknown): SearchRequest {
  const fields = new Fields(question);
  const syntax = fields.text("syntax");
  if (!isSyntax(syntax)) throw new ApiError(400, "bad-request", `"syntax" must be one of ${SYNTAXES.join(", ")}`);
  const context = Number(fields.value("context"));
  if (!Number.isInteger(context) || context < 0 || context > MAX_CONTEXT)
    throw new ApiError(400, "bad-request", `"context" must be a whole number from 0 to ${MAX_CONTEXT}`);
  return {
    pattern: fields.text("pattern", MAX_PATTERN),
    syntax,
    ignoreCase: fields.value("ignoreCase") === true,
    words: fields.value("words") === true,
    context,
    include: fields.text("include", 200),
  };
}

function isSyntax(word: string): word is SearchSyntax {
  return (SYNTAXES as readonly string[]).includes(word);
}

function compiled({ pattern, syntax, ignoreCase, words }: SearchRequest): Regex {
  try {
    const patterns = syntax === "perl" ? [pattern] : pattern.split("\n");
    return compile(patterns, { syntax, ignoreCase, perlClasses: true, ...(words ? { whole: "word" } : {}) });
  } catch (error) {
    if (error instanceof RegexError) throw new ApiError(400, "bad-pattern", error.message);
    throw error;
  }
}

function shown(found: SearchResult): SearchAnswer {
  if (found.kind === "line") return lineShown(found);
  const text = found.kind === "binary" ? "a binary file that matches" : `could not be searched: ${found.code}`;
  return { kind: "note", path: found.path, text };
}

function lineShown({ path, number, selected, afterGap, bytes, spans }: LineResult): SearchLine {
  const parts: string[] = [];
  const end = Math.min(bytes.length, MAX_LINE_BYTES);
  let at = 0;
  for (const span of spans) {
    if (span.start >= end) break;
    parts.push(text(bytes, at, span.start), text(bytes, span.start, Math.min(span.end, end)));
    at = Math.min(span.end, end);
  }
  parts.push(text(bytes, at, end) + (end < bytes.length ? " …" : ""));
  return { kind: "line", path, number, selected, afterGap, parts };
}

function text(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("utf8");
}

/** Answers are gathered into pieces of about this many UTF-16 units, */
const PIECE_UNITS = 16_384;
/** which leave after this time at the latest: whoever searches for something rare sees it when it is found. */
const PIECE_MS = 50;

/** One answer a line. Whoever cancels the stream aborts `left`, which ends the search wherever it is. */
function inPieces(
  answers: AsyncGenerator<SearchAnswer, void>,
  left: AbortController,
  clock: Clock,
): ReadableStream<Uint8Array> {
  let next: Promise<IteratorResult<SearchAnswer, void>> | undefined;
  return new ReadableStream({
    async pull(stream) {
      const due = Promise.withResolvers<"due">();
      let timer: Timer | undefined;
      let piece = "";
      let isLast = false;
      while (piece.length < PIECE_UNITS && !isLast) {
        next ??= answers.next();
        const result = await (piece === "" ? next : Promise.race([next, due.promise]));
        if (result === "due") break;
        next = undefined;
        isLast = result.done === true;
        if (!result.done) piece += `${JSON.stringify(result.value)}\n`;
        timer ??= clock.setTimeout(() => due.resolve("due"), PIECE_MS);
      }
      timer?.close();
      if (piece !== "") stream.enqueue(Buffer.from(piece));
      if (isLast) stream.close();
    },
    cancel: () => left.abort(),
  });
}
