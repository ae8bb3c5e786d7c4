/**
 * Domain names as the wire has them: labels of bytes, each behind its length, up to the root's empty one (RFC 1035 §3.1).
 *
 * A label holds any byte, dots and NULs included; only ASCII letters fold (RFC 4343). Text is a way in and out, never what engines
 * compare: with `\.` and `\DDD` one name has many spellings.
 */
import { DnsError } from "../errors.ts";
import { foldedByte, MAX_LABEL_BYTES, MAX_NAME_BYTES } from "./limits.ts";
import { nameText, parseNameText } from "./text.ts";

export class Name {
  static readonly root: Name = new Name(new Uint8Array(1), 0);

  /** Uncompressed, with the root's label. Not to be changed. */
  readonly wire: Uint8Array;
  /** Labels without the root's. */
  readonly labelCount: number;

  private constructor(wire: Uint8Array, labelCount: number) {
    this.wire = wire;
    this.labelCount = labelCount;
  }

  /**
   * The name that a text in the syntax of master files says. One that does not end in a dot is relative to `origin`; `@` is the origin.
   * Characters above U+007F count as their UTF-8 bytes. Throws DnsError.
   */
  static parse(text: string, origin: Name = Name.root): Name {
    const bytes = Buffer.from(text, "utf8");
    return Name.parseBytes(bytes, 0, bytes.length, origin);
  }

  /** As `parse`, from `source[start…end)`. */
  static parseBytes(source: Uint8Array, start: number, end: number, origin: Name): Name {
    if (end - start === 1 && source[start] === 0x40) return origin;
    const { wire, labelCount } = parseNameText(source, start, end, origin);
    return new Name(wire, labelCount);
  }

  /** Checks that `wire` is one whole uncompressed name. The bytes are kept, not copied. Throws DnsError. */
  static fromWire(wire: Uint8Array): Name {
    let at = 0;
    let labels = 0;
    for (; at < wire.length && wire[at] !== 0; labels++) {
      if (wire[at]! > MAX_LABEL_BYTES) throw new DnsError("bad-label", "a label longer than 63 bytes");
      at += wire[at]! + 1;
    }
    if (at !== wire.length - 1) throw new DnsError("truncated", "a name that does not end with the root's label");
    if (wire.length > MAX_NAME_BYTES) throw new DnsError("name-too-long", "a name longer than 255 bytes");
    return new Name(wire, labels);
  }

  /** For who has checked already: `wire` is a valid name of `labelCount` labels. */
  static trusted(wire: Uint8Array, labelCount: number): Name {
    return new Name(wire, labelCount);
  }

  /** A name of these labels, the first one leftmost. Throws DnsError. */
  static fromLabels(labels: readonly Uint8Array[]): Name {
    const wire = new Uint8Array(labels.reduce((sum, label) => sum + label.length + 1, 1));
    let at = 0;
    for (const label of labels) {
      if (label.length === 0 || label.length > MAX_LABEL_BYTES) {
        throw new DnsError("bad-label", `a label of ${label.length} bytes`);
      }
      wire[at] = label.length;
      wire.set(label, at + 1);
      at += label.length + 1;
    }
    return Name.fromWire(wire);
  }

  get isRoot(): boolean {
    return this.labelCount === 0;
  }

  /** Whether the leftmost label is `*` (RFC 4592 §2.1.1). */
  get isWildcard(): boolean {
    return this.wire[0] === 1 && this.wire[1] === 0x2a;
  }

  /** Offsets of the labels' lengths in `wire`, the leftmost first, without the root's. */
  labelStarts(): number[] {
    const starts: number[] = [];
    for (let at = 0; this.wire[at] !== 0; at += this.wire[at]! + 1) starts.push(at);
    return starts;
  }

  /** The labels' bytes as views, the leftmost first, without the root's. */
  labels(): Uint8Array[] {
    return this.labelStarts().map((at) => this.wire.subarray(at + 1, at + 1 + this.wire[at]!));
  }

  /** Without the leftmost label. The root has no parent: undefined. */
  parent(): Name | undefined {
    if (this.isRoot) return undefined;
    return new Name(this.wire.subarray(this.wire[0]! + 1), this.labelCount - 1);
  }

  /** The last `labelCount` labels. Throws RangeError when there are not so many. */
  suffix(labelCount: number): Name {
    if (labelCount > this.labelCount || labelCount < 0)
      throw new RangeError(`${String(this)} has no ${labelCount} labels`);
    return new Name(this.wire.subarray(this.#offsetOf(this.labelCount - labelCount)), labelCount);
  }

  /** With `label` on the left. Throws DnsError. */
  prepend(label: Uint8Array): Name {
    return Name.fromLabels([label, ...this.labels()]);
  }

  /** The same with ASCII letters in lower case. */
  folded(): Name {
    return new Name(this.wire.map(foldedByte), this.labelCount);
  }

  /** The same name, whatever the case of ASCII letters. */
  equals(other: Name): boolean {
    return this.wire.length === other.wire.length && endsAlike(this.wire, 0, other.wire);
  }

  /** Whether this name is `other` or below it. */
  isAtOrBelow(other: Name): boolean {
    if (this.labelCount < other.labelCount) return false;
    const at = this.#offsetOf(this.labelCount - other.labelCount);
    return this.wire.length - at === other.wire.length && endsAlike(this.wire, at, other.wire);
  }

  /** Whether this name is below `other` and not it. */
  isBelow(other: Name): boolean {
    return this.labelCount > other.labelCount && this.isAtOrBelow(other);
  }

  /** The canonical order (RFC 4034 §6.1): labels from the right, as lower-cased bytes, the shorter first. Negative, 0 or positive. */
  compare(other: Name): number {
    const [mine, theirs] = [this.labelStarts(), other.labelStarts()];
    const shared = Math.min(mine.length, theirs.length);
    for (let i = 1; i <= shared; i++) {
      const order = compareLabels(this.wire, mine[mine.length - i]!, other.wire, theirs[theirs.length - i]!);
      if (order !== 0) return order;
    }
    return mine.length - theirs.length;
  }

  /** A 32-bit hash that equal names share (FNV-1a over the folded wire form). */
  hash(): number {
    let hash = 0x811c9dc5;
    for (const byte of this.wire) hash = Math.imul(hash ^ foldedByte(byte), 0x01000193);
    return hash >>> 0;
  }

  /** In the syntax of master files, absolute: with the last dot, and escaped as BIND prints it. */
  toString(): string {
    return nameText(this.wire);
  }

  toJSON(): string {
    return this.toString();
  }

  #offsetOf(label: number): number {
    let at = 0;
    for (let i = 0; i < label; i++) at += this.wire[at]! + 1;
    return at;
  }
}

function endsAlike(wire: Uint8Array, at: number, end: Uint8Array): boolean {
  for (let i = 0; i < end.length; i++) {
    if (foldedByte(wire[at + i]!) !== foldedByte(end[i]!)) return false;
  }
  return true;
}

function compareLabels(a: Uint8Array, atA: number, b: Uint8Array, atB: number): number {
  const [sizeA, sizeB] = [a[atA]!, b[atB]!];
  for (let i = 1; i <= Math.min(sizeA, sizeB); i++) {
    const order = foldedByte(a[atA + i]!) - foldedByte(b[atB + i]!);
    if (order !== 0) return order;
  }
  return sizeA - sizeB;
}
