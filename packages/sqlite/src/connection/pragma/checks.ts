/** Pragmas that look whether everything is as it should be, and that keep statistics fresh. */
import { checkDatabase } from "../integrity.ts";
import type { Action } from "../plan.ts";
import { foreignKeyProblems } from "../foreign-key-check.ts";
import { findTable } from "../schema-changes/names.ts";
import { type Asked, databasesOf, integer, type PragmaTable } from "./pragma.ts";

/** Problems that are told when nothing else is said. */
const MOST_PROBLEMS = 100;

/** With a number: so many problems at most; with a name: one table. */
function integrityCheck(asked: Asked, quick: boolean): Action {
  const { connection, value } = asked;
  const isNumber = value !== undefined && /^[+-]?\d+$/.test(value);
  const most = isNumber && integer(value) > 0 ? integer(value) : MOST_PROBLEMS;
  const table = isNumber ? undefined : value;
  return {
    columns: [quick ? "quick_check" : "integrity_check"],
    reads: databasesOf(asked),
    run() {
      const problems: string[] = [];
      for (const at of databasesOf(asked)) {
        if (problems.length < most)
          problems.push(...checkDatabase(connection, at, { quick, most: most - problems.length, table }));
      }
      return problems.length === 0 ? [["ok"]] : problems.map((problem) => [problem]);
    },
  };
}

/** Of one table, wherever it is; else of all of the database that was named, and of main when none was. */
function foreignKeyCheck(asked: Asked): Action {
  const { connection, database, isNamed, value } = asked;
  const schema = isNamed ? connection.databases[database]!.name : undefined;
  const found =
    value === undefined
      ? undefined
      : findTable(connection, { ...(schema !== undefined && { schema }), name: value, offset: 0 });
  const at = found?.database ?? database;
  return {
    columns: ["table", "rowid", "parent", "fkid"],
    reads: [at],
    run: () => foreignKeyProblems(connection, at, value),
  };
}

export const CHECK_PRAGMAS: PragmaTable = {
  foreign_key_check: foreignKeyCheck,
  integrity_check: (asked) => integrityCheck(asked, false),
  optimize: () => ({ columns: ["optimize"], isReadonly: true, run: () => [] }),
  quick_check: (asked) => integrityCheck(asked, true),
};
