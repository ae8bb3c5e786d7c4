/** Generated JavaScript: lines, and scopes that know what has been computed in them and around them. */
import type { InPlace } from "./in-place.ts";
import type { RawColumn, Value } from "./value.ts";

/** How far a record's header has been read: the next column's place, and the variables for where its type and its content stand. */
export interface HeaderState {
  readonly next: number;
  readonly header: string;
  readonly content: string;
}

/** A block of the generated code. What is declared in it may be used in it and in blocks inside. */
export class Scope {
  readonly parent: Scope | undefined;
  readonly values: Map<string, Value> = new Map();
  readonly raws: Map<string, RawColumn> = new Map();
  /** By cursor. */
  readonly headers: Map<string, HeaderState> = new Map();
  /** Rows that were looked up for an index's entries, by source. */
  readonly rows: Map<number, InPlace> = new Map();
  /** Sources that are null rows here. */
  readonly nulls: Set<number> = new Set();

  constructor(parent: Scope | undefined) {
    this.parent = parent;
  }

  value(key: string): Value | undefined {
    return this.values.get(key) ?? this.parent?.value(key);
  }

  raw(key: string): RawColumn | undefined {
    return this.raws.get(key) ?? this.parent?.raw(key);
  }

  /** The furthest that is known here, and whether this very scope may read on in its variables. */
  header(cursor: string): { readonly state: HeaderState; readonly isOwn: boolean } | undefined {
    const own = this.headers.get(cursor);
    if (own !== undefined) return { state: own, isOwn: true };
    const outer = this.parent?.header(cursor);
    return outer === undefined ? undefined : { state: outer.state, isOwn: false };
  }

  row(source: number): InPlace | undefined {
    return this.rows.get(source) ?? this.parent?.row(source);
  }

  isNull(source: number): boolean {
    return this.nulls.has(source) || (this.parent?.isNull(source) ?? false);
  }
}

export class Writer {
  #lines: string[] = [];
  #names = 0;
  scope: Scope = new Scope(undefined);

  line(text: string): void {
    this.#lines.push(text);
  }

  /** A number that no other name has. */
  fresh(): number {
    return this.#names++;
  }

  /** `head { … }`, in a scope of its own. */
  block(head: string, body: () => void, tail = ""): void {
    this.line(`${head} {`);
    this.scoped(body);
    this.line(`}${tail}`);
  }

  scoped<T>(body: () => T): T {
    const outer = this.scope;
    this.scope = new Scope(outer);
    try {
      return body();
    } finally {
      this.scope = outer;
    }
  }

  /** What `body` writes, and returns, without its lines being taken over. */
  apart<T>(body: () => T): { readonly lines: readonly string[]; readonly result: T } {
    const outer = this.#lines;
    this.#lines = [];
    try {
      const result = this.scoped(body);
      return { lines: this.#lines, result };
    } finally {
      this.#lines = outer;
    }
  }

  get text(): string {
    return this.#lines.join("\n");
  }

  get length(): number {
    return this.#lines.length;
  }
}
