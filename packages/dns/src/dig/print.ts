/** Messages as dig prints them: header, EDNS, sections, in dig's columns. */
import { DnsError } from "../errors.ts";
import { type Edns, type EdnsOption, type Message, OPCODE } from "../message/message.ts";
import { rcodeName } from "../message/rcodes.ts";
import { type EdnsOptionValue, optionValue } from "../message/options.ts";
import { hexText } from "../rdata/fields/binary.ts";
import { rdataBytes } from "../rdata/rdata.ts";
import { CLASS, TYPE } from "../rdata/types.ts";
import type { ResourceRecord } from "../record.ts";
import { verboseDuration } from "./rdata-layout.ts";
import { questionLine, recordLine } from "./record-lines.ts";
import { FULL_STYLE, type MessageStyle } from "./style.ts";

const OPCODES = new Map<number, string>(Object.entries(OPCODE).map(([name, code]) => [code, name]));

/** dig's names of extended errors (RFC 8914 §4 and the registry after it), by code. */
const EXTENDED_ERRORS: readonly string[] = [
  "Other",
  "Unsupported DNSKEY Algorithm",
  "Unsupported DS Digest Type",
  "Stale Answer",
  "Forged Answer",
  "DNSSEC Indeterminate",
  "DNSSEC Bogus",
  "Signature Expired",
  "Signature Not Yet Valid",
  "DNSKEY Missing",
  "RRSIGs Missing",
  "No Zone Key Bit Set",
  "NSEC Missing",
  "Cached Error",
  "Not Ready",
  "Blocked",
  "Censored",
  "Filtered",
  "Prohibited",
  "Stale NXDOMAIN Answer",
  "Not Authoritative",
  "Not Supported",
  "No Reachable Authority",
  "Network Error",
  "Invalid Data",
];

/** What a message does not say itself. */
export interface MessageFacts {
  /** Of the header, where records are missing: questions, answers, authorities, additionals. */
  readonly counts?: readonly [number, number, number, number];
  /** Bytes behind the last record. */
  readonly extraBytes?: number;
  /** Whether the server's cookie came with ours, with another, or ours alone came back. */
  readonly cookie?: "good" | "bad" | "echoed";
  /** Counts are those of QUERY's sections also in an UPDATE: so dig has it, other than nsupdate. */
  readonly namesQuerySections?: boolean;
  /** It came as an answer, whatever its QR says. */
  readonly isAnswer?: boolean;
  /** It answers a query with EDNS. */
  readonly askedWithEdns?: boolean;
  readonly askedWithDnssec?: boolean;
}

/**
 * The message from its header to its last section, as dig prints it between its own lines; ends with a line break, or is empty.
 * `style` says what is left out.
 */
