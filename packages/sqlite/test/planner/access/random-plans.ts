/** Schemas with indexes of every kind, rows in them, and queries that leave a planner something to choose: the same ones from the same seed. */
import { randomBelow } from "../../support/random-below.ts";

interface TableShape {
  readonly name: string;
  readonly columns: readonly string[];
  readonly withoutRowid: boolean;
}

const ROWIDS = ["NULL", "1", "2", "3", "5", "8", "13", "21"] as const;

export interface PlannerCase {
  readonly schema: string[];
  readonly queries: string[];
}

const TYPES = ["INT", "INTEGER", "TEXT", "", "REAL", "BLOB", "VARCHAR(30)", "NUMERIC"] as const;
const COLUMNS = ["a", "b", "c", "d", "e"] as const;

export class PlannerCases {
  readonly #below: (bound: number) => number;
  readonly #tables: TableShape[] = [];
  readonly #schema: string[] = [];

  constructor(seed: number) {
    this.#below = randomBelow(seed * 7919 + 13);
  }

  /** `rows`: how many at most each table gets. */
  make(queries: number, rows: number): PlannerCase {
    const count = 2 + this.#below(3);
    for (let i = 0; i < count; i++) this.#table(`t${i + 1}`, rows);
    if (this.#chance(3)) this.#schema.push("ANALYZE");
    return { schema: this.#schema, queries: Array.from({ length: queries }, () => this.#query()) };
  }

  #chance(inverse: number): boolean {
    return this.#below(inverse) === 0;
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#below(list.length)]!;
  }

  #table(name: string, rows: number): void {
    const columns = COLUMNS.slice(0, 2 + this.#below(4));
    const withoutRowid = this.#chance(5);
    const key = withoutRowid ? [...columns].slice(0, 1 + this.#below(2)) : [];
    const hasAlias = !withoutRowid && this.#chance(2);
    const definitions = columns.map((column, at) => {
      const type = this.#pick(TYPES);
      if (hasAlias && at === 0) return `${column} INTEGER PRIMARY KEY`;
      const notNull = this.#chance(4) ? " NOT NULL" : "";
      const unique = this.#chance(9) ? " UNIQUE" : "";
      return `${column} ${type}${notNull}${unique}${this.#chance(8) ? " COLLATE NOCASE" : ""}`;
    });
    if (withoutRowid) definitions.push(`PRIMARY KEY(${key.join(", ")})`);
    this.#schema.push(`CREATE TABLE ${name}(${definitions.join(", ")})${withoutRowid ? " WITHOUT ROWID" : ""}`);
    this.#tables.push({ name, columns, withoutRowid });
    for (let i = this.#below(4); i > 0; i--) this.#index(name, columns, i);
    const inserted = Array.from({ length: this.#below(rows) }, () => this.#row(columns.length, hasAlias));
    if (inserted.length > 0) this.#schema.push(`INSERT OR IGNORE INTO ${name} VALUES ${inserted.join(", ")}`);
  }

  #row(width: number, hasAlias: boolean): string {
    const values = Array.from({ length: width }, (_, at) =>
      hasAlias && at === 0 ? this.#pick(ROWIDS) : this.#value(),
    );
    return `(${values.join(", ")})`;
  }

  #index(table: string, columns: readonly string[], number: number): void {
    const chosen = [...columns].filter(() => this.#chance(2));
    if (chosen.length === 0) chosen.push(this.#pick(columns));
    if (this.#chance(2)) chosen.reverse();
    const parts = chosen.map((column) => {
      const key = this.#chance(10) ? this.#pick([`lower(${column})`, `${column} + 1`, `abs(${column})`]) : column;
      return `${key}${this.#chance(10) ? " COLLATE NOCASE" : ""}${this.#chance(5) ? " DESC" : ""}`;
    });
    const where = this.#chance(7)
      ? ` WHERE ${this.#pick(columns)} ${this.#pick(["IS NOT NULL", "> 3", "= 2", "< 5"])}`
      : "";
    const unique = this.#chance(12) ? "UNIQUE " : "";
    this.#schema.push(`CREATE ${unique}INDEX ${table}_${number} ON ${table}(${parts.join(", ")})${where}`);
  }

  #value(): string {
    return this.#pick([
      "1",
      "2",
      "3",
      "4",
      "5",
      "6",
      "7",
      "8",
      "9",
      "'a'",
      "'b'",
      "'abc'",
      "'aBd'",
      "'5'",
      "NULL",
      "2.5",
      "x'6162'",
      "-1",
      "0",
      "12",
    ]);
  }

  #constant(): string {
    return this.#pick(["1", "2", "3", "5", "9", "'a'", "'abc'", "'5'", "2.5", "NULL", "0", "1 + 1"]);
  }

  #column(tables: readonly TableShape[]): string {
    const table = this.#pick(tables);
    if (!table.withoutRowid && this.#chance(12)) return `${table.name}.rowid`;
    return `${table.name}.${this.#pick(table.columns)}`;
  }

  #condition(tables: readonly TableShape[], depth = 0): string {
    const column = this.#column(tables);
    switch (this.#below(depth > 1 ? 12 : 16)) {
      case 0:
      case 1:
      case 2:
        return `${column} = ${this.#constant()}`;
      case 3:
        return `${column} ${this.#pick(["<", "<=", ">", ">="])} ${this.#constant()}`;
      case 4:
        return `${column} BETWEEN ${this.#constant()} AND ${this.#constant()}`;
      case 5:
        return `${column} IN (${this.#constant()}, ${this.#constant()}, ${this.#constant()})`;
      case 6:
        return `${column} IS ${this.#pick(["NULL", "NOT NULL", "5"])}`;
      case 7:
        return `${column} ${this.#pick(["LIKE 'ab%'", "GLOB 'ab*'", "LIKE '%b'", "LIKE 'a_c'", "NOT LIKE 'a%'"])}`;
      case 8:
        return `${column} ${this.#pick(["=", "=", "<", "IS"])} ${this.#column(tables)}`;
      case 9:
        return `${this.#constant()} ${this.#pick(["=", "<", ">="])} ${column}`;
      case 10:
        return this.#pick([
          `+${column} = 3`,
          `${column} <> 3`,
          `lower(${column}) = 'abc'`,
          `${column} + 1 = 3`,
          `unlikely(${column} = 2)`,
          `likely(${column} > 2)`,
          `abs(${column}) = 2`,
        ]);
      case 11:
        return this.#inner(column);
      case 12:
      case 13:
        return `(${this.#condition(tables, depth + 1)} OR ${this.#condition(tables, depth + 1)})`;
      case 14:
        return `(${this.#condition(tables, depth + 1)} AND ${this.#condition(tables, depth + 1)})`;
      default: {
        const other = this.#column(tables);
        return `(${column}, ${other}) ${this.#pick(["<", ">", ">=", "=", "<="])} (${this.#constant()}, ${this.#constant()})`;
      }
    }
  }

  /** With a query inside. */
  #inner(column: string): string {
    const table = this.#pick(this.#tables);
    const inside = `SELECT x.${this.#pick(table.columns)} FROM ${table.name} AS x WHERE x.${this.#pick(table.columns)} = ${this.#constant()}`;
    return this.#chance(2) ? `${column} IN (${inside})` : `${column} = (${inside})`;
  }

  #query(): string {
    const tables: TableShape[] = [];
    const from: string[] = [];
    const count = 1 + this.#below(this.#chance(2) ? 2 : 4);
    for (const table of this.#tables
      .slice()
      .sort(() => this.#below(3) - 1)
      .slice(0, count)) {
      tables.push(table);
      from.push(from.length === 0 ? table.name : this.#join(table, tables));
    }
    const isStar = this.#chance(2);
    const result = isStar ? "*" : Array.from({ length: 1 + this.#below(3) }, () => this.#column(tables)).join(", ");
    const conditions = Array.from({ length: this.#below(4) }, () => this.#condition(tables));
    for (let i = 1; i < tables.length; i++)
      if (!this.#chance(4)) conditions.unshift(`${this.#column(tables.slice(0, i))} = ${this.#column([tables[i]!])}`);
    const where = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
    return `${this.#head(result, tables)} FROM ${from.join("")}${where}${this.#tail(tables, isStar)}`;
  }

  #head(result: string, tables: readonly TableShape[]): string {
    if (this.#chance(8)) return `SELECT DISTINCT ${result}`;
    if (this.#chance(14)) return `SELECT ${this.#pick(["min", "max"])}(${this.#column(tables)})`;
    if (this.#chance(20)) return "SELECT count(*)";
    return `SELECT ${result}`;
  }

  #join(table: TableShape, tables: readonly TableShape[]): string {
    const kind = this.#below(12);
    if (kind < 7) return `, ${table.name}`;
    const on = `${this.#column(tables.slice(0, -1))} = ${this.#column([table])}${this.#chance(3) ? ` AND ${this.#condition([table], 2)}` : ""}`;
    if (kind < 8) return ` CROSS JOIN ${table.name}`;
    if (kind < 9) return ` JOIN ${table.name} ON ${on}`;
    return ` ${this.#chance(5) ? this.#pick(["RIGHT", "FULL"]) : "LEFT"} JOIN ${table.name} ON ${on}`;
  }

  #tail(tables: readonly TableShape[], isStar: boolean): string {
    const term = (): string => {
      const collation = this.#chance(12) ? " COLLATE NOCASE" : "";
      const last = this.#chance(25) ? " NULLS LAST" : "";
      return `${this.#chance(15) ? "abs(1) + " : ""}${this.#column(tables)}${collation}${this.#chance(3) ? " DESC" : ""}${last}`;
    };
    const terms = (): string => Array.from({ length: 1 + this.#below(3) }, term).join(", ");
    if (this.#chance(2)) return "";
    if (!isStar && this.#chance(5)) return ` GROUP BY ${this.#column(tables)}`;
    return ` ORDER BY ${terms()}${this.#chance(4) ? " LIMIT 5" : ""}`;
  }
}
