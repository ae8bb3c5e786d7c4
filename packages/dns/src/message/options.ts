/** EDNS options, one row a code: bytes ⇄ value (IANA "DNS EDNS0 Option Codes"). Options that the table lacks stay bytes. */
import { DnsError } from "../errors.ts";
import type { Name } from "../name/name.ts";
import { ipv4Bytes, ipv4Text, ipv6Bytes, ipv6Text } from "../rdata/fields/addresses.ts";
import { WireReader } from "../wire/reader.ts";
import { WireWriter } from "../wire/writer.ts";
import type { EdnsOption } from "./message.ts";

export type EdnsOptionValue =
  /** Long-lived queries (RFC 8764). */
  | {
      readonly option: "LLQ";
      readonly version: number;
      readonly opcode: number;
      readonly error: number;
      readonly id: bigint;
      /** Seconds. */
      readonly lease: number;
    }
  /** RFC 9664, seconds. */
  | { readonly option: "UPDATE-LEASE"; readonly lease: number; readonly keyLease?: number }
  /** RFC 5001: empty in queries. */
  | { readonly option: "NSID"; readonly data: Uint8Array }
  /** RFC 6975. */
  | { readonly option: "DAU" | "DHU" | "N3U"; readonly algorithms: readonly number[] }
  /** RFC 7871; address with its host bits zero, undefined for family 0. */
  | {
      readonly option: "CLIENT-SUBNET";
      readonly family: 0 | 1 | 2;
      readonly address: string | undefined;
      readonly sourcePrefix: number;
      readonly scopePrefix: number;
    }
  /** RFC 7314: seconds, absent in queries. */
  | { readonly option: "EXPIRE"; readonly seconds?: number }
  /** RFC 7873: 8 bytes of the client's, none or 8 to 32 of the server's. */
  | { readonly option: "COOKIE"; readonly client: Uint8Array; readonly server: Uint8Array }
  /** RFC 7828: absent in queries. */
  | { readonly option: "TCP-KEEPALIVE"; readonly timeoutMs?: number }
  /** RFC 7830: bytes, which are zeros when written. */
  | { readonly option: "PADDING"; readonly length: number }
  /** RFC 7901. */
  | { readonly option: "CHAIN"; readonly trustPoint: Name }
  /** RFC 8145. */
  | { readonly option: "KEY-TAG"; readonly keyTags: readonly number[] }
  /** RFC 8914. */
  | { readonly option: "EXTENDED-ERROR"; readonly infoCode: number; readonly text: string }
  /** draft-bellis-dnsop-edns-tags. */
  | { readonly option: "CLIENT-TAG" | "SERVER-TAG"; readonly tag: number }
  /** RFC 9567. */
  | { readonly option: "REPORT-CHANNEL"; readonly agent: Name }
  /** RFC 9660: absent in queries. */
  | { readonly option: "ZONEVERSION"; readonly labels?: number; readonly kind?: number; readonly version?: Uint8Array }
  | { readonly option: "unknown"; readonly code: number; readonly data: Uint8Array };

type Known = Exclude<EdnsOptionValue, { option: "unknown" }>;
type Named<N extends Known["option"]> = Known & { readonly option: N };

interface OptionFormat {
  readonly name: Known["option"];
  readonly code: number;
  read(from: WireReader): Known;
  write(to: WireWriter, value: Known): void;
}

function option<N extends Known["option"]>(
  name: N,
  code: number,
  read: (from: WireReader) => Omit<Named<N>, "option">,
  write: (to: WireWriter, value: Named<N>) => void,
): OptionFormat {
  return {
    name,
    code,
    read: (from) => ({ option: name, ...read(from) }) as Known, // the name and all the rest of its member
    write: (to, value) => write(to, value as Named<N>), // looked up by its name
  };
}

const algorithmList = (name: "DAU" | "DHU" | "N3U", code: number): OptionFormat =>
  option(
    name,
    code,
    (from) => ({ algorithms: [...from.rest()] }),
    (to, { algorithms }) => to.bytes(Uint8Array.from(algorithms)),
  );

