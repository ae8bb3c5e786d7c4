/** Scripts by chance: schemas that are made, changed and dropped, rows, transactions and savepoints around it all. */
export class RandomScript {
  readonly #below: (bound: number) => number;

  constructor(below: (bound: number) => number) {
    this.#below = below;
  }

  /** So many statements, most of which make sense. */
  statements(count: number): string[] {
    return Array.from({ length: count }, () => this.statement());
  }

  statement(): string {
    return this.#pick<() => string>([
      () => this.#createTable(),
      () => this.#createTable(),
      () => this.#createIndex(),
      () => this.#createIndex(),
      () => `CREATE VIEW ${this.#any(VIEWS)} AS ${this.#select()}`,
      () => this.#createTrigger(),
      () => `CREATE TABLE ${this.#table()} AS ${this.#select()}`,
      () => `DROP TABLE ${this.#maybe("IF EXISTS ")}${this.#table()}`,
      () => `DROP INDEX ${this.#maybe("IF EXISTS ")}${this.#any(INDEXES)}`,
      () => `DROP VIEW ${this.#any(VIEWS)}`,
      () => `DROP TRIGGER ${this.#any(TRIGGERS)}`,
      () => `ALTER TABLE ${this.#table()} RENAME TO ${this.#table()}`,
      () => `ALTER TABLE ${this.#table()} ADD COLUMN ${this.#column(this.#any(MORE_COLUMNS))}`,
      ...Array.from({ length: 12 }, () => () => this.#change()),
      ...Array.from({ length: 6 }, () => () => this.#select()),
      () => this.#transaction(),
      () => this.#transaction(),
      () => this.#transaction(),
      () => this.#maintenance(),
    ])();
  }

