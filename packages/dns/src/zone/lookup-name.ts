/**
 * A name that is looked up: its bytes in lower case, where its labels begin, and a hash of every end of it. Read again and again by one
 * object, so that a question costs no memory.
 *
 * Labels are hashed as they are read, and the hash of an end is that of its first label and of the end behind it. So one pass over the
 * bytes gives the hashes of all ancestors, and a wildcard's comes from its parent's.
 */
import { MAX_LABEL_BYTES, MAX_NAME_BYTES } from "../name/limits.ts";

const MAX_LABELS = 127;
const BASIS = 0x811c9dc5 | 0;
const PRIME = 0x01000193;

/** Every byte in lower case (RFC 4343). */
export const FOLD: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte,
);

export class LookupName {
  /** In lower case, with the root's label; `length` bytes of it. */
  readonly wire: Uint8Array = new Uint8Array(MAX_NAME_BYTES + 1);
  length = 1;
  /** Without the root's. */
  labelCount = 0;
  /** Where label i begins in `wire`; label `labelCount` is the root's. */
  readonly starts: Uint8Array = new Uint8Array(MAX_LABELS + 1);
  /** Of the end that begins with label i. */
  readonly hashes: Int32Array = new Int32Array(MAX_LABELS + 1);

  /** Whether its leftmost label is `*`. */
  get isWildcard(): boolean {
    return this.wire[0] === 1 && this.wire[1] === 0x2a;
  }

  /** Reads an uncompressed name at `at`; returns where it ends, -1 when there is none before `end`. */
  read(bytes: Uint8Array, at: number, end: number): number {
    const { wire, starts, hashes } = this;
    let from = at;
    let length = 0;
    let labels = 0;
    for (;;) {
      if (from >= end) return -1;
      const size = bytes[from]!;
      if (size > MAX_LABEL_BYTES) return -1;
      const next = length + size + 1;
      if (next > MAX_NAME_BYTES || from + size >= end) return -1;
      starts[labels] = length;
      wire[length] = size;
      let hash = BASIS ^ size;
      for (let i = 1; i <= size; i++) {
        const byte = FOLD[bytes[from + i]!]!;
        wire[length + i] = byte;
        hash = Math.imul(hash ^ byte, PRIME);
      }
      hashes[labels] = hash;
      length = next;
      from += size + 1;
      if (size === 0) break;
      labels += 1;
    }
    this.length = length;
    this.labelCount = labels;
    this.#hashEnds();
    return from;
  }

  /** Reads a whole name that is known to be right. */
  readWire(wire: Uint8Array): void {
    if (this.read(wire, 0, wire.length) !== wire.length) throw new RangeError("not a name's wire form");
  }

  /** From hashes of labels to hashes of ends. */
  #hashEnds(): void {
    const { hashes } = this;
    let hash = hashes[this.labelCount]!;
    for (let label = this.labelCount - 1; label >= 0; label--) {
      hash = joined(hashes[label]!, hash);
      hashes[label] = hash;
    }
  }
}

/** The hash of a label and of the end behind it. */
function joined(label: number, rest: number): number {
  const hash = Math.imul(label ^ Math.imul(rest, 0x9e37_79b1), 0x85eb_ca6b);
  return hash ^ (hash >>> 15);
}

const STAR_HASH: number = Math.imul(BASIS ^ 1 ^ 0x2a, PRIME);

/** The hash of `*` below a name of hash `parent`. */
export function wildcardHash(parent: number): number {
  return joined(STAR_HASH, parent);
}
