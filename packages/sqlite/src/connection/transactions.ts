/**
 * Transactions of a connection, over all of its databases (https://www.sqlite.org/lang_transaction.html, lang_savepoint.html).
 *
 * Outside of BEGIN and SAVEPOINT each statement is a transaction of its own, which ends when the last statement that runs has ended. Savepoints
 * lie in every database that is written to, by the same numbers; the one of a statement, from which it is undone when it fails, has the
 * number behind the last.
 */
import { SqliteError } from "../errors.ts";
import type { ConnectionChanges, DeferredViolations } from "../runtime/change/connection-changes.ts";
import { fold } from "../schema/table.ts";
import type { Hooks } from "./hooks.ts";
import type { OpenDatabase } from "./open-database.ts";

interface Savepoint {
  readonly name: string;
  readonly violations: DeferredViolations;
}

export class Transactions {
  /** False within BEGIN … COMMIT, or an outermost savepoint. */
  autocommit = true;
  /** Counts rollbacks that statements which run do not survive. */
  epoch = 0;
  /** Statements that run. */
  active = 0;
  activeWriters = 0;
  readonly #databases: readonly OpenDatabase[];
  readonly #changes: ConnectionChanges;
  readonly #hooks: Hooks;
  readonly #savepoints: Savepoint[] = [];
  /** The outermost savepoint began the transaction, and ends it. */
  #isSavepointTransaction = false;

  constructor(databases: readonly OpenDatabase[], changes: ConnectionChanges, hooks: Hooks) {
    this.#databases = databases;
    this.#changes = changes;
    this.#hooks = hooks;
  }

  /** How many savepoints are open. */
  get depth(): number {
    return this.#savepoints.length;
  }

  begin(mode: "DEFERRED" | "IMMEDIATE" | "EXCLUSIVE"): void {
    if (!this.autocommit) throw failure("cannot start a transaction within a transaction");
    if (mode !== "DEFERRED") {
      try {
        for (const database of this.#databases) {
          if (database.pager.isReadonly) database.beginRead();
          else database.beginWrite(0);
          if (mode === "EXCLUSIVE") database.prepareCommit();
        }
      } catch (error) {
        for (const database of this.#databases) database.rollback();
        throw error;
      }
    }
    this.autocommit = false;
  }

  /** Throws, and leaves the transaction open, while rows lack their parents, statements write, or others read. */
  commit(): void {
    if (this.autocommit) throw failure("cannot commit - no transaction is active");
    if (this.activeWriters > 0) throw busy("cannot commit transaction - SQL statements in progress");
    this.commitAll();
  }

  rollback(): void {
    if (this.autocommit) throw failure("cannot rollback - no transaction is active");
    this.rollbackAll();
  }

  savepoint(name: string): void {
    if (this.activeWriters > 0) throw busy("cannot open savepoint - SQL statements in progress");
    if (this.autocommit) {
      this.autocommit = false;
      this.#isSavepointTransaction = true;
    }
    this.#savepoints.push({ name, violations: this.#changes.violations() });
    for (const database of this.#databases) database.openSavepoints(this.#savepoints.length);
  }

  release(name: string): void {
    const at = this.#find(name);
    if (this.activeWriters > 0) throw busy("cannot release savepoint - SQL statements in progress");
    if (at === 0 && this.#isSavepointTransaction) {
      this.commitAll();
      return;
    }
    this.#savepoints.length = at;
    for (const database of this.#databases) database.release(at);
  }

  /** The savepoint stays. */
  rollbackTo(name: string): void {
    const at = this.#find(name);
    this.#savepoints.length = at + 1;
    this.#undoTo(at, this.#savepoints[at]!.violations);
  }

  /** Makes a savepoint for a statement; its number. */
  beginStatement(): number {
    const at = this.depth;
    for (const database of this.#databases) database.openSavepoints(at + 1);
    return at;
  }

  endStatement(savepoint: number): void {
    for (const database of this.#databases) database.release(savepoint);
  }

  undoStatement(savepoint: number, violations: DeferredViolations): void {
    this.#undoTo(savepoint, violations);
    this.endStatement(savepoint);
  }

  /** Ends the transaction: what was written has happened. On failure everything is as it was before the call, but for a hook that says no. */
  commitAll(): void {
    if (this.#changes.hasViolations)
      throw new SqliteError("SQLITE_CONSTRAINT_FOREIGNKEY", "FOREIGN KEY constraint failed");
    const writing = this.#databases.filter((database) => database.isWriting);
    if (writing.length > 0) {
      if (this.#hooks.commit?.() === true) {
        this.rollbackAll();
        throw new SqliteError("SQLITE_CONSTRAINT_COMMITHOOK", "constraint failed");
      }
      for (const database of writing) database.prepareCommit();
      for (const database of writing) database.commit();
    }
    this.#ended();
  }

  rollbackAll(): void {
    const wasOpen = !this.autocommit || this.#databases.some((database) => database.isWriting);
    let schemaChanged = false;
    for (const database of this.#databases) schemaChanged = database.rollback() || schemaChanged;
    if (schemaChanged) this.epoch += 1;
    this.#ended();
    if (wasOpen) this.#hooks.rollback?.();
  }

  /** Lets go of the locks when nothing needs them. */
  relax(): void {
    if (!this.autocommit || this.active > 0) return;
    for (const database of this.#databases) database.endRead();
  }

  #ended(): void {
    this.autocommit = true;
    this.#isSavepointTransaction = false;
    this.#savepoints.length = 0;
    this.#changes.transactionEnded();
  }

  #undoTo(savepoint: number, violations: DeferredViolations): void {
    let schemaChanged = false;
    for (const database of this.#databases) schemaChanged = database.rollbackTo(savepoint) || schemaChanged;
    if (schemaChanged) this.epoch += 1;
    this.#changes.restore(violations);
  }

  /** The innermost of that name. */
  #find(name: string): number {
    const wanted = fold(name);
    const at = this.#savepoints.findLastIndex((savepoint) => fold(savepoint.name) === wanted);
    if (at === -1) throw failure(`no such savepoint: ${name}`);
    return at;
  }
}

function failure(message: string): SqliteError {
  return new SqliteError("SQLITE_ERROR", message);
}

function busy(message: string): SqliteError {
  return new SqliteError("SQLITE_BUSY", message);
}
