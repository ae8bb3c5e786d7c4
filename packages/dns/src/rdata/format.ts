/**
 * How a record type's data is written: on the wire, as text, as a value.
 *
 * Most types are rows: a mnemonic, a number and their fields in wire order, each of one of the kinds in fields/. A row is turned into a format
 * here; types whose fields depend on each other are formats written by hand. Text and wire translate into each other without the value in
 * between, so that a zone is loaded and printed without objects.
 */
import { DnsError } from "../errors.ts";
import type { Scanner } from "../text/scanner.ts";
import type { WireReader } from "../wire/reader.ts";
import type { WireWriter } from "../wire/writer.ts";
import { TYPE, type TypeMnemonic } from "./types.ts";

/** How text is laid out. */
export interface TextStyle {
  /** Characters of hexadecimal and base64 between blanks; 0 leaves them whole. */
  readonly splitWidth: number;
}

/** One token or more, with nothing between. */
export const WHOLE: TextStyle = { splitWidth: 0 };

/** One field of an rdata, and what it is as a value. Everything throws DnsError on what its format forbids. */
export interface Field<V> {
  /** Wire → value. Takes the reader's whole rest when the field is the last and has no length of its own. */
  read(from: WireReader): V;
  /** What `read` checks, without the value; where that is cheaper. */
  check?(from: WireReader): void;
  /** Value → wire. */
  write(to: WireWriter, value: V): void;
  /** Text → wire. `what` names the field in errors. */
  parse(from: Scanner, to: WireWriter, what: string): void;
  /** Wire → text; empty when the field's text may be left out and is. */
  print(from: WireReader, style: TextStyle): string;
}

/** What every rdata as a value has: its type's mnemonic. */
interface Typed {
  readonly type: string;
}

export interface RdataFormat<V extends Typed = Typed> {
  readonly mnemonic: string;
  readonly code: number;
  /** The fields of a row in wire order, each with its name in words; types written by hand have none. */
  readonly fields?: readonly NamedField[];
  /** Whether the rdata holds names that compress or fold, so that copying it is more than copying bytes. */
  readonly hasNames: boolean;
  /** Wire → value, up to the reader's end. */
  read(from: WireReader): V;
  write(to: WireWriter, value: V): void;
  parse(from: Scanner, to: WireWriter): void;
  print(from: WireReader, style: TextStyle): string;
  /** Wire → wire: names are decompressed, and compressed or folded as the writer has it. */
  copy(from: WireReader, to: WireWriter): void;
}

export interface NamedField {
  /** "key tag". */
  readonly label: string;
  readonly field: Field<unknown>;
}

/** A row's fields: one for each property of the value but its type, in wire order. */
export type FieldsOf<V extends Typed> = { readonly [K in Exclude<keyof V, "type">]-?: Field<V[K]> };

/** A type whose data is its fields one after the other. */
export function row<V extends Typed>(mnemonic: V["type"] & TypeMnemonic, fields: FieldsOf<V>): RdataFormat {
  const entries = Object.entries(fields) as [string, Field<unknown>][]; // what FieldsOf says
  const labels = entries.map(([key]) => `${mnemonic} ${wordsOf(key)}`);
  const check = (from: WireReader): void => {
    for (const [, field] of entries) {
      if (field.check === undefined) field.read(from);
      else field.check(from);
    }
  };
  const hasNames = entries.some(([, field]) => NAME_FIELDS.has(field));
  return {
    mnemonic,
    code: TYPE[mnemonic],
    fields: entries.map(([key, field]) => ({ label: wordsOf(key), field })),
    hasNames,
    read(from) {
      const value: Record<string, unknown> = { type: mnemonic };
      for (const [key, field] of entries) value[key] = field.read(from);
      return value as unknown as V; // FieldsOf<V> has read every property
    },
    write(to, value) {
      const properties = value as unknown as Record<string, unknown>; // V, whose type was looked up by its mnemonic
      for (const [key, field] of entries) field.write(to, properties[key]);
    },
    parse(from, to) {
      for (let i = 0; i < entries.length; i++) entries[i]![1].parse(from, to, labels[i]!);
    },
    print(from, style) {
      let text = "";
      for (const [, field] of entries) {
        const part = field.print(from, style);
        if (part !== "") text += text === "" ? part : ` ${part}`;
      }
      return text;
    },
    copy(from, to) {
      if (hasNames) for (const [, field] of entries) field.write(to, field.read(from));
      else copyChecked(from, to, check);
    },
  };
}

/** A type written by hand, without names that compress or fold. */
export function custom<V extends Typed>(
  mnemonic: V["type"] & TypeMnemonic,
  format: {
    read(from: WireReader): Omit<V, "type">;
    write(to: WireWriter, value: V): void;
    parse(from: Scanner, to: WireWriter): void;
    print(from: WireReader, style: TextStyle): string;
  },
): RdataFormat {
  const read = (from: WireReader): V => ({ type: mnemonic, ...format.read(from) }) as V; // the type and all the rest
  return {
    mnemonic,
    code: TYPE[mnemonic],
    hasNames: false,
    read,
    write: (to, value) => format.write(to, value as V), // looked up by its mnemonic
    parse: format.parse,
    print: format.print,
    copy: (from, to) => copyChecked(from, to, read),
  };
}

/** Without names that change, the bytes are copied as they are, once `read` has been through them. */
function copyChecked(from: WireReader, to: WireWriter, read: (from: WireReader) => unknown): void {
  const start = from.at;
  read(from);
  to.bytes(from.bytes.subarray(start, from.at));
}

/** The kinds of fields whose names compress or fold; they enlist themselves. */
export const NAME_FIELDS: Set<unknown> = new Set();

/** "keyTag" → "key tag". */
function wordsOf(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** The refusal of a value, from wire or text. */
export function badRdata(message: string): DnsError {
  return new DnsError("bad-rdata", message);
}
