/**
 * The same statements on a database of the original and on one of ours, without a connection: programs are compiled and run, and what a connection
 * does about failures is done here in a few lines. The schema is made by the original.
 */
import { DatabaseSync } from "node:sqlite";
import { Btree } from "../../src/btree/btree.ts";
import { closures } from "../../src/compile/closures.ts";
import type { BackEnd } from "../../src/compile/executable.ts";
import type { Program } from "../../src/compile/program.ts";
import { ConflictError, SqliteError } from "../../src/errors.ts";
import { builtInFunctions } from "../../src/functions/built-in.ts";
import { CallContext, FUNCTION_LIMITS } from "../../src/functions/function.ts";
import { Pager } from "../../src/pager/pager.ts";
import type { CompileContext } from "../../src/planner/context.ts";
import { lowerDelete, lowerInsert, lowerUpdate } from "../../src/planner/change/lower-change.ts";
import { RecordReader } from "../../src/record/record-reader.ts";
import { narrowed } from "../../src/record/varint.ts";
import { ConnectionChanges } from "../../src/runtime/change/connection-changes.ts";
import { failureOf } from "../../src/runtime/change/statement-end.ts";
import { type Environment, Frame } from "../../src/runtime/frame.ts";
import { Catalogue, type SchemaRow } from "../../src/schema/catalogue.ts";
import { SQL_LIMITS } from "../../src/sql/limits.ts";
import { parseStatement } from "../../src/sql/parser/parse.ts";
import { builtInCollations } from "../../src/values/collation.ts";
import { BLOB, Cells, INTEGER, NULL, type Payload, REAL, type Tag, TEXT } from "../../src/values/value.ts";
import { MemoryFile } from "../../src/vfs/pager-file.ts";

const COLLATIONS = builtInCollations("utf8");
const BINARY = COLLATIONS.get("BINARY")!;

export interface Settings {
  readonly foreignKeys?: boolean;
  readonly recursiveTriggers?: boolean;
  readonly backEnd?: BackEnd;
}

/** What a statement came to: rows as `typeof:value`, or code and message; then changes() and last_insert_rowid(). */
export interface Outcome {
  readonly rows: readonly string[];
  readonly error: string | undefined;
  readonly changes: number;
  readonly lastInsertRowid: string;
}

export class ChangeDatabase {
  readonly original: DatabaseSync = new DatabaseSync(":memory:");
  readonly #file: MemoryFile;
  readonly #pager: Pager;
  readonly #tree: Btree;
  readonly #changes = new ConnectionChanges();
  readonly #environment: Environment;
  readonly #context: CompileContext;
  readonly #backEnd: BackEnd;
  readonly #tables: readonly string[];

