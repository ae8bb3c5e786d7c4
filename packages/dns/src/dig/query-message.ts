/** The message that a lookup's options make. */
import { encodeMessage } from "../message/encode.ts";
import { blankMessage, type Edns, type EdnsOption, type Message, OPCODE } from "../message/message.ts";
import { ednsOption } from "../message/options.ts";
import { ipv4Text, ipv6Text } from "../rdata/fields/addresses.ts";
import { rdataFromText } from "../rdata/rdata.ts";
import { TYPE } from "../rdata/types.ts";
import type { ResourceRecord } from "../record.ts";
import type { Name } from "../name/name.ts";
import type { Lookup } from "./lookup.ts";

const DEFAULT_PAYLOAD = 1232;
const PADDING = 12;

/** `cookie`: what is known of the server's, or our own alone, 8 bytes and more. Bytes to sign are not among them. */
export function queryMessage(lookup: Lookup, name: Name, id: number, cookie: Uint8Array | undefined): Message {
  const isQuery = lookup.opcode === OPCODE.QUERY;
  const message = blankMessage({
    id,
    opcode: lookup.opcode,
    authoritative: lookup.aaFlag,
    truncated: lookup.tcFlag,
    recursionDesired: lookup.recurse && isQuery,
    recursionAvailable: lookup.raFlag,
    reserved: lookup.zFlag,
    authenticData: lookup.adFlag && isQuery,
    checkingDisabled: lookup.cdFlag,
    questions: lookup.headerOnly ? [] : [{ name, type: lookup.type, class: lookup.class }],
    authorities: lookup.type === TYPE.IXFR ? [serialRecord(name, lookup)] : [],
  });
  if (lookup.ednsVersion === -1) return message;
  const edns: Edns = {
    udpPayload: lookup.bufferSize ?? DEFAULT_PAYLOAD,
    version: lookup.ednsVersion,
    dnssecOk: lookup.dnssec,
    ...(lookup.ednsFlags === 0 ? {} : { reservedFlags: lookup.ednsFlags }),
    options: optionsOf(lookup, cookie),
  };
  return lookup.padding === 0 ? { ...message, edns } : padded(message, edns, lookup.padding);
}

/** In dig's order. */
function optionsOf(lookup: Lookup, cookie: Uint8Array | undefined): EdnsOption[] {
  const options: EdnsOption[] = [];
  if (lookup.nsid) options.push(ednsOption({ option: "NSID", data: new Uint8Array(0) }));
  if (lookup.subnet !== undefined) options.push(subnetOption(lookup.subnet));
  if (lookup.sendCookie && cookie !== undefined) options.push({ code: COOKIE, data: cookie });
  if (lookup.expire) options.push(ednsOption({ option: "EXPIRE" }));
  if (lookup.keepalive) options.push(ednsOption({ option: "TCP-KEEPALIVE" }));
  return [...options, ...lookup.ednsOptions];
}

const COOKIE = 10;

function subnetOption({ address, prefix }: NonNullable<Lookup["subnet"]>): EdnsOption {
  const isIp4 = address.length === 4;
  return ednsOption({
    option: "CLIENT-SUBNET",
    family: isIp4 ? 1 : 2,
    address: isIp4 ? ipv4Text(address) : ipv6Text(address),
    sourcePrefix: prefix,
    scopePrefix: 0,
  });
}

/** Filled up to a multiple of `block` bytes (RFC 7830). */
function padded(message: Message, edns: Edns, block: number): Message {
  const withPadding = (length: number): Message => ({
    ...message,
    edns: { ...edns, options: [...edns.options, { code: PADDING, data: new Uint8Array(length) }] },
  });
  const bytes = encodeMessage(withPadding(0)).length;
  return withPadding((block - (bytes % block)) % block);
}

/** What IXFR begins with: a SOA of which only the serial counts (RFC 1995 §3). */
function serialRecord(name: Name, { serial, class: recordClass }: Lookup): ResourceRecord {
  const rdata = rdataFromText(TYPE.SOA, `. . ${serial} 0 0 0 0`);
  return { name, type: TYPE.SOA, class: recordClass, ttl: 0, rdata };
}