const tagOption = (name: "CLIENT-TAG" | "SERVER-TAG", code: number): OptionFormat =>
  option(
    name,
    code,
    (from) => ({ tag: from.u16() }),
    (to, { tag }) => to.u16(tag),
  );

const OPTIONS: readonly OptionFormat[] = [
  option(
    "LLQ",
    1,
    (from) => ({ version: from.u16(), opcode: from.u16(), error: from.u16(), id: from.u64(), lease: from.u32() }),
    (to, { version, opcode, error, id, lease }) => {
      for (const word of [version, opcode, error]) to.u16(word);
      to.u64(id);
      to.u32(lease);
    },
  ),
  option(
    "UPDATE-LEASE",
    2,
    (from) => {
      const lease = from.u32();
      return from.remaining > 0 ? { lease, keyLease: from.u32() } : { lease };
    },
    (to, { lease, keyLease }) => {
      to.u32(lease);
      if (keyLease !== undefined) to.u32(keyLease);
    },
  ),
  option(
    "NSID",
    3,
    (from) => ({ data: from.copy(from.remaining) }),
    (to, { data }) => to.bytes(data),
  ),
  algorithmList("DAU", 5),
  algorithmList("DHU", 6),
  algorithmList("N3U", 7),
  option("CLIENT-SUBNET", 8, readSubnet, writeSubnet),
  option(
    "EXPIRE",
    9,
    (from) => (from.remaining > 0 ? { seconds: from.u32() } : {}),
    (to, { seconds }) => {
      if (seconds !== undefined) to.u32(seconds);
    },
  ),
  option(
    "COOKIE",
    10,
    (from) => {
      const client = from.copy(8);
      const server = from.copy(from.remaining);
      checkServerCookie(server);
      return { client, server };
    },
    (to, { client, server }) => {
      if (client.length !== 8) throw malformed("COOKIE", `a client's cookie of ${client.length} bytes`);
      checkServerCookie(server);
      to.bytes(client);
      to.bytes(server);
    },
  ),
  option(
    "TCP-KEEPALIVE",
    11,
    (from) => (from.remaining > 0 ? { timeoutMs: from.u16() * 100 } : {}),
    (to, { timeoutMs }) => {
      if (timeoutMs !== undefined) to.u16(Math.min(0xffff, Math.floor(timeoutMs / 100)));
    },
  ),
  option(
    "PADDING",
    12,
    (from) => ({ length: from.rest().length }),
    (to, { length }) => to.bytes(new Uint8Array(length)),
  ),
  option(
    "CHAIN",
    13,
    (from) => ({ trustPoint: from.name("plain") }),
    (to, { trustPoint }) => to.bytes(trustPoint.wire),
  ),
  option(
    "KEY-TAG",
    14,
    (from) => {
      const keyTags = [from.u16()];
      while (from.remaining > 0) keyTags.push(from.u16());
      return { keyTags };
    },
    (to, { keyTags }) => {
      for (const keyTag of keyTags) to.u16(keyTag);
    },
  ),
  option(
    "EXTENDED-ERROR",
    15,
    // Some servers end the text with a NUL, which it is not to have (RFC 8914 §2).
    (from) => ({ infoCode: from.u16(), text: Buffer.from(from.rest()).toString("utf8").replace(/\0$/, "") }),
    (to, { infoCode, text }) => {
      to.u16(infoCode);
      to.bytes(Buffer.from(text, "utf8"));
    },
  ),
  tagOption("CLIENT-TAG", 16),
  tagOption("SERVER-TAG", 17),
  option(
    "REPORT-CHANNEL",
    18,
    (from) => ({ agent: from.name("plain") }),
    (to, { agent }) => to.bytes(agent.wire),
  ),
  option(
    "ZONEVERSION",
    19,
    (from) => (from.remaining > 0 ? { labels: from.u8(), kind: from.u8(), version: from.copy(from.remaining) } : {}),
    (to, { labels, kind, version }) => {
      if (labels === undefined || kind === undefined) return;
      to.u8(labels);
      to.u8(kind);
      to.bytes(version ?? new Uint8Array(0));
    },
  ),
];

