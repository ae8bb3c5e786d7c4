/** The collations of a connection: the built-in ones for its encoding, and its program's. */
import { builtInCollations, type Collation } from "../values/collation.ts";
import type { TextEncoding } from "../values/text-codec.ts";
import type { RawText } from "../values/value.ts";

export class Collations {
  #encoding: TextEncoding;
  #builtIn: ReadonlyMap<string, Collation>;
  readonly #added = new Map<string, Collation>();

  constructor(encoding: TextEncoding) {
    this.#encoding = encoding;
    this.#builtIn = builtInCollations(encoding);
  }

  setEncoding(encoding: TextEncoding): void {
    if (encoding === this.#encoding) return;
    this.#encoding = encoding;
    this.#builtIn = builtInCollations(encoding);
  }

  /** Whatever the case of ASCII letters. */
  find(name: string): Collation | undefined {
    const folded = name.toUpperCase();
    return this.#added.get(folded) ?? this.#builtIn.get(folded);
  }

  /** null takes one away. */
  add(name: string, compare: ((a: string, b: string) => number) | null): void {
    const folded = name.toUpperCase();
    if (compare === null) this.#added.delete(folded);
    else {
      const encoding = this.#encoding;
      this.#added.set(folded, {
        name,
        kind: "user",
        compare: (a, b) => compare(stringOf(a, encoding), stringOf(b, encoding)),
      });
    }
  }

  /** In the order of PRAGMA collation_list: the youngest first. */
  names(): string[] {
    const names = [...this.#builtIn.values()].map(({ name }) => name);
    return [
      ...[...this.#added.values()].map(({ name }) => name).toReversed(),
      ...BUILT_IN_ORDER.filter((name) => names.includes(name)),
    ];
  }
}

const BUILT_IN_ORDER = ["RTRIM", "NOCASE", "BINARY"];

function stringOf(text: string | RawText, encoding: TextEncoding): string {
  if (typeof text === "string") return text;
  return new TextDecoder(encoding === "utf8" ? "utf-8" : encoding === "utf16le" ? "utf-16le" : "utf-16be").decode(
    text.bytes,
  );
}
