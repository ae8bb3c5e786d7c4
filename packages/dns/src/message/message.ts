/** Messages as values (RFC 1035 §4, RFC 6891, RFC 8945). */
import type { Name } from "../name/name.ts";
import type { ResourceRecord } from "../record.ts";
import type { Tsig } from "../rdata/formats/dnssec.ts";

export const OPCODE = { QUERY: 0, IQUERY: 1, STATUS: 2, NOTIFY: 4, UPDATE: 5, DSO: 6 } as const;

/** In UPDATE (RFC 2136 §2.3) the question is the zone. */
export interface Question {
  readonly name: Name;
  readonly type: number;
  readonly class: number;
}

export interface EdnsOption {
  readonly code: number;
  /** As on the wire; `optionValue` makes a value of it. */
  readonly data: Uint8Array;
}

/** The OPT record (RFC 6891 §6.1). */
export interface Edns {
  /** Bytes that the sender takes over UDP. */
  readonly udpPayload: number;
  /** 0; a server answers others with BADVERS. */
  readonly version: number;
  /** DNSSEC OK (RFC 3225). */
  readonly dnssecOk: boolean;
  /** The other fifteen flags, in the lower bits. */
  readonly reservedFlags?: number;
  /** In the order of the wire. */
  readonly options: readonly EdnsOption[];
}

/** The TSIG record at a message's end (RFC 8945 §4.2). */
export interface MessageTsig {
  readonly key: Name;
  readonly value: Tsig;
  /** Where it begins in the message that it was read from: what comes before is what it signs. */
  readonly offset: number;
}

export interface Message {
  readonly id: number;
  /** QR: an answer. */
  readonly response: boolean;
  readonly opcode: number;
  /** AA. */
  readonly authoritative: boolean;
  /** TC. */
  readonly truncated: boolean;
  /** RD. */
  readonly recursionDesired: boolean;
  /** RA. */
  readonly recursionAvailable: boolean;
  /** The Z bit. */
  readonly reserved: boolean;
  /** AD. */
  readonly authenticData: boolean;
  /** CD. */
  readonly checkingDisabled: boolean;
  /** With EDNS's eight upper bits; above 15 only beside `edns`. */
  readonly rcode: number;
  readonly questions: readonly Question[];
  /** In UPDATE the prerequisites. */
  readonly answers: readonly ResourceRecord[];
  /** In UPDATE the updates. */
  readonly authorities: readonly ResourceRecord[];
  /** Without OPT and TSIG. */
  readonly additionals: readonly ResourceRecord[];
  readonly edns?: Edns;
  readonly tsig?: MessageTsig;
}

const BLANK: Message = {
  id: 0,
  response: false,
  opcode: OPCODE.QUERY,
  authoritative: false,
  truncated: false,
  recursionDesired: false,
  recursionAvailable: false,
  reserved: false,
  authenticData: false,
  checkingDisabled: false,
  rcode: 0,
  questions: [],
  answers: [],
  authorities: [],
  additionals: [],
};

/** A query without anything in it, but for `parts`. */
export function blankMessage(parts: Partial<Message> = {}): Message {
  return { ...BLANK, ...parts };
}

/** Bits of the header's second 16-bit word. */
export const FLAG = {
  QR: 0x8000,
  AA: 0x0400,
  TC: 0x0200,
  RD: 0x0100,
  RA: 0x0080,
  Z: 0x0040,
  AD: 0x0020,
  CD: 0x0010,
} as const;

export const HEADER_BYTES = 12;
/** EDNS's DO bit among its sixteen flags. */
export const DNSSEC_OK = 0x8000;
