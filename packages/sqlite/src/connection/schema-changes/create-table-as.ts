/** CREATE TABLE … AS SELECT: columns by the result's names and affinities, rows with rowids from 1. */
import { RecordWriter } from "../../record/record-writer.ts";
import type { Select } from "../../sql/ast.ts";
import type { Affinity } from "../../values/affinity.ts";
import { Cells, type Tag } from "../../values/value.ts";
import { wordKind } from "../../sql/tokens.ts";
import { applyAffinity } from "../../values/cast.ts";
import { compileSelect } from "../compile.ts";
import type { Connection } from "../connection.ts";
import type { Action } from "../plan.ts";
import { addTable, tableFrom } from "./create-table.ts";
import { SchemaChange } from "./schema-change.ts";

const TYPES: Readonly<Record<Affinity, string>> = {
  BLOB: "",
  TEXT: " TEXT",
  NUMERIC: " NUM",
  INTEGER: " INT",
  REAL: " REAL",
};

export function createTableAs(connection: Connection, database: number, name: string, select: Select): Action {
  const rows = compileSelect(connection, select);
  const columns = rows.program.columns.map(({ name: column, affinity = "BLOB" }) => ({ name: column, affinity }));
  const table = tableFrom(textOf(name, uniqueNames(columns)));
  return {
    reads: [...rows.reads],
    writes: [database],
    run() {
      const change = new SchemaChange(connection, database);
      const rootPage = addTable(change, table);
      const { tree } = change;
      const cursor = tree.table(rootPage);
      const writer = new RecordWriter(connection.encoding, tree.pager.headerField("schemaFormat"));
      const realAsInteger = Uint8Array.from(columns, ({ affinity }) => (affinity === "REAL" ? 1 : 0));
      const cells = new Cells(columns.length);
      const run = rows.start(connection, new Cells(0));
      let rowid = 0;
      try {
        run.push((row) => {
          columns.forEach(({ affinity }, at) => {
            cells.set(at, row.tags[at] as Tag, row.payloads[at]!);
            applyAffinity(cells, at, affinity);
          });
          writer.write(cells, 0, columns.length, realAsInteger);
          rowid += 1;
          cursor.insert(rowid, writer.bytes, writer.length, true);
          return true;
        });
      } finally {
        run.close();
        cursor.close();
      }
      change.finish();
    },
  };
}

/** Later ones of equal names get a number: a, a:1. */
function uniqueNames<T extends { readonly name: string }>(columns: readonly T[]): T[] {
  const seen = new Set<string>();
  return columns.map((column) => {
    let { name } = column;
    for (let count = 1; seen.has(name.toLowerCase()); count++) name = `${column.name.replace(/:\d+$/, "")}:${count}`;
    seen.add(name.toLowerCase());
    return { ...column, name };
  });
}

/** As the original writes it: on one line while it is short. */
function textOf(table: string, columns: readonly { readonly name: string; readonly affinity: Affinity }[]): string {
  const length = [...columns.map(({ name }) => identifierLength(name) + 5), identifierLength(table)].reduce(
    (a, b) => a + b,
    0,
  );
  const [first, between, end] = length < 50 ? ["", ",", ")"] : ["\n  ", ",\n  ", "\n)"];
  const parts = columns.map(({ name, affinity }) => `${identifier(name)}${TYPES[affinity]}`);
  return `CREATE TABLE ${identifier(table)}(${first}${parts.join(between)}${end}`;
}

/** Bytes of a name in quotes. */
function identifierLength(name: string): number {
  return new TextEncoder().encode(name).length + (name.match(/"/g)?.length ?? 0) + 2;
}

/** In quotes unless it is a plain word that is no keyword. */
function identifier(name: string): string {
  const isPlain = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && wordKind(name) === wordKind("an_identifier");
  return isPlain ? name : `"${name.replaceAll('"', '""')}"`;
}
