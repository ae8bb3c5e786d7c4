/** A database that the original wrote, asked through parser, binding, planning, lowering and a back end. */
import { closures } from "../../src/compile/closures.ts";
import type { BackEnd } from "../../src/compile/executable.ts";
import type { Program } from "../../src/compile/program.ts";
import { builtInFunctions } from "../../src/functions/built-in.ts";
import { compileStatement } from "../../src/planner/compile-statement.ts";
import type { CompileContext, Statistics } from "../../src/planner/context.ts";
import { Catalogue } from "../../src/schema/catalogue.ts";
import { SQL_LIMITS } from "../../src/sql/limits.ts";
import { parseStatement } from "../../src/sql/parser/parse.ts";
import { builtInCollations } from "../../src/values/collation.ts";
import type { SqlValue } from "../../src/values/value.ts";
import { TestDatabase } from "./program-runner.ts";

const COLLATIONS = builtInCollations("utf8");
const NO_STATISTICS: Statistics = { rows: () => undefined, index: () => undefined };

/** Reads only; what `sql` makes is made once, by the original. */
export class QueriedDatabase extends TestDatabase {
  compile(sql: string): Program {
    const { statement } = parseStatement(sql);
    if (statement === undefined) throw new Error("no statement");
    return compileStatement(statement, this.#context());
  }

  /** Rows as `ask` shows those of the original. */
  query(sql: string, parameters: readonly SqlValue[] = [], backEnd: BackEnd = closures): string[] {
    return this.run(backEnd, this.compile(sql), parameters);
  }

  /** EXPLAIN QUERY PLAN as an indented tree. */
  plan(sql: string): string[] {
    const depths = new Map([[0, -1]]);
    return this.compile(sql).plan.map(({ id, parent, text }) => indented(depths, id, parent, text));
  }

  /** The original's. */
  askPlan(sql: string): string[] {
    const depths = new Map([[0, -1]]);
    const rows = this.original.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as {
      id: number;
      parent: number;
      detail: string;
    }[];
    return rows.map(({ id, parent, detail }) => indented(depths, id, parent, detail));
  }

  #context(): CompileContext {
    return {
      databases: [
        { name: "main", catalogue: this.catalogue, statistics: NO_STATISTICS },
        { name: "temp", catalogue: Catalogue.read([], 0), statistics: NO_STATISTICS },
      ],
      functions: builtInFunctions(),
      collation: (name) => COLLATIONS.get(name.toUpperCase()),
      encoding: "utf8",
      limits: SQL_LIMITS,
      doubleQuotedStrings: true,
      foreignKeys: false,
      recursiveTriggers: false,
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
}

function indented(depths: Map<number, number>, id: number, parent: number, text: string): string {
  const depth = (depths.get(parent) ?? -1) + 1;
  depths.set(id, depth);
  return "  ".repeat(depth) + text;
}