  #createTable(): string {
    const names = COLUMNS.slice(0, 1 + this.#below(4));
    const columns = names.map((name) => this.#column(name));
    if (this.#below(5) === 0) columns.push(`UNIQUE(${this.#any(names)}, ${this.#any(names)})`);
    if (this.#below(8) === 0) columns.push(`PRIMARY KEY(${this.#any(names)}${this.#maybe(" DESC")})`);
    if (this.#below(8) === 0) columns.push(`CHECK(${this.#any(names)} <> 13)`);
    if (this.#below(8) === 0) columns.push(`FOREIGN KEY(${this.#any(names)}) REFERENCES ${this.#table()}`);
    const options = this.#below(6) === 0 ? " WITHOUT ROWID" : this.#below(10) === 0 ? " STRICT" : "";
    return `CREATE ${this.#below(12) === 0 ? "TEMP " : ""}TABLE ${this.#maybe("IF NOT EXISTS ")}${this.#table()}(${columns.join(", ")})${options}`;
  }

  #column(name: string): string {
    const parts = [name, this.#any(TYPES)];
    if (this.#below(9) === 0) parts.push(this.#any(["PRIMARY KEY", "PRIMARY KEY DESC", "PRIMARY KEY AUTOINCREMENT"]));
    if (this.#below(9) === 0) parts.push("NOT NULL");
    if (this.#below(9) === 0) parts.push("UNIQUE");
    if (this.#below(6) === 0) parts.push(`DEFAULT ${this.#any(["5", "'five'", "(2 + 3)", "NULL", "-1.5", "x'05'"])}`);
    if (this.#below(12) === 0) parts.push(`COLLATE ${this.#any(["NOCASE", "RTRIM", "BINARY"])}`);
    if (this.#below(14) === 0) parts.push(`CHECK(${name} IS NOT 13)`);
    if (this.#below(14) === 0) parts.push(`AS (${this.#any(COLUMNS)} || 'x')${this.#maybe(" STORED")}`);
    if (this.#below(14) === 0) parts.push(`REFERENCES ${this.#table()}(${this.#any(COLUMNS)})`);
    return parts.join(" ");
  }

  #createIndex(): string {
    const parts = Array.from({ length: 1 + this.#below(3) }, () => {
      const what = this.#below(5) === 0 ? `lower(${this.#any(COLUMNS)})` : this.#any(COLUMNS);
      return `${what}${this.#below(6) === 0 ? " COLLATE NOCASE" : ""}${this.#maybe(" DESC")}`;
    });
    const where = this.#below(5) === 0 ? ` WHERE ${this.#any(COLUMNS)} IS NOT NULL` : "";
    return `CREATE ${this.#below(5) === 0 ? "UNIQUE " : ""}INDEX ${this.#any(INDEXES)} ON ${this.#table()}(${parts.join(", ")})${where}`;
  }

  #createTrigger(): string {
    const event = this.#any(["INSERT", "DELETE", "UPDATE", `UPDATE OF ${this.#any(COLUMNS)}`]);
    const steps = Array.from(
      { length: 1 + this.#below(2) },
      () => `${this.#change().replace(/ DEFAULT VALUES$/, "(a) VALUES(7)")};`,
    );
    const when = this.#below(4) === 0 ? ` WHEN ${event === "DELETE" ? "old" : "new"}.a > 3` : "";
    return `CREATE TRIGGER ${this.#any(TRIGGERS)} ${this.#any(["BEFORE", "AFTER"])} ${event} ON ${this.#table()}${when} BEGIN ${steps.join(" ")} END`;
  }

  #change(): string {
    const table = this.#table();
    const conflict = this.#below(4) === 0 ? ` OR ${this.#any(["IGNORE", "REPLACE", "FAIL", "ABORT", "ROLLBACK"])}` : "";
    switch (this.#below(7)) {
      case 0:
        return `DELETE FROM ${table} WHERE ${this.#any(COLUMNS)} ${this.#any(["=", ">", "<"])} ${this.#value()}`;
      case 1:
        return `UPDATE${conflict} ${table} SET ${this.#any(COLUMNS)} = ${this.#value()} WHERE ${this.#any(COLUMNS)} ${this.#any(["=", ">", "<"])} ${this.#value()}`;
      case 2:
        return `INSERT${conflict} INTO ${table} DEFAULT VALUES`;
      case 3:
        return `INSERT${conflict} INTO ${table}(a) VALUES(${this.#value()}), (${this.#value()})`;
      case 4:
        return `INSERT${conflict} INTO ${table}(a, b) SELECT a, a FROM ${this.#table()} LIMIT 5`;
      default:
        return `INSERT${conflict} INTO ${table}(a, b) VALUES(${this.#value()}, ${this.#value()})`;
    }
  }

  #select(): string {
    const [one, other] = [this.#source(), this.#source()];
    return this.#any([
      `SELECT * FROM ${one} LIMIT 20`,
      `SELECT a, b FROM ${one} WHERE a = ${this.#value()}`,
      `SELECT count(*), max(a), typeof(min(b)) FROM ${one}`,
      `SELECT ${one}.a, x.a AS xa FROM ${one} JOIN ${other} AS x ON x.a = ${one}.a ORDER BY 1, 2 LIMIT 9`,
      `SELECT a FROM ${one} WHERE b IN (SELECT a FROM ${other}) ORDER BY a LIMIT 9`,
    ]);
  }

  #transaction(): string {
    return this.#any([
      "BEGIN",
      "BEGIN IMMEDIATE",
      "COMMIT",
      "ROLLBACK",
      "SAVEPOINT s1",
      "SAVEPOINT s2",
      "ROLLBACK TO s1",
      "ROLLBACK TO s2",
      "RELEASE s1",
      "RELEASE s2",
    ]);
  }

  #maintenance(): string {
    const table = this.#table();
    return this.#any([
      "PRAGMA integrity_check",
      "PRAGMA quick_check",
      "PRAGMA foreign_key_check",
      `PRAGMA table_xinfo(${table})`,
      `PRAGMA index_list(${table})`,
      `PRAGMA index_xinfo(${this.#any(INDEXES)})`,
      `PRAGMA foreign_key_list(${table})`,
      "PRAGMA foreign_keys = on",
      "PRAGMA recursive_triggers = on",
      "PRAGMA user_version = 7",
      "PRAGMA user_version",
      "REINDEX",
      `REINDEX ${table}`,
      "ANALYZE",
      "VACUUM",
      "SELECT type, name, tbl_name, sql FROM sqlite_master",
      "SELECT type, name, tbl_name, sql FROM sqlite_temp_master",
      "SELECT changes(), total_changes(), last_insert_rowid()",
    ]);
  }

  #source(): string {
    return this.#below(6) === 0 ? this.#any(VIEWS) : this.#table();
  }

  #table(): string {
    return this.#any(TABLES);
  }

  #value(): string {
    return this.#any(["1", "2", "3", "13", "-1", "2.5", "'a'", "'B'", "'1'", "NULL", "x'61'", "9007199254740993"]);
  }

  #maybe(text: string): string {
    return this.#below(2) === 0 ? text : "";
  }

  #any(choices: readonly string[]): string {
    return this.#pick(choices);
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[this.#below(choices.length)]!; // there is at least one
  }
}

const TABLES = ["t1", "t2", "t3", "t4"];
const VIEWS = ["v1", "v2"];
const INDEXES = ["i1", "i2", "i3", "i4"];
const TRIGGERS = ["r1", "r2"];
const COLUMNS = ["a", "b", "c", "d"];
const MORE_COLUMNS = ["e", "f", "a"];
const TYPES = ["", "INT", "INTEGER", "TEXT", "REAL", "NUMERIC", "BLOB", "VARCHAR(9)"];
