/**
 * The intermediate form: a statement as structured steps over sources, registers and stores. Both back ends (closures.ts and source.ts) say the
 * same of it.
 *
 * Control is nested, not jumps: a loop has a body, and `break` and `continue` name the loop or block that they mean. What is computed in two
 * places (a row of an outer join and its null row) is a routine that both call. A source is where a row's columns come from; access steps
 * move it from row to row and run their body on each.
 */
import type { AggregateFunction } from "../functions/function.ts";
import type {
  ApplyAffinity,
  Arithmetic,
  Call,
  Cast,
  Coalesce,
  Collate,
  Column,
  Comparison,
  Concatenation,
  Conditional,
  Constant,
  Generated,
  InList,
  Let,
  Local,
  Logic,
  Parameter,
  Raise,
  Register,
  Test,
  Unary,
} from "../planner/expression.ts";
import type { ResultColumn } from "../planner/query.ts";
import type { Frame } from "../runtime/frame.ts";
import type { Index, Table } from "../schema/table.ts";
import type { Affinity } from "../values/affinity.ts";
import type { Collation } from "../values/collation.ts";
import type { Payload } from "../values/value.ts";

/** A lowered expression: subqueries are blocks. */
export type Expression =
  | Constant
  | Parameter
  | Column
  | Generated<Expression>
  | Arithmetic<Expression>
  | Concatenation<Expression>
  | Unary<Expression>
  | Comparison<Expression>
  | Logic<Expression>
  | Test<Expression>
  | InList<Expression>
  | Conditional<Expression>
  | Coalesce<Expression>
  | Cast<Expression>
  | ApplyAffinity<Expression>
  | Collate<Expression>
  | Call<Expression>
  | Let<Expression>
  | Local
  | Raise<Expression>
  | Register
  | BlockValue
  | InStore;

/** Runs `block`, then gives `value`: scalar subqueries, EXISTS, rows. `block` begins by setting its registers, and leaves through its own labels only. */
export interface BlockValue {
  readonly kind: "block-value";
  readonly block: Block;
  readonly value: Expression;
}

/** Whether a row is in a set; NULL as IN has it: not found, and a NULL on either side that might have been it. */
export interface InStore {
  readonly kind: "in-store";
  readonly not: boolean;
  /** Their affinity is applied already. */
  readonly operands: readonly Expression[];
  readonly store: number;
  /** Fills the store: inside `once` when its rows do not change, else `clear` first. */
  readonly prepare: Block;
}

export type Block = readonly Step[];

