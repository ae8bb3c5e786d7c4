/** How a core's sources are read: the loops, from the outermost, that access planning chooses and lowering writes as steps. */
import type { Index } from "../../schema/table.ts";
import type { BoundExpression } from "../expression.ts";
import type { BoundSource } from "../query.ts";

export interface LoopBound {
  readonly value: BoundExpression;
  readonly inclusive: boolean;
}

/** One column's equality in an index: with a value, IS a value (which may be NULL), or IN a list or query, whose values come in ascending order. */
export type EqualTerm =
  | { readonly kind: "value"; readonly value: BoundExpression; readonly nullable: boolean }
  | {
      readonly kind: "in";
      readonly among: Extract<BoundExpression, { kind: "in-list" | "in-query" }>;
      readonly descending: boolean;
    };

export type Access =
  /** The whole table, subquery or store. */
  | { readonly kind: "scan"; readonly reverse: boolean }
  | { readonly kind: "rowid"; readonly equal: EqualTerm }
  | {
      readonly kind: "rowid-range";
      readonly low: LoopBound | undefined;
      readonly high: LoopBound | undefined;
      readonly reverse: boolean;
    }
  /** Values have no affinity applied yet: lowering applies the columns'. `equal` and bounds empty: the whole index, for its order or because it covers. */
  | {
      readonly kind: "index";
      readonly index: Index;
      readonly equal: readonly EqualTerm[];
      readonly low: LoopBound | undefined;
      readonly high: LoopBound | undefined;
      readonly reverse: boolean;
      /** The index has every column of the source that the statement reads. */
      readonly covering: boolean;
    }
  /** Each branch's rows, each row once. */
  | {
      readonly kind: "or";
      readonly branches: readonly { readonly access: Access; readonly filters: readonly BoundExpression[] }[];
    }
  /** A hash over the source, made at its first use: the original's automatic index. */
  | {
      readonly kind: "hash";
      readonly keys: readonly {
        readonly own: BoundExpression;
        readonly probe: BoundExpression;
        readonly compare: Extract<BoundExpression, { kind: "compare" }>;
      }[];
      readonly filters: readonly BoundExpression[];
    };

/** What of a core the choice of its loops looks at. */
export interface LoopParts {
  readonly sources: readonly BoundSource[];
  readonly where: BoundExpression | undefined;
  /** Everything else that is computed from the sources' rows (result, order, groups, aggregates): its columns have to be at hand too. */
  readonly reads: readonly BoundExpression[];
  /** Sources whose rows are wanted whole: what UPDATE and DELETE change. */
  readonly whole?: ReadonlySet<number>;
  /** For sources that are queries or common tables: what planning them has shown. */
  readonly queries?: ReadonlyMap<number, SourceEstimate>;
}

export interface SourceEstimate {
  /** LoopsPlan.rows, and what DISTINCT, groups and limits make of it. */
  readonly rows: number;
  /** Its rows are used as they come (one loop, never run again): no hash of them can be made. */
  readonly streamed: boolean;
}

/**
 * One loop. RIGHT and FULL: rows of `source` that found no match in the whole run come once more behind the loop's end, with NULLs for all sources
 * before it; `filters` and what is inside the loop see them as well. The loops up to it are in the order of FROM.
 */
export interface LoopPlan {
  /** With the join that is left of it: an outer join that WHERE makes an inner one is `inner` here. */
  readonly source: BoundSource;
  readonly access: Access;
  /** What remains of WHERE (and of inner ON) to be tested here, in this order; for null rows of an outer join too. */
  readonly filters: readonly BoundExpression[];
  /** Of an outer join's right side: what remains of ON, tested before the row counts as a match. */
  readonly onFilters: readonly BoundExpression[];
}

export interface LoopsPlan {
  /** Terms of WHERE that no source has a part in: tested once, before the loops. */
  readonly constants: readonly BoundExpression[];
  readonly loops: readonly LoopPlan[];
  /** The loops deliver rows in the order that was wished for. */
  readonly ordered: boolean;
  /** The original's own estimate of how many rows come out, for those who choose between plans: 10·log2 of it. */
  readonly rows: number;
}

/** An order that would be welcome: ORDER BY's, or GROUP BY's and DISTINCT's, where any order of the terms and either direction does. */
export interface OrderWish {
  readonly kind: "order-by" | "group-by" | "distinct" | "min" | "max";
  readonly terms: readonly {
    readonly expression: BoundExpression;
    readonly descending: boolean;
    readonly nullsFirst: boolean;
    readonly collation: string;
  }[];
  /** A limit makes an order worth more. */
  readonly limited: boolean;
}
