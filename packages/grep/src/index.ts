/** Searching files from a program. The patterns are compiled by `@tenon/regex`. */
export {
  type BinaryResult,
  DEFAULT_MAX_LINE_BYTES,
  type FailureResult,
  type LineResult,
  searchFiles,
  type SearchFilesOptions,
  type SearchResult,
} from "./search-files.ts";
