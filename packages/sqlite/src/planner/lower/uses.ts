/** What a statement reads anywhere of each source, so that nothing else is kept, and who reads a common table. */
import type { BoundExpression } from "../expression.ts";
import type { BoundCore, BoundQuery, SourceContent } from "../query.ts";
import { each, expressionsOfCore, queryIn } from "../walk.ts";

type ReadColumn = Extract<BoundExpression, { kind: "column" | "generated" }>;

export class Uses {
  readonly #columns = new Map<number, Map<number, ReadColumn>>();
  readonly #readers = new Map<object, number>();
  readonly #seen = new Set<object>();

  noteQuery(query: BoundQuery): void {
    if (this.#seen.has(query)) return;
    this.#seen.add(query);
    for (const core of query.cores) this.#core(core);
    for (const { expression } of query.orderBy) this.note(expression);
    for (const e of [query.limit, query.offset]) if (e !== undefined) this.note(e);
  }

  note(e: BoundExpression): void {
    each(e, (part) => {
      if (part.kind === "column" || part.kind === "generated") this.#column(part);
      const query = queryIn(part);
      if (query !== undefined) this.noteQuery(query);
    });
  }

  /** In ascending order. */
  columnsOf(source: number): number[] {
    return [...(this.#columns.get(source)?.keys() ?? [])].toSorted((a, b) => a - b);
  }

  /** One of the places where a column is read. */
  columnOf(source: number, column: number): BoundExpression {
    const found = this.#columns.get(source)?.get(column);
    if (found === undefined) throw new Error(`column ${column} of source ${source} is not read`);
    return found;
  }

  /** How many sources read a common table. */
  readersOf(common: object): number {
    return this.#readers.get(common) ?? 0;
  }

  #column(e: ReadColumn): void {
    const columns = this.#columns.get(e.source);
    if (columns === undefined) this.#columns.set(e.source, new Map([[e.column, e]]));
    else columns.set(e.column, e);
  }

  #core(core: BoundCore): void {
    for (const e of expressionsOfCore(core)) this.note(e);
    if (core.kind === "select") for (const { content } of core.sources) this.#content(content);
  }

  #content(content: SourceContent): void {
    if (content.kind === "table" || content.kind === "queue") return;
    const { common } = content;
    if (common !== undefined) this.#readers.set(common, this.readersOf(common) + 1);
    if (content.kind === "query") {
      this.noteQuery(content.query);
      return;
    }
    const recursive = content.common;
    if (this.#seen.has(recursive)) return;
    this.#seen.add(recursive);
    this.noteQuery(recursive.initial);
    for (const core of recursive.recursive) this.#core(core);
    for (const e of [recursive.limit, recursive.offset]) if (e !== undefined) this.note(e);
  }
}
