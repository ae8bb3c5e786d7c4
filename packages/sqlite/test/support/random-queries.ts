/** Random SELECTs over random small tables, of all that the language has but functions. */
import { randomBelow } from "./random-below.ts";

interface Named {
  readonly name: string;
  readonly columns: readonly string[];
}

const TABLES: readonly Named[] = [
  { name: "t0", columns: ["a", "b", "c", "d"] },
  { name: "t1", columns: ["a", "e", "f"] },
  { name: "t2", columns: ["x", "y", "z"] },
  { name: "v0", columns: ["a", "n"] },
];

export class RandomQueries {
  readonly #below: (bound: number) => number;
  #aliases = 0;

  constructor(seed: number) {
    this.#below = randomBelow(seed);
  }

  /** CREATE and INSERT statements for the tables that `select` reads. */
  schema(): string {
    const value = (kinds: string): string => this.#value(kinds);
    const rows = (table: string, kinds: readonly string[], count: number): string =>
      Array.from(
        { length: count },
        () => `INSERT OR IGNORE INTO ${table} VALUES (${kinds.map(value).join(", ")});`,
      ).join("\n");
    const index = (sql: string): string => (this.#below(2) === 0 ? `${sql};` : "");
    return [
      "CREATE TABLE t0(a INTEGER PRIMARY KEY, b INT, c TEXT, d REAL);",
      "CREATE TABLE t1(a, e TEXT COLLATE NOCASE, f INT);",
      "CREATE TABLE t2(x TEXT, y, z NUMERIC, PRIMARY KEY (x, y)) WITHOUT ROWID;",
      "CREATE VIEW v0 AS SELECT b AS a, count(*) AS n FROM t0 GROUP BY b;",
      index("CREATE INDEX i0 ON t0(b, c)"),
      index("CREATE INDEX i1 ON t1(e)"),
      index("CREATE INDEX i2 ON t1(a DESC, f)"),
      index("CREATE INDEX i3 ON t0(c) WHERE b > 1"),
      index("CREATE INDEX i4 ON t2(z)"),
      rows("t0", ["i", "n", "t", "r"], this.#below(12)),
      rows("t1", ["*", "t", "n"], this.#below(10)),
      rows("t2", ["t!", "*!", "*"], this.#below(10)),
    ].join("\n");
  }

  /** A query; its rows may come in another order than the original's unless `isOrdered`. */
  select(): { readonly sql: string; readonly isOrdered: boolean } {
    this.#aliases = 0;
    const prefix = this.#below(6) === 0 ? this.#with() : { sql: "", tables: [] };
    const columns = 1 + this.#below(3);
    const body = this.#query(columns, 3, [], prefix.tables);
    const order = this.#below(3) === 0 ? ` ORDER BY ${this.#allColumns(columns)}` : "";
    const limit = order !== "" && this.#below(2) === 0 ? this.#limit() : "";
    return { sql: `${prefix.sql}${body}${order}${limit}`, isOrdered: order !== "" };
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#below(list.length)]!;
  }

  #chance(oneIn: number): boolean {
    return this.#below(oneIn) === 0;
  }

  #value(kinds: string): string {
    const kind = kinds[0];
    if (!kinds.includes("!") && kind !== "i" && this.#chance(5)) return "NULL";
    switch (kind) {
      case "i":
        return String(this.#below(20));
      case "n":
        return String(this.#below(5));
      case "r":
        return this.#pick(["1.0", "2.5", "-1.5", "3", "0.0"]);
      case "t":
        return this.#pick(["'a'", "'A'", "'b'", "'B'", "'1'", "'2.0'", "''", "'ab'"]);
      default:
        return this.#pick(["1", "2", "1.0", "2.5", "'1'", "'a'", "'A'", "3", "x'61'", "0"]);
    }
  }

  #limit(): string {
    return ` LIMIT ${this.#pick(["0", "1", "3", "-1", "1+1"])}${this.#chance(2) ? ` OFFSET ${this.#pick(["0", "1", "2", "-1"])}` : ""}`;
  }

  #allColumns(count: number): string {
    return Array.from(
      { length: count },
      (_, at) =>
        `${at + 1}${this.#pick(["", " DESC", " ASC", ""])}${this.#pick(["", "", " NULLS FIRST", " NULLS LAST"])}`,
    ).join(", ");
  }

  #with(): { readonly sql: string; readonly tables: readonly Named[] } {
    const alias = `w${this.#aliases++}`;
    const columns = Array.from({ length: 1 + this.#below(2) }, (_, at) => `${alias}c${at}`);
    const table = { name: alias, columns };
    if (this.#chance(3)) {
      const [first] = columns as [string];
      const others = columns.slice(1);
      const step = [`${first} + 1`, ...others.map((other) => `${other} * 2`)].join(", ");
      const union = this.#pick(["UNION", "UNION ALL"]);
      const start = columns.map(() => this.#below(3)).join(", ");
      const end = this.#pick(["", " ORDER BY 1 DESC", " LIMIT 3"]);
      const recursion = `SELECT ${step} FROM ${alias} WHERE ${first} < ${3 + this.#below(4)}${end}`;
      return {
        sql: `WITH RECURSIVE ${alias}(${columns.join(", ")}) AS (SELECT ${start} ${union} ${recursion}) `,
        tables: [table],
      };
    }
    const kind = this.#pick(["", "", "MATERIALIZED ", "NOT MATERIALIZED "]);
    return {
      sql: `WITH ${alias}(${columns.join(", ")}) AS ${kind}(${this.#query(columns.length, 1, [], [])}) `,
      tables: [table, table, table],
    };
  }

  /** `outer`: columns that a correlated subquery may name. */
  #query(columns: number, depth: number, outer: readonly string[], extra: readonly Named[]): string {
    let sql = this.#core(columns, depth, outer, extra);
    while (depth > 1 && this.#chance(6))
      sql += ` ${this.#pick(["UNION", "UNION ALL", "EXCEPT", "INTERSECT"])} ${this.#core(columns, depth - 1, outer, extra)}`;
    return sql;
  }

  #core(columns: number, depth: number, outer: readonly string[], extra: readonly Named[]): string {
    if (this.#chance(15)) {
      const row = (): string => `(${Array.from({ length: columns }, () => this.#value("*")).join(", ")})`;
      return `VALUES ${Array.from({ length: 1 + this.#below(3) }, row).join(", ")}`;
    }
    const { sql: from, names } = this.#from(depth, extra);
    const scope = [...names, ...outer];
    const where = this.#chance(2) ? ` WHERE ${this.#condition(scope, depth)}` : "";
    if (this.#chance(4)) return this.#aggregate(columns, depth, from, where, names, scope);
    const result = Array.from({ length: columns }, () => this.#expression(scope, depth)).join(", ");
    return `SELECT ${this.#chance(5) ? "DISTINCT " : ""}${result} FROM ${from}${where}`;
  }

  #aggregate(
    columns: number,
    depth: number,
    from: string,
    where: string,
    names: readonly string[],
    scope: readonly string[],
  ): string {
    const keys = Array.from({ length: this.#below(3) }, () =>
      this.#chance(4) ? `${this.#pick(names)} + 1` : this.#pick(names),
    );
    const call = (): string => {
      const filter = this.#chance(6) ? ` FILTER (WHERE ${this.#condition(names, 0)})` : "";
      return this.#chance(4)
        ? `count(*)${filter}`
        : `${this.#pick(["count", "sum", "min", "max", "total", "avg", "count"])}(${this.#chance(6) ? "DISTINCT " : ""}${this.#pick(names)})${filter}`;
    };
    const result = Array.from({ length: columns }, () => {
      if (keys.length > 0 && this.#chance(2)) return this.#pick(keys);
      return this.#chance(8) && depth > 1 ? `(SELECT ${call()} + count(*) FROM t0)` : call();
    });
    const group = keys.length > 0 ? ` GROUP BY ${keys.join(", ")}` : "";
    const having = this.#chance(4) ? ` HAVING ${call()} ${this.#pick([">", "<", "="])} ${this.#below(3)}` : "";
    return `SELECT ${this.#chance(8) ? "DISTINCT " : ""}${result.join(", ")} FROM ${from}${where}${group}${scope.length > 0 ? having : ""}`;
  }

  #from(depth: number, extra: readonly Named[]): { readonly sql: string; readonly names: readonly string[] } {
    const names: string[] = [];
    let sql = "";
    const count = 1 + this.#below(this.#chance(3) ? 3 : 2);
    for (let at = 0; at < count; at++) {
      const alias = `s${this.#aliases++}`;
      let columns: readonly string[];
      let source: string;
      if (depth > 1 && this.#chance(5)) {
        columns = Array.from({ length: 1 + this.#below(2) }, (_, column) => `k${column}`);
        const inner = this.#query(columns.length, depth - 1, [], extra);
        source = `(SELECT ${columns.map((name, column) => `q.${["p0", "p1"][column]} AS ${name}`).join(", ")} FROM (${this.#named(inner, columns.length)}) AS q)`;
      } else {
        const table = this.#pick([...TABLES, ...extra]);
        ({ columns } = table);
        source = table.name;
      }
      const own = columns.map((column) => `${alias}.${column}`);
      if (at === 0) sql = `${source} AS ${alias}`;
      else {
        const join = this.#pick([
          ", ",
          " JOIN ",
          " LEFT JOIN ",
          " LEFT JOIN ",
          " RIGHT JOIN ",
          " FULL JOIN ",
          " CROSS JOIN ",
        ]);
        const scope = [...names, ...own];
        const on =
          join === ", " || (join !== " LEFT JOIN " && this.#chance(5))
            ? ""
            : ` ON ${this.#chance(2) ? `${this.#pick(names)} = ${this.#pick(own)}` : this.#condition(scope, 0)}`;
        sql += `${join}${source} AS ${alias}${on}`;
      }
      names.push(...own);
    }
    return { sql, names };
  }

  /** The query with its columns called p0, p1 and so on. */
  #named(query: string, columns: number): string {
    const names = Array.from({ length: columns }, (_, at) => `p${at}`).join(", ");
    return `WITH n(${names}) AS (${query}) SELECT * FROM n`;
  }

  #expression(scope: readonly string[], depth: number): string {
    switch (this.#below(depth > 1 ? 12 : 8)) {
      case 0:
        return this.#value("*");
      case 1:
        return `${this.#pick(scope)} + ${this.#pick(["1", "0.5", this.#pick(scope)])}`;
      case 2:
        return `${this.#pick(scope)} || '${this.#pick(["", "x"])}'`;
      case 3:
        return `CASE WHEN ${this.#condition(scope, 0)} THEN ${this.#pick(scope)} ELSE ${this.#value("*")} END`;
      case 8:
        return `(${this.#query(1, 1, scope, [])} ORDER BY 1 LIMIT 1)`;
      case 9:
        return `EXISTS (${this.#query(1, 1, scope, [])})`;
      case 10:
        return this.#condition(scope, depth);
      default:
        return this.#pick(scope);
    }
  }

  #condition(scope: readonly string[], depth: number): string {
    const column = (): string => this.#pick(scope);
    switch (this.#below(depth > 1 ? 15 : 9)) {
      case 0:
        return `${column()} = ${this.#value("*")}`;
      case 1:
        return `${column()} ${this.#pick(["<", ">", "<=", ">=", "<>", "IS", "IS NOT", "="])} ${column()}`;
      case 2:
        return `${column()} ${this.#pick(["IS NULL", "IS NOT NULL"])}`;
      case 3:
        return `${column()} ${this.#pick(["", "NOT "])}IN (${this.#value("*")}, ${this.#value("n")}, ${this.#value("t")})`;
      case 4:
        return `${column()} BETWEEN ${this.#below(3)} AND ${this.#below(5)}`;
      case 5:
        return `(${this.#condition(scope, 0)} ${this.#pick(["AND", "OR"])} ${this.#condition(scope, 0)})`;
      case 6:
        return `NOT ${column()}`;
      case 7:
        return `${column()} ${this.#pick(["<", ">", "=", ">="])} ${this.#value("n")}`;
      case 8:
        return `(${column()} = ${this.#value("n")} OR ${column()} = ${this.#value("t")})`;
      case 9:
        return `${column()} ${this.#pick(["", "NOT "])}IN (${this.#query(1, depth - 1, this.#chance(2) ? scope : [], [])})`;
      case 10:
        return `${this.#pick(["", "NOT "])}EXISTS (${this.#query(1, depth - 1, scope, [])})`;
      case 11:
        return `(${column()}, ${column()}) ${this.#pick(["", "NOT "])}IN (${this.#query(2, 1, [], [])})`;
      case 13: {
        const { name, columns } = this.#pick(TABLES);
        return `${column()} ${this.#pick(["", "NOT "])}IN (SELECT ${this.#pick(columns)} FROM ${name})`;
      }
      case 12:
        return `(${column()}, ${column()}) ${this.#pick(["=", "<", "IS", ">="])} (${this.#query(2, 1, scope, [])})`;
      default:
        return `${column()} > (${this.#query(1, 1, scope, [])})`;
    }
  }
}