export type Step =
  // ── Values and control ──
  | { readonly kind: "assign"; readonly register: number; readonly value: Expression }
  /** LIMIT and OFFSET: what is no INTEGER without loss throws SQLITE_MISMATCH, `datatype mismatch`. */
  | { readonly kind: "assign-integer"; readonly register: number; readonly value: Expression }
  /** `otherwise`: false or NULL. */
  | { readonly kind: "if"; readonly condition: Expression; readonly then: Block; readonly otherwise?: Block }
  | { readonly kind: "block"; readonly label: number; readonly body: Block }
  /** Leaves the block or loop of that label. */
  | { readonly kind: "break"; readonly label: number }
  /** Goes on with the next row of the loop of that label. */
  | { readonly kind: "continue"; readonly label: number }
  /** Runs `body` the first time in an execution (in a trigger: in a firing) only. */
  | { readonly kind: "once"; readonly id: number; readonly body: Block }
  | { readonly kind: "call"; readonly routine: number }
  /** Counts an INTEGER register down when it is positive, and runs `then` when that made it 0. Negative: no limit. */
  | { readonly kind: "take"; readonly register: number; readonly then: Block }
  /** While the register is positive: counts it down and runs `then` (which continues a loop). */
  | { readonly kind: "skip"; readonly register: number; readonly then: Block }
  // ── Access: `label` is what `break` and `continue` in the body name ──
  /** A table in order of its rowid, or one without rowid in order of its key. Bounds are for rowids; any value, compared as the original does. */
  | {
      readonly kind: "scan-table";
      readonly label: number;
      readonly source: number;
      readonly reverse: boolean;
      readonly low?: Bound;
      readonly high?: Bound;
      readonly body: Block;
    }
  /** The row of that rowid, if there is one: what is no INTEGER without loss finds none. */
  | {
      readonly kind: "seek-rowid";
      readonly label: number;
      readonly source: number;
      readonly rowid: Expression;
      readonly body: Block;
    }
  /**
   * Entries of an index (of a table without rowid: also its key) that begin with `equal`, then within bounds on the next column. Values have the
   * columns' affinities applied. `equal` finds NULLs only where `nullable` says so (IS); a bound never does: NULLs are left out where there is one.
   * `low` and `high` are so by value, whichever way the column is sorted; `reverse` goes from the index's end to its beginning. In a `table` source
   * that is not `through` this index, the row is looked up when a column is asked for.
   */
  | {
      readonly kind: "scan-index";
      readonly label: number;
      readonly source: number;
      readonly index: Index;
      readonly reverse: boolean;
      readonly equal: readonly Expression[];
      readonly nullable: readonly boolean[];
      readonly low?: Bound;
      readonly high?: Bound;
      readonly body: Block;
    }
  /** Rows of a store in the order that its kind has; `sorted`: a set's in the order of its values. */
  | {
      readonly kind: "scan-store";
      readonly label: number;
      readonly source: number;
      readonly store: number;
      readonly reverse: boolean;
      readonly sorted: boolean;
      readonly body: Block;
    }
  /** Rows of a multimap whose keys equal these; NULLs equal nothing. */
  | {
      readonly kind: "probe-store";
      readonly label: number;
      readonly source: number;
      readonly store: number;
      readonly keys: readonly Expression[];
      readonly body: Block;
    }
  /** Takes rows from a queue until it is empty; the body may append more. */
  | {
      readonly kind: "drain-queue";
      readonly label: number;
      readonly source: number;
      readonly store: number;
      readonly body: Block;
    }
  /** All columns of the source are NULL in the body. */
  | { readonly kind: "null-row"; readonly source: number; readonly body: Block }
  /** The number of entries of the source's tree, without looking at them. */
  | {
      readonly kind: "count-rows";
      readonly register: number;
      readonly database: number;
      readonly table: Table;
      readonly index?: Index;
    }
  // ── Stores ──
  | { readonly kind: "clear"; readonly store: number }
  /** To lists, sorters, multimaps, queues, and to sets, where it takes the place of an equal row (UNION gives the last of 1 and 1.0). */
  | { readonly kind: "append"; readonly store: number; readonly values: readonly Expression[] }
  /** To a set, or a list of rowids that is one: `then` when it was not there. */
  | {
      readonly kind: "add-new";
      readonly store: number;
      readonly values: readonly Expression[];
      readonly then: Block;
      readonly otherwise?: Block;
    }
  /** From a set: `then` when it was there. */
  | { readonly kind: "remove"; readonly store: number; readonly values: readonly Expression[]; readonly then?: Block }
  // ── Groups ──
  | { readonly kind: "clear-groups"; readonly groups: number }
  /** Adds the row to its group. */
  | {
      readonly kind: "accumulate";
      readonly groups: number;
      readonly keys: readonly Expression[];
      readonly aggregates: readonly {
        readonly arguments: readonly Expression[];
        readonly filter?: Expression;
        readonly order: readonly Expression[];
      }[];
      /** Kept from the group's first row, or from the row of the extreme (see GroupLayout.extreme). */
      readonly bare: readonly Expression[];
    }
  /** Each group, in ascending order of its keys but for `descending`: keys, results and bare values stand in the layout's registers. */
  | {
      readonly kind: "scan-groups";
      readonly label: number;
      readonly groups: number;
      readonly descending: readonly boolean[];
      readonly nullsFirst: readonly boolean[];
      readonly body: Block;
    }
  // ── Results and effects ──
  /** A row of the statement's result. */
  | { readonly kind: "emit"; readonly values: readonly Expression[] }
  | { readonly kind: "run"; readonly operation: Operation };

