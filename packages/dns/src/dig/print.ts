/** Messages as dig prints them: header, EDNS, sections, in dig's columns. */
import { DnsError } from "../errors.ts";
import { type Edns, type EdnsOption, type Message, OPCODE, type Question } from "../message/message.ts";
import { type EdnsOptionValue, optionValue } from "../message/options.ts";
import { hexText } from "../rdata/fields/binary.ts";
import { rdataBytes, rdataText } from "../rdata/rdata.ts";
import { CLASS, classText, TYPE, typeText } from "../rdata/types.ts";
import type { ResourceRecord } from "../record.ts";

const TAB = 8;
/** Where TTL, class, type and data begin, tabs of eight. */
const COLUMNS = { ttl: 24, class: 32, type: 40, data: 48 } as const;
/** dig's `+split`. */
const SPLIT_WIDTH = 56;

/** By number (IANA "DNS RCODEs"), as dig names them. */
const RCODES: ReadonlyMap<number, string> = new Map([
  ...[
    "NOERROR",
    "FORMERR",
    "SERVFAIL",
    "NXDOMAIN",
    "NOTIMP",
    "REFUSED",
    "YXDOMAIN",
    "YXRRSET",
    "NXRRSET",
    "NOTAUTH",
    "NOTZONE",
  ].entries(),
  [16, "BADVERS"],
  [23, "BADCOOKIE"],
]);
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

/** The message from its header to its last section, as dig prints it between its own lines; ends with a line break. */
export function messageText(message: Message): string {
  const { edns, tsig, questions, answers, authorities, additionals } = message;
  const isUpdate = message.opcode === OPCODE.UPDATE;
  const [first, second, third] = isUpdate ? ["ZONE", "PREREQ", "UPDATE"] : ["QUERY", "ANSWER", "AUTHORITY"];
  const extras = additionals.length + (edns === undefined ? 0 : 1) + (tsig === undefined ? 0 : 1);
  const lines = [
    `;; ->>HEADER<<- opcode: ${opcodeText(message.opcode)}, status: ${rcodeText(message.rcode)}, id: ${message.id}`,
    `;; flags:${flagsText(message)}; ${first}: ${questions.length}, ${second}: ${answers.length}, ${third}: ${authorities.length}, ADDITIONAL: ${extras}`,
  ];
  if (message.response && message.recursionDesired && !message.recursionAvailable) {
    lines.push(";; WARNING: recursion requested but not available");
  }
  lines.push("");
  // The next section follows OPT without an empty line.
  if (edns !== undefined) lines.push(";; OPT PSEUDOSECTION:", ...ednsLines(edns));
  const sections: readonly (readonly [string, readonly string[]])[] = [
    [isUpdate ? "ZONE" : "QUESTION", questions.map(questionLine)],
    [isUpdate ? "PREREQUISITE" : "ANSWER", answers.map(recordLine)],
    [isUpdate ? "UPDATE" : "AUTHORITY", authorities.map(recordLine)],
    ["ADDITIONAL", additionals.map(recordLine)],
  ];
  for (const [name, rows] of sections) {
    if (rows.length > 0) lines.push(`;; ${name} SECTION:`, ...rows, "");
  }
  if (tsig !== undefined) {
    const record = { name: tsig.key, type: TYPE.TSIG, class: CLASS.ANY, ttl: 0, rdata: rdataBytes(tsig.value) };
    lines.push(";; TSIG PSEUDOSECTION:", recordLine(record), "");
  }
  return `${lines.join("\n")}\n`;
}

export function opcodeText(opcode: number): string {
  return OPCODES.get(opcode) ?? `RESERVED${opcode}`;
}

/** An rcode's mnemonic; `RESERVED11` or `?99` for one without. */
export function rcodeText(rcode: number): string {
  return RCODES.get(rcode) ?? (rcode < 16 ? `RESERVED${rcode}` : `?${rcode}`);
}

function flagsText(message: Message): string {
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

function ednsLines({ version, dnssecOk, reservedFlags, udpPayload, options }: Edns): string[] {
  const mustBeZero = reservedFlags === undefined ? "" : ` MBZ: 0x${reservedFlags.toString(16).padStart(4, "0")},`;
  const head = `; EDNS: version: ${version}, flags:${dnssecOk ? " do" : ""};${mustBeZero} udp: ${udpPayload}`;
  return [head, ...options.map((option) => `; ${optionText(option)}`)];
}

/** An option as dig names it; one that it has no name for, or that breaks its format, by number and bytes. */
export function optionText(option: EdnsOption): string {
  try {
    return namedOption(optionValue(option)) ?? bytesText(`OPT=${option.code}`, option.data);
  } catch (error) {
    if (!(error instanceof DnsError)) throw error;
    return bytesText(`OPT=${option.code}`, option.data);
  }
}

function namedOption(value: EdnsOptionValue): string | undefined {
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
      return `PAD: (${value.length} bytes)`;
    case "EXPIRE":
      return value.seconds === undefined ? "EXPIRE:" : `EXPIRE: ${value.seconds} (${durationText(value.seconds)})`;
    case "KEY-TAG":
      return `KEY-TAG: ${value.keyTags.join(", ")}`;
    case "COOKIE":
      return `COOKIE: ${hexText(value.client).toLowerCase()}${hexText(value.server).toLowerCase()}`;
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

/** "2 hours 46 minutes 39 seconds". */
function durationText(seconds: number): string {
  const units = [
    ["week", Math.floor(seconds / 604_800)],
    ["day", Math.floor(seconds / 86_400) % 7],
    ["hour", Math.floor(seconds / 3600) % 24],
    ["minute", Math.floor(seconds / 60) % 60],
    ["second", seconds % 60],
  ] as const;
  const parts = units
    .filter(([, count]) => count > 0)
    .map(([unit, count]) => `${count} ${unit}${count === 1 ? "" : "s"}`);
  return parts.length === 0 ? "0 seconds" : parts.join(" ");
}

function questionLine({ name, class: questionClass, type }: Question): string {
  const line = new Columns(name.toString());
  line.put(COLUMNS.class, classText(questionClass));
  line.put(COLUMNS.type, typeText(type));
  return `;${line.text}`;
}

function recordLine({ name, ttl, class: recordClass, type, rdata }: ResourceRecord): string {
  const line = new Columns(name.toString());
  line.put(COLUMNS.ttl, String(ttl));
  line.put(COLUMNS.class, classText(recordClass));
  line.put(COLUMNS.type, typeText(type));
  if (rdata.length > 0 || recordClass === CLASS.IN)
    line.put(COLUMNS.data, rdataText(type, rdata, { splitWidth: SPLIT_WIDTH }));
  return line.text;
}

/** A line whose parts begin at columns, behind tabs; one that is beyond its column already takes a blank. */
class Columns {
  text: string;
  /** Where the line ends, tabs counted. */
  #column: number;

  constructor(first: string) {
    this.text = first;
    this.#column = first.length;
  }

  put(wanted: number, part: string): void {
    const column = Math.max(wanted, this.#column + 1);
    const tabs = Math.floor(column / TAB) - Math.floor(this.#column / TAB);
    const blanks = tabs > 0 ? column % TAB : column - this.#column;
    this.text += "\t".repeat(tabs) + " ".repeat(blanks) + part;
    this.#column = column + part.length;
  }
}
