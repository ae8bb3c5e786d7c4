/** What compiling a statement needs to know of its connection. */
import type { FunctionRegistry } from "../functions/registry.ts";
import type { Catalogue } from "../schema/catalogue.ts";
import type { SqlLimits } from "../sql/limits.ts";
import type { Collation } from "../values/collation.ts";
import type { TextEncoding } from "../values/text-codec.ts";

export interface DatabaseSchema {
  /** `main`, `temp`, or what ATTACH called it. */
  readonly name: string;
  readonly catalogue: Catalogue;
  readonly statistics: Statistics;
}

/** What ANALYZE found (`sqlite_stat1`); without it the planner guesses as the original does. */
export interface Statistics {
  /** Rows of a table; undefined: unknown. */
  rows(table: string): number | undefined;
  /** For an index: rows in all, then the average of rows alike in the first column, in the first two, and so on; and words behind (`unordered`, `sz=…`, `noskipscan`). */
  index(
    index: string,
  ): { readonly counts: readonly number[]; readonly unordered: boolean; readonly noSkipScan: boolean } | undefined;
}

/** A new one for every statement. */
export interface CompileContext {
  /** 0 main, 1 temp, then those attached. */
  readonly databases: readonly DatabaseSchema[];
  readonly functions: FunctionRegistry;
  /** Whatever the case of ASCII letters; undefined: `no such collation sequence: x`. */
  collation(name: string): Collation | undefined;
  readonly encoding: TextEncoding;
  readonly limits: SqlLimits;
  /** Double-quoted strings are strings where no column has the name: in queries, and in schemas. */
  readonly doubleQuotedStrings: boolean;
  /** PRAGMA foreign_keys, recursive_triggers, reverse_unordered_selects, ignore_check_constraints, trusted_schema … */
  readonly foreignKeys: boolean;
  readonly recursiveTriggers: boolean;
  readonly ignoreCheckConstraints: boolean;
  readonly deferForeignKeys: boolean;
  readonly automaticIndex: boolean;
  readonly reverseUnorderedSelects: boolean;
  readonly fullColumnNames: boolean;
  readonly shortColumnNames: boolean;
  readonly trustedSchema: boolean;
  /** PRAGMA case_sensitive_like: which index LIKE can use; absent: no. */
  readonly caseSensitiveLike?: boolean;
  /** Highest depth of triggers within triggers. */
  readonly triggerDepth: number;
}
