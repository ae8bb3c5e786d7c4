/** Programs made by hand, run over a database that the original wrote. */
import { DatabaseSync } from "node:sqlite";
import { Btree } from "../../src/btree/btree.ts";
import type { BackEnd } from "../../src/compile/executable.ts";
import type { Block, Expression, Program, SortKey, StoreLayout } from "../../src/compile/program.ts";
import { CallContext, FUNCTION_LIMITS } from "../../src/functions/function.ts";
import { Pager } from "../../src/pager/pager.ts";
import { RecordReader } from "../../src/record/record-reader.ts";
import { ConnectionChanges } from "../../src/runtime/change/connection-changes.ts";
import { type Environment, Frame } from "../../src/runtime/frame.ts";
import { Catalogue, type SchemaRow } from "../../src/schema/catalogue.ts";
import type { Index, Table } from "../../src/schema/table.ts";
import { builtInCollations, type Collation } from "../../src/values/collation.ts";
import { Cells, INTEGER, NULL, type Payload, REAL, type SqlValue, TEXT } from "../../src/values/value.ts";
import { MemoryFile } from "../../src/vfs/pager-file.ts";
import { cellsOf } from "./cells.ts";

const COLLATIONS = builtInCollations("utf8");
export const BINARY: Collation = COLLATIONS.get("BINARY")!;
export const NOCASE: Collation = COLLATIONS.get("NOCASE")!;

export class TestDatabase {
  readonly original: DatabaseSync = new DatabaseSync(":memory:");
  readonly environment: Environment & { interrupted: boolean };
  readonly catalogue: Catalogue;
  readonly tree: Btree;

  constructor(sql: string) {
    this.original.exec(sql);
    const pager = new Pager({ file: new MemoryFile(this.original.serialize()), random: () => 1 });
    pager.settings.cachePages = 100_000;
    pager.beginRead();
    this.tree = new Btree(pager);
    const context = new CallContext(
      {
        encoding: "utf8",
        limits: FUNCTION_LIMITS,
        caseSensitiveLike: false,
        now: () => 0,
        localOffsetSeconds: () => 0,
        random: () => 4n,
        randomBytes: (length) => new Uint8Array(length),
        changes: () => 0,
        totalChanges: () => 0,
        lastInsertRowid: () => 0,
      },
      BINARY,
    );
    const { tree } = this;
    this.environment = {
      btree: () => tree,
      context,
      changes: new ConnectionChanges(),
      collation: (name) => COLLATIONS.get(name.toUpperCase()),
      interrupted: false,
    };
    this.catalogue = Catalogue.read(this.#schemaRows(), pager.pageCount);
  }

  table(name: string): Table {
    return this.catalogue.table(name) as Table;
  }

  index(name: string): Index {
    return this.catalogue.index(name)!;
  }

  /** Rows as `typeof:value`, which tells 1 from 1.0. */
  run(backEnd: BackEnd, program: Program, parameters: readonly SqlValue[] = []): string[] {
    const rows: string[] = [];
    backEnd.compile(program).run(this.frame(program, parameters), (row) => rows.push(shown(row)) > 0);
    return rows;
  }

  /** The same, one row at a time. */
  step(backEnd: BackEnd, program: Program, parameters: readonly SqlValue[] = []): string[] {
    const rows: string[] = [];
    const frame = this.frame(program, parameters);
    const execution = backEnd.compile(program).start(frame);
    while (execution.step()) rows.push(shown(frame.row));
    return rows;
  }

  frame(program: Program, parameters: readonly SqlValue[] = []): Frame {
    return new Frame(this.environment, cellsOf(parameters), program.registers, program.columns.length);
  }

  /** What the original answers, shown in the same way. */
  ask(sql: string): string[] {
    const statement = this.original.prepare(sql);
    statement.setReadBigInts(true);
    statement.setReturnArrays(true);
    return (statement.all() as unknown as SqlValue[][]).map((row) => row.map(shownOriginal).join("|"));
  }

  close(): void {
    this.original.close();
  }

  *#schemaRows(): Iterable<SchemaRow> {
    const cursor = this.tree.table(1);
    const reader = new RecordReader("utf8");
    const cells = new Cells(5);
    for (let more = cursor.first(); more; more = cursor.next()) {
      const { bytes, view, start, end } = cursor.payload();
      reader.attach(bytes, view, start, end);
      for (let at = 0; at < 5; at++) reader.read(at, cells, at);
      const [type, name, tableName, rootPage, sql] = cells.payloads as [string, string, string, number, string | null];
      yield { type, name, tableName, rootPage, sql };
    }
    cursor.close();
  }
}

function shown(row: Cells): string {
  return row.payloads.map((payload, at) => one(row.tags[at]!, payload)).join("|");
}

function one(tag: number, payload: Payload): string {
  if (tag === NULL) return "null";
  if (tag === INTEGER) return `i${String(payload as number)}`;
  if (tag === REAL) return `r${payload as number}`;
  return tag === TEXT ? `t${payload as string}` : `b${Buffer.from(payload as Uint8Array).toString("hex")}`;
}

/** With BigInts for INTEGERs, numbers are REALs. */
function shownOriginal(value: SqlValue): string {
  if (value === null) return "null";
  if (typeof value === "bigint") return `i${value}`;
  if (typeof value === "number") return `r${value}`;
  return typeof value === "string" ? `t${value}` : `b${Buffer.from(value).toString("hex")}`;
}

/** A program of these parts, whose rows have so many columns. */
export function programOf(parts: Partial<Program> & { readonly main: Block }, columns: number): Program {
  return {
    sources: [],
    stores: [],
    groups: [],
    routines: [],
    registers: 16,
    onces: 4,
    locals: 4,
    columns: Array.from({ length: columns }, (_, at) => ({
      name: `c${at}`,
      affinity: undefined,
      collation: BINARY,
      origin: undefined,
    })),
    reads: new Set([0]),
    writes: new Set(),
    plan: [],
    ...parts,
  };
}

export function constant(value: SqlValue): Expression {
  const cells = cellsOf([value]);
  return { kind: "constant", tag: cells.tags[0] as 0, payload: cells.payloads[0]! };
}

export function column(source: number, number: number): Expression {
  return { kind: "column", source, column: number, affinity: undefined, collation: BINARY, notNull: false };
}

export function compare(
  operator: "=" | "<>" | "<" | "<=" | ">" | ">=" | "IS",
  left: Expression,
  right: Expression,
): Expression {
  return { kind: "compare", operator, left, right, affinity: "none", collation: BINARY };
}

export function setOf(columns: number): StoreLayout {
  return {
    kind: "set",
    columns,
    collations: Array.from({ length: columns }, () => BINARY),
    affinities: Array.from({ length: columns }, () => undefined),
  };
}

/** Ascending, NULLs first. */
export const SORT_DEFAULTS: SortKey = { collation: BINARY, descending: false, nullsFirst: true };
