/** Messages on TCP: each behind its length in two bytes (RFC 1035 §4.2.2). */

export class FrameReader {
  /** The beginning of a message that has not come whole. */
  #rest: Uint8Array = NOTHING;

  /** Messages that `chunk` completes, as views. At most 65537 bytes are kept for the next call. */
  *push(chunk: Uint8Array): Generator<Uint8Array> {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (bytes.length - at >= 2) {
      const end = at + 2 + ((bytes[at]! << 8) | bytes[at + 1]!);
      if (end > bytes.length) break;
      yield bytes.subarray(at + 2, end);
      at = end;
    }
    this.#rest = at === bytes.length ? NOTHING : bytes.subarray(at);
  }

  /** Whether a message has begun and not ended. */
  get isWithin(): boolean {
    return this.#rest.length > 0;
  }
}

const NOTHING = new Uint8Array(0);

/** Throws RangeError above 65535 bytes. */
export function frame(message: Uint8Array): Uint8Array {
  if (message.length > 0xffff) throw new RangeError(`a message of ${message.length} bytes`);
  const framed = new Uint8Array(message.length + 2);
  framed[0] = message.length >> 8;
  framed[1] = message.length;
  framed.set(message, 2);
  return framed;
}
