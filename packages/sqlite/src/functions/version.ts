/** Which SQLite this is, as SQL can ask. */

/** The version whose behaviour and words are followed. */
export const SQLITE_VERSION = "3.54.0";

/** The original tells its check-in here. */
export const SOURCE_ID: string = `Tenon, after SQLite ${SQLITE_VERSION}`;

/** What `PRAGMA compile_options` lists: of the original's options those that say something true of this engine, sorted. */
export const COMPILE_OPTIONS: readonly string[] = [
  "DEFAULT_CACHE_SIZE=-2000",
  "DEFAULT_FILE_FORMAT=4",
  "DEFAULT_PAGE_SIZE=4096",
  "DEFAULT_SYNCHRONOUS=2",
  "ENABLE_COLUMN_METADATA",
  "ENABLE_MATH_FUNCTIONS",
  "ENABLE_PERCENTILE",
  "MAX_ATTACHED=10",
  "MAX_COLUMN=2000",
  "MAX_COMPOUND_SELECT=500",
  "MAX_EXPR_DEPTH=1000",
  "MAX_FUNCTION_ARG=1000",
  "MAX_LENGTH=1000000000",
  "MAX_LIKE_PATTERN_LENGTH=50000",
  "MAX_SQL_LENGTH=1000000000",
  "MAX_TRIGGER_DEPTH=1000",
  "MAX_VARIABLE_NUMBER=32766",
  "OMIT_LOAD_EXTENSION",
  "OMIT_SHARED_CACHE",
  "THREADSAFE=0",
];
