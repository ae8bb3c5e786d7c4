/** Addresses and identifiers of networks other than IP's, and of hosts apart from where they are. */
import { DnsError } from "../../errors.ts";
import type { Name } from "../../name/name.ts";
import { ipv4 } from "../fields/addresses.ts";
import { hexBytes, hexPairs, hexText, hexToEnd } from "../fields/binary.ts";
import { exactName } from "../fields/names.ts";
import { u16 } from "../fields/numbers.ts";
import { badRdata, custom, type Field, type RdataFormat, row } from "../format.ts";

/** RFC 6742 §2.1; L64 is §2.3. */
export interface Nid {
  readonly type: "NID";
  readonly preference: number;
  /** 8 bytes. */
  readonly nodeId: Uint8Array;
}
export interface L32 {
  readonly type: "L32";
  readonly preference: number;
  /** Written as an IPv4 address. */
  readonly locator: string;
}
export interface L64 {
  readonly type: "L64";
  readonly preference: number;
  /** 8 bytes. */
  readonly locator: Uint8Array;
}
export interface Lp {
  readonly type: "LP";
  readonly preference: number;
  readonly fqdn: Name;
}
/** RFC 7043. */
export interface Eui {
  readonly type: "EUI48" | "EUI64";
  /** 6 or 8 bytes. */
  readonly address: Uint8Array;
}
/** Nimrod's endpoint identifier and locator. */
export interface Nimrod {
  readonly type: "EID" | "NIMLOC";
  readonly data: Uint8Array;
}
/** RFC 1706. */
export interface Nsap {
  readonly type: "NSAP";
  readonly address: Uint8Array;
}
/** The ATM Forum's af-dans-0152: format 0 is an AESA in hexadecimal, format 1 an E.164 number in digits. */
export interface Atma {
  readonly type: "ATMA";
  readonly format: number;
  readonly address: Uint8Array;
}
/** The node number of an interplanetary (Bundle Protocol) endpoint, draft-johnson-dns-ipn-cla. */
export interface Ipn {
  readonly type: "IPN";
  readonly number: bigint;
}

export type IdentifierRdata = Nid | L32 | L64 | Lp | Eui | Nimrod | Nsap | Atma | Ipn;

/** Four groups of hexadecimal digits, leading zeros optional and not printed. */
const locator: Field<Uint8Array> = {
  read: (from) => from.copy(8),
  write(to, value) {
    if (value.length !== 8) throw badRdata(`a locator of ${value.length} bytes`);
    to.bytes(value);
  },
  parse(from, to, what) {
    const text = from.word(what);
    if (!/^[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){3}$/i.test(text))
      throw new DnsError("syntax", `${what} is malformed: "${text}"`);
    for (const group of text.split(":")) to.u16(Number.parseInt(group, 16));
  },
  print: (from) => [from.u16(), from.u16(), from.u16(), from.u16()].map((group) => group.toString(16)).join(":"),
};

export const IDENTIFIER_FORMATS: readonly RdataFormat[] = [
  // 0x, then digits with dots anywhere between (RFC 1706 §7).
  custom<Nsap>("NSAP", {
    read: (from) => ({ address: atLeastOne(from.copy(from.remaining)) }),
    write: (to, { address }) => to.bytes(atLeastOne(address)),
    parse(from, to) {
      const text = from.word("NSAP address");
      if (!/^0x/i.test(text)) throw new DnsError("syntax", `NSAP address does not begin with 0x: "${text}"`);
      to.bytes(atLeastOne(hexBytes(text.slice(2).replaceAll(".", ""), "NSAP address")));
    },
    print: (from) => `0x${hexText(atLeastOne(from.rest())).toLowerCase()}`,
  }),
  row<Nimrod>("EID", { data: hexToEnd }),
  row<Nimrod>("NIMLOC", { data: hexToEnd }),
  custom<Atma>("ATMA", {
    read: (from) => ({ format: from.u8(), address: atLeastOne(from.copy(from.remaining)) }),
    write(to, { format, address }) {
      to.u8(format);
      to.bytes(atLeastOne(address));
    },
    parse(from, to) {
      const text = from.word("ATM address");
      const isNumber = text.startsWith("+");
      const digits = text.replace("+", "").replaceAll(".", "");
      if (isNumber && !/^\d+$/.test(digits)) throw new DnsError("syntax", `ATM address is no number: "${text}"`);
      to.u8(isNumber ? 1 : 0);
      to.bytes(isNumber ? Buffer.from(digits, "latin1") : atLeastOne(hexBytes(digits, "ATM address")));
    },
    print(from) {
      const format = from.u8();
      const address = atLeastOne(from.rest());
      const digits = Buffer.from(address).toString("latin1");
      if (format === 1 && /^\d+$/.test(digits)) return `+${digits}`;
      if (format === 0) return hexText(address).toLowerCase();
      throw badRdata(`an ATM address of unknown format ${format}`);
    },
  }),
  row<Nid>("NID", { preference: u16, nodeId: locator }),
  row<L32>("L32", { preference: u16, locator: ipv4 }),
  row<L64>("L64", { preference: u16, locator }),
  row<Lp>("LP", { preference: u16, fqdn: exactName }),
  row<Eui>("EUI48", { address: hexPairs(6) }),
  row<Eui>("EUI64", { address: hexPairs(8) }),
  custom<Ipn>("IPN", {
    read: (from) => ({ number: from.u64() }),
    write(to, { number }) {
      if (number < 0n || number >= 2n ** 64n) throw badRdata(`${number} does not fit into 64 bits`);
      to.u64(number);
    },
    parse(from, to) {
      const text = from.word("IPN number");
      if (!/^\d{1,20}$/.test(text) || BigInt(text) >= 2n ** 64n) {
        throw new DnsError("syntax", `IPN number is malformed: "${text}"`);
      }
      to.u64(BigInt(text));
    },
    print: (from) => String(from.u64()),
  }),
];

function atLeastOne(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) throw badRdata("an empty address");
  return bytes;
}
