/**
 * The numbers of SELECTs, which EXPLAIN QUERY PLAN shows: `SCALAR SUBQUERY 3`, `(subquery-2)`.
 *
 * The original gives a SELECT its number when its parser has come to the end of it, so that inner ones come first; each part of a compound has one.
 * Bodies of views are numbered when they are put in, from the outside, and the last part of a compound first.
 */
import type * as ast from "../../sql/ast.ts";
import { isList, operandsOf, queryAmong } from "./ast-walk.ts";
import { flattened } from "./from-clause.ts";

type Numbered = ast.SelectCore | ast.Values | ast.TableSource | ast.In | Extract<ast.Source, { kind: "joined" }>;

export class QueryNumbers {
  readonly #numbers = new Map<Numbered, number>();
  #last = 0;
  /** What has not been numbered yet: few statements need it. */
  #pending: (() => void)[] = [];

  /** A statement's SELECT, or an expression of it. */
  add(part: ast.Select | ast.Expression): void {
    this.#pending.push(() => ("cores" in part ? this.#select(part) : this.#expression(part)));
  }

  #select({ with: clause, cores, orderBy, limit, limitOffset }: ast.Select): void {
    for (const { select } of clause?.tables ?? []) this.#select(select);
    for (const [at, core] of cores.entries()) {
      if (core.kind === "values") this.#values(core);
      else this.#core(core);
      if (at === cores.length - 1) {
        for (const { expression } of orderBy) this.#expression(expression);
        for (const e of [limit, limitOffset]) if (e !== undefined) this.#expression(e);
      }
      this.#give(core);
    }
  }

  #expression(e: ast.Expression): void {
    if (e.kind === "subquery" || e.kind === "exists") return this.#select(e.select);
    if (e.kind === "in") return this.#in(e);
    for (const operand of operandsOf(e)) this.#expression(operand);
  }

  /** Of a core, or of what stands for one. */
  of(node: Numbered): number {
    this.#finish();
    return this.#numbers.get(node) ?? this.#give(node);
  }

  /** A new number, for something that came from a view. */
  next(): number {
    this.#finish();
    return ++this.#last;
  }

  #finish(): void {
    const pending = this.#pending;
    this.#pending = [];
    for (const part of pending) part();
  }

  #give(node: Numbered): number {
    const number = ++this.#last;
    this.#numbers.set(node, number);
    return number;
  }

  #core({ columns, from, where, groupBy, having }: ast.SelectCore): void {
    for (const column of columns) if (column.kind === "expression") this.#expression(column.expression);
    this.#from(flattened(from));
    for (const e of [where, ...groupBy, having]) if (e !== undefined) this.#expression(e);
  }

  #from(joins: readonly ast.Join[]): void {
    for (const { source, on } of joins) {
      if (source.kind === "subquery") this.#select(source.select);
      if (source.kind === "joined") {
        this.#from(source.from);
        this.#give(source);
      }
      if (on !== undefined) this.#expression(on);
    }
  }

  /** Rows of constants count for two at most. */
  #values({ rows }: ast.Values): void {
    for (const row of rows) for (const e of row) this.#expression(e);
    const areConstant = rows.every((row) => row.every(({ kind }) => kind === "literal"));
    this.#last += areConstant ? Math.min(rows.length, 2) - 1 : rows.length - 1;
  }

  #in(e: ast.In): void {
    this.#expression(e.operand);
    const query = queryAmong(e);
    if (query === undefined) {
      if (!isList(e.among)) return;
      for (const item of e.among) this.#expression(item);
      if (e.operand.kind !== "row") return;
      this.#last += e.among.length - 1;
      this.#give(e);
    } else if ("kind" in query) this.#give(query);
    else this.#select(query);
  }
}
