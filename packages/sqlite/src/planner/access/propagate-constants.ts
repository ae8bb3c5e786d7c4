/**
 * `a.x = 5 AND f(a.x, b.y)` → `a.x = 5 AND f(5, b.y)`: what WHERE says a column is, stands for the column in the rest of WHERE
 * (https://www.sqlite.org/optoverview.html#constant_propagation).
 *
 * The constant takes the column's affinity with it. Where that is BLOB or none, values that compare alike may still be told apart, so that only
 * comparisons are changed.
 */
import type { BoundExpression, Column } from "../expression.ts";
import { affinityOf, replace } from "../walk.ts";
import { isConstant } from "./usage.ts";

interface KnownColumn {
  readonly column: Column;
  readonly value: BoundExpression;
}

/** What stands for a column whose value is known → the column, which indexes may still be asked for. */
const columnsOfConstants = new WeakMap<BoundExpression, Column>();

/** The column in whose place a constant stands. */
export function replacedColumn(e: BoundExpression): Column | undefined {
  return e.kind === "affinity" ? columnsOfConstants.get(e) : undefined;
}

/** `terms`: all that AND joins. The same list when nothing is known. */
export function propagateConstants(terms: readonly BoundExpression[]): readonly BoundExpression[] {
  const known: KnownColumn[] = [];
  // The last one that says something of a column counts.
  for (const term of terms.toReversed()) note(term, known);
  return known.length === 0 ? terms : terms.map((term) => new Propagation(known).term(term));
}

function note(e: BoundExpression, known: KnownColumn[]): void {
  if (e.kind === "and") {
    if (e.row === true || e.between === true) return;
    note(e.right, known);
    note(e.left, known);
    return;
  }
  if (e.kind !== "compare" || e.operator !== "=" || e.collation.kind !== "binary") return;
  const { left, right } = e;
  if (right.kind === "column" && isConstant(left)) add(right, left, known);
  if (left.kind === "column" && isConstant(right)) add(left, right, known);
}

function add(column: Column, value: BoundExpression, known: KnownColumn[]): void {
  if (affinityOf(value) !== undefined || known.some((other) => isSame(other.column, column))) return;
  known.push({ column, value });
}

function isSame(a: Column, b: Column): boolean {
  return a.source === b.source && a.column === b.column;
}

class Propagation {
  readonly #known: readonly KnownColumn[];
  readonly #hasBlobs: boolean;

  constructor(known: readonly KnownColumn[]) {
    this.#known = known;
    this.#hasBlobs = known.some(({ column }) => isBlob(column));
  }

  term(e: BoundExpression): BoundExpression {
    // Operands of comparisons, where a column of any affinity may be replaced; not those of BETWEEN and of rows, which are no comparisons to the original.
    const compared = new Set<BoundExpression>();
    const parts = new Set<BoundExpression>();
    return replace(e, (part) => {
      if (part.kind === "column") return this.#constant(part, !compared.has(part));
      if (!this.#hasBlobs) return undefined;
      if (part.kind === "and" && (part.between === true || part.row === true)) parts.add(part.left).add(part.right);
      if (part.kind !== "compare" || parts.has(part)) return undefined;
      compared.add(part.left);
      if (affinityOf(part.left) !== "TEXT") compared.add(part.right);
      return undefined;
    });
  }

  #constant(e: Column, keepsBlobs: boolean): BoundExpression | undefined {
    const found = this.#known.find(({ column }) => isSame(column, e));
    if (found === undefined || found.column === e || (keepsBlobs && isBlob(e))) return undefined;
    const constant: BoundExpression = { kind: "affinity", operand: found.value, affinity: e.affinity ?? "BLOB" };
    columnsOfConstants.set(constant, e);
    return constant;
  }
}

function isBlob({ affinity }: Column): boolean {
  return affinity === undefined || affinity === "BLOB";
}
