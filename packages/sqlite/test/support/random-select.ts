/** SELECTs of every form over a fixed schema from a seed: most of them right, many wrong in one name, number or place. */
import { randomBelow } from "./random-below.ts";

/** Tables with every kind of column, views on them, and names that collide. */
export const SELECT_SCHEMA = `
  CREATE TABLE t(a TEXT, b INTEGER, c NUMERIC COLLATE nocase);
  CREATE TABLE u(a, b REAL, d INTEGER PRIMARY KEY);
  CREATE TABLE g(a INT, b AS (a + 1), c TEXT AS (b || a) STORED COLLATE rtrim, k INT PRIMARY KEY) WITHOUT ROWID;
  CREATE TABLE r(rowid TEXT, oid INT, a);
  CREATE TEMP TABLE z(a VARCHAR(5), e DOUBLE);
  CREATE INDEX ti ON t(a);
  CREATE VIEW v AS SELECT a, b + 1, c COLLATE nocase FROM t;
  CREATE VIEW w(p, q) AS SELECT t.a, u.b FROM t JOIN u USING (a);
  CREATE VIEW bad AS SELECT nocol FROM t;
  CREATE VIEW wide(x) AS SELECT a, b FROM t;
`;

const TABLES: Readonly<Record<string, readonly string[]>> = {
  t: ["a", "b", "c", "rowid"],
  u: ["a", "b", "d", "oid"],
  g: ["a", "b", "c", "k"],
  r: ["rowid", "oid", "a", "_rowid_"],
  z: ["a", "e"],
  v: ["a", '"b + 1"', "c"],
  w: ["p", "q"],
  "main.t": ["a", "b", "C"],
  "temp.z": ["A", "e"],
  sqlite_schema: ["name", "type"],
};
const WRONG_TABLES = ["bad", "wide", "nosuch", "c1", "c2", "main.z", "nosuch.t"];
const WRONG_COLUMNS = ["a", "b", "d", "x", "y", "rowid", '"a"', '"str"', "true", "nocol"];
const ALIASES = ["t", "u", "x", "y", "z", "s"];
const COLLATIONS = ["nocase", "rtrim", "BINARY", "binary"];
const OPERATORS = [
  "=",
  "==",
  "<>",
  "<",
  "<=",
  ">",
  ">=",
  "IS",
  "IS NOT",
  "AND",
  "OR",
  "+",
  "-",
  "*",
  "/",
  "%",
  "||",
  "&",
  "|",
  "<<",
  ">>",
  "IS DISTINCT FROM",
];
const TYPES = ["TEXT", "INTEGER", "REAL", "BLOB", "NUMERIC", "", "foo"];
const LITERALS = [
  "1",
  "0",
  "2",
  "-1",
  "1.5",
  "'x'",
  "NULL",
  "x'00'",
  "9223372036854775808",
  "0x1f",
  "1e400",
  "'a'",
  "''",
  "?1",
  ":p",
];
const SCALARS: readonly (readonly [string, number])[] = [
  ["abs", 1],
  ["coalesce", 2],
  ["ifnull", 2],
  ["iif", 3],
  ["nullif", 2],
  ["length", 1],
  ["max", 2],
  ["min", 3],
  ["likely", 1],
  ["random", 0],
  ["substr", 3],
  ["typeof", 1],
  ["upper", 1],
  ["round", 2],
  ["hex", 1],
  ["date", 1],
  ["coalesce", 3],
  ["unlikely", 1],
];
const WRONG_CALLS: readonly (readonly [string, number])[] = [
  ["nosuch", 1],
  ["abs", 2],
  ["coalesce", 1],
  ["likelihood", 2],
  ["sum", 2],
];
const AGGREGATES: readonly (readonly [string, number])[] = [
  ["count", 1],
  ["count", 0],
  ["sum", 1],
  ["max", 1],
  ["min", 1],
  ["avg", 1],
  ["group_concat", 1],
  ["group_concat", 2],
  ["total", 1],
];
const JOINS = [
  ", ",
  " JOIN ",
  " JOIN ",
  " LEFT JOIN ",
  " LEFT JOIN ",
  " INNER JOIN ",
  " CROSS JOIN ",
  " RIGHT JOIN ",
  " FULL JOIN ",
  " NATURAL JOIN ",
  " NATURAL LEFT JOIN ",
  " NATURAL FULL JOIN ",
];
const COMPOUNDS = [" UNION ", " UNION ALL ", " INTERSECT ", " EXCEPT "];

