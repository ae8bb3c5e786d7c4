/** ALTER TABLE ADD COLUMN: the definition goes behind the last column's in the table's text; rows stay as they are. */
import { SqliteError, SqlError } from "../../errors.ts";
import { buildTable } from "../../schema/build-table.ts";
import { columnNamed, type Table } from "../../schema/table.ts";
import type { AlterTable } from "../../sql/ast.ts";
import { parseStatement } from "../../sql/parser/parse.ts";
import { Tokenizer } from "../../sql/tokenizer.ts";
import { TOKEN } from "../../sql/tokens.ts";
import type { Connection } from "../connection.ts";
import { checkDatabase } from "../integrity.ts";
import type { Action } from "../plan.ts";
import { checkTableExpressions } from "./check-expressions.ts";
import { checkCollation, tableFrom } from "./create-table.ts";
import { quotedName } from "./names.ts";
import { isNamed, SchemaChange } from "./schema-change.ts";

/** Columns that older versions cannot read rows without: those with defaults. */
const FORMAT_WITH_DEFAULTS = 3;

type AddColumn = Extract<AlterTable["action"], { kind: "add-column" }>;

export function addColumn(connection: Connection, database: number, table: Table, { column, text }: AddColumn): Action {
  if (columnNamed(table.columns, column.name) !== -1) throw new SqlError(`duplicate column name: ${column.name}`);
  const definition = text.replace(/[\s;]+$/, "");
  const defined = tableWith(table, definition);
  if (column.constraints.some(({ kind }) => kind === "primary-key"))
    throw new SqlError("Cannot add a PRIMARY KEY column");
  if (column.constraints.some(({ kind }) => kind === "unique")) throw new SqlError("Cannot add a UNIQUE column");
  const at = endOfColumns(table);
  const sql = `${table.sql.slice(0, at)}, ${definition}${table.sql.slice(at)}`;
  const refusal = refusalWithRows(connection, defined);
  return {
    writes: [database],
    run() {
      const change = new SchemaChange(connection, database);
      if (refusal !== undefined && hasRows(connection, database, table)) throw new SqlError(refusal);
      const built = builtWith(connection, database, table, sql);
      change.rows.edit((row) => (row.type === "table" && isNamed(row.name, table.name) ? { ...row, sql } : row));
      const { pager } = change.database;
      if (pager.headerField("schemaFormat") < FORMAT_WITH_DEFAULTS)
        pager.setHeaderField("schemaFormat", FORMAT_WITH_DEFAULTS);
      change.finish();
      const added = built.columns.at(-1)!; // the one that was put there
      const isChecked = built.checks.length > 0 || built.strict || (added.generated && added.notNull) !== undefined;
      if (isChecked) checkRows(connection, database, table.name);
    },
  };
}

/** The table as it will be. Throws `error in table t after add column: why`. */
function builtWith(connection: Connection, database: number, { name, rootPage }: Table, sql: string): Table {
  try {
    const { statement } = parseStatement(sql);
    if (statement?.kind !== "create-table") throw new SqlError("malformed text of a table");
    const built = buildTable(statement, { sql, rootPage });
    for (const { collation } of built.columns) checkCollation(connection, collation);
    checkTableExpressions(connection, database, built);
    return built;
  } catch (error) {
    if (!(error instanceof SqliteError) || error.code !== "SQLITE_ERROR") throw error;
    throw new SqlError(`error in table ${name} after add column: ${error.message}`);
  }
}

/** A table of the same columns, without what is known of them, and the new one. Throws what is wrong with the definition itself. */
function tableWith({ name, columns }: Table, definition: string): Table {
  const names = columns.map((column) => quotedName(column.name));
  return tableFrom(`CREATE TABLE ${quotedName(name)}(${[...names, definition].join(", ")})`);
}

/** What stands against the column when there are rows that do not have it. */
function refusalWithRows(connection: Connection, { columns, foreignKeys }: Table): string | undefined {
  const column = columns.at(-1)!; // the new one
  if (column.generated !== undefined) return column.generated.stored ? "cannot add a STORED column" : undefined;
  const value = column.default?.expression;
  const isNull = value === undefined || (value.kind === "literal" && value.type === "null");
  const isReference = foreignKeys.some(({ from }) => from.includes(columns.length - 1));
  if (connection.settings.foreignKeys && isReference && !isNull)
    return "Cannot add a REFERENCES column with non-NULL default value";
  if (column.notNull !== undefined && isNull) return "Cannot add a NOT NULL column with default value NULL";
  return isNull || isPlainValue(value) ? undefined : "Cannot add a column with non-constant default";
}

/** What the original can evaluate while it compiles: literals, signs, casts. */
function isPlainValue(expression: NonNullable<Table["columns"][number]["default"]>["expression"]): boolean {
  switch (expression.kind) {
    case "literal":
      return true;
    case "identifier":
      return /^(?:true|false)$/i.test(expression.name);
    case "unary":
      return (expression.operator === "-" || expression.operator === "+") && isPlainValue(expression.operand);
    case "cast":
    case "collate":
      return isPlainValue(expression.operand);
    default:
      return false;
  }
}

function hasRows(connection: Connection, database: number, { rootPage, withoutRowid, indexes }: Table): boolean {
  const tree = connection.btree(database);
  const cursor = withoutRowid
    ? tree.index(rootPage, {
        encoding: connection.encoding,
        collations: [],
        descending: new Uint8Array(indexes.length),
      })
    : tree.table(rootPage);
  try {
    return cursor.first();
  } finally {
    cursor.close();
  }
}

function checkRows(connection: Connection, database: number, table: string): void {
  const [problem] = checkDatabase(connection, database, { quick: true, most: 1, table });
  if (problem === undefined) return;
  if (problem.startsWith("CHECK")) throw new SqlError("CHECK constraint failed");
  throw new SqlError(problem.startsWith("non-") ? "type mismatch on DEFAULT" : "NOT NULL constraint failed");
}

/** Behind the last column's definition: the comma in front of the first constraint of the table, or the closing parenthesis. */
function endOfColumns({ sql, columns }: Table): number {
  const tokenizer = new Tokenizer(sql);
  let depth = 0;
  let commas = 0;
  for (let kind = tokenizer.next(); kind !== TOKEN.END_OF_INPUT; kind = tokenizer.next()) {
    if (kind === TOKEN.LEFT_PAREN) depth += 1;
    else if (kind === TOKEN.RIGHT_PAREN) {
      depth -= 1;
      if (depth === 0) return tokenizer.start;
    } else if (kind === TOKEN.COMMA && depth === 1) {
      commas += 1;
      if (commas === columns.length) return tokenizer.start;
    }
  }
  throw new SqlError("malformed text of a table");
}