  constructor(schema: string, { foreignKeys = false, recursiveTriggers = false, backEnd = closures }: Settings = {}) {
    this.original.exec(schema);
    this.original.exec(`PRAGMA foreign_keys = ${foreignKeys}; PRAGMA recursive_triggers = ${recursiveTriggers}`);
    this.#backEnd = backEnd;
    this.#file = new MemoryFile(this.original.serialize());
    this.#pager = new Pager({ file: this.#file, random: () => 1 });
    this.#pager.beginRead();
    const tree = new Btree(this.#pager);
    this.#tree = tree;
    const changes = this.#changes;
    changes.lastInsertRowid = narrowed(this.#originalCount("last_insert_rowid()"));
    const context = new CallContext(
      {
        encoding: "utf8",
        limits: FUNCTION_LIMITS,
        caseSensitiveLike: false,
        now: () => 0,
        localOffsetSeconds: () => 0,
        random: () => 4n,
        randomBytes: (length) => new Uint8Array(length),
        changes: () => changes.changes,
        totalChanges: () => changes.totalChanges,
        lastInsertRowid: () => changes.lastInsertRowid,
      },
      BINARY,
    );
    const collation = (name: string): typeof BINARY | undefined => COLLATIONS.get(name.toUpperCase());
    this.#environment = { btree: () => tree, context, changes, collation, interrupted: false };
    const catalogue = Catalogue.read(this.#schemaRows(), this.#pager.pageCount);
    this.#tables = [...catalogue.tables()].filter(({ kind }) => kind === "table").map(({ name }) => name);
    const statistics = { rows: () => undefined, index: () => undefined };
    this.#context = {
      databases: [
        { name: "main", catalogue, statistics },
        { name: "temp", catalogue: Catalogue.read([], 1), statistics },
      ],
      functions: builtInFunctions(),
      collation,
      encoding: "utf8",
      limits: SQL_LIMITS,
      doubleQuotedStrings: true,
      foreignKeys,
      recursiveTriggers,
      ignoreCheckConstraints: false,
      deferForeignKeys: false,
      automaticIndex: true,
      reverseUnorderedSelects: false,
      fullColumnNames: false,
      shortColumnNames: true,
      trustedSchema: true,
      triggerDepth: 1000,
    };
  }

  /** Runs a statement on both sides. */
  both(sql: string): { ours: Outcome; theirs: Outcome } {
    const theirs = this.#runOriginal(sql);
    return { ours: this.#run(sql), theirs };
  }

  /** All tables of both sides, in `typeof:value`; ours as the original reads them, which checks the file's integrity too. */
  tables(): { ours: string; theirs: string } {
    const read = new DatabaseSync(":memory:");
    try {
      read.deserialize(this.#file.contents());
      const { integrity_check: integrity } = read.prepare("PRAGMA integrity_check").get() as {
        integrity_check: string;
      };
      return { ours: `${integrity}\n${this.#dump(read)}`, theirs: `ok\n${this.#dump(this.original)}` };
    } finally {
      read.close();
    }
  }

  close(): void {
    this.original.close();
  }

  #dump(db: DatabaseSync): string {
    return this.#tables
      .map((name) => {
        const statement = db.prepare(`SELECT * FROM "${name}" ORDER BY ${this.#isRowid(db, name) ? "rowid" : "1"}`);
        statement.setReturnArrays(true);
        statement.setReadBigInts(true);
        return `${name}:\n${(statement.all() as unknown as unknown[][]).map(shownRow).join("\n")}`;
      })
      .join("\n");
  }

  #isRowid(db: DatabaseSync, name: string): boolean {
    return !/WITHOUT\s+ROWID/i.test(
      (db.prepare("SELECT sql FROM sqlite_schema WHERE name = ?").get(name) as { sql: string }).sql,
    );
  }

  #runOriginal(sql: string): Outcome {
    let rows: string[] = [];
    let error: string | undefined;
    try {
      const statement = this.original.prepare(sql);
      statement.setReturnArrays(true);
      statement.setReadBigInts(true);
      rows = (statement.all() as unknown as unknown[][]).map(shownRow);
    } catch (thrown) {
      const { errcode, message } = thrown as { errcode: number; message: string };
      error = `${errcode} ${message}`;
    }
    return {
      rows: error === undefined ? rows : [],
      error,
      changes: Number(this.#originalCount("changes()")),
      lastInsertRowid: String(this.#originalCount("last_insert_rowid()")),
    };
  }

  #originalCount(call: string): bigint {
    const statement = this.original.prepare(`SELECT ${call} AS n`);
    statement.setReadBigInts(true);
    return (statement.get() as { n: bigint }).n;
  }

  #run(sql: string): Outcome {
    const rows: string[] = [];
    let error: string | undefined;
    try {
      this.#execute(this.compile(sql), rows);
    } catch (thrown) {
      if (!(thrown instanceof SqliteError)) throw thrown;
      error = `${thrown.extendedErrcode} ${thrown.message}`;
    }
    return {
      rows: error === undefined ? rows : [],
      error,
      changes: this.#changes.changes,
      lastInsertRowid: String(this.#changes.lastInsertRowid),
    };
  }

  compile(sql: string): Program {
    const { statement } = parseStatement(sql);
    switch (statement?.kind) {
      case "insert":
        return lowerInsert(statement, this.#context);
      case "update":
        return lowerUpdate(statement, this.#context);
      case "delete":
        return lowerDelete(statement, this.#context);
      default:
        throw new Error(`not a change: ${sql}`);
    }
  }

  /** In a transaction of its own. */
  #execute(program: Program, rows: string[]): void {
    const frame = new Frame(this.#environment, new Cells(0), program.registers, program.columns.length);
    this.#pager.beginWrite();
    try {
      this.#backEnd.compile(program).run(frame, (row) => rows.push(shownCells(row)) > 0);
      this.#commit();
    } catch (thrown) {
      const error = failureOf(thrown, frame);
      if (error instanceof ConflictError && error.action === "FAIL") {
        this.#commit();
        this.#changes.count(frame.statement.rows);
      } else this.#rollback();
      throw error;
    } finally {
      this.#changes.transactionEnded();
      this.#pager.endRead();
      this.#pager.beginRead();
    }
  }

  #commit(): void {
    if (this.#changes.hasViolations) {
      this.#rollback();
      throw new ConflictError("SQLITE_CONSTRAINT_FOREIGNKEY", "FOREIGN KEY constraint failed", "ABORT");
    }
    this.#tree.commit();
  }

  #rollback(): void {
    this.#tree.rollback();
    this.#changes.count(0);
  }

  #schemaRows(): SchemaRow[] {
    const reader = new RecordReader("utf8");
    const cursor = this.#tree.table(1);
    const cells = new Cells(5);
    const rows: SchemaRow[] = [];
    for (let more = cursor.first(); more; more = cursor.next()) {
      const { bytes, view, start, end } = cursor.payload();
      reader.attach(bytes, view, start, end);
      for (let column = 0; column < 5; column++) reader.read(column, cells, column);
      const [type, name, tableName, rootPage, sql] = cells.payloads as never[];
      rows.push({ type: type!, name: name!, tableName: tableName!, rootPage: rootPage!, sql: sql! });
    }
    cursor.close();
    return rows;
  }
}

function shownRow(row: readonly unknown[]): string {
  return row.map(shownValue).join("|");
}

function shownValue(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "bigint") return `integer:${value}`;
  if (typeof value === "number") return `real:${Object.is(value, -0) ? 0 : value}`;
  if (typeof value === "string") return `text:${value}`;
  return `blob:${Buffer.from(value as Uint8Array).toString("hex")}`;
}

function shownCells({ tags, payloads }: Cells): string {
  return Array.from(tags, (tag, at) => shownCell(tag as Tag, payloads[at]!)).join("|");
}

function shownCell(tag: Tag, payload: Payload): string {
  switch (tag) {
    case NULL:
      return "null";
    case INTEGER:
      return shownValue(BigInt(payload as number | bigint));
    case REAL:
    case TEXT:
    case BLOB:
      return shownValue(payload);
  }
}
