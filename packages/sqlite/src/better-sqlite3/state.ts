/** What a connection is doing, which says what may be asked of it. */
import type { Connection } from "../connection/connection.ts";

export class ConnectionState {
  readonly connection: Connection;
  /** A statement runs at this moment: functions of the program that it calls must not use the connection. */
  busy = false;
  /** Iterators that are not at their end. */
  iterators = 0;
  /** What new statements and functions begin with. */
  safeIntegers = false;
  /** Changes are allowed while iterators run. */
  unsafe = false;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  get isOpen(): boolean {
    return this.connection.isOpen;
  }

  requireIdle(): void {
    if (!this.isOpen) throw new TypeError("The database connection is not open");
    this.requireNotBusy();
  }

  requireNotBusy(): void {
    if (this.busy) throw new TypeError("This database connection is busy executing a query");
  }

  /** For what changes the database. */
  requireNoIterators(): void {
    if (!this.unsafe) this.requireNoIteratorsAtAll();
  }

  /** For what changes the connection. */
  requireNoIteratorsAtAll(): void {
    if (this.iterators > 0) throw new TypeError("This database connection is busy executing a query");
  }
}
