/** A thread that searches for searchFiles. */
import { type DiskFile, realDisk } from "@tenon/kit";
import { compile } from "@tenon/regex";
import { BEGINNING } from "../search/line-search.ts";
import { failureCode, TextSearch } from "../text-search.ts";
import type { LibraryData, LibraryResult, LibraryWork } from "./library-work.ts";
import { LinePrefix } from "./line-prefix.ts";
import { serve, startData } from "./serve.ts";
import { stretchBounds } from "./stretches.ts";

const NEWLINE = 10;
const { patterns, compileOptions, options } = startData<LibraryData>();
const search = new TextSearch(compile(patterns, compileOptions), options);
const disk = realDisk("/");

function perform(work: LibraryWork): LibraryResult {
  search.forgetEarlierFiles();
  const { found, to, lineNumber } = work.kind === "paths" ? filesAt(work.paths) : stretch(work);
  const { selectedEver, opensGroup } = search;
  return { found, to, lineNumber, selectedEver, opensGroup };
}

type Found = Pick<LibraryResult, "found" | "to" | "lineNumber">;

function filesAt(paths: readonly string[]): Found {
  return { found: paths.flatMap((path) => search.fileNow(disk, path)), to: 0, lineNumber: 0 };
}

function stretch({ path, size, index, stretchBytes, lines }: LibraryWork & { kind: "stretch" }): Found {
  const prefix = new LinePrefix(lines);
  let file: DiskFile | undefined;
  let bounds = { from: 0, to: 0 };
  let count = 0;
  let refused = false;
  try {
    file = disk.open(path, "read");
    const readAt = file.read.bind(file);
    bounds = stretchBounds({ size, stretchBytes, terminator: NEWLINE, readAt }, index);
    count = search.countLines(file, bounds.from, bounds.to);
  } catch (error) {
    failureCode(error); // what is no refusal is thrown on
    refused = true;
  }
  const { from, to } = bounds;
  const lineNumber = prefix.exchange(index, count);
  const start = { ...BEGINNING, offset: from, lineNumber };
  const found = refused || file === undefined ? undefined : search.stretchNow(file, path, size, start, to);
  file?.close();
  return { found, to, lineNumber };
}

serve<LibraryWork, LibraryResult>(
  perform,
  ({ found }) => (found ?? []).flatMap((each) => (each.kind === "line" ? [each.bytes.buffer as ArrayBuffer] : [])), // each line has its own
);
