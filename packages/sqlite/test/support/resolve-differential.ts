/** The same SELECT bound here and prepared by `node:sqlite`: refused in the same words, or with the same columns of the same origin. */
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { SqliteError } from "../../src/errors.ts";
import { builtInFunctions } from "../../src/functions/built-in.ts";
import type { CompileContext } from "../../src/planner/context.ts";
import { bindSelect } from "../../src/planner/resolve/bind.ts";
import { Catalogue, type SchemaRow } from "../../src/schema/catalogue.ts";
import { SQL_LIMITS } from "../../src/sql/limits.ts";
import { parseStatement } from "../../src/sql/parser/parse.ts";
import { builtInCollations } from "../../src/values/collation.ts";
import { randomSelect, SELECT_SCHEMA } from "./random-select.ts";

/** A SELECT a line: names, joins, stars, aggregates, row values, compounds and common tables, right and wrong. */
export const QUERIES: readonly string[] = readFileSync(
  fileURLToPath(new URL("resolve-queries.sql", import.meta.url)),
  "utf8",
)
  .split("\n")
  .filter((line) => line !== "");

/** `name table column type database` for each column, or `! ` and the error. */
type Outcome = string;

/**
 * Where a statement has several mistakes, the original goes on after some of them, and tells the last: so errors found while FROM is looked at may
 * be another one of the statement's here. Both have to refuse it all the same.
 */
const ONE_OF_SEVERAL =
  /^! (?:no such (?:table|index|column)|no tables specified|table \w+ has|cannot join using|ambiguous|HAVING clause|second argument|misuse of|row value misused|\w+ (?:ORDER|GROUP) BY term|wrong number|sub-select|SELECTs to)/;

export class ResolveDifferential {
  readonly #original: DatabaseSync;
  readonly #context: CompileContext;

  constructor(doubleQuotedStrings: boolean) {
    this.#original = new DatabaseSync(":memory:", { enableDoubleQuotedStringLiterals: doubleQuotedStrings });
    this.#original.exec(SELECT_SCHEMA);
    this.#context = contextOf(this.#original, doubleQuotedStrings);
  }

  /** Undefined when there is none. */
  difference(sql: string): string | undefined {
    const theirs = this.#theirs(sql);
    const ours = this.#ours(sql);
    return theirs === ours ? undefined : `${sql}\n  the original: ${theirs}\n  here: ${ours}`;
  }

  random(seed: number, count: number): { accepted: number; differences: string[] } {
    const differences: string[] = [];
    let accepted = 0;
    for (let n = seed; n < seed + count; n++) {
      const sql = randomSelect(n);
      const theirs = this.#theirs(sql);
      const ours = this.#ours(sql);
      if (!theirs.startsWith("!")) accepted += 1;
      const isExcused = ONE_OF_SEVERAL.test(theirs) && ONE_OF_SEVERAL.test(ours);
      if (theirs !== ours && !isExcused) differences.push(`${sql}\n  the original: ${theirs}\n  here: ${ours}`);
    }
    return { accepted, differences };
  }

  close(): void {
    this.#original.close();
  }

  #theirs(sql: string): Outcome {
    return outcome(() => {
      const columns = this.#original.prepare(sql).columns();
      return columns.map(({ name, table, column, type, database }) => [name, table, column, type, database]);
    });
  }

  #ours(sql: string): Outcome {
    return outcome(() => {
      const { statement } = parseStatement(sql);
      if (statement?.kind !== "select-statement") throw new Error("it is no SELECT");
      return bindSelect(statement.select, this.#context).columns.map(({ name, origin }) => [
        name,
        origin?.table,
        origin?.column,
        origin?.type,
        origin?.database,
      ]);
    });
  }
}

function outcome(columns: () => (string | null | undefined)[][]): Outcome {
  try {
    return columns()
      .map((column) => column.map((part) => part ?? "").join(" "))
      .join(", ");
  } catch (error) {
    if (error instanceof SqliteError || (error instanceof Error && "errcode" in error)) return `! ${error.message}`;
    throw error;
  }
}

/** A connection as compiling sees it, with the schemas that another one has. */
export function contextOf(original: DatabaseSync, doubleQuotedStrings: boolean): CompileContext {
  const collations = builtInCollations("utf8");
  return {
    databases: ["main", "temp"].map((name) => ({
      name,
      catalogue: Catalogue.read(schemaRows(original, name), Number.MAX_SAFE_INTEGER),
      statistics: { rows: () => undefined, index: () => undefined },
    })),
    functions: builtInFunctions(),
    collation: (name) => collations.get(name.toUpperCase()),
    encoding: "utf8",
    limits: SQL_LIMITS,
    doubleQuotedStrings,
    foreignKeys: true,
    recursiveTriggers: true,
    ignoreCheckConstraints: false,
    deferForeignKeys: false,
    automaticIndex: true,
    reverseUnorderedSelects: false,
    fullColumnNames: false,
    shortColumnNames: true,
    trustedSchema: true,
    triggerDepth: 1_000,
  };
}

function schemaRows(original: DatabaseSync, database: string): SchemaRow[] {
  const rows = original.prepare(`SELECT type, name, tbl_name, rootpage, sql FROM ${database}.sqlite_schema`).all();
  return rows.map((row) => ({
    type: row["type"] as string, // as sqlite_schema is declared
    name: row["name"] as string,
    tableName: row["tbl_name"] as string,
    rootPage: row["rootpage"] as number,
    sql: row["sql"] as string | null,
  }));
}