export interface Bound {
  readonly value: Expression;
  readonly inclusive: boolean;
}

/** What a step does that no other step can: changes of tables, of the schema, pragmas. The same for both back ends. */
export interface Operation {
  readonly name: string;
  prepare(compiler: RoutineCompiler): (frame: Frame) => void;
}

/** A back end, as operations see it. */
export interface RoutineCompiler {
  expression(expression: Expression): Evaluator;
  block(block: Block): (frame: Frame) => void;
  /** Runs a program of its own registers to its end; `arguments` are copied to its registers from 0 on. Its rows are thrown away. */
  program(
    program: () => Program,
  ): (frame: Frame, tags: Uint8Array, payloads: readonly Payload[], count: number) => void;
}

/** Gives the payload and leaves the tag in `frame.tag`. */
export type Evaluator = (frame: Frame) => Payload;

// ── What a program declares ──

export type SourceLayout =
  /**
   * A table's rows. `through`: an index by which they are found; columns that its entries have are read from there, and the row is looked up when
   * another one is asked for.
   */
  | { readonly kind: "table"; readonly database: number; readonly table: Table; readonly through: Index | undefined }
  /** An index alone, which has every column that is asked for: by their numbers in the table, or EXPRESSION − i for whatever the index's column i is. */
  | { readonly kind: "index"; readonly database: number; readonly table: Table; readonly index: Index }
  /** A row of a store: the columns from `first` on. */
  | { readonly kind: "store"; readonly store: number; readonly first: number }
  /** Columns are registers from `first` on: a subquery whose rows are used as they come. */
  | { readonly kind: "registers"; readonly first: number };

export type StoreLayout =
  | { readonly kind: "list"; readonly columns: number }
  | {
      readonly kind: "set";
      readonly columns: number;
      readonly collations: readonly Collation[];
      readonly affinities: readonly (Affinity | undefined)[];
    }
  /** By its first `keys` columns. */
  | {
      readonly kind: "multimap";
      readonly columns: number;
      readonly keys: number;
      readonly collations: readonly Collation[];
    }
  /** Stable. `limit`: a register whose first so many rows (negative: all) are wanted only. */
  | {
      readonly kind: "sorter";
      readonly columns: number;
      readonly keys: readonly SortKey[];
      readonly limit: number | undefined;
    }
  /** First in, first out; with keys: the least first. */
  | { readonly kind: "queue"; readonly columns: number; readonly keys: readonly SortKey[] };

export interface SortKey {
  readonly collation: Collation;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

export interface GroupLayout {
  /** 0 and `always`: the one group that there is without rows, too. */
  readonly collations: readonly Collation[];
  readonly always: boolean;
  readonly aggregates: readonly {
    readonly function: AggregateFunction;
    readonly distinct: boolean;
    readonly collation: Collation;
    /** Of ORDER BY within the call. */
    readonly order: readonly SortKey[];
  }[];
  /** The aggregate, min or max, whose row gives the bare values; undefined: the first row does. */
  readonly extreme: number | undefined;
  /** Registers from which on they stand in `scan-groups`. */
  readonly keyRegisters: number;
  readonly resultRegisters: number;
  readonly bareRegisters: number;
}

/** A line of EXPLAIN QUERY PLAN. */
export interface PlanNode {
  readonly id: number;
  /** 0: none. */
  readonly parent: number;
  readonly text: string;
}

export interface Program {
  /** By id; ids that no step names have `undefined`. */
  readonly sources: readonly (SourceLayout | undefined)[];
  readonly stores: readonly StoreLayout[];
  readonly groups: readonly GroupLayout[];
  readonly routines: readonly Block[];
  readonly registers: number;
  readonly onces: number;
  readonly locals: number;
  readonly main: Block;
  readonly columns: readonly ResultColumn[];
  /** Databases, by number, whose pages it reads or writes. */
  readonly reads: ReadonlySet<number>;
  readonly writes: ReadonlySet<number>;
  /** It makes one change at most, after everything that can fail: nothing has to be kept for undoing it. */
  readonly atomic?: boolean;
  readonly plan: readonly PlanNode[];
}