/** SELECT, VALUES or WITH. */
export function randomSelect(seed: number): string {
  return new Generator(seed).select(3);
}

interface Source {
  readonly name: string;
  readonly columns: readonly string[];
}

class Generator {
  readonly #below: (bound: number) => number;
  /** Columns that can be named, by what their tables are called; the innermost SELECT last. */
  readonly #visible: Source[][] = [];
  readonly #common: [name: string, columns: readonly string[]][] = [];
  #aggregates = false;

  constructor(seed: number) {
    this.#below = randomBelow(seed);
  }

  select(depth: number, width: number = 1 + this.#below(3)): string {
    const commons = this.#common.length;
    const withClause = depth > 1 ? this.#sometimes(6, () => this.#with(depth - 1)) : "";
    const compounds = this.#is(5) ? 1 + this.#below(2) : 0;
    this.#visible.push([]);
    let text = withClause + this.#core(depth, width);
    for (let n = 0; n < compounds; n++) {
      text += this.#pick(COMPOUNDS) + this.#core(depth, width + (this.#is(20) ? 1 : 0));
    }
    const tail = this.#tail(depth, compounds > 0, width);
    this.#visible.pop();
    this.#common.length = commons;
    return this.#endsInValues ? text : text + tail;
  }

  #endsInValues = false;

