/** A source while its place among the loops is sought: its joins as bits, its table's statistics, the ways to look its rows up. */
import { EXPRESSION, type Index, ROWID, type Table } from "../../schema/table.ts";
import type { Expression } from "../../sql/ast.ts";
import type { CompileContext } from "../context.ts";
import type { BoundExpression } from "../expression.ts";
import type { BoundSource } from "../query.ts";
import type { LogEstimate } from "./log-estimate.ts";
import { bindSchemaExpression } from "./schema-expressions.ts";
import type { SourceEstimate } from "./plan.ts";
import { sourceBit, type SourceSet } from "./source-set.ts";
import {
  type BoundParts,
  type Probe,
  probeOfIndex,
  probeOfRowid,
  rowsOfTable,
  shapeOf,
  UNKNOWN_ROWS,
} from "./table-facts.ts";

export class PlannedSource {
  readonly source: BoundSource;
  readonly place: number;
  readonly bit: SourceSet;
  /** LEFT or FULL: it may be a row of NULLs. */
  readonly isLeft: boolean;
  /** RIGHT or FULL: what is on its left may be. */
  readonly isRight: boolean;
  /** A RIGHT or FULL join stands to the right of it. */
  readonly isLeftOfRight: boolean;
  readonly isCross: boolean;
  readonly table: Table | undefined;
  readonly indexedBy: Index | null | undefined;
  readonly estimate: SourceEstimate | undefined;
  readonly rows: LogEstimate;
  readonly #context: CompileContext;
  #probes: readonly Probe[] | undefined;

  constructor(
    source: BoundSource,
    place: number,
    isLeftOfRight: boolean,
    estimate: SourceEstimate | undefined,
    context: CompileContext,
  ) {
    const { join, content } = source;
    this.source = source;
    this.place = place;
    this.bit = sourceBit(place);
    this.isLeft = join === "left" || join === "full";
    this.isRight = join === "right" || join === "full";
    this.isLeftOfRight = isLeftOfRight;
    this.isCross = join === "cross";
    this.estimate = estimate;
    this.#context = context;
    if (content.kind === "table") {
      this.table = content.table;
      this.indexedBy = content.indexedBy;
      this.rows = rowsOfTable(content.table, context.databases[content.database]!.statistics);
    } else {
      this.table = undefined;
      this.indexedBy = undefined;
      this.rows = estimate?.rows ?? UNKNOWN_ROWS;
    }
  }

  /** The same source in another place of another FROM. */
  at(place: number): PlannedSource {
    const same = new PlannedSource(this.source, place, this.isLeftOfRight, this.estimate, this.#context);
    same.#probes = this.#probes;
    return same;
  }

  /** The same source, joined with nothing. */
  alone(): PlannedSource {
    return new PlannedSource({ ...this.source, join: "inner", on: undefined }, 0, false, this.estimate, this.#context);
  }

  get isOuter(): boolean {
    return this.isLeft || this.isRight;
  }

  /** Any outer join concerns it: conditions of WHERE say nothing of its rows before they are joined. */
  get touchesOuter(): boolean {
    return this.isLeft || this.isRight || this.isLeftOfRight;
  }

  get hasExpressionIndexes(): boolean {
    return this.table?.indexes.some(({ columns }) => columns.some(({ column }) => column === EXPRESSION)) ?? false;
  }

  /** The order in which they are tried, which counts where costs are equal: the rowid, then indexes. */
  probes(): readonly Probe[] {
    this.#probes ??= this.#makeProbes();
    return this.#probes;
  }

  #makeProbes(): Probe[] {
    const { table, source, indexedBy } = this;
    if (table === undefined) return [probeOfRowid(this.rows)];
    const { content } = source;
    if (content.kind !== "table") return []; // a table's content is one
    const { statistics } = this.#context.databases[content.database]!;
    const probes: Probe[] = [];
    if (!table.withoutRowid && !indexedBy) probes.push(probeOfRowid(this.rows));
    for (const [place, index] of shapeOf(table).indexes.entries()) {
      // NOT INDEXED says nothing of a table that is an index itself.
      const isWanted = indexedBy === null ? table.withoutRowid : indexedBy === undefined || index === indexedBy;
      if (!isWanted) continue;
      const bound = this.#boundParts(index);
      if (bound !== undefined) probes.push(probeOfIndex(table, place, this.rows, statistics, bound));
    }
    return probes;
  }

  /** Undefined: some expression of it cannot be bound. */
  #boundParts({ columns, where }: Index): BoundParts | undefined {
    const bind = (e: Expression): BoundExpression | undefined => bindSchemaExpression(e, this.source, this.#context);
    const expressions = columns.map(({ column, expression }) =>
      column === EXPRESSION && expression !== undefined ? bind(expression) : undefined,
    );
    const isComplete = columns.every(({ column }, at) => column !== EXPRESSION || expressions[at] !== undefined);
    const condition = where && bind(where);
    return isComplete && (where === undefined || condition !== undefined)
      ? { expressions, where: condition }
      : undefined;
  }

  /** A column by the number that stands for it everywhere: the rowid has but one. */
  columnNumber(column: number): number {
    return this.table !== undefined && column === this.table.rowidAlias ? ROWID : column;
  }
}
