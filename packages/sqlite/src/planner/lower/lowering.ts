/**
 * What lowering a statement carries along: the program that is being made, and what parts of bound trees mean at the place where steps are
 * written.
 *
 * Lowering goes from the outside in and hands results on as it goes: whoever lowers a query gives a sink, and the sink says what happens with
 * each row, at the very place where the row is at hand. So a query whose rows are used once needs no store.
 */
import type { Block, Expression } from "../../compile/program.ts";
import type { Collation } from "../../values/collation.ts";
import type { CompileContext } from "../context.ts";
import type { BoundExpression, Column } from "../expression.ts";
import type { BoundQuery, BoundSelect, RecursiveQuery } from "../query.ts";
import type { CorePlan } from "./core-plan.ts";
import type { ProgramBuilder } from "./program-builder.ts";
import type { CommonRows } from "./from.ts";
import { Uses } from "./uses.ts";

/** Takes the values of a row, to be evaluated at most once each, and gives the steps that use them. It is asked once. */
export type Sink = (values: readonly Expression[]) => Block;

/** Undefined: not this one. */
export type Meaning = (e: BoundExpression) => Expression | undefined;

export class Lowering {
  readonly builder: ProgramBuilder;
  readonly context: CompileContext;
  /** Columns of sources that are read somewhere, and how often common tables are. */
  readonly uses: Uses = new Uses();
  /** Sources of the queries of expressions that have been lowered. */
  readonly lowered: Set<number> = new Set();
  /** The first of the registers in which the row of a query is, for `row-column`. */
  readonly rows: Map<BoundQuery, number> = new Map();
  /** Sources whose rows a change wants whole: no index stands for their table. */
  readonly whole: Set<number> = new Set();
  /** What columns of a source are, where they are not read from a source of that number. */
  readonly columns: Map<number, (column: Column) => Expression> = new Map();
  readonly plans: Map<BoundSelect, CorePlan> = new Map();
  /** Common tables whose rows are kept, by their identity. */
  readonly common: Map<object, CommonRows> = new Map();
  /** Columns of the row that a recursive table's queue has given last. */
  readonly queues: Map<RecursiveQuery, (column: Column) => Expression> = new Map();
  readonly binary: Collation;
  /** 10·log2 of how often what is lowered now runs, as the original guesses. */
  #outerRows = 0;
  #meanings: readonly Meaning[] = [];

  constructor(builder: ProgramBuilder, context: CompileContext) {
    this.builder = builder;
    this.context = context;
    this.binary = context.collation("BINARY")!; // every connection has it
  }

  /** What an expression has come to mean here: groups' keys and aggregates where groups are scanned. */
  meaning(e: BoundExpression): Expression | undefined {
    for (const meaning of this.#meanings) {
      const found = meaning(e);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Lowers with a further meaning, which goes before those that there are. */
  withMeaning<T>(meaning: Meaning, lower: () => T): T {
    const before = this.#meanings;
    this.#meanings = [meaning, ...before];
    try {
      return lower();
    } finally {
      this.#meanings = before;
    }
  }

  get outerRows(): number {
    return this.#outerRows;
  }

  /** Lowers what runs 2^(outerRows / 10) times. */
  within<T>(outerRows: number, lower: () => T): T {
    const before = this.#outerRows;
    this.#outerRows = outerRows;
    try {
      return lower();
    } finally {
      this.#outerRows = before;
    }
  }

  /** A column of a row in a store that this statement made. */
  stored(source: number, column: number): Column {
    return { kind: "column", source, column, affinity: undefined, collation: this.binary, notNull: false };
  }
}

/** Whether a query's rows are the same throughout the statement. */
export function isUncorrelated({ outerSources, outerAggregates }: BoundQuery): boolean {
  return outerSources.size === 0 && outerAggregates.size === 0;
}
