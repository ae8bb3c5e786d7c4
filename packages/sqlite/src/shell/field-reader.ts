/** Fields of a text with separators: comma-separated values as the original reads them, or, `ascii`, without quotes. */
export class FieldReader {
  readonly name: string;
  readonly isAscii: boolean;
  readonly complain: (text: string) => void;
  /** Of the next field, from 1. */
  line = 1;
  /** Whether the last field ended its row, or the input. */
  endedRow = false;
  readonly #text: string;
  readonly #column: string;
  readonly #row: string;
  #at = 0;
  /** What ended the last field; undefined: the end. */
  #end: string | undefined;

  constructor(
    text: string,
    name: string,
    [column, row]: readonly [string, string],
    isAscii: boolean,
    complain: (text: string) => void,
  ) {
    this.#text = text.startsWith("\ufeff") && !isAscii ? text.slice(1) : text;
    this.name = name;
    this.#column = column;
    this.#row = row;
    this.isAscii = isAscii;
    this.complain = complain;
    this.#end = column;
  }

  /** Undefined: there are no more. */
  next(): string | undefined {
    this.endedRow = false;
    const isAtEnd = this.#at >= this.#text.length;
    if (isAtEnd && (this.isAscii || this.#end !== this.#column || this.#at === 0)) {
      this.endedRow = true;
      this.#end = undefined;
      return undefined;
    }
    if (!this.isAscii && this.#text[this.#at] === '"') return this.#quoted();
    return this.#plain();
  }

  #plain(): string {
    const text = this.#text;
    const start = this.#at;
    let at = start;
    while (at < text.length && text[at] !== this.#column && text[at] !== this.#row) at += 1;
    let field = text.slice(start, at);
    this.#finish(at);
    if (!this.isAscii && this.#end === this.#row && field.endsWith("\r")) field = field.slice(0, -1);
    return field;
  }

  #finish(at: number): void {
    this.#end = this.#text[at];
    this.#at = at + 1;
    if (this.#end === this.#row) this.line += 1;
    this.endedRow = this.#end !== this.#column;
  }

  #quoted(): string {
    const text = this.#text;
    const start = this.line;
    let field = "";
    for (let at = this.#at + 1; at < text.length; at++) {
      const character = text[at]!;
      if (character === this.#row) this.line += 1;
      if (character !== '"') {
        field += character;
        continue;
      }
      const next = text[at + 1];
      if (next === '"') {
        field += '"';
        at += 1;
        continue;
      }
      const isDosEnd = next === "\r" && text[at + 2] === this.#row;
      if (next === this.#column || next === this.#row || next === undefined || isDosEnd) {
        this.#finish(isDosEnd ? at + 2 : at + 1);
        return field;
      }
      this.complain(`${this.name}:${this.line}: unescaped " character\n`);
      field += '"';
    }
    this.complain(`${this.name}:${start}: unterminated "-quoted field\n`);
    this.#at = text.length;
    this.#end = undefined;
    this.endedRow = true;
    return field;
  }
}
