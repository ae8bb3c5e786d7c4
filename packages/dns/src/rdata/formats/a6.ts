/** A6: the end of an IPv6 address, and the name that has its beginning (RFC 2874). Historic. */
import { DnsError } from "../../errors.ts";
import type { Name } from "../../name/name.ts";
import type { WireReader } from "../../wire/reader.ts";
import type { WireWriter } from "../../wire/writer.ts";
import { ipv6Bytes, ipv6Text } from "../fields/addresses.ts";
import { badRdata, custom, type RdataFormat } from "../format.ts";

export interface A6 {
  readonly type: "A6";
  /** Bits that `prefix` brings. */
  readonly prefixLength: number;
  /** Absent when the prefix is the whole address. */
  readonly suffix?: string | undefined;
  readonly prefix?: Name | undefined;
}

export const A6: RdataFormat = {
  ...custom<A6>("A6", {
    read: readA6,
    write: writeA6,
    parse(from, to) {
      const prefixLength = from.integer("A6 prefix length", 128);
      to.u8(prefixLength);
      if (prefixLength < 128) {
        const text = from.word("A6 suffix");
        const bytes = ipv6Bytes(text);
        if (bytes === undefined) throw new DnsError("syntax", `A6 suffix is no IPv6 address: "${text}"`);
        to.bytes(suffixBytes(bytes, prefixLength));
      }
      if (prefixLength > 0) to.bytes(from.name("A6 prefix").wire);
    },
    print(from) {
      const { prefixLength, suffix, prefix } = readA6(from);
      return [prefixLength, suffix, prefix].filter((part) => part !== undefined).join(" ");
    },
  }),
  hasNames: true,
  copy: (from, to) => writeA6(to, readA6(from)),
};

function readA6(from: WireReader): Omit<A6, "type"> {
  const prefixLength = from.u8();
  if (prefixLength > 128) throw badRdata(`a prefix of ${prefixLength} bits`);
  const address = new Uint8Array(16);
  const length = 16 - (prefixLength >> 3);
  address.set(from.take(length), 16 - length);
  if (length > 0) address[16 - length]! &= 0xff >> (prefixLength & 7);
  return {
    prefixLength,
    suffix: prefixLength < 128 ? ipv6Text(address) : undefined,
    prefix: prefixLength > 0 ? from.name("plain") : undefined,
  };
}

function writeA6(to: WireWriter, { prefixLength, suffix, prefix }: Omit<A6, "type">): void {
  to.u8(prefixLength);
  if (prefixLength < 128) {
    const bytes = ipv6Bytes(suffix ?? "");
    if (bytes === undefined) throw badRdata(`"${suffix}" is no IPv6 address`);
    to.bytes(suffixBytes(bytes, prefixLength));
  }
  if (prefixLength === 0) return;
  if (prefix === undefined) throw badRdata("A6 needs the name of its prefix");
  to.name(prefix, "foldable");
}

/** The bytes that the suffix touches, with the prefix's bits cleared. */
function suffixBytes(address: Uint8Array, prefixLength: number): Uint8Array {
  const bytes = address.slice(prefixLength >> 3);
  if (bytes.length > 0) bytes[0]! &= 0xff >> (prefixLength & 7);
  return bytes;
}
