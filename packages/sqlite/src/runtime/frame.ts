/** The state of one execution of a program: registers, parameters, where each source stands, stores. */
import type { Btree } from "../btree/btree.ts";
import { SqliteError } from "../errors.ts";
import type { CallContext } from "../functions/function.ts";
import type { Table } from "../schema/table.ts";
import type { Collation } from "../values/collation.ts";
import type { TextEncoding } from "../values/text-codec.ts";
import { Cells, NULL, type Tag } from "../values/value.ts";
import type { ConnectionChanges } from "./change/connection-changes.ts";
import { StatementChanges } from "./change/statement-changes.ts";
import type { Groups } from "./groups.ts";
import type { IndexScan } from "./scans/index-scan.ts";
import type { RowidScan } from "./scans/rowid-scan.ts";
import type { Source } from "./sources/source.ts";
import type { RowScan, Store } from "./stores/store.ts";

/** The connection, as programs see it. */
export interface Environment {
  /** The trees of a database, by its number. */
  btree(database: number): Btree;
  readonly context: CallContext;
  readonly changes: ConnectionChanges;
  /** Whatever the case of ASCII letters: those that indexes name. */
  collation(name: string): Collation | undefined;
  /** sqlite3_update_hook: told of each row of a table with rowids that is added, changed or removed. */
  readonly rowChanged?:
    | ((kind: "insert" | "update" | "delete", database: number, table: Table, rowid: number | bigint) => void)
    | undefined;
  /** Looked at now and then by loops; true: throw SQLITE_INTERRUPT, `interrupted`. */
  readonly interrupted: boolean;
}

/** Turns of loops between two looks at `Environment.interrupted`, less one; all bits set. */
const TURNS_BETWEEN_LOOKS = 0x3ff;

export class Frame {
  readonly environment: Environment;
  readonly encoding: TextEncoding;
  parameters: Cells;
  readonly registers: Cells;
  /** How many programs this one runs in: triggers within triggers. */
  readonly depth: number;
  /** Of the value that an evaluator gave last. */
  tag: Tag = NULL;
  /** The row that was emitted last. */
  readonly row: Cells;

  // What back ends keep here; they make it when an execution starts.
  sources: readonly Source[] = [];
  stores: readonly Store[] = [];
  groups: readonly Groups[] = [];
  /** Where each loop is, by its number. */
  scans: (RowidScan | IndexScan | RowScan | undefined)[] = [];
  /** Of each `once` step: not 0 when it has run. */
  onces: Uint8Array = NOTHING;
  locals: Cells = NO_CELLS;
  /** Arguments of calls and rows on their way to stores: each place in the program has a piece of its own. */
  scratch: Cells = NO_CELLS;
  /** Where running routines return to. */
  readonly returns: number[] = [];
  /** How many returns there were where a label was entered that routines leave by. */
  readonly depths: number[] = [];
  /** The step to go on with after a row. */
  resume = 0;
  /** Who filled it with sources and stores: for the same program they serve again. */
  preparedBy: object | undefined = undefined;
  #turns = 0;

  /** What a statement and the programs of its triggers have in common; who runs the outermost frame closes it at the end. */
  readonly statement: StatementChanges;

  /** `parent`: the frame in which a trigger is fired, whose program this one is for. */
  constructor(environment: Environment, parameters: Cells, registers: number, columns: number, parent?: Frame) {
    this.environment = environment;
    this.encoding = environment.context.encoding;
    this.parameters = parameters;
    this.registers = new Cells(registers);
    this.row = new Cells(columns);
    this.depth = parent === undefined ? 0 : parent.depth + 1;
    this.statement = parent === undefined ? new StatementChanges() : parent.statement;
  }

  /** For another execution of the same program, when the one before has ended. */
  again(parameters: Cells): void {
    this.parameters = parameters;
    const { tags, payloads } = this.registers;
    // They are few: calls of `fill` would take longer.
    for (let at = 0; at < tags.length; at++) {
      tags[at] = NULL;
      payloads[at] = null;
    }
    this.returns.length = 0;
    this.resume = 0;
    this.statement.rows = 0;
    this.statement.violations = 0;
    this.statement.active.length = 0;
  }

  /** Called once a turn by every loop. Throws SQLITE_INTERRUPT. */
  turn(): void {
    if ((++this.#turns & TURNS_BETWEEN_LOOKS) === 0 && this.environment.interrupted)
      throw new SqliteError("SQLITE_INTERRUPT", "interrupted");
  }
}

const NOTHING = new Uint8Array(0);
const NO_CELLS = new Cells(0);
