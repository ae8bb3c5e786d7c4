/** RAISE in triggers, as exceptions. Who runs the trigger's program, or the statement, knows what to do with each. */
import { SqliteError } from "../errors.ts";

export type RaiseAction = "ROLLBACK" | "ABORT" | "FAIL";

/** RAISE(ABORT | FAIL | ROLLBACK, message). */
export class Raised extends SqliteError {
  readonly action: RaiseAction;

  constructor(action: RaiseAction, message: string) {
    super("SQLITE_CONSTRAINT_TRIGGER", message);
    this.action = action;
  }
}

/** RAISE(IGNORE): the trigger's program ends, and the change of the row that fired it does not happen. */
export class RaisedIgnore extends Error {
  override readonly name = "RaisedIgnore";
}
