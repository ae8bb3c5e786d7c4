/** The text of CREATE statements as `sqlite_schema` keeps it: one spelling up to the name, and as written from there on. */
import type { CreateIndex, CreateTable, CreateTrigger, CreateView, CreateVirtualTable } from "../sql/ast.ts";
import type { ParsedStatement } from "../sql/parser/parse.ts";

type Create = CreateTable | CreateIndex | CreateView | CreateTrigger | CreateVirtualTable;

/** `text` is what `parsed` was parsed from. CREATE TABLE … AS is kept as the columns that it made, which is for who runs it. */
export function storedText(
  statement: Create,
  text: string,
  { lastTokenEnd, terminator }: Pick<ParsedStatement, "lastTokenEnd" | "terminator">,
): string {
  switch (statement.kind) {
    case "create-table":
      return `CREATE TABLE ${text.slice(statement.table.offset, statement.options.length > 0 ? terminator : lastTokenEnd)}`;
    case "create-index":
      return `CREATE ${statement.unique ? "UNIQUE " : ""}INDEX ${text.slice(statement.index.offset, terminator)}`;
    case "create-view":
      return `CREATE VIEW ${text.slice(statement.view.offset, terminator).replace(/[ \t\n\f\r\v]+$/, "")}`;
    case "create-trigger":
      return `CREATE TRIGGER ${text.slice(statement.trigger.offset, lastTokenEnd)}`;
    case "create-virtual-table":
      return `CREATE VIRTUAL TABLE ${text.slice(statement.table.offset, lastTokenEnd)}`;
  }
}
