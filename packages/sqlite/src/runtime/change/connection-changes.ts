/** What a connection remembers of its changes from one statement to the next. */

/** A place to which the counters of deferred foreign keys go back with a savepoint. */
export interface DeferredViolations {
  readonly deferred: number;
  readonly deferredImmediate: number;
}

export class ConnectionChanges {
  /** `changes()`: rows of the last INSERT, UPDATE or DELETE that has ended; in a trigger: of its last step. */
  changes = 0;
  totalChanges = 0;
  lastInsertRowid: number | bigint = 0;
  /** Rows without their parents, of foreign keys that are deferred by declaration: COMMIT fails while there are any. */
  deferred = 0;
  /** The same, of keys that only PRAGMA defer_foreign_keys defers. */
  deferredImmediate = 0;
  /** PRAGMA defer_foreign_keys, which every COMMIT and ROLLBACK of a transaction turns off. */
  deferForeignKeys = false;

  /** A statement, or a trigger's step, has ended, and changed so many rows. */
  count(rows: number): void {
    this.changes = rows;
    this.totalChanges += rows;
  }

  /** The statement that was counted last was undone after all: its transaction could not be committed. */
  uncount(): void {
    this.totalChanges -= this.changes;
    this.changes = 0;
  }

  /** Whether COMMIT (and a statement outside of a transaction) has to fail: SQLITE_CONSTRAINT_FOREIGNKEY, `FOREIGN KEY constraint failed`. */
  get hasViolations(): boolean {
    return this.deferred + this.deferredImmediate > 0;
  }

  /** For a savepoint, and for the statement that may have to be undone. */
  violations(): DeferredViolations {
    return { deferred: this.deferred, deferredImmediate: this.deferredImmediate };
  }

  /** After going back to a savepoint, or undoing a statement. */
  restore({ deferred, deferredImmediate }: DeferredViolations): void {
    this.deferred = deferred;
    this.deferredImmediate = deferredImmediate;
  }

  /** After COMMIT and ROLLBACK. */
  transactionEnded(): void {
    this.deferred = 0;
    this.deferredImmediate = 0;
    this.deferForeignKeys = false;
  }
}