const BY_CODE: ReadonlyMap<number, OptionFormat> = new Map(OPTIONS.map((format) => [format.code, format]));
const BY_NAME: ReadonlyMap<string, OptionFormat> = new Map(OPTIONS.map((format) => [format.name, format]));

/** "COOKIE"; undefined for a code without a format here. */
export function optionName(code: number): string | undefined {
  return BY_CODE.get(code)?.name;
}

/** What an option says. Throws DnsError for bytes that its format forbids. */
export function optionValue({ code, data }: EdnsOption): EdnsOptionValue {
  const format = BY_CODE.get(code);
  if (format === undefined) return { option: "unknown", code, data };
  const reader = new WireReader(data);
  return reader.within(data.length, () => format.read(reader));
}

/** Throws DnsError for values that the option's format forbids. */
export function ednsOption(value: EdnsOptionValue): EdnsOption {
  if (value.option === "unknown") return { code: value.code, data: value.data };
  const format = BY_NAME.get(value.option)!; // each member but "unknown" has one
  const writer = new WireWriter("plain", 0xffff, 64);
  format.write(writer, value);
  return { code: format.code, data: writer.take() };
}

/** Throws DnsError when the option has a format and breaks it. */
export function checkOption(option: EdnsOption): void {
  optionValue(option);
}

const FAMILIES = {
  1: { bytes: 4, bytesOf: ipv4Bytes, textOf: ipv4Text },
  2: { bytes: 16, bytesOf: ipv6Bytes, textOf: ipv6Text },
} as const;

/** RFC 7871 §6: as many bytes as the prefix touches, and zeros behind its bits. */
function readSubnet(from: WireReader): Omit<Named<"CLIENT-SUBNET">, "option"> {
  const family = from.u16();
  const sourcePrefix = from.u8();
  const scopePrefix = from.u8();
  const given = from.rest();
  if (family === 0 && sourcePrefix === 0 && given.length === 0)
    return { family, address: undefined, sourcePrefix, scopePrefix };
  if (family !== 1 && family !== 2) throw malformed("CLIENT-SUBNET", `an address of family ${family}`);
  const { bytes, textOf } = FAMILIES[family];
  if (sourcePrefix > bytes * 8 || scopePrefix > bytes * 8)
    throw malformed("CLIENT-SUBNET", "a prefix longer than its address");
  const address = new Uint8Array(bytes);
  if (given.length !== Math.ceil(sourcePrefix / 8))
    throw malformed("CLIENT-SUBNET", `${given.length} bytes for ${sourcePrefix} bits`);
  address.set(given);
  if ((sourcePrefix & 7) !== 0 && (given.at(-1)! & (0xff >> (sourcePrefix & 7))) !== 0) {
    throw malformed("CLIENT-SUBNET", "bits behind the prefix");
  }
  return { family, address: textOf(address), sourcePrefix, scopePrefix };
}

function writeSubnet(to: WireWriter, { family, address, sourcePrefix, scopePrefix }: Named<"CLIENT-SUBNET">): void {
  to.u16(family);
  to.u8(sourcePrefix);
  to.u8(scopePrefix);
  if (family === 0) return;
  const bytes = FAMILIES[family].bytesOf(address ?? "")?.slice(0, Math.ceil(sourcePrefix / 8));
  if (bytes === undefined) throw malformed("CLIENT-SUBNET", `no address: "${address}"`);
  if ((sourcePrefix & 7) !== 0) bytes[bytes.length - 1]! &= ~(0xff >> (sourcePrefix & 7));
  to.bytes(bytes);
}

function checkServerCookie(server: Uint8Array): void {
  if (server.length !== 0 && (server.length < 8 || server.length > 32)) {
    throw malformed("COOKIE", `a server's cookie of ${server.length} bytes`);
  }
}

function malformed(name: string, text: string): DnsError {
  return new DnsError("bad-message", `EDNS option ${name}: ${text}`);
}
