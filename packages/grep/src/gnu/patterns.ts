/** The pattern list of -e and -f: what is between newlines is one pattern, whatever ends lines in the input. */
import { type ByteString, fromBytes } from "../byte-string.ts";

/** Where a pattern came from, for messages about it. */
export interface PatternOrigin {
  /** Name of the file of -f; undefined for -e and the operand. */
  readonly file: ByteString | undefined;
  /** Line in the file, from 1. */
  readonly line: number;
}

export class PatternCollector {
  readonly #patterns: ByteString[] = [];
  readonly #origins: PatternOrigin[] = [];
  readonly #known = new Set<ByteString>();

  /** The value of -e, or the operand. */
  addText(text: ByteString): void {
    for (const pattern of text.split("\n")) this.#add(pattern, { file: undefined, line: 0 });
  }

  /** The content of a file of -f. An empty one brings no pattern. */
  addFile(content: Uint8Array, name: ByteString): void {
    if (content.length === 0) return;
    const text = fromBytes(content);
    const lines = (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
    lines.forEach((pattern, index) => this.#add(pattern, { file: name, line: index + 1 }));
  }

  get patterns(): readonly ByteString[] {
    return this.#patterns;
  }

  origin(index: number): PatternOrigin | undefined {
    return this.#origins[index];
  }

  /** A pattern that is there already adds nothing. */
  #add(pattern: ByteString, origin: PatternOrigin): void {
    if (this.#known.has(pattern)) return;
    this.#known.add(pattern);
    this.#patterns.push(pattern);
    this.#origins.push(origin);
  }
}
