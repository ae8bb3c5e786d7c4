/** Random tables with constraints of every kind, and random statements that change them, some of which fail. */
type RandomBelow = (bound: number) => number;

const CONFLICTS = [
  "",
  "",
  "",
  " ON CONFLICT ROLLBACK",
  " ON CONFLICT FAIL",
  " ON CONFLICT IGNORE",
  " ON CONFLICT REPLACE",
];
const TYPES = ["INTEGER", "TEXT", "REAL", "NUMERIC", "BLOB", "INT", ""];
const STRICT_TYPES = ["INTEGER", "TEXT", "REAL", "ANY", "BLOB", "INT"];

export interface RandomTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly generated: readonly string[];
  readonly hasRowid: boolean;
  readonly unique: readonly string[];
  readonly sql: string;
}

export class RandomChanges {
  readonly #below: RandomBelow;

  constructor(below: RandomBelow) {
    this.#below = below;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.#below(list.length)]!;
  }

  chance(of: number): boolean {
    return this.#below(of) === 0;
  }

  // ── Schemas ──

  table(name: string): RandomTable {
    const strict = this.chance(6);
    const withoutRowid = this.chance(4);
    const columns = ["a", "b", "c", "d"].slice(0, 2 + this.#below(3));
    const generated: string[] = [];
    const unique: string[] = [];
    const hasKey = withoutRowid || this.chance(2);
    const keyIsRowid = hasKey && !withoutRowid && this.chance(2);
    const definitions = columns.map((column, at) => {
      let type = this.pick(strict ? STRICT_TYPES : TYPES);
      let rest = "";
      if (at === 0 && hasKey) {
        if (keyIsRowid) type = "INTEGER";
        unique.push(column);
        rest += ` PRIMARY KEY${this.chance(4) && !keyIsRowid ? " DESC" : ""}${this.pick(CONFLICTS)}`;
        if (keyIsRowid && this.chance(3)) rest += " AUTOINCREMENT";
      } else if (this.chance(3)) {
        unique.push(column);
        rest += ` UNIQUE${this.pick(CONFLICTS)}`;
      }
      if (this.chance(4)) rest += ` NOT NULL${this.pick(CONFLICTS)}`;
      if (this.chance(3)) rest += ` DEFAULT ${this.pick(["1", "'x'", "2.5", "NULL", "(abs(-3))", "x'01'", "'7'"])}`;
      if (this.chance(6)) rest += ` CHECK (${this.#check(column)})`;
      if (this.chance(6)) rest += ` COLLATE ${this.pick(["NOCASE", "RTRIM", "BINARY"])}`;
      return `${column} ${type}${rest}`;
    });
    if (this.chance(3)) {
      const stored = this.chance(2) ? "STORED" : "VIRTUAL";
      generated.push("g");
      const value = this.pick([`${this.pick(columns)} || 'g'`, `coalesce(${this.pick(columns)}, 0) + 1`, `typeof(a)`]);
      const rest = this.chance(4) ? " NOT NULL" : this.chance(4) ? " UNIQUE" : "";
      // REAL leaves INTEGERs behind in the original where a column without affinity gets it.
      const types = TYPES.filter((type) => type !== "REAL");
      definitions.push(`g ${strict ? "ANY" : this.pick(types)} AS (${value}) ${stored}${rest}`);
    }
    if (this.chance(4)) definitions.push(`CONSTRAINT ck CHECK (${this.#check(this.pick(columns))})`);
    if (this.chance(4)) {
      definitions.push(`UNIQUE (${columns[1]!}, ${columns[0]!})${this.pick(CONFLICTS)}`);
      unique.push(`${columns[1]!}, ${columns[0]!}`);
    }
    const options = [...(withoutRowid ? ["WITHOUT ROWID"] : []), ...(strict ? ["STRICT"] : [])].join(", ");
    let sql = `CREATE TABLE ${name}(${definitions.join(", ")}) ${options};`;
    for (let at = this.#below(4); at > 0; at--) sql += this.#index(name, at, [...columns, ...generated], unique);
    return { name, columns, generated, hasRowid: !withoutRowid, unique, sql };
  }

  #check(column: string): string {
    return this.pick([
      `${column} <> 3`,
      `${column} IS NOT 'bad'`,
      `length(${column}) < 6`,
      `typeof(${column}) <> 'blob'`,
    ]);
  }

  #index(table: string, at: number, columns: readonly string[], unique: string[]): string {
    const parts: string[] = [];
    for (let count = 1 + this.#below(2); count > 0; count--) {
      const column = this.pick(columns);
      const term = this.chance(4) ? this.pick([`${column} || 'q'`, `abs(${column})`, `typeof(${column})`]) : column;
      parts.push(`${term}${this.chance(4) ? " COLLATE NOCASE" : ""}${this.chance(3) ? " DESC" : ""}`);
    }
    const isUnique = this.chance(3);
    const where = this.chance(4) ? ` WHERE ${this.pick(columns)} ${this.pick(["> 1", "IS NOT NULL", "= 'x'"])}` : "";
    if (isUnique && where === "" && !parts.some((part) => part.includes("(")))
      unique.push(parts.join(", ").replaceAll(" DESC", ""));
    return `CREATE ${isUnique ? "UNIQUE " : ""}INDEX i${at}_${table} ON ${table}(${parts.join(", ")})${where};`;
  }

