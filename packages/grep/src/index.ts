/** Searching files from a program. */
export { type LineSearchOptions } from "./search/line-search.ts";
