/**
 * The header fields of a request that came in: a `Headers` that looks into the received bytes for what it is asked, and
 * becomes a real one when it is changed or walked through.
 *
 * It passes for one everywhere: `instanceof Headers` holds, and `new Headers(it)` or `fetch(url, { headers: it })`
 * copy it, because they iterate.
 */
import { inspect } from "node:util";
import type { RequestFields } from "./request-source.ts";

const LOWER_CASE_NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;

export class IncomingHeaders implements Headers {
  readonly #fields: RequestFields;
  #real: Headers | undefined;

  constructor(fields: RequestFields) {
    this.#fields = fields;
  }

  get #materialised(): Headers {
    if (this.#real === undefined) {
      this.#real = new Headers();
      for (const [name, value] of this.#fields.pairs()) this.#real.append(name, value);
    }
    return this.#real;
  }

  get(name: string): string | null {
    if (this.#real !== undefined) return this.#real.get(name);
    if (typeof name === "string") {
      if (LOWER_CASE_NAME.test(name)) return this.#fields.get(name);
      const lowerCase = name.toLowerCase();
      if (LOWER_CASE_NAME.test(lowerCase)) return this.#fields.get(lowerCase);
    }
    return this.#materialised.get(name); // which throws what Headers throws
  }

  has(name: string): boolean {
    return this.get(name) !== null;
  }

  append(name: string, value: string): void {
    this.#materialised.append(name, value);
  }

  delete(name: string): void {
    this.#materialised.delete(name);
  }

  set(name: string, value: string): void {
    this.#materialised.set(name, value);
  }

  getSetCookie(): string[] {
    return this.#materialised.getSetCookie();
  }

  forEach(callback: (value: string, key: string, parent: Headers) => void, thisArg?: unknown): void {
    for (const [name, value] of this.#materialised) callback.call(thisArg, value, name, this);
  }

  keys(): ReturnType<Headers["keys"]> {
    return this.#materialised.keys();
  }

  values(): ReturnType<Headers["values"]> {
    return this.#materialised.values();
  }

  entries(): ReturnType<Headers["entries"]> {
    return this.#materialised.entries();
  }

  [Symbol.iterator](): ReturnType<Headers["entries"]> {
    return this.#materialised.entries();
  }
}

Object.setPrototypeOf(IncomingHeaders.prototype, Headers.prototype);
// Node's own would look for private fields.
Object.defineProperty(IncomingHeaders.prototype, inspect.custom, {
  value(this: IncomingHeaders): Headers {
    return new Headers(this);
  },
});
