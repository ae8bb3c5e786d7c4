/** Search over the folder that the config names: answers stream to the page as they are found, and stop when it leaves. */
import { searchFiles, type LineResult, type SearchResult } from "@tenon/grep";
import type { Disk } from "@tenon/kit";
import { compile, type Regex, RegexError } from "@tenon/regex";
import { ApiError, Fields } from "../api-error.ts";
import type { SearchAnswer, SearchLine, SearchRequest, SearchSyntax } from "./search-wire.ts";

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
  readonly #disk: Disk;

  /** `folder` lies on `disk`; nothing outside of it is read. */
  constructor(disk: Disk, folder: string) {
    this.#disk = disk.subdirectory(folder);
  }

  /** Answers a question with a stream. Throws ApiError for one that makes no sense. */
  answer(question: unknown): Response {
    const request = readRequest(question);
    const regex = compiled(request);
    const answers = encoded(this.#answers(regex, request));
    return new Response(ReadableStream.from(answers), { headers: { "content-type": "application/x-ndjson" } });
  }

  async *#answers(regex: Regex, { context, include }: SearchRequest): AsyncGenerator<SearchAnswer, void> {
    const found = searchFiles(regex, {
      root: "/",
      world: { disk: this.#disk },
      before: context,
      after: context,
      excludeDirectories: SKIPPED,
      ...(include === "" ? {} : { include: [include] }),
    });
    const files = new Set<string>();
    let selected = 0;
    let lines = 0;
    for await (const each of found) {
      if (each.kind === "line") {
        if (++lines > MAX_LINES) {
          yield { kind: "end", selected, files: files.size, cut: true };
          return;
        }
        if (each.selected) selected++;
        files.add(each.path);
      }
      yield shown(each);
    }
    yield { kind: "end", selected, files: files.size, cut: false };
  }
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

/** Lines are gathered into pieces of about this many UTF-16 units. */
const PIECE_UNITS = 16_384;

async function* encoded(answers: AsyncIterable<SearchAnswer>): AsyncGenerator<Uint8Array, void> {
  let piece = "";
  for await (const answer of answers) {
    piece += `${JSON.stringify(answer)}\n`;
    if (piece.length < PIECE_UNITS) continue;
    yield Buffer.from(piece);
    piece = "";
  }
  yield Buffer.from(piece);
}
