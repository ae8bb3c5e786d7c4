/** Which sources of FROM an expression reads. */
import type { BoundExpression } from "../expression.ts";
import { children, queryIn } from "../walk.ts";
import type { PlannedSource } from "./planned-source.ts";
import { NO_SOURCES, type SourceSet, union } from "./source-set.ts";

export type SourcesById = ReadonlyMap<number, PlannedSource>;

/** Those of this FROM only; what is read of the surroundings is given. */
export function sourcesRead(e: BoundExpression, sources: SourcesById): SourceSet {
  switch (e.kind) {
    case "constant":
    case "parameter":
    case "local":
    case "register":
    case "row-column":
      return NO_SOURCES;
    case "column":
    case "generated":
      return sources.get(e.source)?.bit ?? NO_SOURCES;
    case "compare":
    case "and":
    case "or":
      return union(sourcesRead(e.left, sources), sourcesRead(e.right, sources));
    default: {
      let read = NO_SOURCES;
      for (const child of children(e)) read = union(read, sourcesRead(child, sources));
      for (const id of queryIn(e)?.outerSources ?? []) read = union(read, sources.get(id)?.bit ?? NO_SOURCES);
      return read;
    }
  }
}

/** `x COLLATE c` → x. */
export function withoutCollate(e: BoundExpression): BoundExpression {
  while (e.kind === "collate") e = e.operand;
  return e;
}

/** What likely(), unlikely() and likelihood() say; undefined: it is none of them. */
export function likelihoodOf(e: BoundExpression): number | undefined {
  return e.kind === "coalesce" ? e.likelihood : undefined;
}

/** Without COLLATE and likely() around it. */
export function bare(e: BoundExpression): BoundExpression {
  while (true) {
    if (e.kind === "collate") e = e.operand;
    else if (e.kind === "coalesce" && e.likelihood !== undefined) e = e.operands[0]!;
    else return e;
  }
}

/** Nothing of rows, and always the same within a statement. */
export function isConstant(e: BoundExpression): boolean {
  switch (e.kind) {
    case "constant":
    case "parameter":
      return true;
    case "column":
    case "generated":
    case "register":
    case "aggregate":
    case "raise":
    case "row-column":
    case "local":
      return false;
    case "call":
      return e.function.deterministic && e.arguments.every(isConstant);
    default:
      return queryIn(e) === undefined && children(e).every(isConstant);
  }
}

/** Whether every function in it gives the same for the same; queries count as if they did not. */
export function isDeterministic(e: BoundExpression): boolean {
  if (e.kind === "call" && !e.function.deterministic) return false;
  return queryIn(e) === undefined && children(e).every(isDeterministic);
}

/** A set-like comparison of collations' names, which schemas spell as they like. */
export function sameName(a: string, b: string): boolean {
  return a === b || a.toUpperCase() === b.toUpperCase();
}
