/** Arguments of a call → parameters of a statement: values by position, arrays of them, and one plain object by name. */
import type { PreparedStatement } from "../connection/prepared-statement.ts";
import { convert } from "./values.ts";

/** Throws TypeError and RangeError, after which nothing is bound. */
export function bindArguments(statement: PreparedStatement, values: readonly unknown[]): void {
  const { bindings } = statement;
  if (values.length === 0 && bindings.length === 0) return;
  const binder = new Binder(statement);
  try {
    binder.bind(values);
  } catch (error) {
    clearBindings(statement);
    throw error;
  }
}

export function clearBindings({ bindings }: PreparedStatement): void {
  bindings.tags.fill(0);
  bindings.payloads.fill(null);
}

class Binder {
  readonly #statement: PreparedStatement;
  /** The place behind the nameless parameter that was bound last. */
  #next = 0;
  #count = 0;
  #hasObject = false;

  constructor(statement: PreparedStatement) {
    this.#statement = statement;
  }

  bind(values: readonly unknown[]): void {
    for (const value of values) {
      if (Array.isArray(value)) for (const item of value as unknown[]) this.#bindNext(item);
      else if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value)) this.#bindObject(value);
      else this.#bindNext(value);
    }
    const wanted = this.#statement.bindings.length;
    if (this.#count > wanted) throw new RangeError("Too many parameter values were provided");
    if (this.#count === wanted) return;
    if (!this.#hasObject && this.#isNamed) throw new TypeError("Missing named parameters");
    throw new RangeError("Too few parameter values were provided");
  }

  get #isNamed(): boolean {
    return this.#statement.parameters.some((name) => name !== undefined);
  }

  #bindObject(values: object): void {
    if (!isPlain(values)) {
      if (this.#isNamed) throw new TypeError("Named parameters can only be passed within plain objects");
      this.#bindNext(values);
      return;
    }
    if (this.#hasObject) throw new TypeError("You cannot specify named parameters in two different objects");
    this.#hasObject = true;
    for (const [at, parameter] of this.#statement.parameters.entries()) {
      if (parameter === undefined) continue;
      const name = parameter.slice(1);
      if (!Object.hasOwn(values, name)) throw new RangeError(`Missing named parameter "${name}"`);
      this.#set(at, (values as Readonly<Record<string, unknown>>)[name]);
    }
  }

  #bindNext(value: unknown): void {
    const { parameters } = this.#statement;
    while (parameters[this.#next] !== undefined) this.#next += 1;
    this.#set(this.#next, value);
    this.#next += 1;
  }

  #set(at: number, value: unknown): void {
    const { bindings } = this.#statement;
    const converted = convert(value);
    if (converted === "invalid")
      throw new TypeError("SQLite3 can only bind numbers, strings, bigints, buffers, and null");
    if (at >= bindings.length) throw new RangeError("Too many parameter values were provided");
    if (converted === "too big") throw new RangeError("The bound string, buffer, or bigint is too big");
    bindings.set(at, converted.tag, converted.payload);
    this.#count += 1;
  }
}

/** Made by a literal, by Object.create(null), or by the Object of another realm. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || (typeof prototype === "object" && Object.getPrototypeOf(prototype) === null);
}
