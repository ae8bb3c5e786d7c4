/** WKS: the services of a host, a bit for each port of one protocol (RFC 1035 §3.4.2). */
import { DnsError } from "../../errors.ts";
import { ipv4Bytes, ipv4Text } from "../fields/addresses.ts";
import { badRdata, custom, type RdataFormat } from "../format.ts";

export interface Wks {
  readonly type: "WKS";
  readonly address: string;
  /** 6 is TCP, 17 UDP. */
  readonly protocol: number;
  /** Ascending. */
  readonly ports: readonly number[];
}

/** What zones of WKS's time wrote; numbers always do. */
const PROTOCOLS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, egp: 8, udp: 17 };
const SERVICES: Readonly<Record<string, number>> = {
  echo: 7,
  discard: 9,
  systat: 11,
  daytime: 13,
  netstat: 15,
  "ftp-data": 20,
  ftp: 21,
  ssh: 22,
  telnet: 23,
  smtp: 25,
  time: 37,
  nameserver: 42,
  whois: 43,
  domain: 53,
  tftp: 69,
  gopher: 70,
  finger: 79,
  http: 80,
  kerberos: 88,
  pop3: 110,
  sunrpc: 111,
  nntp: 119,
  ntp: 123,
  imap2: 143,
  snmp: 161,
  https: 443,
};

const MAX_BITMAP_BYTES = 8192;

export const WKS: RdataFormat = custom<Wks>("WKS", {
  read: (from) => ({
    address: ipv4Text(from.take(4)),
    protocol: from.u8(),
    ports: portsOf(from.rest()),
  }),
  write(to, { address, protocol, ports }) {
    const bytes = ipv4Bytes(address);
    if (bytes === undefined) throw badRdata(`"${address}" is no address`);
    to.bytes(bytes);
    to.u8(protocol);
    to.bytes(bitmapOf(ports));
  },
  parse(from, to) {
    const address = from.word("WKS address");
    const bytes = ipv4Bytes(address);
    if (bytes === undefined) throw new DnsError("syntax", `WKS address is malformed: "${address}"`);
    to.bytes(bytes);
    to.u8(numberOrName(from.word("WKS protocol"), PROTOCOLS, 255, "protocol"));
    const ports: number[] = [];
    while (!from.atEnd()) ports.push(numberOrName(from.word("WKS port"), SERVICES, 65_535, "service"));
    to.bytes(bitmapOf(ports));
  },
  print: (from) => [ipv4Text(from.take(4)), from.u8(), ...portsOf(from.rest())].join(" "),
});

function numberOrName(text: string, names: Readonly<Record<string, number>>, max: number, what: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : new Map(Object.entries(names)).get(text.toLowerCase());
  if (value === undefined || value > max) throw new DnsError("syntax", `unknown ${what} "${text}"`);
  return value;
}

function portsOf(bits: Uint8Array): number[] {
  if (bits.length > MAX_BITMAP_BYTES) throw badRdata("a bitmap of more than 65536 ports");
  const ports: number[] = [];
  for (const [i, byte] of bits.entries()) {
    for (let bit = 0; bit < 8; bit++) if ((byte & (0x80 >> bit)) !== 0) ports.push(i * 8 + bit);
  }
  return ports;
}

function bitmapOf(ports: readonly number[]): Uint8Array {
  const bits = new Uint8Array((Math.max(-8, ...ports) >> 3) + 1);
  for (const port of ports) bits[port >> 3]! |= 0x80 >> (port & 7);
  return bits;
}
