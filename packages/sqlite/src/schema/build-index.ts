/** CREATE INDEX, PRIMARY KEY and UNIQUE → the index that stands for them. */
import { SqlError } from "../errors.ts";
import type { ConflictResolution, Expression, IndexedColumn } from "../sql/ast.ts";
import { type Column, columnNamed, EXPRESSION, type Index, type IndexColumn, ROWID } from "./table.ts";

/** What an index needs to know of its table. */
export interface IndexedTable {
  readonly name: string;
  readonly columns: readonly Column[];
  /** The columns of the primary key of a table without rowid. */
  readonly primaryKey: readonly IndexColumn[] | undefined;
}

export interface IndexParts {
  readonly name: string;
  readonly origin: Index["origin"];
  readonly unique: boolean;
  readonly columns: readonly IndexedColumn[];
  readonly where?: Expression | undefined;
  readonly onConflict?: ConflictResolution | undefined;
  readonly rootPage?: number;
  readonly sql?: string;
}

/** Throws SqlError: an unknown column, an expression in a constraint. What expressions may hold is for who compiles them to check. */
export function buildIndex(table: IndexedTable, parts: IndexParts): Index {
  const written = parts.columns.map((column) => indexColumn(table.columns, column, parts.origin !== "c"));
  const { name, origin, unique, where, onConflict, rootPage = 0, sql } = parts;
  const head = { kind: "index", name, table: table.name, origin, unique, onConflict, where, rootPage, sql } as const;
  if (origin === "pk" && table.primaryKey !== undefined) {
    // The table itself: the key, each column once, then everything else that is stored.
    const key = withoutRepeats(written);
    const rest = table.columns
      .map((column, at): IndexColumn => ({ column: at, collation: column.collation, descending: false }))
      .filter(({ column }) => !isVirtual(table.columns[column]!) && !key.some((part) => part.column === column));
    return { ...head, keyColumns: key.length, columns: [...key, ...rest] };
  }
  const locator = table.primaryKey ?? [{ column: ROWID, collation: "BINARY", descending: false }];
  // In constraints ascending whatever the key's own order is: an oversight of the original that files depend on.
  const rest = locator
    .filter((part) => !written.some((other) => isSameColumn(part, other)))
    .map((part) => ({ ...part, descending: origin === "c" && part.descending }));
  return { ...head, keyColumns: written.length, columns: [...written, ...rest] };
}

function isVirtual(column: Column): boolean {
  return column.generated !== undefined && !column.generated.stored;
}

export function isSameColumn(a: IndexColumn, b: IndexColumn): boolean {
  return a.column === b.column && a.column !== EXPRESSION && a.collation.toUpperCase() === b.collation.toUpperCase();
}

/** The columns without those that stand further in front already. */
export function withoutRepeats(columns: readonly IndexColumn[]): IndexColumn[] {
  return columns.filter((column, at) => !columns.slice(0, at).some((earlier) => isSameColumn(earlier, column)));
}

/** One column as written: a name, perhaps in a string's quotes, perhaps with COLLATE; else an expression, which constraints refuse. */
export function indexColumn(columns: readonly Column[], written: IndexedColumn, inConstraint: boolean): IndexColumn {
  let { expression } = written;
  let collation: string | undefined;
  while (expression.kind === "collate") {
    collation ??= expression.collation;
    expression = expression.operand;
  }
  const { descending } = written;
  const name = plainName(expression);
  if (name === undefined) {
    if (inConstraint) throw new SqlError("expressions prohibited in PRIMARY KEY and UNIQUE constraints");
    return { column: EXPRESSION, expression, collation: collation ?? "BINARY", descending };
  }
  const column = columnNamed(columns, name.text);
  if (column === -1) throw new SqlError(unknownColumn(name), expression.offset);
  return { column, collation: collation ?? columns[column]!.collation, descending };
}

/** The name that an index's column is written as, whatever COLLATE follows; undefined: it is an expression. */
export function plainName(written: Expression): { text: string; quoted: boolean } | undefined {
  let expression = written;
  while (expression.kind === "collate") expression = expression.operand;
  if (expression.kind === "identifier") return { text: expression.name, quoted: expression.quoted };
  if (expression.kind === "literal" && expression.type === "string") return { text: expression.text, quoted: false };
  return undefined;
}

function unknownColumn({ text, quoted }: { text: string; quoted: boolean }): string {
  if (!quoted) return `no such column: ${text}`;
  return `no such column: "${text}" - should this be a string literal in single-quotes?`;
}
