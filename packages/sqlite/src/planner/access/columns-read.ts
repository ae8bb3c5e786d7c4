/** Which columns of each source a core reads anywhere, in the queries inside of its expressions too: what an index has to have to stand for its table. */
import type { BoundExpression } from "../expression.ts";
import type { BoundCore, BoundQuery } from "../query.ts";
import { children, expressionsOfCore, queryIn } from "../walk.ts";
import type { LoopParts } from "./plan.ts";
import type { SourcesById } from "./usage.ts";

export type ColumnsRead = ReadonlyMap<number, ReadonlySet<number>>;

/** By the source's id; what only the change of a row reads is not counted. The rowid is not noted: every index has it. A generated column counts as all columns, as in the original. */
export function columnsReadIn(parts: LoopParts, byId: SourcesById): ColumnsRead {
  const reader = new Reader(byId);
  for (const e of parts.reads) if (!isLocator(e, parts, byId)) reader.expression(e);
  if (parts.where !== undefined) reader.expression(parts.where);
  for (const { on } of parts.sources) if (on !== undefined) reader.expression(on);
  return reader.columns;
}

/** A column of the key by which a row that will be changed is found again. */
function isLocator(e: BoundExpression, { whole }: LoopParts, byId: SourcesById): boolean {
  if (e.kind !== "column" || whole?.has(e.source) !== true) return false;
  const table = byId.get(e.source)?.table;
  return table?.withoutRowid === true && table.columns[e.column]!.primaryKeyPosition > 0;
}

class Reader {
  readonly columns = new Map<number, Set<number>>();
  readonly #byId: SourcesById;

  constructor(byId: SourcesById) {
    this.#byId = byId;
    for (const id of byId.keys()) this.columns.set(id, new Set());
  }

  expression(e: BoundExpression): void {
    if (e.kind === "column") this.#column(e.source, e.column);
    else if (e.kind === "generated") this.whole(e.source);
    else {
      for (const child of children(e)) this.expression(child);
      const query = queryIn(e);
      if (query !== undefined) this.#query(query);
    }
  }

  whole(id: number): void {
    const table = this.#byId.get(id)?.table;
    for (const column of table?.columns.keys() ?? []) this.columns.get(id)!.add(column); // a source has its set
  }

  #column(id: number, column: number): void {
    const source = this.#byId.get(id);
    if (source === undefined || source.columnNumber(column) < 0) return;
    if (source.table?.columns[column]?.generated !== undefined) this.whole(id);
    else this.columns.get(id)!.add(column); // a source has its set
  }

  #query(query: BoundQuery): void {
    let isCorrelated = false;
    for (const id of query.outerSources) isCorrelated ||= this.#byId.has(id);
    if (!isCorrelated) return;
    for (const core of query.cores) this.#core(core);
    for (const { expression } of query.orderBy) this.expression(expression);
    if (query.limit !== undefined) this.expression(query.limit);
    if (query.offset !== undefined) this.expression(query.offset);
  }

  #core(core: BoundCore): void {
    for (const e of expressionsOfCore(core)) this.expression(e);
    if (core.kind === "values") return;
    for (const { content } of core.sources) {
      if (content.kind === "query") this.#query(content.query);
      if (content.kind !== "recursive") continue;
      this.#query(content.common.initial);
      for (const part of content.common.recursive) this.#core(part);
    }
  }
}
