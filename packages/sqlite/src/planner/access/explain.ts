/** EXPLAIN QUERY PLAN in the original's words (https://www.sqlite.org/eqp.html). */
import { EXPRESSION, ROWID, type Table } from "../../schema/table.ts";
import {
  AUTO_INDEX,
  BY_ROWID,
  type Candidate,
  COLUMN_EQ,
  COLUMN_IN,
  CONSTRAINT,
  EXPRESSION_INDEX,
  HIGH_BOUND,
  INDEX_ONLY,
  LOW_BOUND,
  MULTI_OR,
  PARTIAL_AUTO_INDEX,
} from "./candidate.ts";
import type { PlannedSource } from "./planned-source.ts";

/** `isExtreme`: for min() or max(), whose loop is always called a search. `isChanged`: what changes rows never does with the index alone, nor do RIGHT JOINs. */
export function explainLoop(
  candidate: Candidate,
  source: PlannedSource,
  isExtreme: boolean,
  isChanged = false,
): string {
  const { flags, equal, probe } = candidate;
  const isSearch = (flags & (LOW_BOUND | HIGH_BOUND)) !== 0 || equal > 0 || isExtreme;
  let text = `${isSearch ? "SEARCH" : "SCAN"} ${source.source.name}`;
  if ((flags & BY_ROWID) !== 0) text += rowidText(flags);
  else if (probe?.isTable === true) text += isSearch ? ` USING PRIMARY KEY${columnsText(candidate, source)}` : "";
  else text += ` USING ${indexText(candidate, isChanged || source.isRight)}${columnsText(candidate, source)}`;
  return source.isLeft ? `${text} LEFT-JOIN` : text;
}

function rowidText(flags: number): string {
  if ((flags & CONSTRAINT) === 0) return "";
  let condition = "=?";
  if ((flags & (COLUMN_EQ | COLUMN_IN)) === 0) {
    const isBoth = (flags & LOW_BOUND) !== 0 && (flags & HIGH_BOUND) !== 0;
    condition = isBoth ? ">? AND rowid<?" : (flags & LOW_BOUND) === 0 ? "<?" : ">?";
  }
  return ` USING INTEGER PRIMARY KEY (rowid${condition})`;
}

function indexText({ flags, probe }: Candidate, isChanged: boolean): string {
  if ((flags & PARTIAL_AUTO_INDEX) !== 0) return "AUTOMATIC PARTIAL COVERING INDEX";
  if ((flags & AUTO_INDEX) !== 0) return "AUTOMATIC COVERING INDEX";
  const covers = !isChanged && (flags & (INDEX_ONLY | EXPRESSION_INDEX)) !== 0;
  return `${covers ? "COVERING INDEX" : "INDEX"} ${probe?.index?.name ?? ""}`;
}

/** ` (a=? AND b>?)`, or nothing. */
function columnsText(candidate: Candidate, source: PlannedSource): string {
  const { flags, equal, skipped } = candidate;
  const conditions: string[] = [];
  for (let at = 0; at < equal; at++) {
    const name = columnName(candidate, at, source);
    conditions.push(at < skipped ? `ANY(${name})` : `${name}=?`);
  }
  if ((flags & LOW_BOUND) !== 0) conditions.push(boundText(candidate, candidate.low, ">", source));
  if ((flags & HIGH_BOUND) !== 0) conditions.push(boundText(candidate, candidate.high, "<", source));
  return conditions.length === 0 ? "" : ` (${conditions.join(" AND ")})`;
}

/** `a>?`, and of rows `(a,b)>(?,?)`. */
function boundText(candidate: Candidate, count: number, sign: string, source: PlannedSource): string {
  const names = Array.from({ length: count }, (_, at) => columnName(candidate, candidate.equal + at, source));
  if (count === 1) return `${names[0]!}${sign}?`;
  return `(${names.join(",")})${sign}(${names.map(() => "?").join(",")})`;
}

function columnName({ probe, terms }: Candidate, at: number, source: PlannedSource): string {
  // An automatic index is on the columns of its terms.
  const column = probe === undefined ? terms[at]!.column : probe.columns[at]!.column;
  if (column === EXPRESSION) return "<expr>";
  if (column === ROWID) return "rowid";
  return nameOf(source, column);
}

function nameOf({ table, source }: PlannedSource, column: number): string {
  if (table !== undefined) return table.columns[column]!.name;
  const { content } = source;
  if (content.kind === "query") return content.query.columns[column]!.name;
  return content.kind === "table" ? "" : content.common.columns[column]!.name;
}

export function explainBloomFilter(candidate: Candidate, source: PlannedSource): string {
  const head = `BLOOM FILTER ON ${source.source.name} (`;
  if ((candidate.flags & BY_ROWID) !== 0) return `${head}${rowidName(source.table)}=?)`;
  const conditions: string[] = [];
  for (let at = candidate.skipped; at < candidate.equal; at++)
    conditions.push(`${columnName(candidate, at, source)}=?`);
  return `${head}${conditions.join(" AND ")})`;
}

function rowidName(table: Table | undefined): string {
  return table === undefined || table.rowidAlias === ROWID ? "rowid" : table.columns[table.rowidAlias]!.name;
}

export function isMultiOr({ flags }: Candidate): boolean {
  return (flags & MULTI_OR) !== 0;
}
