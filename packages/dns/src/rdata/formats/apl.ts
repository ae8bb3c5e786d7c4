/** APL: lists of address prefixes, without the zeros at their ends (RFC 3123). */
import { DnsError } from "../../errors.ts";
import type { WireReader } from "../../wire/reader.ts";
import type { WireWriter } from "../../wire/writer.ts";
import { ipv4Bytes, ipv4Text, ipv6Bytes, ipv6Text } from "../fields/addresses.ts";
import { badRdata, custom, type RdataFormat } from "../format.ts";

export interface AddressPrefix {
  /** 1 is IPv4, 2 IPv6. */
  readonly family: 1 | 2;
  readonly negated: boolean;
  /** With the zeros at its end. */
  readonly address: string;
  /** Bits. */
  readonly prefix: number;
}

export interface Apl {
  readonly type: "APL";
  readonly prefixes: readonly AddressPrefix[];
}

const FAMILIES = {
  1: { bytes: 4, bytesOf: ipv4Bytes, textOf: ipv4Text },
  2: { bytes: 16, bytesOf: ipv6Bytes, textOf: ipv6Text },
} as const;

export const APL: RdataFormat = custom<Apl>("APL", {
  read(from) {
    const prefixes: AddressPrefix[] = [];
    while (from.remaining > 0) prefixes.push(readPrefix(from));
    return { prefixes };
  },
  write(to, { prefixes }) {
    for (const prefix of prefixes) {
      const bytes = FAMILIES[prefix.family].bytesOf(prefix.address);
      if (bytes === undefined) throw badRdata(`"${prefix.address}" is no address`);
      writePrefix(to, prefix, bytes);
    }
  },
  parse(from, to) {
    while (!from.atEnd()) {
      const text = from.word("address prefix");
      const match = /^(!?)([12]):([^/]+)\/(\d{1,3})$/.exec(text);
      const family = match?.[2] === "1" ? 1 : 2;
      const bytes = FAMILIES[family].bytesOf(match?.[3] ?? "");
      const prefix = Number(match?.[4]);
      if (match === null || bytes === undefined || prefix > bytes.length * 8) {
        throw new DnsError("syntax", `malformed address prefix "${text}"`);
      }
      writePrefix(to, { family, negated: match[1] === "!", prefix }, bytes);
    }
  },
  print(from) {
    const texts: string[] = [];
    while (from.remaining > 0) {
      const { negated, family, address, prefix } = readPrefix(from);
      texts.push(`${negated ? "!" : ""}${family}:${address}/${prefix}`);
    }
    return texts.join(" ");
  },
});

function readPrefix(from: WireReader): AddressPrefix {
  const family = from.u16();
  const prefix = from.u8();
  const length = from.u8();
  if (family !== 1 && family !== 2) throw badRdata(`an address of family ${family}`);
  const { bytes, textOf } = FAMILIES[family];
  const given = from.take(length & 0x7f);
  if (prefix > bytes * 8 || given.length > bytes) throw badRdata("an address prefix longer than its address");
  if (given.length > 0 && given.at(-1) === 0) throw badRdata("an address prefix with zeros at its end");
  const address = new Uint8Array(bytes);
  address.set(given);
  return { family, negated: length > 0x7f, address: textOf(address), prefix };
}

function writePrefix(to: WireWriter, prefix: Omit<AddressPrefix, "address">, address: Uint8Array): void {
  let length = address.length;
  while (length > 0 && address[length - 1] === 0) length -= 1;
  to.u16(prefix.family);
  to.u8(prefix.prefix);
  to.u8(length | (prefix.negated ? 0x80 : 0));
  to.bytes(address.subarray(0, length));
}
