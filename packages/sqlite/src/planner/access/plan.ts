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
      /** Of a row IN a query: which of its columns. All terms of a row stand together, in the order of its columns; its rows are walked once for them all. */
      readonly field: number;
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
  /** Values have the comparison's affinity applied already. `equal` and bounds empty: the whole index, for its order or because it covers. */
  | {
      readonly kind: "index";
      readonly index: Index;
      readonly equal: readonly EqualTerm[];
      readonly low: LoopBound | undefined;
      readonly high: LoopBound | undefined;
      readonly reverse: boolean;
      /** The index has every column of the source that the statement reads. */
      readonly covering: boolean;
      /** Of LIKE and GLOB: `low` and `high` are for texts, and this is the same range for blobs, which the scan goes over too, in the index's order. */
      readonly blobs?: { readonly low: LoopBound; readonly high: LoopBound };
    }
  /** Each branch's rows, each row once. EXPLAIN QUERY PLAN has MULTI-INDEX OR for it and `INDEX number` for each branch, below which stands what `explain` says. */
  | {
      readonly kind: "or";
      readonly branches: readonly {
        readonly number: number;
        readonly access: Access;
        readonly filters: readonly BoundExpression[];
        readonly explain: () => readonly PlanLine[];
      }[];
    }
  /** A hash over the source, made at its first use: the original's automatic index. */
  | {
      readonly kind: "hash";
      readonly keys: readonly {
        readonly own: BoundExpression;
        readonly probe: BoundExpression;
        readonly compare: Extract<BoundExpression, { kind: "compare" }>;
      }[];
      /** Rows for which these are not true are left out; they are not tested again. */
      readonly filters: readonly BoundExpression[];
      /** Rows with equal keys come in the order of these columns, in that of bytes, before the order of the source: the original's index has them behind its key. */
      readonly order: readonly number[];
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
  /** The sum of LoopsPlan.rows of the loops around, of a subquery inside of an expression; absent: 0. */
  readonly outerRows?: number;
  /** Columns of the result, by which sorting gets dearer; absent: 1. */
  readonly resultColumns?: number;
  /** The result is `reads` and no count of rows: a LEFT JOIN's right side that nobody reads may be left out where it cannot multiply rows. */
  readonly mayDropJoins?: boolean;
}

export interface SourceEstimate {
  /** LoopsPlan.rows, and what DISTINCT, groups and limits make of it. */
  readonly rows: number;
  /** Its rows are used as they come, from the first to the last: the original's co-routine. */
  readonly streamed: boolean;
  /** It reads sources of this FROM's surroundings, so that it has to be computed again and again. */
  readonly correlated?: boolean;
  /** The order of its rows, when it has one: by these columns of it. */
  readonly order?: readonly { readonly column: number; readonly descending: boolean; readonly nullsFirst: boolean }[];
}

/** A line of EXPLAIN QUERY PLAN and those below it. */
export interface PlanLine {
  readonly text: string;
  readonly children: readonly PlanLine[];
}

/**
 * One loop. RIGHT and FULL: rows of `source` that found no match in the whole run come once more behind the loop's end, with NULLs for all sources
 * before it; `filters` and what is inside the loop see them as well. The loops up to it are in the order of FROM.
 */
export interface LoopPlan {
  /** As in the parts. */
  readonly source: BoundSource;
  readonly access: Access;
  /** What remains of WHERE (and of inner ON) to be tested here, in this order; for null rows of an outer join too. */
  readonly filters: readonly BoundExpression[];
  /** Of an outer join's right side: what remains of ON, tested before the row counts as a match. */
  readonly onFilters: readonly BoundExpression[];
  /** What EXPLAIN QUERY PLAN says of it; of an OR, only what stands before that. */
  readonly explain: () => readonly PlanLine[];
}

export interface LoopsPlan {
  /** Terms of WHERE that no source has a part in: tested once, before the loops. */
  readonly constants: readonly BoundExpression[];
  readonly loops: readonly LoopPlan[];
  /** The loops deliver rows in the order that was wished for. */
  readonly ordered: boolean;
  /** With a wish for groups in order: they come in the terms' own directions, not just one group after another. */
  readonly groupsSorted: boolean;
  /** How many of the wish's first terms they keep. */
  readonly orderedTerms: number;
  /** With a wish for distinct rows: none comes twice; equal ones come one after another; neither. */
  readonly distinct: "unique" | "adjacent" | "no";
  /** What EXPLAIN QUERY PLAN says behind the loops: rows of RIGHT JOINs that matched nothing. */
  readonly explainUnmatched: () => readonly PlanLine[];
  /** The original's own estimate of how many rows come out, for those who choose between plans: 10·log2 of it. */
  readonly rows: number;
}

/** A term of an order that would be welcome. */
export interface WishedTerm {
  readonly expression: BoundExpression;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
  readonly collation: string;
}

/**
 * An order that would be welcome: ORDER BY's, or GROUP BY's and DISTINCT's, where any order of the terms and either direction does. `min` and `max`:
 * of the only aggregate, whose extreme comes first then.
 */
export interface OrderWish {
  readonly kind: "order-by" | "group-by" | "distinct" | "min" | "max";
  readonly terms: readonly WishedTerm[];
  /** There is a constant LIMIT: an order is worth more. */
  readonly limited: boolean;
  /** The constant of LIMIT. */
  readonly limit?: number;
  /** With "order-by": the result's columns of SELECT DISTINCT, or with "group-by" that ORDER BY says the same, so that groups should be in order. */
  readonly distinct?: readonly WishedTerm[];
  readonly groupsInOrder?: boolean;
}
