/** Searching the files of a World's disk from a program: results as they are found, and an end when the caller has enough. */
import { type DirectoryEntry, type Disk, realDisk } from "@tenon/kit";
import type { Regex } from "@tenon/regex";
import { fromText } from "./byte-string.ts";
import type { FailureResult, SearchFilesOptions, SearchResult } from "./search-results.ts";
import { failureCode, TextSearch } from "./text-search.ts";
import { ExclusionRules } from "./walk/exclusion.ts";

/**
 * What `regex` finds below `root`, directories in byte order of their names. Symbolic links and devices are passed over.
 * With several threads the names of all files are gathered before the first result.
 */
export async function* searchFiles(regex: Regex, options: SearchFilesOptions): AsyncGenerator<SearchResult, void> {
  const { threads = 1, world, signal } = options;
  const disk = world?.disk ?? realDisk("/");
  const files = filesBelow(disk, options);
  if (threads > 1 && world === undefined && regex.source.options.collation === undefined) {
    const { searchShared } = await import("./threads/shared-files.ts");
    yield* searchShared(regex, files, { ...options, disk, threads });
    return;
  }
  const search = new TextSearch(regex, options);
  for await (const found of files) {
    if (typeof found === "string") yield* search.file(disk, found, signal);
    else yield found;
  }
}

/** Paths of the files to search, and what could not be read on the way. */
export async function* filesBelow(
  disk: Disk,
  options: SearchFilesOptions,
): AsyncGenerator<string | FailureResult, void> {
  const { root, include = [], exclude = [], excludeDirectories = [] } = options;
  const files = rules(include, exclude);
  const directories = rules([], excludeDirectories);
  const stat = await disk.statAsync(root);
  if (stat === undefined) yield { kind: "failure", path: root, code: "ENOENT" };
  else if (stat.kind === "directory") yield* below(root);
  else yield root;

  async function* below(path: string): AsyncGenerator<string | FailureResult, void> {
    options.signal?.throwIfAborted();
    let entries: DirectoryEntry[];
    try {
      entries = disk.readDirectory(path);
    } catch (error) {
      yield { kind: "failure", path, code: failureCode(error) };
      return;
    }
    for (const { name, kind } of entries) {
      const inside = path.endsWith("/") ? path + name : `${path}/${name}`;
      if (kind === "directory" && !directories.excludes(fromText(name), false)) yield* below(inside);
      else if (kind === "file" && !files.excludes(fromText(name), false)) yield inside;
    }
  }
}

function rules(include: readonly string[], exclude: readonly string[]): ExclusionRules {
  const made = new ExclusionRules();
  made.utf8 = true;
  for (const pattern of include) made.add(fromText(pattern), "include");
  for (const pattern of exclude) made.add(fromText(pattern), "exclude");
  return made;
}
