/** Types that lead to a gateway, whose kind stands before it: IPSECKEY (RFC 4025) and AMTRELAY (RFC 8777). */
import { DnsError } from "../../errors.ts";
import type { Name } from "../../name/name.ts";
import type { Scanner } from "../../text/scanner.ts";
import { splitText } from "../../text/strings.ts";
import type { WireReader } from "../../wire/reader.ts";
import type { WireWriter } from "../../wire/writer.ts";
import { ipv4Bytes, ipv4Text, ipv6Bytes, ipv6Text } from "../fields/addresses.ts";
import { base64Bytes, base64Text } from "../fields/binary.ts";
import { badRdata, custom, type RdataFormat } from "../format.ts";

export type Gateway =
  | { readonly kind: "none" }
  | { readonly kind: "ipv4" | "ipv6"; readonly address: string }
  | { readonly kind: "name"; readonly name: Name };

export interface Ipseckey {
  readonly type: "IPSECKEY";
  readonly precedence: number;
  readonly algorithm: number;
  readonly gateway: Gateway;
  /** Empty when there is none. */
  readonly publicKey: Uint8Array;
}

export interface Amtrelay {
  readonly type: "AMTRELAY";
  readonly precedence: number;
  readonly discoveryOptional: boolean;
  readonly relay: Gateway;
}

/** In the order of their numbers. */
const KINDS = ["none", "ipv4", "ipv6", "name"] as const;

function readGateway(from: WireReader, kind: number): Gateway {
  switch (kind) {
    case 0:
      return { kind: "none" };
    case 1:
      return { kind: "ipv4", address: ipv4Text(from.take(4)) };
    case 2:
      return { kind: "ipv6", address: ipv6Text(from.take(16)) };
    case 3:
      return { kind: "name", name: from.name("plain") };
    default:
      throw badRdata(`a gateway of unknown kind ${kind}`);
  }
}

function writeGateway(to: WireWriter, gateway: Gateway): void {
  if (gateway.kind === "none") return;
  if (gateway.kind === "name") return to.name(gateway.name, "exact");
  const bytes = gateway.kind === "ipv4" ? ipv4Bytes(gateway.address) : ipv6Bytes(gateway.address);
  if (bytes === undefined) throw badRdata(`"${gateway.address}" is no address`);
  to.bytes(bytes);
}

function gatewayText(gateway: Gateway): string {
  if (gateway.kind === "none") return ".";
  return gateway.kind === "name" ? gateway.name.toString() : gateway.address;
}

/** What the text of a gateway that is no name has to be, in the order of the kinds. */
const ADDRESSES = [
  { wanted: "a dot", accepts: (text: string) => text === "." },
  { wanted: "an IPv4 address", accepts: (text: string) => ipv4Bytes(text) !== undefined },
  { wanted: "an IPv6 address", accepts: (text: string) => ipv6Bytes(text) !== undefined },
] as const;

function parseGateway(from: Scanner, kind: number, what: string): Gateway {
  if (kind >= KINDS.length) throw new DnsError("syntax", `${what} of unknown kind ${kind}`);
  if (KINDS[kind] === "name") return { kind: "name", name: from.name(what) };
  const text = from.word(what);
  const { wanted, accepts } = ADDRESSES[kind as 0 | 1 | 2]; // one of the four kinds, and no name
  if (!accepts(text)) throw new DnsError("syntax", `${what} is ${wanted}, not "${text}"`);
  return kind === 0 ? { kind: "none" } : { kind: kind === 1 ? "ipv4" : "ipv6", address: text };
}

const IPSECKEY: RdataFormat = custom<Ipseckey>("IPSECKEY", {
  read(from) {
    const [precedence, kind, algorithm] = [from.u8(), from.u8(), from.u8()];
    return { precedence, algorithm, gateway: readGateway(from, kind), publicKey: from.copy(from.remaining) };
  },
  write(to, { precedence, algorithm, gateway, publicKey }) {
    to.u8(precedence);
    to.u8(KINDS.indexOf(gateway.kind));
    to.u8(algorithm);
    writeGateway(to, gateway);
    to.bytes(publicKey);
  },
  parse(from, to) {
    to.u8(from.integer("IPSECKEY precedence", 255));
    const kind = from.integer("IPSECKEY gateway type", 255);
    to.u8(kind);
    to.u8(from.integer("IPSECKEY algorithm", 255));
    writeGateway(to, parseGateway(from, kind, "IPSECKEY gateway"));
    if (!from.atEnd()) to.bytes(base64Bytes(from.rest("IPSECKEY public key"), "IPSECKEY public key"));
  },
  print(from, { splitWidth }) {
    const [precedence, kind, algorithm] = [from.u8(), from.u8(), from.u8()];
    const text = `${precedence} ${kind} ${algorithm} ${gatewayText(readGateway(from, kind))}`;
    return from.remaining === 0 ? text : `${text} ${splitText(base64Text(from.rest()), splitWidth)}`;
  },
});

const AMTRELAY: RdataFormat = custom<Amtrelay>("AMTRELAY", {
  read(from) {
    const precedence = from.u8();
    const kind = from.u8();
    return { precedence, discoveryOptional: kind > 127, relay: readGateway(from, kind & 127) };
  },
  write(to, { precedence, discoveryOptional, relay }) {
    to.u8(precedence);
    to.u8(KINDS.indexOf(relay.kind) | (discoveryOptional ? 128 : 0));
    writeGateway(to, relay);
  },
  parse(from, to) {
    to.u8(from.integer("AMTRELAY precedence", 255));
    const optional = from.integer("AMTRELAY discovery bit", 1);
    const kind = from.integer("AMTRELAY type", 127);
    to.u8(kind | (optional << 7));
    writeGateway(to, parseGateway(from, kind, "AMTRELAY relay"));
  },
  print(from) {
    const precedence = from.u8();
    const kind = from.u8();
    return `${precedence} ${kind >> 7} ${kind & 127} ${gatewayText(readGateway(from, kind & 127))}`;
  },
});

export const GATEWAY_FORMATS: readonly RdataFormat[] = [IPSECKEY, AMTRELAY];
