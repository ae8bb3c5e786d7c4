/** What was made from a text not long ago: patterns, formats and modifiers are most often the same from row to row. Hot. */
const MOST = 64;
/** Longer texts are not kept. */
const LONGEST = 4096;

export class Recent<Value> {
  readonly #values = new Map<string, Value>();
  #lastKey: string | undefined = undefined;
  #lastValue: Value | undefined = undefined;

  get(key: string): Value | undefined {
    if (key === this.#lastKey) return this.#lastValue;
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    this.#lastKey = key;
    this.#lastValue = value;
    return value;
  }

  /** Forgets all when there are too many. Returns the value. */
  set(key: string, value: Value): Value {
    if (key.length > LONGEST) return value;
    if (this.#values.size >= MOST) this.#values.clear();
    this.#values.set(key, value);
    this.#lastKey = key;
    this.#lastValue = value;
    return value;
  }
}
