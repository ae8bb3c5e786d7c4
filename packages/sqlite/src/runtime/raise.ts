/** RAISE in triggers, as exceptions. Who runs the trigger's program, or the statement, knows what to do with each. */
import { ConflictError, type FailureAction } from "../errors.ts";

/** RAISE(ABORT | FAIL | ROLLBACK, message). */
export class Raised extends ConflictError {
  constructor(action: FailureAction, message: string) {
    super("SQLITE_CONSTRAINT_TRIGGER", message, action);
  }
}

/** RAISE(IGNORE): the trigger's program ends, and the change of the row that fired it does not happen. */
export class RaisedIgnore extends Error {
  override readonly name = "RaisedIgnore";
}
