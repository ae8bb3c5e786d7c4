/** Queries over one table that statements of the connection need: the table itself, in its own order, by no index. */
import { EXPRESSION, fold, type Index, type IndexColumn, ROWID, type Table } from "../../schema/table.ts";
import type { Expression, OrderingTerm, Select } from "../../sql/ast.ts";

/** The columns that find a row of a table without rowid; undefined: the rowid does. */
export function keyOf(table: Table): readonly IndexColumn[] | undefined {
  if (!table.withoutRowid) return undefined;
  const key = table.indexes.find(({ origin }) => origin === "pk")!; // buildTable sees to it
  return key.columns.slice(0, key.keyColumns);
}

/** A name of the rowid that no column has. */
export function rowidName({ columns }: Table): string {
  const names = new Set(columns.map(({ name }) => fold(name)));
  return ["rowid", "_rowid_", "oid"].find((name) => !names.has(name)) ?? "rowid";
}

/** The values of an entry of an index. */
export function indexValues(table: Table, { columns }: Index): Expression[] {
  const rowid = rowidName(table);
  return columns.map(({ column, expression }) => {
    if (column === EXPRESSION) return expression!; // an expression's column has one
    return {
      kind: "column",
      table: table.name,
      name: column === ROWID ? rowid : table.columns[column]!.name,
      offset: -1,
    };
  });
}

/** `values` undefined: every column, of a table or a view. */
export function tableSelect(
  schema: string,
  { name }: { readonly name: string },
  values: readonly Expression[] | undefined,
  { where, orderBy = [] }: { readonly where?: Expression | undefined; readonly orderBy?: readonly OrderingTerm[] } = {},
): Select {
  return {
    cores: [
      {
        kind: "select",
        distinct: false,
        columns: values?.map((expression) => ({ kind: "expression", expression, text: "" })) ?? [
          { kind: "star", offset: -1 },
        ],
        from: [
          {
            operator: ",",
            natural: false,
            cross: false,
            left: false,
            right: false,
            source: { kind: "table", schema, name, ...(values && { indexedBy: null }), offset: -1 },
          },
        ],
        ...(where !== undefined && { where }),
        groupBy: [],
        windows: [],
        offset: -1,
      },
    ],
    operators: [],
    orderBy,
    offset: -1,
  };
}
