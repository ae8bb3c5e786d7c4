/** Why a transfer did not come to its end. */
export type TransferErrorCode =
  /** The server answers with an rcode: `rcode`. */
  | "refused"
  /** The messages are no transfer of this zone. */
  | "protocol"
  /** More records or bytes than are taken, or it takes too long. */
  | "limit";

export class TransferError extends Error {
  override readonly name = "TransferError";
  readonly code: TransferErrorCode;
  readonly rcode: number | undefined;

  constructor(code: TransferErrorCode, message: string, rcode?: number) {
    super(message);
    this.code = code;
    this.rcode = rcode;
  }
}
