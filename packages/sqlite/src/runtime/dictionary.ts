/**
 * Values and rows → small numbers, alike for what SQLite takes for equal: GROUP BY, DISTINCT, IN, hash joins.
 *
 * An INTEGER equals a REAL of the same value, texts are equal under a collation, NULL equals NULL. JavaScript's Map is the hash table: its keys
 * are numbers and strings that are equal just when the values are. A row of several columns is numbered by the numbers of its values, two
 * at a time. Texts under a collation that is a function can only be compared, so that they stand in a sorted list.
 */
import type { Collation } from "../values/collation.ts";
import { decodeText } from "../values/text-codec.ts";
import { BLOB, type Payload, type RawText, type Tag, TEXT } from "../values/value.ts";

type Key = null | number | bigint | string;

/** Numbers values from 0 on, in the order in which they come. */
export class ValueDictionary {
  readonly #collation: Collation;
  readonly #codes = new Map<Key, number>();
  /** BLOBs and texts that are no strings, by their bytes, with a letter in front. */
  readonly #odd = new Map<string, number>();
  /** Texts under a collation of the user's, in its order. */
  readonly #ordered: { readonly text: string | RawText; readonly code: number }[] = [];
  size = 0;

  constructor(collation: Collation) {
    this.#collation = collation;
  }

  /** The number of a value, a new one when it has none. */
  add(tag: Tag, payload: Payload): number {
    if (tag === TEXT && this.#collation.kind === "user") return this.#inOrder(payload as string | RawText, true);
    const key = this.#keyOf(tag, payload);
    if (key === undefined) {
      const odd = this.#oddKeyOf(tag, payload);
      const known = this.#odd.get(odd);
      if (known !== undefined) return known;
      this.#odd.set(odd, this.size);
      return this.size++;
    }
    const known = this.#codes.get(key);
    if (known !== undefined) return known;
    this.#codes.set(key, this.size);
    return this.size++;
  }

  /** The number of a value; -1: it has none. */
  find(tag: Tag, payload: Payload): number {
    if (tag === TEXT && this.#collation.kind === "user") return this.#inOrder(payload as string | RawText, false);
    const key = this.#keyOf(tag, payload);
    const code = key === undefined ? this.#odd.get(this.#oddKeyOf(tag, payload)) : this.#codes.get(key);
    return code ?? -1;
  }

  #keyOf(tag: Tag, payload: Payload): Key | undefined {
    if (typeof payload === "number") return payload;
    if (typeof payload === "string") {
      const { kind } = this.#collation;
      if (kind === "binary") return payload;
      if (kind === "rtrim") return withoutSpaces(payload);
      return payload.includes("\0") ? undefined : foldCase(payload);
    }
    // A REAL may have the value of a BigInt.
    if (typeof payload === "bigint") return BigInt(Number(payload)) === payload ? Number(payload) : payload;
    return tag === BLOB || tag === TEXT ? undefined : null;
  }

  #oddKeyOf(tag: Tag, payload: Payload): string {
    if (tag === BLOB) return `b${latin1(payload as Uint8Array)}`;
    const { kind } = this.#collation;
    if (kind === "nocase") return `t${foldedBytes(payload as string | RawText)}`;
    let { bytes } = payload as RawText; // strings are odd under NOCASE only
    if (kind === "rtrim") {
      let end = bytes.length;
      while (end > 0 && bytes[end - 1] === 0x20) end -= 1;
      bytes = bytes.subarray(0, end);
      const text = decodeText(bytes, 0, end, "utf8");
      if (typeof text === "string") return `s${text}`;
    }
    return `t${latin1(bytes)}`;
  }

  #inOrder(text: string | RawText, add: boolean): number {
    let low = 0;
    let high = this.#ordered.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = this.#collation.compare(this.#ordered[middle]!.text, text);
      if (order === 0) return this.#ordered[middle]!.code;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    if (!add) return -1;
    this.#ordered.splice(low, 0, { text, code: this.size });
    return this.size++;
  }
}

/** Pairs of numbers are keys as `first * PAIR + second`, exact while each is below it. */
const PAIR = 2 ** 26;

/** Numbers rows from 0 on, in the order in which they come. */
export class RowDictionary {
  readonly #columns: readonly ValueDictionary[];
  /** `#pairs[i]` numbers what the columns up to `i` are together with column `i + 1`. */
  readonly #pairs: readonly Map<number, number>[];
  readonly #collations: readonly Collation[];
  #size = 0;

  /** One collation a column; without columns all rows are the same. */
  constructor(collations: readonly Collation[]) {
    this.#collations = collations;
    this.#columns = collations.map((collation) => new ValueDictionary(collation));
    this.#pairs = collations.slice(1).map(() => new Map<number, number>());
  }

  get size(): number {
    return this.#size;
  }

  /** The number of the row `tags[at …]`; `size` grows when it is new. */
  add(tags: Uint8Array, payloads: readonly Payload[], at: number): number {
    const columns = this.#columns;
    if (columns.length === 0) {
      this.#size = 1;
      return 0;
    }
    let code = columns[0]!.add(tags[at] as Tag, payloads[at]!);
    for (let i = 1; i < columns.length; i++) {
      const pairs = this.#pairs[i - 1]!;
      const key = code * PAIR + columns[i]!.add(tags[at + i] as Tag, payloads[at + i]!);
      const known = pairs.get(key);
      code = known ?? pairs.size;
      if (known === undefined) pairs.set(key, code);
    }
    if (code >= this.#size) this.#size = code + 1;
    return code;
  }

  /** -1: there is no such row. */
  find(tags: Uint8Array, payloads: readonly Payload[], at: number): number {
    const columns = this.#columns;
    if (columns.length === 0) return this.#size - 1;
    let code = columns[0]!.find(tags[at] as Tag, payloads[at]!);
    for (let i = 1; i < columns.length && code >= 0; i++) {
      const next = columns[i]!.find(tags[at + i] as Tag, payloads[at + i]!);
      code = next < 0 ? -1 : (this.#pairs[i - 1]!.get(code * PAIR + next) ?? -1);
    }
    return code;
  }

  /** An empty one for the same columns. */
  fresh(): RowDictionary {
    return new RowDictionary(this.#collations);
  }
}

function withoutSpaces(text: string): string {
  return text.endsWith(" ") ? text.replace(/ +$/, "") : text;
}

function foldCase(text: string): string {
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text;
}

/** NOCASE looks at what is in front of a NUL, and at the length (see collation.ts). */
function foldedBytes(text: string | RawText): string {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text.bytes;
  const nul = bytes.indexOf(0);
  return `${bytes.length},${foldCase(latin1(nul < 0 ? bytes : bytes.subarray(0, nul)))}`;
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
