/** Values behind dig's options, and dig's words for those that are none. */
import type { EdnsOption } from "../message/message.ts";
import { addressBytes } from "../resolver/address-prefix.ts";
import { DigUsageError } from "./usage-error.ts";

/** Digits alone, up to `max`. */
export function decimalOf(text: string, max: number): number | undefined {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value <= max ? value : undefined;
}

/** dig's exit code for what is none of the others. */
export const EXIT_INTERNAL = 10;

/** Decimal, 0x… or octal 0…, as strtoul reads them. Throws DigUsageError as dig ends. */
export function numberOf(text: string, what: string, max: number): number {
  const value = /^0x[0-9a-f]+$/i.test(text)
    ? Number.parseInt(text, 16)
    : /^0[0-7]+$/.test(text)
      ? Number.parseInt(text, 8)
      : /^\d+$/.test(text)
        ? Number(text)
        : undefined;
  if (value !== undefined && value <= max) return value;
  const reason = value === undefined ? "not a valid number" : "out of range";
  throw new DigUsageError(`dig: Couldn't parse ${what}`, {
    exitCode: EXIT_INTERNAL,
    output: `invalid ${what} '${text}': ${reason}\n`,
  });
}

export function hexOf(text: string): string {
  // So says dig, by the name of the function that it calls.
  if (!/^(?:[0-9a-f]{2})*$/i.test(text)) throw new DigUsageError("dig: isc_hex_decodestring: bad hex encoding");
  return text.toLowerCase();
}

const OPCODES: readonly string[] = ["QUERY", "IQUERY", "STATUS", "RESERVED3", "NOTIFY", "UPDATE"];

export function opcodeOf(text: string): number {
  const named = OPCODES.indexOf(text.toUpperCase());
  return named === -1 ? numberOf(text, "opcode", 15) : named;
}

/** `192.0.2.0/24`, `2001:db8::/56`; with a length an IPv4 address may leave out its last numbers, and `0` is nobody's. */
export function subnetOf(text: string): { address: Uint8Array; prefix: number } {
  const [address = "", length, ...more] = text.split("/");
  const mayBePadded = length !== undefined || address === "0";
  const bytes = addressBytes(mayBePadded && /^\d+(?:\.\d+){0,2}$/.test(address) ? padded(address) : address);
  if (bytes === undefined || more.length > 0) throw new DigUsageError(`dig: invalid address '${text}'`);
  const most = bytes.length * 8;
  if (length === undefined) return { address: bytes, prefix: address === "0" ? 0 : most };
  return { address: bytes, prefix: Math.min(most, numberOf(length, "prefix length", 0xffff_ffff)) };
}

function padded(address: string): string {
  return [...address.split("."), "0", "0", "0"].slice(0, 4).join(".");
}

/** dig's names of options, by code. */
const EDNS_OPTION_CODES: Readonly<Record<string, number>> = {
  LLQ: 1,
  UL: 2,
  NSID: 3,
  DAU: 5,
  DHU: 6,
  N3U: 7,
  ECS: 8,
  EXPIRE: 9,
  COOKIE: 10,
  KEEPALIVE: 11,
  PADDING: 12,
  PAD: 12,
  CHAIN: 13,
  "KEY-TAG": 14,
  EDE: 15,
  "CLIENT-TAG": 16,
  "SERVER-TAG": 17,
  DEVICEID: 26_946,
};

/** `code[:hexadecimal]`. */
export function ednsOptionOf(text: string): EdnsOption {
  const colon = text.indexOf(":");
  const name = colon === -1 ? text : text.slice(0, colon);
  const code = EDNS_OPTION_CODES[name.toUpperCase()] ?? decimalOf(name, 0xffff);
  if (code === undefined) {
    throw new DigUsageError(`dig: bad edns code point: ${name}`, {
      output: `invalid ednsopt '${name}': ${/^\d+$/.test(name) ? "out of range" : "not a valid number"}\n`,
    });
  }
  return { code, data: Buffer.from(hexOf(colon === -1 ? "" : text.slice(colon + 1)), "hex") };
}

/** Of `-p` and `-b`; dig ends otherwise than with other numbers. */
export function portOf(text: string): number {
  try {
    return numberOf(text, "port number", 0xffff);
  } catch (error) {
    if (!(error instanceof DigUsageError)) throw error;
    throw new DigUsageError(error.message, { output: error.output });
  }
}

/** `address[#port]` of `-b`. */
export function localAddressOf(text: string): { address: string; port: number } {
  const [address = "", port] = text.split("#");
  if (addressBytes(address) === undefined) throw new DigUsageError(`dig: invalid address ${address}`);
  return { address, port: port === undefined ? 0 : portOf(port) };
}

/** The name of `-x`: an address backwards, or whatever is between dots. */
export function reverseName(text: string): string {
  const bytes = addressBytes(text);
  if (bytes?.length === 16) {
    const digits = Buffer.from(bytes).toString("hex");
    return `${[...digits].toReversed().join(".")}.ip6.arpa.`;
  }
  return `${text.split(".").toReversed().join(".")}.in-addr.arpa.`;
}
