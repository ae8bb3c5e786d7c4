/** What may be meant at a place of an SQL text: keywords, tables, and the columns of tables that the statement names. */
import type { TableInfo } from "../../../src/tools/sqlite/sqlite-wire.ts";

export interface Suggestion {
  readonly label: string;
  readonly type: "keyword" | "table" | "column";
  /** What stands beside it: a column's table and type. */
  readonly detail?: string;
  /** What is put in, where it is not the label. */
  readonly apply?: string;
  readonly boost?: number;
}

export interface Suggestions {
  /** Where the word begins that is being written. */
  readonly from: number;
  readonly afterDot: boolean;
  readonly options: readonly Suggestion[];
}

/** Undefined within strings and comments. */
export function suggestionsAt(
  text: string,
  at: number,
  tables: readonly TableInfo[],
  keywords: readonly string[],
): Suggestions | undefined {
  const before = text.slice(0, at);
  if (isQuoted(before)) return undefined;
  const word = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*$/.exec(before)?.[0] ?? "";
  const from = at - word.length;
  const used = tablesNamed(text, tables);
  const qualifier = /(?:"([^"]*)"|([\w$\u0080-\uffff]+))\.$/.exec(before.slice(0, from));
  if (qualifier !== null) {
    const table = used.get((qualifier[1] ?? qualifier[2]!).toLowerCase());
    return table && { from, afterDot: true, options: columnsOf(table, keywords) };
  }
  if (/[\d.]$/.test(before.slice(0, from))) return undefined;
  const shown = new Set(used.values());
  const columns = [...(shown.size > 0 ? shown : tables)].flatMap((table) => columnsOf(table, keywords));
  return {
    from,
    afterDot: false,
    options: [
      ...columns.map((column) => ({ ...column, boost: shown.size > 0 ? 2 : 0 })),
      ...tables.map(({ name, kind }) => ({
        label: name,
        type: "table" as const,
        detail: kind,
        ...quotedIfNeeded(name, keywords),
        boost: 1,
      })),
      ...keywords.map((keyword) => ({ label: keyword.toUpperCase(), type: "keyword" as const })),
    ],
  };
}

function columnsOf({ name: table, columns }: TableInfo, keywords: readonly string[]): Suggestion[] {
  return columns.map(({ name, type }) => ({
    label: name,
    type: "column",
    detail: type === "" ? table : `${table} ${type}`,
    ...quotedIfNeeded(name, keywords),
  }));
}

function quotedIfNeeded(name: string, keywords: readonly string[]): { readonly apply?: string } {
  const isPlain = /^[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*$/.test(name);
  if (isPlain && !keywords.some((keyword) => keyword.toUpperCase() === name.toUpperCase())) return {};
  return { apply: `"${name.replaceAll('"', '""')}"` };
}

/** Tables that the text names after FROM, JOIN, INTO, UPDATE or a comma, by their names and aliases in lower case. */
function tablesNamed(text: string, tables: readonly TableInfo[]): Map<string, TableInfo> {
  const byName = new Map(tables.map((table) => [table.name.toLowerCase(), table]));
  const found = new Map<string, TableInfo>();
  const name = `(?:"([^"]+)"|([\\w$\\u0080-\\uffff]+))`;
  const named = new RegExp(`(?:\\b(?:FROM|JOIN|INTO|UPDATE)\\s+|,\\s*)${name}(?:\\s+(?:AS\\s+)?${name})?`, "gi");
  for (const [, quoted, plain, quotedAlias, alias] of text.matchAll(named)) {
    const table = byName.get((quoted ?? plain ?? "").toLowerCase());
    if (table === undefined) continue;
    found.set(table.name.toLowerCase(), table);
    const other = (quotedAlias ?? alias)?.toLowerCase();
    if (other !== undefined && !found.has(other)) found.set(other, table);
  }
  return found;
}

/** Whether a string or a comment is open at the end. (A quoted name is open as well: names in it are not completed.) */
function isQuoted(before: string): boolean {
  const rest = before.replaceAll(/'[^']*'|"[^"]*"|`[^`]*`|--[^\n]*\n|\/\*[^]*?\*\//g, " ");
  return /['"`]|--|\/\*/.test(rest);
}
