/** Sources of FROM, bound: tables, subqueries, common tables, and how their columns are read. */
import { SqlError } from "../../errors.ts";
import { ROWID, type Table } from "../../schema/table.ts";
import type { BoundExpression, Column } from "../expression.ts";
import type { BoundSource, JoinKind, ResultColumn, SourceContent } from "../query.ts";
import type { Binding } from "./binding.ts";
import type { ExpandedContent, ExpandedSource } from "./expanded.ts";
import { bindExpression } from "./expression.ts";
import { bindQuery } from "./query.ts";
import { bindRecursive } from "./recursive.ts";
import { Scope, type ScopeSource } from "./scope.ts";

export interface FoundSource {
  readonly bound: Omit<BoundSource, "on">;
  readonly scoped: ScopeSource;
}

/** `outer`: what is around the SELECT; a subquery in FROM sees that, and nothing of the sources beside it. */
export function bindSource(names: ExpandedSource, outer: Scope | undefined, binding: Binding): FoundSource {
  const id = binding.ids.source();
  const content = bindContent(names, outer, binding);
  binding.sources.set(id, { names, content });
  const bound = { id, name: names.alias ?? names.tableName, join: joinKind(names), content };
  if (content.kind === "table") return { bound, scoped: tableSource(id, names, content.table, binding) };
  const columns = columnsOf(content);
  return {
    bound,
    scoped: {
      id,
      names,
      column: (at) => resultColumn(id, at, columns[at] ?? { affinity: undefined, collation: binding.binary }),
    },
  };
}

function joinKind({ join: { left, right, cross } }: ExpandedSource): JoinKind {
  if (left && right) return "full";
  if (left) return "left";
  if (right) return "right";
  return cross ? "cross" : "inner";
}

function bindContent({ content }: ExpandedSource, outer: Scope | undefined, binding: Binding): SourceContent {
  switch (content.kind) {
    case "table":
      return content;
    case "query": {
      const { common, materialized, viewName } = content;
      if (common !== undefined) common.uses += 1;
      return { kind: "query", query: bindSubquery(content, outer, binding), common, materialized, viewName };
    }
    case "recursive":
      return { kind: "recursive", common: bindRecursive(content, outer, binding) };
    case "queue":
      return { kind: "queue", common: binding.recursive.get(content.key)! }; // it is inside of its own recursive part
  }
}

function bindSubquery(
  { query, viewName }: Extract<ExpandedContent, { kind: "query" }>,
  outer: Scope | undefined,
  binding: Binding,
): ReturnType<typeof bindQuery> {
  // A view sees nothing of what is around it.
  return bindQuery(query, viewName === undefined ? outer : undefined, binding);
}

function columnsOf(content: Exclude<SourceContent, { kind: "table" }>): readonly ResultColumn[] {
  return content.kind === "query" ? content.query.columns : content.common.columns;
}

function resultColumn(
  source: number,
  column: number,
  { affinity, collation }: Pick<ResultColumn, "affinity" | "collation">,
): Column {
  return { kind: "column", source, column, affinity, collation, notNull: false };
}

/** The columns of a table's row on which a source stands. */
export function tableSource(id: number, names: ExpandedSource, table: Table, binding: Binding): ScopeSource {
  const { join, beforeRight } = names;
  // Even where WHERE turns out to make an inner join of it, as in the original.
  const mayBeNull = join.left || beforeRight;
  const source: ScopeSource = {
    id,
    names,
    column(at) {
      if (at === ROWID || at === table.rowidAlias) return rowidColumn(id, mayBeNull, binding);
      const column = table.columns[at]!;
      const { affinity } = column;
      const collation = binding.collation(column.collation);
      if (column.generated === undefined || column.generated.stored)
        return {
          kind: "column",
          source: id,
          column: at,
          affinity,
          collation,
          notNull: !mayBeNull && column.notNull !== undefined,
        };
      return {
        kind: "generated",
        source: id,
        column: at,
        value: generatedValue(source, table, at, binding),
        affinity,
        collation,
      };
    },
  };
  return source;
}

function rowidColumn(source: number, mayBeNull: boolean, binding: Binding): Column {
  return { kind: "column", source, column: ROWID, affinity: "INTEGER", collation: binding.binary, notNull: !mayBeNull };
}

/** What a virtual column is computed from, over the columns of the same row. */
function generatedValue(source: ScopeSource, table: Table, at: number, binding: Binding): BoundExpression {
  const column = table.columns[at]!;
  if (binding.generating.has(column)) throw new SqlError(`generated column loop on "${column.name}"`);
  binding.generating.add(column);
  try {
    const scope = new Scope(binding, undefined, { sources: [source], place: "generated columns", fromSchema: true });
    return bindExpression(column.generated!.expression, scope);
  } finally {
    binding.generating.delete(column);
  }
}
