/** A database of the original's with its statistics: both sides' plans of a query, and both sides' rows. */
import { closures } from "../../../src/compile/closures.ts";
import type { Program } from "../../../src/compile/program.ts";
import { builtInFunctions } from "../../../src/functions/built-in.ts";
import { compileStatement } from "../../../src/planner/compile-statement.ts";
import type { CompileContext, Statistics } from "../../../src/planner/context.ts";
import { Catalogue } from "../../../src/schema/catalogue.ts";
import { SQL_LIMITS } from "../../../src/sql/limits.ts";
import { parseStatement } from "../../../src/sql/parser/parse.ts";
import { builtInCollations } from "../../../src/values/collation.ts";
import { TestDatabase } from "../../support/program-runner.ts";

const COLLATIONS = builtInCollations("utf8");
const NO_STATISTICS: Statistics = { rows: () => undefined, index: () => undefined };

export class PlannedDatabase extends TestDatabase {
  readonly #statistics: Statistics;
  readonly #functions = builtInFunctions();
  reverseUnorderedSelects = false;

  constructor(sql: string) {
    super(sql);
    this.#statistics = this.#readStatistics();
  }

  compile(sql: string): Program {
    const { statement } = parseStatement(sql);
    if (statement === undefined) throw new Error("no statement");
    return compileStatement(statement, this.context());
  }

  rows(sql: string): string[] {
    return this.run(closures, this.compile(sql));
  }

  /** EXPLAIN QUERY PLAN, each line indented by its depth. */
  plan(sql: string): string[] {
    return tree(this.compile(sql).plan);
  }

  originalPlan(sql: string): string[] {
    const rows = this.original.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
    return tree(
      rows.map((row) => ({ id: Number(row["id"]), parent: Number(row["parent"]), text: String(row["detail"]) })),
    );
  }

  context(): CompileContext {
    return {
      databases: [
        { name: "main", catalogue: this.catalogue, statistics: this.#statistics },
        { name: "temp", catalogue: Catalogue.read([], 0), statistics: NO_STATISTICS },
      ],
      functions: this.#functions,
      collation: (name) => COLLATIONS.get(name.toUpperCase()),
      encoding: "utf8",
      limits: SQL_LIMITS,
      doubleQuotedStrings: true,
      foreignKeys: false,
      recursiveTriggers: false,
      ignoreCheckConstraints: false,
      deferForeignKeys: false,
      automaticIndex: true,
      reverseUnorderedSelects: this.reverseUnorderedSelects,
      fullColumnNames: false,
      shortColumnNames: true,
      trustedSchema: true,
      triggerDepth: 1000,
    };
  }

  /** What `sqlite_stat1` says: rows of a table by any of its indexes that has all of them. */
  #readStatistics(): Statistics {
    const has = this.original.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'").get();
    if (has === undefined) return NO_STATISTICS;
    const tables = new Map<string, number>();
    const indexes = new Map<string, { counts: number[]; unordered: boolean; noSkipScan: boolean }>();
    for (const row of this.original.prepare("SELECT tbl, idx, stat FROM sqlite_stat1").all()) {
      const counts = String(row["stat"])
        .split(" ")
        .map(Number)
        .filter((count) => !Number.isNaN(count));
      const name = row["idx"] === null ? undefined : String(row["idx"]);
      const isPartial = name !== undefined && this.catalogue.index(name)?.where !== undefined;
      if (!isPartial) tables.set(String(row["tbl"]), counts[0]!);
      if (name !== undefined) indexes.set(name, { counts, unordered: false, noSkipScan: false });
    }
    return { rows: (table) => tables.get(table), index: (index) => indexes.get(index) };
  }
}

function tree(nodes: readonly { readonly id: number; readonly parent: number; readonly text: string }[]): string[] {
  const depths = new Map([[0, -1]]);
  return nodes.map(({ id, parent, text }) => {
    const depth = (depths.get(parent) ?? -1) + 1;
    depths.set(id, depth);
    return `${"  ".repeat(depth)}${text}`;
  });
}
