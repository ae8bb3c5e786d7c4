/** Bodies by length, and what both kinds of framing have in common (RFC 9112 §6). */

export interface BodySink {
  /** A piece of the body: a view of the bytes that were fed. */
  data(bytes: Buffer): void;
}

export interface BodyDecoder {
  /** Decodes from index `from` on; returns the index of the first byte that is not the body's. Throws HttpProtocolError. */
  feed(bytes: Buffer, from: number, sink: BodySink): number;
  readonly done: boolean;
  /** Bytes of data still to come; Infinity when that is not known. */
  readonly bytesLeft: number;
  /** Fields that followed the body; complete when `done`. */
  readonly trailers: readonly (readonly [name: string, value: string])[];
}

export class LengthDecoder implements BodyDecoder {
  readonly trailers: readonly [] = [];
  #left: number;

  constructor(contentLength: number) {
    this.#left = contentLength;
  }

  get done(): boolean {
    return this.#left === 0;
  }

  get bytesLeft(): number {
    return this.#left;
  }

  feed(bytes: Buffer, from: number, sink: BodySink): number {
    const end = Math.min(bytes.length, from + this.#left);
    this.#left -= end - from;
    if (end > from) sink.data(from === 0 && end === bytes.length ? bytes : bytes.subarray(from, end));
    return end;
  }
}
