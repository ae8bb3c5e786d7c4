/**
 * Finding the terms that restrict a column: those that name it, and those that name another column of which an equality says that it is the same
 * (`a.x = b.y AND b.y = 5` restricts a.x to 5: https://www.sqlite.org/optoverview.html#transitive).
 */
import { EXPRESSION, ROWID } from "../../schema/table.ts";
import type { Affinity } from "../../values/affinity.ts";
import type { BoundExpression } from "../expression.ts";
import { affinityOf, collationOf, equalExpressions } from "../walk.ts";
import { isNumeric } from "./analyze-terms.ts";
import { replacedColumn } from "./propagate-constants.ts";
import type { PlannedSource } from "./planned-source.ts";
import { intersects, isEmpty, type SourceSet } from "./source-set.ts";
import { type Clause, EQ, EQUIVALENT, IS, IS_NULL, type Term } from "./term.ts";
import type { Probe } from "./table-facts.ts";
import { bare, sameName, type SourcesById, withoutCollate } from "./usage.ts";

/** So many columns are taken to be the same, and no more. */
const MAX_EQUIVALENT = 11;

export class TermScan {
  readonly #clause: Clause;
  readonly #byId: SourcesById;
  readonly #operators: number;
  readonly #expression: BoundExpression | undefined;
  readonly #affinity: Affinity | undefined;
  /** Undefined: any will do, as for a rowid. */
  readonly #collation: string | undefined;
  readonly #sources: number[];
  readonly #columns: number[];
  #equivalent = 0;
  #in: Clause | undefined;
  #at = 0;

  /** Terms with one of `operators` on column `position` of `probe`, or, without one, on the column `position` of the source. */
  constructor(
    clause: Clause,
    byId: SourcesById,
    source: PlannedSource,
    position: number,
    operators: number,
    probe: Probe | undefined,
  ) {
    this.#clause = clause;
    this.#in = clause;
    this.#byId = byId;
    this.#operators = operators;
    let column = position;
    if (probe?.index !== undefined) {
      const part = probe.columns[position]!;
      column = source.columnNumber(part.column);
      if (column >= 0)
        this.#affinity = source.table!.columns[column]!.affinity; // an index's source is a table
      else if (column === EXPRESSION) {
        this.#expression = withoutCollate(probe.expressions[position]!); // what it is
        this.#affinity = affinityOf(this.#expression);
      }
      if (column !== ROWID) this.#collation = part.collation;
    } else if (probe !== undefined) column = ROWID;
    this.#sources = [source.source.id];
    this.#columns = [column];
  }

  /** The last one found is of another column that is the same as this one. */
  get isTransitive(): boolean {
    return this.#equivalent > 0;
  }

  next(): Term | undefined {
    while (true) {
      const source = this.#sources[this.#equivalent]!;
      const column = this.#columns[this.#equivalent]!;
      while (this.#in !== undefined) {
        const { terms } = this.#in;
        while (this.#at < terms.length) {
          const term = terms[this.#at++]!;
          if (term.source !== source || term.column !== column || !this.#isOwn(term)) continue;
          if ((term.operators & EQUIVALENT) !== 0) this.#noteEquivalent(term);
          if ((term.operators & this.#operators) !== 0 && this.#isUsable(term)) return term;
        }
        this.#in = this.#in.outer;
        this.#at = 0;
      }
      if (this.#equivalent + 1 >= this.#sources.length) return undefined;
      this.#equivalent += 1;
      this.#in = this.#clause;
      this.#at = 0;
    }
  }

  #isOwn(term: Term): boolean {
    if (this.#equivalent > 0 && term.outerJoin !== -1) return false;
    return (
      term.column !== EXPRESSION ||
      (this.#expression !== undefined && equalExpressions(withoutCollate(ownOf(term)), this.#expression))
    );
  }

  #noteEquivalent(term: Term): void {
    const other = term.value && bare(term.value);
    if (other === undefined || (other.kind !== "column" && other.kind !== "generated")) return;
    const column = this.#byId.get(other.source)?.columnNumber(other.column) ?? other.column;
    if (this.#sources.length >= MAX_EQUIVALENT) return;
    if (this.#sources.some((source, at) => source === other.source && this.#columns[at] === column)) return;
    this.#sources.push(other.source);
    this.#columns.push(column);
  }

  #isUsable(term: Term): boolean {
    if (this.#collation !== undefined && (term.operators & IS_NULL) === 0) {
      const collation = usableCollation(term, this.#affinity);
      if (collation === undefined || !sameName(collation, this.#collation)) return false;
    }
    // `x = x`, found by way of another column, restricts nothing.
    if ((term.operators & (EQ | IS)) === 0 || term.value === undefined) return true;
    const value = replacedColumn(term.value) ?? term.value;
    if (value.kind !== "column") return true;
    const { source, column } = value;
    return source !== this.#sources[0] || (this.#byId.get(source)?.columnNumber(column) ?? column) !== this.#columns[0];
  }
}

function ownOf(term: Term): BoundExpression {
  return term.own!; // set together with `source`
}

/** The collation of a term's comparison, when an index on a column of that affinity holds its values as the comparison compares them. */
function usableCollation(term: Term, affinity: Affinity | undefined): string | undefined {
  const e = term.row?.pairs[0] ?? term.expression;
  switch (e.kind) {
    case "compare":
      return fits(e.affinity, affinity) ? e.collation.name : undefined;
    case "in-list":
      return fits(comparedAs(e.affinity), affinity) ? e.collation.name : undefined;
    case "in-query":
      return fits(comparedAs(e.affinities[term.field]), affinity) ? e.collations[term.field]!.name : undefined;
    default: // x IS NOT NULL compares nothing
      return term.isNotNullRange ? (collationOf(ownOf(term))?.name ?? "BINARY") : undefined;
  }
}

function comparedAs(affinity: Affinity | undefined): "none" | "numeric" | "text" {
  if (affinity === "TEXT") return "text";
  return isNumeric(affinity) ? "numeric" : "none";
}

/** Whether an index on a column of `affinity` can be used for a comparison that applies `compared` to both sides. */
export function fits(compared: "none" | "numeric" | "text", affinity: Affinity | undefined): boolean {
  if (compared === "none") return true;
  return compared === "text" ? affinity === "TEXT" : isNumeric(affinity);
}

/** The best term on a column: an equality with a constant, else the first. `notReady`: sources that its value may not read. */
export function findTerm(
  clause: Clause,
  byId: SourcesById,
  source: PlannedSource,
  position: number,
  notReady: SourceSet,
  operators: number,
  probe: Probe | undefined,
): Term | undefined {
  const scan = new TermScan(clause, byId, source, position, operators, probe);
  let found: Term | undefined;
  for (let term = scan.next(); term !== undefined; term = scan.next()) {
    if (intersects(term.needsForValue, notReady)) continue;
    if (isEmpty(term.needsForValue) && (term.operators & operators & (EQ | IS)) !== 0) return term;
    found ??= term;
  }
  return found;
}
