/** Searching files from a program. The patterns are compiled by `@tenon/regex`. */
export { searchFiles } from "./search-files.ts";
export {
  type BinaryResult,
  DEFAULT_MAX_LINE_BYTES,
  type FailureResult,
  type LineResult,
  type SearchFilesOptions,
  type SearchResult,
} from "./search-results.ts";
