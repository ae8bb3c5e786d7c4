/** What the codec refuses, with the rcode that a server answers with. */
import { RCODES } from "./message/rcodes.ts";

export type DnsErrorCode =
  /** The bytes end within a field. */
  | "truncated"
  /** Bytes are left after the last field of a message, record or option. */
  | "trailing-bytes"
  /** A label above 63 bytes, or of a reserved kind. */
  | "bad-label"
  /** A name above 255 bytes. */
  | "name-too-long"
  /** A compression pointer that leads forwards, in circles, or stands where none may be. */
  | "bad-pointer"
  /** A field's value that its format forbids. */
  | "bad-rdata"
  /** OPT or TSIG more than once or out of place, or an EDNS option that breaks its format. */
  | "bad-message"
  /** More bytes than a message or its length fields hold. */
  | "too-long"
  /** Text that is no record, name or number. */
  | "syntax";

/** Everything that the codec throws on bytes and text from outside. */
export class DnsError extends Error {
  readonly code: DnsErrorCode;
  /** What a server puts into its answer to the message that caused it. */
  readonly rcode: number;

  constructor(code: DnsErrorCode, message: string, rcode: number = RCODES.FORMERR) {
    super(message);
    this.name = "DnsError";
    this.code = code;
    this.rcode = rcode;
  }
}
