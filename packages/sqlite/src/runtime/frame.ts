/** The state of one execution of a program: registers, parameters, where each source stands, stores. */
import type { Btree } from "../btree/btree.ts";
import type { CallContext } from "../functions/function.ts";
import type { Collation } from "../values/collation.ts";
import { Cells, NULL, type Tag } from "../values/value.ts";

/** The connection, as programs see it. */
export interface Environment {
  /** The trees of a database, by its number. */
  btree(database: number): Btree;
  readonly context: CallContext;
  /** Whatever the case of ASCII letters: those that indexes name. */
  collation(name: string): Collation | undefined;
  /** Looked at now and then by loops; true: throw SQLITE_INTERRUPT, `interrupted`. */
  readonly interrupted: boolean;
}

export class Frame {
  readonly environment: Environment;
  readonly parameters: Cells;
  readonly registers: Cells;
  /** Of the value that an evaluator gave last. */
  tag: Tag = NULL;
  /** The row that was emitted last. */
  readonly row: Cells;

  constructor(environment: Environment, parameters: Cells, registers: number, columns: number) {
    this.environment = environment;
    this.parameters = parameters;
    this.registers = new Cells(registers);
    this.row = new Cells(columns);
  }
}