export function messageText(message: Message, style: MessageStyle = FULL_STYLE, facts: MessageFacts = {}): string {
  const isUpdate = message.opcode === OPCODE.UPDATE;
  const lines: string[] = [];
  if (style.comments) {
    lines.push(...headerLines(message, facts), "");
    // The next section follows OPT without an empty line.
    if (message.edns !== undefined) lines.push(";; OPT PSEUDOSECTION:", ...ednsLines(message.edns, facts));
  }
  const { questions, answers, authorities, additionals, tsig } = message;
  const record = (one: ResourceRecord): string => recordLine(one, style);
  const sections: readonly (readonly [isShown: boolean, name: string, rows: readonly string[]])[] = [
    [style.question, isUpdate ? "ZONE" : "QUESTION", questions.map((question) => questionLine(question, style))],
    [style.answer, isUpdate ? "PREREQUISITE" : "ANSWER", answers.map(record)],
    [style.authority, isUpdate ? "UPDATE" : "AUTHORITY", authorities.map(record)],
    [style.additional, "ADDITIONAL", additionals.map(record)],
  ];
  for (const [isShown, name, rows] of sections) {
    if (!isShown || rows.length === 0) continue;
    lines.push(...(style.comments ? [`;; ${name} SECTION:`, ...rows, ""] : rows));
  }
  if (tsig !== undefined && style.additional) {
    const signature = { name: tsig.key, type: TYPE.TSIG, class: CLASS.ANY, ttl: 0, rdata: rdataBytes(tsig.value) };
    lines.push(...(style.comments ? [";; TSIG PSEUDOSECTION:", record(signature), ""] : [record(signature)]));
  }
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

function headerLines(message: Message, facts: MessageFacts): string[] {
  const { questions, answers, authorities, additionals, edns, tsig, rcode } = message;
  const isUpdate = message.opcode === OPCODE.UPDATE && facts.namesQuerySections !== true;
  const [first, second, third] = isUpdate ? ["ZONE", "PREREQ", "UPDATE"] : ["QUERY", "ANSWER", "AUTHORITY"];
  const extras = additionals.length + (edns === undefined ? 0 : 1) + (tsig === undefined ? 0 : 1);
  const counts = facts.counts ?? [questions.length, answers.length, authorities.length, extras];
  // The bit's place in the last byte but the rcode.
  const mustBeZero = message.reserved ? " MBZ: 0x4;" : "";
  const lines = [
    `;; ->>HEADER<<- opcode: ${opcodeText(message.opcode)}, status: ${rcodeText(rcode)}, id: ${message.id}`,
    `;; flags:${flagsText(message)};${mustBeZero} ${first}: ${counts[0]}, ${second}: ${counts[1]}, ${third}: ${counts[2]}, ADDITIONAL: ${counts[3]}`,
  ];
  if ((message.response || facts.isAnswer === true) && message.recursionDesired && !message.recursionAvailable) {
    lines.push(";; WARNING: recursion requested but not available");
  }
  const { extraBytes = 0 } = facts;
  if (extraBytes > 0)
    lines.push(`;; WARNING: Message has ${extraBytes} extra byte${extraBytes === 1 ? "" : "s"} at end`);
  const dislikesEdns = facts.askedWithEdns === true && edns === undefined && (rcode === 1 || rcode === 4);
  if (dislikesEdns) {
    const without = facts.askedWithDnssec === true ? "+nodnssec +noedns" : "+noedns";
    lines.push("", `;; WARNING: EDNS query returned status ${rcodeText(rcode)} - retry with '${without}'`);
  }
  return lines;
}

/** dig's name of an opcode. */
export function opcodeText(opcode: number): string {
  return OPCODES.get(opcode) ?? `RESERVED${opcode}`;
}

/** dig's name of an rcode. */
export function rcodeText(rcode: number): string {
  return rcodeName(rcode) ?? (rcode < 16 ? `RESERVED${rcode}` : `?${rcode}`);
}

/** The flags that are set, each behind a blank. */
export function flagsText(message: Message): string {
  const flags = [
    ["qr", message.response],
    ["aa", message.authoritative],
    ["tc", message.truncated],
    ["rd", message.recursionDesired],
    ["ra", message.recursionAvailable],
    ["ad", message.authenticData],
    ["cd", message.checkingDisabled],
  ] as const;
  return flags.map(([name, isSet]) => (isSet ? ` ${name}` : "")).join("");
}

function ednsLines({ version, dnssecOk, reservedFlags, udpPayload, options }: Edns, facts: MessageFacts): string[] {
  const mustBeZero = reservedFlags === undefined ? "" : ` MBZ: 0x${reservedFlags.toString(16).padStart(4, "0")},`;
  const head = `; EDNS: version: ${version}, flags:${dnssecOk ? " do" : ""};${mustBeZero} udp: ${udpPayload}`;
  return [head, ...options.map((option) => `; ${optionText(option, facts)}`)];
}

/** An option as dig names it; one that it has no name for, or that breaks its format, by number and bytes. */
export function optionText(option: EdnsOption, facts: MessageFacts = {}): string {
  try {
    return namedOption(optionValue(option), facts) ?? bytesText(`OPT=${option.code}`, option.data);
  } catch (error) {
    if (!(error instanceof DnsError)) throw error;
    return bytesText(`OPT=${option.code}`, option.data);
  }
}

function namedOption(value: EdnsOptionValue, { cookie }: MessageFacts): string | undefined {
  switch (value.option) {
    case "NSID":
      return bytesText("NSID", value.data);
    case "CLIENT-SUBNET":
      return `CLIENT-SUBNET: ${value.address ?? "0"}/${value.sourcePrefix}/${value.scopePrefix}`;
    case "EXTENDED-ERROR": {
      const name = EXTENDED_ERRORS[value.infoCode];
      return `EDE: ${value.infoCode}${name === undefined ? "" : ` (${name})`}${value.text === "" ? "" : `: (${value.text})`}`;
    }
    case "TCP-KEEPALIVE":
      return value.timeoutMs === undefined
        ? "TCP KEEPALIVE:"
        : `TCP KEEPALIVE: ${(value.timeoutMs / 1000).toFixed(1)} secs`;
    case "PADDING":
      return value.length === 0 ? "PAD:" : `PAD: (${value.length} bytes)`;
    case "EXPIRE":
      return value.seconds === undefined ? "EXPIRE:" : `EXPIRE: ${value.seconds} (${verboseDuration(value.seconds)})`;
    case "KEY-TAG":
      return `KEY-TAG: ${value.keyTags.join(", ")}`;
    case "COOKIE":
      return `COOKIE: ${hexText(value.client).toLowerCase()}${hexText(value.server).toLowerCase()}${cookie === undefined ? "" : ` (${cookie})`}`;
    default:
      return undefined;
  }
}

/** Bytes in hexadecimal, and as text with dots for what is not printable. */
function bytesText(name: string, bytes: Uint8Array): string {
  if (bytes.length === 0) return `${name}:`;
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const text = Array.from(bytes, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join("");
  return `${name}: ${digits} ("${text}")`;
}