  #tail(depth: number, isCompound: boolean, width: number): string {
    return (
      this.#sometimes(3, () => this.#orderBy(depth, isCompound && !this.#is(10), width)) +
      this.#sometimes(
        6,
        () => ` LIMIT ${this.#is(3) ? this.expression(0) : "2"}${this.#sometimes(3, () => " OFFSET 1")}`,
      )
    );
  }

  expression(depth: number): string {
    if (depth <= 0) return this.#is(3) ? this.#pick(LITERALS) : this.#column();
    const sub = (): string => this.expression(depth - 1);
    switch (this.#below(22)) {
      case 0:
      case 1:
      case 2:
      case 3:
      case 4:
        return this.#column();
      case 5:
        return this.#pick(LITERALS);
      case 6:
      case 7:
        return `${sub()} ${this.#pick(OPERATORS)} ${sub()}`;
      case 8:
        return `(${sub()})${this.#sometimes(2, () => ` COLLATE ${this.#pick(COLLATIONS)}`)}`;
      case 9:
      case 10: {
        if (!this.#aggregates && !this.#is(25)) return this.#column();
        const before = this.#aggregates;
        this.#aggregates = false;
        const [name, count] = this.#pick(AGGREGATES);
        const list =
          count === 0
            ? "*"
            : this.#sometimes(5, () => "DISTINCT ") +
              this.#list(count, depth - 1) +
              this.#sometimes(8, () => ` ORDER BY ${sub()}`);
        const text = `${name}(${list})${this.#sometimes(6, () => ` FILTER (WHERE ${sub()})`)}`;
        this.#aggregates = before;
        return text;
      }
      case 11:
      case 12: {
        const [name, count] = this.#pick(this.#is(25) ? WRONG_CALLS : SCALARS);
        return `${name}(${this.#list(count, depth - 1)})`;
      }
      case 13:
        return `CASE ${this.#sometimes(2, () => `${sub()} `)}WHEN ${sub()} THEN ${sub()}${this.#sometimes(2, () => ` ELSE ${sub()}`)} END`;
      case 14:
        return `CAST(${sub()} AS ${this.#pick(TYPES)})`;
      case 15:
        return `${sub()} ${this.#sometimes(2, () => "NOT ")}IN ${this.#among(depth - 1)}`;
      case 16:
        return `${sub()} ${this.#sometimes(3, () => "NOT ")}BETWEEN ${sub()} AND ${sub()}`;
      case 17:
        return `${sub()} ${this.#pick(["IS NULL", "NOT NULL", "IS TRUE", "IS NOT FALSE", "LIKE 'x%'", "GLOB 'x'"])}`;
      case 18:
        return `(${this.select(depth - 1, this.#is(15) ? 2 : 1)})`;
      case 19:
        return `EXISTS (${this.select(depth - 1)})`;
      case 20:
        return `(${this.#list(2, depth - 1)}) ${this.#pick(["=", "<", "IS", "<>", ">="])} ${this.#is(3) ? `(SELECT ${this.#list(2, 0)} FROM ${this.#table()})` : `(${this.#list(this.#is(8) ? 3 : 2, 0)})`}`;
      default:
        return `${this.#pick(["-", "+", "~", "NOT "])}${sub()}`;
    }
  }

  #with(depth: number): string {
    const isRecursive = this.#is(3);
    const width = isRecursive ? 1 : 1 + this.#below(2);
    const names = isRecursive || this.#is(2) ? ["x", "y"].slice(0, this.#is(20) ? 1 : width) : [];
    const declared = names.length === 0 ? "" : `(${names.join(", ")})`;
    let body: string;
    if (isRecursive) {
      const first = this.select(0, 1);
      this.#visible.push([{ name: "c1", columns: ["x"] }]);
      const from = this.#pick(["c1", "c1", "c1, t", "t JOIN c1 ON 1", this.#is(6) ? "c1 AS s, c1" : "c1", "(c1)"]);
      body = `${first}${this.#pick([" UNION ALL ", " UNION "])}SELECT ${this.expression(1)} FROM ${from}${this.#sometimes(4, () => ` ORDER BY ${this.#pick(["1", "x", "2"])}`)}`;
      this.#visible.pop();
    } else body = this.select(depth, width);
    this.#common.push(["c1", names.length === 0 ? ["a"] : names]);
    const second = this.#sometimes(
      4,
      () => `, c2(x, y) AS (SELECT ${this.#list(2, 0)} FROM ${this.#pick(["c1", "t", this.#is(9) ? "c2" : "t"])})`,
    );
    if (second !== "") this.#common.push(["c2", ["x", "y"]]);
    return `WITH c1${declared} AS ${this.#pick(["", "", "MATERIALIZED ", "NOT MATERIALIZED "])}(${body})${second} `;
  }

  #core(depth: number, width: number): string {
    this.#endsInValues = this.#is(14);
    if (this.#endsInValues) return `VALUES(${this.#list(width, Math.min(depth - 1, 0))})`;
    const sources: Source[] = [];
    const from = this.#is(9) ? "" : ` FROM ${this.#from(depth, sources)}`;
    this.#visible[this.#visible.length - 1] = sources;
    const aggregates = this.#is(3);
    const around = this.#aggregates;
    this.#aggregates = aggregates;
    const columns = Array.from({ length: width }, () => {
      if (this.#is(15)) return this.#pick(["*", "*", `${sources[0]?.name ?? "t"}.*`, "x.*"]);
      return (
        this.expression(this.#below(Math.max(1, depth))) +
        this.#sometimes(4, () => ` AS ${this.#pick(["x", "y", "a", "b", "m"])}`)
      );
    });
    this.#aggregates = false;
    const where = this.#sometimes(2, () => ` WHERE ${this.expression(depth - 1)}`);
    const groupBy = this.#sometimes(
      5,
      () => ` GROUP BY ${this.#is(3) ? this.#pick(["1", "1", "2", "x", "9"]) : this.expression(depth - 2)}`,
    );
    this.#aggregates = aggregates || groupBy !== "";
    const having =
      this.#aggregates || this.#is(40) ? this.#sometimes(4, () => ` HAVING ${this.expression(depth - 1)}`) : "";
    this.#aggregates = around;
    this.#endsInValues = false;
    return `SELECT ${this.#sometimes(8, () => "DISTINCT ")}${columns.join(", ")}${from}${where}${groupBy}${having}`;
  }

  #from(depth: number, sources: Source[]): string {
    let text = this.#source(depth, sources);
    for (let more = this.#below(3); more > 0; more--) {
      const join = this.#pick(JOINS);
      text += join + this.#source(depth, sources);
      if ((join.includes("NATURAL") || join === ", ") && !this.#is(30)) continue;
      this.#visible.push(sources);
      text += this.#sometimes(2, () =>
        this.#is(2) ? ` ON ${this.expression(depth - 2)}` : ` USING (${this.#pick(["a", "a", "a", "a", "b", "a, b"])})`,
      );
      this.#visible.pop();
    }
    return text;
  }

  #source(depth: number, sources: Source[]): string {
    const alias = this.#is(3) ? this.#pick(ALIASES) : undefined;
    const as = alias === undefined ? "" : ` AS ${alias}`;
    if (depth > 1 && this.#is(7)) {
      const text = `(${this.select(depth - 2)})${as}`;
      sources.push({ name: alias ?? "x", columns: ["a", "x"] });
      return text;
    }
    if (depth > 1 && this.#is(9)) return `(${this.#from(depth - 1, sources)})${as}`;
    const table = this.#table();
    const columns = TABLES[table] ?? this.#common.find(([name]) => name === table)?.[1] ?? ["a"];
    sources.push({ name: alias ?? table.replace(/^.*\./, ""), columns });
    return table + as + this.#sometimes(40, () => this.#pick([" INDEXED BY ti", " INDEXED BY nosuch", " NOT INDEXED"]));
  }

  #table(): string {
    if (this.#is(40)) return this.#pick(WRONG_TABLES);
    if (this.#common.length > 0 && this.#is(2)) return this.#pick(this.#common)[0];
    return this.#pick(Object.keys(TABLES));
  }

  #orderBy(depth: number, plain: boolean, width: number): string {
    const terms = Array.from({ length: 1 + this.#below(2) }, () => {
      const number = this.#is(12) ? this.#pick(["-1", "7", "0"]) : `${this.#pick(["", "+"])}${1 + this.#below(width)}`;
      const term = plain || this.#is(3) ? number : this.expression(depth - 2);
      return (
        term +
        this.#sometimes(6, () => ` COLLATE ${this.#pick(COLLATIONS)}`) +
        this.#pick(["", "", " DESC", " NULLS LAST"])
      );
    });
    return ` ORDER BY ${terms.join(", ")}`;
  }

  #among(depth: number): string {
    switch (this.#below(4)) {
      case 0:
        return `(${this.select(depth, this.#is(15) ? 2 : 1)})`;
      case 1:
        return this.#is(3) ? this.#table() : "()";
      default:
        return `(${this.#list(1 + this.#below(3), depth)})`;
    }
  }

  #list(count: number, depth: number): string {
    return Array.from({ length: count }, () => this.expression(depth)).join(", ");
  }

  #column(): string {
    if (this.#is(30)) return this.#pick(WRONG_COLUMNS);
    const scope = this.#visible.findLast((sources) => sources.length > 0 && !this.#is(6)) ?? [];
    if (scope.length === 0) return this.#pick(LITERALS);
    const { name, columns } = this.#pick(scope);
    const column = this.#pick(columns);
    if (this.#is(60)) return `${this.#pick(["main", "temp", "nosuch"])}.${name}.${column}`;
    return scope.length === 1 && this.#is(2) ? column : `${name}.${column}`;
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#below(list.length)]!;
  }

  #is(inverse: number): boolean {
    return this.#below(inverse) === 0;
  }

  #sometimes(inverse: number, text: () => string): string {
    return this.#is(inverse) ? text() : "";
  }
}
