/** Fields of a message with the bytes that they take, and how they are read: whatever the bytes, without throwing. */
import { DnsError } from "../errors.ts";
import { MAX_LABEL_BYTES } from "../name/limits.ts";
import { Name } from "../name/name.ts";
import type { WireReader } from "../wire/reader.ts";

export interface MessageField {
  /** "id", "answer 2", "TTL". */
  readonly label: string;
  /** In the words of dig and master files. */
  readonly value: string;
  /** The bytes [start, end) of the message; those of its children lie within, in order. Flags share theirs. */
  readonly start: number;
  readonly end: number;
  readonly children: readonly MessageField[];
  /** What is wrong here. */
  readonly problem?: string;
  /** Of a compression pointer: the byte that it leads to. */
  readonly target?: number;
}

/** Reads fields into lists, and remembers whether one was broken off: what follows in its bounds cannot be read. */
export class FieldReader {
  readonly reader: WireReader;
  isBroken = false;

  constructor(reader: WireReader) {
    this.reader = reader;
  }

  /** Undefined when the field cannot be read; then it takes all that is left in its bounds. */
  read<T>(into: MessageField[], label: string, read: () => T, print: (value: T) => string): T | undefined {
    const { reader } = this;
    const start = reader.at;
    try {
      const value = read();
      into.push({ label, value: print(value), start, end: reader.at, children: [] });
      return value;
    } catch (error) {
      into.push(this.#broken(label, start, messageOf(error)));
      return undefined;
    }
  }

  number(into: MessageField[], label: string, width: "u8" | "u16" | "u32"): number | undefined {
    return this.read(into, label, () => this.reader[width](), String);
  }

  /** A name with its labels, and the pointer that it may end in. */
  name(into: MessageField[], label: string, compression: "pointers" | "plain"): Name | undefined {
    const { reader } = this;
    const start = reader.at;
    let name: Name | undefined;
    let problem: string | undefined;
    try {
      name = reader.name(compression);
    } catch (error) {
      problem = messageOf(error);
    }
    const children = labelFields(reader, start, name === undefined ? reader.end : reader.at);
    if (problem === undefined) into.push({ label, value: name!.toString(), start, end: reader.at, children });
    else into.push({ ...this.#broken(label, start, problem), children });
    return name;
  }

  /** A field of `length` bytes, which what `describe` reads has to fill. A break in it ends with it. */
  within(
    into: MessageField[],
    label: string,
    length: number,
    describe: (parts: MessageField[]) => { readonly value: string; readonly problem?: string },
  ): void {
    const { reader } = this;
    const start = reader.at;
    if (length > reader.remaining) {
      into.push(this.#broken(label, start, `${length} bytes are announced, ${reader.remaining} are there`));
      return;
    }
    const outer = reader.end;
    reader.end = start + length;
    const children: MessageField[] = [];
    const described = describe(children);
    if (!this.isBroken && reader.at < reader.end) {
      children.push(leftOver(reader, `${reader.remaining} bytes left after the last field`));
    }
    this.isBroken = false;
    reader.at = start + length;
    reader.end = outer;
    into.push({ label, start, end: reader.at, children, ...described });
  }

  #broken(label: string, start: number, problem: string): MessageField {
    const { reader } = this;
    this.isBroken = true;
    reader.at = reader.end;
    return { label, value: "", start, end: reader.end, children: [], problem };
  }
}

/** The labels in [start, end), as far as they can be told apart. */
function labelFields({ bytes }: WireReader, start: number, end: number): MessageField[] {
  const children: MessageField[] = [];
  for (let at = start; at < end;) {
    const size = bytes[at]!;
    if (size === 0) {
      children.push({ label: "root", value: ".", start: at, end: at + 1, children: [] });
      break;
    }
    if (size >= 0xc0 && at + 1 < end) {
      const target = ((size & 0x3f) << 8) | bytes[at + 1]!;
      children.push({ label: "pointer", value: `to byte ${target}`, start: at, end: at + 2, children: [], target });
      break;
    }
    if (size > MAX_LABEL_BYTES || at + 1 + size > end) break;
    const value = Name.fromLabels([bytes.subarray(at + 1, at + 1 + size)])
      .toString()
      .slice(0, -1);
    children.push({ label: "label", value, start: at, end: at + 1 + size, children: [] });
    at += 1 + size;
  }
  return children;
}

/** The rest of the reader, which nobody knows what to do with. */
export function leftOver(reader: WireReader, problem: string): MessageField {
  const start = reader.at;
  reader.at = reader.end;
  return { label: "left over", value: "", start, end: reader.end, children: [], problem };
}

/** What `check` throws, in words. */
export function problemOf(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function messageOf(error: unknown): string {
  if (error instanceof DnsError) return error.message;
  throw error;
}
