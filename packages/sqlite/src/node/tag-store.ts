/** `SQLTagStore`: statements by the text of template literals, those used last. */
import type { DatabaseSync } from "./database.ts";
import { invalidArgument } from "./errors.ts";
import type { Row, StatementResult, StatementSync } from "./statement.ts";

export class SQLTagStore {
  declare readonly capacity: number;
  declare readonly db: DatabaseSync;
  declare readonly size: number;
  /** The one that was used longest ago comes first. */
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync, capacity: number) {
    const getter = (get: () => unknown): PropertyDescriptor => ({ get, enumerable: true });
    Object.defineProperties(this, {
      capacity: getter(() => capacity),
      db: getter(() => database),
      size: getter(() => this.#statements.size),
    });
  }

  all(strings: TemplateStringsArray, ...values: unknown[]): Row[] {
    return this.#statement(strings).all(...values);
  }

  get(strings: TemplateStringsArray, ...values: unknown[]): Row | undefined {
    return this.#statement(strings).get(...values);
  }

  iterate(strings: TemplateStringsArray, ...values: unknown[]): IteratorObject<Row, null> {
    return this.#statement(strings).iterate(...values);
  }

  run(strings: TemplateStringsArray, ...values: unknown[]): StatementResult {
    return this.#statement(strings).run(...values);
  }

  clear(): void {
    this.#statements.clear();
  }

  #statement(strings: TemplateStringsArray): StatementSync {
    if (!Array.isArray(strings))
      throw invalidArgument("First argument must be an array of strings (template literal).");
    const sql = strings.join("?");
    const known = this.#statements.get(sql);
    this.#statements.delete(sql);
    const statement = known ?? this.db.prepare(sql);
    this.#statements.set(sql, statement);
    if (this.#statements.size > this.capacity) this.#statements.delete(this.#statements.keys().next().value!);
    return statement;
  }
}
