/** Functions that run in a transaction, or, within one, in a savepoint. */
import type { Database } from "./database.ts";
import { translating } from "./errors.ts";
import type { ConnectionState } from "./state.ts";

/** What the program gives. */
export type TransactionBody = (this: unknown, ...values: never[]) => unknown;

/** The body in a transaction that begins as `BEGIN` does; its properties begin otherwise. */
export interface Transaction<F extends TransactionBody> {
  (...values: Parameters<F>): ReturnType<F>;
  readonly default: Transaction<F>;
  readonly deferred: Transaction<F>;
  readonly immediate: Transaction<F>;
  readonly exclusive: Transaction<F>;
  readonly database: Database;
}

/** A name that no program has. */
const SAVEPOINT = "`\t_tenon.\t`";

export function transactionOf<F extends TransactionBody>(
  body: F,
  state: ConnectionState,
  database: Database,
): Transaction<F> {
  if (typeof body !== "function") throw new TypeError("Expected first argument to be a function");
  const variants = {
    default: wrapped(body, state, "BEGIN"),
    deferred: wrapped(body, state, "BEGIN DEFERRED"),
    immediate: wrapped(body, state, "BEGIN IMMEDIATE"),
    exclusive: wrapped(body, state, "BEGIN EXCLUSIVE"),
  };
  for (const one of Object.values(variants)) {
    for (const [name, other] of Object.entries(variants)) Object.defineProperty(one, name, { value: other });
    Object.defineProperty(one, "database", { value: database, enumerable: true });
  }
  return variants.default as unknown as Transaction<F>; // with the properties that it has just got
}

function wrapped(body: TransactionBody, state: ConnectionState, begin: string): (...values: never[]) => unknown {
  const { connection } = state;
  const run = (sql: string): void => {
    state.requireIdle();
    state.requireNoIterators();
    translating(() => connection.exec(sql));
  };
  return function sqliteTransaction(this: unknown, ...values: never[]): unknown {
    const isNested = !connection.autocommit;
    run(isNested ? `SAVEPOINT ${SAVEPOINT}` : begin);
    try {
      const result = body.apply(this, values);
      if (isPromise(result)) throw new TypeError("Transaction function cannot return a promise");
      run(isNested ? `RELEASE ${SAVEPOINT}` : "COMMIT");
      return result;
    } catch (error) {
      if (connection.isOpen && !connection.autocommit) {
        run(isNested ? `ROLLBACK TO ${SAVEPOINT}` : "ROLLBACK");
        if (isNested) run(`RELEASE ${SAVEPOINT}`);
      }
      throw error;
    }
  };
}

function isPromise(value: unknown): boolean {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
