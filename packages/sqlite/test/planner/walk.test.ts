import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import type { BoundExpression } from "../../src/planner/expression.ts";
import type { BoundQuery, BoundSelect } from "../../src/planner/query.ts";
import { bindSelect } from "../../src/planner/resolve/bind.ts";
import {
  affinityOf,
  aggregatesOf,
  collationOf,
  conjunction,
  conjuncts,
  equalExpressions,
  outerOf,
  replace,
  replaceInQuery,
  some,
  sourcesOf,
} from "../../src/planner/walk.ts";
import { parseStatement } from "../../src/sql/parser/parse.ts";
import { contextOf } from "../support/resolve-differential.ts";

const original = new DatabaseSync(":memory:");
original.exec("CREATE TABLE t(a TEXT COLLATE nocase, b INTEGER); CREATE TABLE u(a, d INTEGER PRIMARY KEY)");
const context = contextOf(original, false);
original.close();

function bind(sql: string): BoundQuery {
  const { statement } = parseStatement(sql);
  if (statement?.kind !== "select-statement") throw new Error("it is no SELECT");
  return bindSelect(statement.select, context);
}

function core(sql: string): BoundSelect {
  return bind(sql).cores[0] as BoundSelect; // as written
}

/** The result columns over `t`. */
function columns(list: string): readonly BoundExpression[] {
  return core(`SELECT ${list} FROM t`).result;
}

describe("equalExpressions", () => {
  it.each([
    ["a + 1", "a + 1"],
    ["t.a", "A"],
    ["x'0102' || b", "x'0102' || b"],
    ["abs(b)", "ABS(b)"],
    ["CASE a WHEN 1 THEN 2 ELSE b END", "CASE a WHEN 1 THEN 2 ELSE b END"],
    ["b + 1 BETWEEN 1 AND 2", "b + 1 BETWEEN 1 AND 2"],
    ["rowid", "oid"],
    ["count(*)", "count(*)"],
  ])("%s is %s", (one, other) => {
    const [a, b] = columns(`${one}, ${other}`);
    expect(equalExpressions(a!, b!)).toBe(true);
  });

  it.each([
    ["a + 1", "1 + a"],
    ["a + 1", "a + 1.0"],
    ["a", "a COLLATE binary"],
    ["x'01'", "x'02'"],
    ["1", "'1'"],
    ["abs(b)", "hex(b)"],
    ["CASE WHEN a THEN 1 END", "CASE WHEN a THEN 1 WHEN b THEN 2 END"],
    ["b IN (1, 2)", "b NOT IN (1, 2)"],
    ["count(a)", "count(DISTINCT a)"],
    ["(SELECT 1)", "(SELECT 1)"],
  ])("%s is not %s", (one, other) => {
    const [a, b] = columns(`${one}, ${other}`);
    expect(equalExpressions(a!, b!)).toBe(false);
  });
});

describe("affinityOf and collationOf", () => {
  it.each([
    ["a", "TEXT", "NOCASE"],
    ["+a", undefined, "NOCASE"],
    ["a || ''", undefined, undefined],
    ["b", "INTEGER", "BINARY"],
    ["rowid", "INTEGER", undefined],
    ["CAST(a AS REAL)", "REAL", "NOCASE"],
    ["a COLLATE rtrim", "TEXT", "RTRIM"],
    ["abs(a COLLATE rtrim)", undefined, "RTRIM"],
    ["(SELECT a)", "TEXT", undefined],
    ["likely(a)", undefined, undefined],
    ["max(a COLLATE rtrim)", undefined, "RTRIM"],
  ])("of %s", (text, affinity, collation) => {
    const [e] = columns(text);
    expect(affinityOf(e!)).toBe(affinity);
    expect(collationOf(e!)?.name).toBe(collation);
  });
});

describe("what is read", () => {
  it("is seen in the queries inside, without what those have themselves", () => {
    const { result, sources } = core(
      "SELECT (SELECT u.a FROM u WHERE u.d = t.b AND EXISTS (SELECT x.a FROM u AS x WHERE x.a = u.d)) FROM t",
    );
    expect(sourcesOf(result[0]!)).toEqual(new Set([sources[0]!.id]));
  });

  it("is seen of aggregates that belong outside", () => {
    const { result, aggregates } = core("SELECT (SELECT max(t.b) + count(u.d) FROM u) FROM t");
    expect(aggregates).toHaveLength(1);
    expect(aggregatesOf(result[0]!)).toEqual(new Set([aggregates[0]!.id]));
  });

  it("is seen through common tables that are recursive", () => {
    const { result, sources } = core(
      "SELECT (WITH c(x) AS (SELECT t.b UNION ALL SELECT x + 1 FROM c WHERE x < 9) SELECT max(x) FROM c) FROM t",
    );
    expect(sourcesOf(result[0]!)).toEqual(new Set([sources[0]!.id]));
  });

  it("outside of a statement is nothing", () => {
    const query = bind("SELECT a FROM t WHERE b IN (SELECT d FROM u) UNION SELECT 1");
    expect(outerOf(query)).toEqual({ outerSources: new Set(), outerAggregates: new Set() });
  });
});

describe("conjuncts", () => {
  it("come apart and together again", () => {
    const { where } = core("SELECT 1 FROM t WHERE a AND (b AND 1) AND (a OR b)");
    const terms = conjuncts(where);
    expect(terms.map(({ kind }) => kind)).toEqual(["column", "column", "constant", "or"]);
    expect(conjuncts(conjunction(terms))).toEqual(terms);
    expect(conjunction([])).toBeUndefined();
  });
});

describe("replace", () => {
  const one: BoundExpression = { kind: "parameter", index: 1 };

  it("keeps what does not change identical", () => {
    const query = bind("SELECT a, (SELECT d FROM u WHERE u.a = t.a) FROM t WHERE b BETWEEN 1 AND 2 ORDER BY a LIMIT 3");
    expect(replaceInQuery(query, () => undefined)).toBe(query);
  });

  it("goes into queries, and what they read outside follows", () => {
    const { result, sources } = core("SELECT (SELECT u.d FROM u WHERE u.a = t.a) + t.b FROM t");
    const { id } = sources[0]!;
    const replaced = replace(result[0]!, (e) => (e.kind === "column" && e.source === id ? one : undefined));
    expect(sourcesOf(replaced)).toEqual(new Set());
    expect(some(replaced, (e) => e === one)).toBe(true);
    expect(sourcesOf(result[0]!)).toEqual(new Set([id]));
  });

  it("keeps the columns of a row with the query that makes it", () => {
    const { result, sources } = core("SELECT (SELECT u.a, t.b FROM u) = (1, 2) FROM t");
    const { id } = sources[0]!;
    const replaced = replace(result[0]!, (e) => (e.kind === "column" && e.source === id ? one : undefined));
    if (replaced.kind !== "with-row") throw new Error("a row is compared");
    expect(replaced.query).not.toBe((result[0] as typeof replaced).query);
    const named = new Set<BoundQuery>();
    some(replaced.body, (e) => {
      if (e.kind === "row-column") named.add(e.query);
      return false;
    });
    expect([...named]).toEqual([replaced.query]);
  });
});
