/** Numbers, plain and with names. */
import { DnsError } from "../../errors.ts";
import { parseDuration } from "../../text/duration.ts";
import type { WireReader } from "../../wire/reader.ts";
import type { WireWriter } from "../../wire/writer.ts";
import { badRdata, type Field } from "../format.ts";

interface Width {
  readonly max: number;
  read(from: WireReader): number;
  write(to: WireWriter, value: number): void;
}

const WIDTHS = {
  u8: { max: 0xff, read: (from) => from.u8(), write: (to, value) => to.u8(value) },
  u16: { max: 0xffff, read: (from) => from.u16(), write: (to, value) => to.u16(value) },
  u32: { max: 0xffff_ffff, read: (from) => from.u32(), write: (to, value) => to.u32(value) },
  u48: { max: 0xffff_ffff_ffff, read: (from) => from.u48(), write: (to, value) => to.u48(value) },
} as const satisfies Record<string, Width>;

function decimal({ max, read, write }: Width): Field<number> {
  return {
    read,
    write(to, value) {
      if (!Number.isInteger(value) || value < 0 || value > max)
        throw badRdata(`${value} is no number from 0 to ${max}`);
      write(to, value);
    },
    parse: (from, to, what) => write(to, from.integer(what, max)),
    print: (from) => String(read(from)),
  };
}

export const u8: Field<number> = decimal(WIDTHS.u8);
export const u16: Field<number> = decimal(WIDTHS.u16);
export const u32: Field<number> = decimal(WIDTHS.u32);
export const u48: Field<number> = decimal(WIDTHS.u48);

/** Seconds, with units in text (`1h30m`) and plain when printed. */
export const seconds: Field<number> = {
  ...u32,
  parse(from, to, what) {
    const text = from.word(what);
    const value = parseDuration(text, WIDTHS.u32.max);
    if (value === undefined) throw new DnsError("syntax", `${what} is no duration: "${text}"`);
    to.u32(value);
  },
};

/** Numbers that have names. */
export interface Vocabulary {
  /** Undefined for what has no name. */
  nameOf(value: number): string | undefined;
  /** By name in any case. */
  valueOf(name: string): number | undefined;
}

export function vocabulary(names: Readonly<Record<string, number>>): Vocabulary {
  const byValue = new Map(Object.entries(names).map(([name, value]) => [value, name]));
  const byName = new Map(Object.entries(names).map(([name, value]) => [name.toUpperCase(), value]));
  return { nameOf: (value) => byValue.get(value), valueOf: (name) => byName.get(name.toUpperCase()) };
}

/** A number that text may name; printed by name when `printed` says so. */
export function named(width: "u8" | "u16", words: Vocabulary, printed: "by-name" | "as-number"): Field<number> {
  const plain = width === "u8" ? u8 : u16;
  const { max, write } = WIDTHS[width];
  return {
    ...plain,
    parse(from, to, what) {
      const text = from.word(what);
      const value = words.valueOf(text) ?? (/^\d+$/.test(text) ? Number(text) : undefined);
      if (value === undefined) throw new DnsError("syntax", `${what} is unknown: "${text}"`);
      if (value > max) throw new DnsError("syntax", `${what} is above ${max}: ${text}`);
      write(to, value);
    },
    print(from) {
      const value = plain.read(from);
      return (printed === "by-name" ? words.nameOf(value) : undefined) ?? String(value);
    },
  };
}

/** Names of the algorithm numbers of DNSSEC (RFC 4034 appendix A.1 and its successors), as BIND prints them. */
export const ALGORITHMS: Vocabulary = vocabulary({
  RSAMD5: 1,
  DH: 2,
  DSA: 3,
  ECC: 4,
  RSASHA1: 5,
  NSEC3DSA: 6,
  DSANSEC3SHA1: 6,
  NSEC3RSASHA1: 7,
  RSASHA1NSEC3SHA1: 7,
  RSASHA256: 8,
  RSASHA512: 10,
  ECCGOST: 12,
  ECDSAP256SHA256: 13,
  ECDSA256: 13,
  ECDSAP384SHA384: 14,
  ECDSA384: 14,
  ED25519: 15,
  ED448: 16,
  INDIRECT: 252,
  PRIVATEDNS: 253,
  PRIVATEOID: 254,
});

/** An algorithm of DNSSEC: printed as a number, read by either. */
export const algorithm: Field<number> = named("u8", ALGORITHMS, "as-number");
