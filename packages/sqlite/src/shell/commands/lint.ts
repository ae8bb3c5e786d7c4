/** .lint fkey-indexes: foreign keys whose child columns no index helps with. */
import { isOption } from "../arguments.ts";
import type { DotCommand } from "../command.ts";
import { needsQuotes, quotedName, quotedText } from "../format/values.ts";
import type { Shell } from "../shell.ts";

interface ForeignKey {
  readonly child: string;
  readonly columns: readonly string[];
  readonly parent: string;
  readonly parentColumns: readonly string[];
}

function foreignKeys(shell: Shell): ForeignKey[] {
  const tables = shell.rows("SELECT name FROM sqlite_schema WHERE type='table' ORDER BY name");
  return tables.flatMap(([name]) => {
    const byId = new Map<number, { parent: string; columns: string[]; parentColumns: string[] }>();
    for (const [id, , parent, from, to] of shell.rows(`PRAGMA foreign_key_list(${quotedText(String(name))})`)) {
      const key = byId.get(Number(id)) ?? { parent: String(parent), columns: [], parentColumns: [] };
      key.columns.push(String(from));
      if (to !== null) key.parentColumns.push(String(to));
      byId.set(Number(id), key);
    }
    return [...byId.values()].map((key) => ({
      child: String(name),
      ...key,
      parentColumns: key.parentColumns.length > 0 ? key.parentColumns : primaryKey(shell, key.parent),
    }));
  });
}

function primaryKey(shell: Shell, table: string): string[] {
  return shell
    .rows(`PRAGMA table_info(${quotedText(table)})`)
    .filter(([, , , , , place]) => Number(place) > 0)
    .toSorted((a, b) => Number(a[5]) - Number(b[5]))
    .map(([, name]) => String(name));
}

/** Whether rows with given values in these columns are found by an index. */
function isIndexed(shell: Shell, { child, columns }: ForeignKey): string {
  const where = columns.map((column) => `${quotedName(column)}=?`).join(" AND ");
  const [row] = shell.rows(`EXPLAIN QUERY PLAN SELECT rowid FROM ${quotedName(child)} WHERE ${where}`);
  return String(row?.[3] ?? "");
}

function run(shell: Shell, words: readonly string[]): boolean {
  const command = words[1] ?? "";
  if (command === "" || !"fkey-indexes".startsWith(command.toLowerCase())) {
    shell.complain("Usage lint sub-command ?switches...?\nWhere sub-commands are:\n    fkey-indexes\n");
    return true; // the original does not count it as a failure
  }
  let verbose = false;
  let groups = false;
  for (const word of words.slice(2)) {
    if (isOption(word, "verbose") || word === "-v") verbose = true;
    else if (isOption(word, "groupbyparent")) groups = true;
    else {
      shell.complain(`Usage: .lint fkey-indexes ?-verbose? ?-groupbyparent?\n`);
      return false;
    }
  }
  let parent = "";
  const keys = foreignKeys(shell);
  if (groups) keys.sort((a, b) => (a.parent < b.parent ? -1 : a.parent > b.parent ? 1 : 0));
  for (const key of keys) {
    const { child, columns } = key;
    const parentText = `${key.parent}(${key.parentColumns.join(",")})`;
    const plan = isIndexed(shell, key);
    const marks = columns.map((column) => `${column}=?`).join(" AND ");
    const isGood =
      plan.startsWith("SEARCH") && (plan.endsWith(`(${marks})`) || plan.includes("USING INTEGER PRIMARY KEY"));
    if (groups && parent !== key.parent) {
      parent = key.parent;
      shell.print(`-- Parent table ${parent}\n`);
    }
    const indent = groups ? "    " : "";
    if (!isGood) {
      const name = `${child}_${columns.join("_")}`;
      const index = needsQuotes(name) ? `"${name.replaceAll('"', '""')}"` : name;
      const list = columns.map((column) => quotedText(column)).join(", ");
      shell.print(`${indent}CREATE INDEX ${quotedText(index)} ON ${quotedText(child)}(${list}); --> ${parentText}\n`);
    } else if (verbose)
      shell.print(`${indent}/* no extra indexes required for ${child}(${columns.join(", ")}) -> ${parentText} */\n`);
  }
  return true;
}

export const LINT_COMMANDS: readonly DotCommand[] = [
  {
    name: "lint",
    least: 3,
    help: [
      "lint OPTIONS",
      "Report potential schema issues.",
      "     Options:",
      "        fkey-indexes     Find missing foreign key indexes",
    ],
    run,
  },
];