  /** A parent, its children, and children of these, with foreign keys of every kind; some refer to their own table. */
  family(): RandomTable[] {
    const parent: RandomTable = this.#relative(
      "p",
      ["id", "u", "v", "w"],
      (at) =>
        [
          this.chance(3) ? "INT PRIMARY KEY" : "INTEGER PRIMARY KEY",
          `${this.pick(["TEXT", "", "INT", "REAL"])} UNIQUE${this.chance(3) ? " COLLATE NOCASE" : ""}`,
          "",
          this.chance(3) ? `REFERENCES p(u)${this.#actions()}` : "",
        ][at]!,
      ["UNIQUE (v, w)"],
    );
    const child = this.#relative(
      "c",
      ["id", "a", "b", "d"],
      (at) =>
        [
          this.chance(2) ? "INTEGER PRIMARY KEY" : "TEXT PRIMARY KEY",
          `${this.pick(["INT", "TEXT", ""])} DEFAULT ${this.#below(4)} REFERENCES p${this.#actions()}`,
          this.chance(2) ? `REFERENCES p(u)${this.#actions()}` : `REFERENCES c(id)${this.#actions()}`,
          this.chance(3) ? "NOT NULL" : this.chance(3) ? "UNIQUE" : "",
        ][at]!,
      this.chance(2) ? [`FOREIGN KEY (b, d) REFERENCES p(v, w)${this.#actions()}`] : [],
    );
    const grandchild = this.#relative(
      "g",
      ["x", "y"],
      (at) => [`REFERENCES c(id)${this.#actions()}`, this.chance(2) ? `REFERENCES p(id)${this.#actions()}` : ""][at]!,
      [],
    );
    return [parent, child, grandchild];
  }

  #relative(name: string, columns: string[], definition: (at: number) => string, rest: readonly string[]): RandomTable {
    const withoutRowid = columns[0] === "id" && this.chance(4);
    const definitions = columns.map((column, at) => `${column} ${definition(at)}`);
    let sql = `CREATE TABLE ${name}(${[...definitions, ...rest].join(", ")})${withoutRowid ? " WITHOUT ROWID" : ""};`;
    if (this.chance(2)) sql += `CREATE INDEX i_${name} ON ${name}(${columns[1]!});`;
    return { name, columns, generated: [], hasRowid: !withoutRowid, unique: [columns[0]!], sql };
  }

  #actions(): string {
    const action = (): string => this.pick(["CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT", "NO ACTION"]);
    const remove = this.chance(3) ? "" : ` ON DELETE ${action()}`;
    const update = this.chance(3) ? "" : ` ON UPDATE ${action()}`;
    return `${remove}${update}${this.chance(4) ? " DEFERRABLE INITIALLY DEFERRED" : ""}`;
  }

  /** Triggers on these tables, which write to `log(what, x, y)` and to the tables themselves. */
  triggers(tables: readonly RandomTable[]): string {
    return Array.from({ length: 1 + this.#below(4) }, (_, at) => this.#trigger(`tr${at}`, tables)).join("\n");
  }

  #trigger(name: string, tables: readonly RandomTable[]): string {
    const table = this.pick(tables);
    const event = this.pick(["INSERT", "UPDATE", "DELETE"]);
    const of = event === "UPDATE" && this.chance(3) ? ` OF ${this.pick(table.columns)}` : "";
    const rows = event === "INSERT" ? ["new"] : event === "DELETE" ? ["old"] : ["new", "old"];
    const column = (): string => {
      const names = table.hasRowid && this.chance(5) ? ["rowid"] : table.columns;
      return `${this.pick(rows)}.${this.pick(names)}`;
    };
    const when = this.chance(4) ? ` WHEN ${column()} ${this.pick(["> 2", "IS NOT NULL", "= 4"])}` : "";
    const steps = Array.from({ length: 1 + this.#below(3) }, () => this.#step(name, column, tables));
    const time = this.pick(["BEFORE", "AFTER"]);
    return `CREATE TRIGGER ${name} ${time} ${event}${of} ON ${table.name}${when} BEGIN ${steps.join("; ")}; END;`;
  }

  #step(trigger: string, column: () => string, tables: readonly RandomTable[]): string {
    const table = this.pick(tables);
    const [first] = table.columns;
    switch (this.#below(9)) {
      case 0:
        return `DELETE FROM ${table.name} WHERE ${this.pick(table.columns)} = ${column()}`;
      case 1:
        return `UPDATE${table.hasRowid ? this.#or() : ""} ${table.name} SET ${this.pick(table.columns)} = ${column()} WHERE ${this.pick(table.columns)} = ${this.value()}`;
      case 2:
        return `INSERT${this.#or()} INTO ${table.name}(${table.columns.join(", ")}) VALUES (${table.columns.map(() => this.pick([column(), this.value()])).join(", ")})`;
      case 3:
        return `SELECT CASE WHEN ${column()} = ${this.value()} THEN RAISE(${this.pick(["IGNORE", "ABORT, 'no'", "FAIL, 'failed'", "ROLLBACK, 'back'"])}) END`;
      case 4:
        return `INSERT INTO log SELECT '${trigger}', ${column()}, count(*) FROM ${table.name} WHERE ${first!} IS NOT ${column()}`;
      case 5:
        return `INSERT INTO log VALUES ('${trigger}', changes(), last_insert_rowid())`;
      default:
        return `INSERT INTO log VALUES ('${trigger}', ${column()}, typeof(${column()}))`;
    }
  }

  // ── Values and conditions ──

  value(): string {
    switch (this.#below(14)) {
      case 0:
        return "NULL";
      case 1:
        return `'${this.pick(["x", "X", "y", "y ", "7", "07", "2.0", "bad", "abcdefgh", ""])}'`;
      case 2:
        return `${this.#below(5)}.${this.pick(["0", "5"])}`;
      case 3:
        return this.pick([
          "x'01'",
          "x''",
          "4611686018427387905",
          "-9223372036854775808",
          "9007199254740993",
          "1e300",
          "-1",
        ]);
      case 4:
        return `'${this.#below(9)}'`;
      default:
        return String(this.#below(9));
    }
  }

  #condition({ columns, generated }: RandomTable): string {
    const column = this.pick([...columns, ...generated]);
    return this.pick([
      `${column} = ${this.value()}`,
      `${column} > ${this.value()}`,
      `${column} < ${this.value()}`,
      `${column} IS NULL`,
      `${column} IN (${this.value()}, ${this.value()})`,
      `${column} BETWEEN 1 AND 4 OR ${this.pick(columns)} = ${this.value()}`,
      `typeof(${column}) = 'text'`,
    ]);
  }

  #or(): string {
    return this.pick(["", "", "", " OR IGNORE", " OR REPLACE", " OR FAIL", " OR ABORT", " OR ROLLBACK"]);
  }

  expression(table: RandomTable, prefix = ""): string {
    const column = `${prefix}${this.pick([...table.columns, ...table.generated])}`;
    return this.pick([
      this.value(),
      column,
      `${column} + 1`,
      `${column} || 'z'`,
      `coalesce(${column}, ${this.value()})`,
      `-${column}`,
      `(SELECT count(*) FROM ${table.name})`,
      `(SELECT max(${this.pick(table.columns)}) FROM ${table.name} AS o WHERE o.${this.pick(table.columns)} = ${column})`,
    ]);
  }

  #returning({ columns }: RandomTable): string {
    return this.chance(3) ? ` RETURNING *, typeof(${this.pick(columns)})` : "";
  }

  // ── Statements ──

  statement(tables: readonly RandomTable[]): string {
    const table = this.pick(tables);
    switch (this.#below(10)) {
      case 0:
      case 1:
      case 2:
        return this.insert(table);
      case 3:
        return this.#insertSelect(table, this.pick(tables));
      case 4:
        return this.#upsert(table);
      case 5:
      case 6:
      case 7:
        return this.update(table, tables);
      case 8:
        return `DELETE FROM ${table.name} WHERE ${this.#condition(table)}${this.#returning(table)}`;
      default:
        return this.chance(5) ? `DELETE FROM ${table.name}` : this.insert(table);
    }
  }

  insert(table: RandomTable): string {
    const verb = this.chance(8) ? "REPLACE" : `INSERT${this.#or()}`;
    if (this.chance(15)) return `${verb} INTO ${table.name} DEFAULT VALUES${this.#returning(table)}`;
    const columns = this.#columnList(table);
    const rows = Array.from(
      { length: 1 + this.#below(3) },
      () => `(${(columns ?? table.columns).map(() => this.value()).join(", ")})`,
    );
    const list = columns === undefined ? "" : `(${columns.join(", ")})`;
    return `${verb} INTO ${table.name}${list} VALUES ${rows.join(", ")}${this.#returning(table)}`;
  }

  #columnList(table: RandomTable): readonly string[] | undefined {
    if (this.chance(2)) return undefined;
    const columns = table.columns.filter(() => !this.chance(3));
    if (table.hasRowid && this.chance(5)) columns.push("rowid");
    return columns.length === 0 ? [table.columns[0]!] : columns;
  }

  #insertSelect(table: RandomTable, from: RandomTable): string {
    const values = table.columns.map(() =>
      this.pick([...from.columns, this.value(), `${this.pick(from.columns)} + 3`]),
    );
    const where = this.chance(2) ? ` WHERE ${this.#condition(from)}` : "";
    const order = ` ORDER BY ${from.columns.map((column) => `+${column}`).join(", ")}`;
    return `INSERT${this.#or()} INTO ${table.name}(${table.columns.join(", ")}) SELECT ${values.join(", ")} FROM ${from.name}${where}${order}${this.#returning(table)}`;
  }

  #upsert(table: RandomTable): string {
    const target = table.unique.length === 0 || this.chance(4) ? "" : `(${this.pick(table.unique)})`;
    const column = this.pick(table.columns);
    const value = this.pick([
      `excluded.${column}`,
      this.expression(table, `${table.name}.`),
      `excluded.${column} || ${table.name}.${column}`,
    ]);
    const where = this.chance(3) ? ` WHERE ${table.name}.${column} IS NOT ${this.value()}` : "";
    const action = this.chance(3) ? "NOTHING" : `UPDATE SET ${column} = ${value}${where}`;
    const second =
      table.unique.length > 1 && target !== "" && this.chance(3)
        ? ` ON CONFLICT (${this.pick(table.unique)}) DO NOTHING`
        : "";
    return `INSERT INTO ${table.name}(${table.columns.join(", ")}) VALUES (${table.columns.map(() => this.value()).join(", ")}), (${table.columns.map(() => this.value()).join(", ")}) ON CONFLICT ${target} DO ${action}${second}${this.#returning(table)}`;
  }

  update(table: RandomTable, tables: readonly RandomTable[]): string {
    const names = table.hasRowid && this.chance(8) ? [...table.columns, "rowid"] : table.columns;
    const expression = (): string =>
      table.hasRowid ? this.expression(table, `${table.name}.`) : this.pick([this.value(), this.pick(table.columns)]);
    const set =
      table.hasRowid && table.columns.length > 1 && this.chance(8)
        ? `(${table.columns[0]!}, ${table.columns[1]!}) = (SELECT ${this.value()}, o.${this.pick(table.columns)} FROM ${table.name} AS o WHERE o.${this.pick(table.columns)} = ${table.name}.${this.pick(table.columns)} ORDER BY 1, 2)`
        : Array.from({ length: 1 + this.#below(2) }, () => `${this.pick(names)} = ${expression()}`).join(", ");
    const other = this.pick(tables);
    if (other.name !== table.name && this.chance(6)) {
      const column = this.pick(table.columns);
      return `UPDATE${this.#or()} ${table.name} SET ${column} = ${other.name}.${this.pick(other.columns)} FROM ${other.name} WHERE ${other.name}.${this.pick(other.columns)} = ${table.name}.${this.pick(table.columns)}`;
    }
    const where = this.chance(4) ? "" : ` WHERE ${this.#condition(table)}`;
    const or = table.hasRowid ? this.#or() : this.pick(["", " OR ROLLBACK"]);
    return `UPDATE${or} ${table.name} SET ${set}${where}${this.#returning(table)}`;
  }
}
