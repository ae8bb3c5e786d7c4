/** What is wrong with a signature (RFC 8945 §3). */

/** Values of the TSIG record's error field. */
export const TSIG_ERROR = { BADSIG: 16, BADKEY: 17, BADTIME: 18, BADTRUNC: 22 } as const;

export type TsigErrorCode =
  /** The MAC is not that of the message. */
  | "BADSIG"
  /** The key or its algorithm is not known, or not the one that was asked with. */
  | "BADKEY"
  /** Signed too long ago, or in the future. */
  | "BADTIME"
  /** A good MAC, but shorter than what is asked of this key. */
  | "BADTRUNC"
  /** No signature where one has to be. */
  | "unsigned"
  /** A MAC of a length that there cannot be. */
  | "FORMERR";

/** Thrown by who asked, about an answer. */
export class TsigError extends Error {
  override readonly name = "TsigError";
  readonly code: TsigErrorCode;
  /** The other end says so, about what we sent. */
  readonly fromPeer: boolean;

  constructor(code: TsigErrorCode, message: string, fromPeer = false) {
    super(message);
    this.code = code;
    this.fromPeer = fromPeer;
  }
}
