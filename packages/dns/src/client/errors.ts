/** Why a question to another server has no answer. */
import type { Address } from "@tenon/kit";

export type UpstreamErrorCode =
  /** Nothing that fits has come within the time. */
  | "timeout"
  /** Nobody listens there. */
  | "refused"
  /** No way there, or no such local address; `cause` is the system's error. */
  | "network"
  /** The connection ended before the answer, or before all of it. */
  | "closed"
  /** An answer to the question that is no message; `bytes` is what came. */
  | "bad-reply";

export class UpstreamError extends Error {
  readonly code: UpstreamErrorCode;
  readonly server: Address;
  readonly bytes: Uint8Array | undefined;

  constructor(code: UpstreamErrorCode, server: Address, options?: ErrorOptions & { readonly bytes?: Uint8Array }) {
    super(`${server.address}#${server.port}: ${TEXTS[code]}`, options);
    this.name = "UpstreamError";
    this.code = code;
    this.server = server;
    this.bytes = options?.bytes;
  }

  /** What a socket's own error means. */
  static fromSystem(cause: unknown, server: Address): UpstreamError {
    const code = systemCode(cause);
    const meaning =
      code === "ECONNREFUSED"
        ? "refused"
        : code === "ETIMEDOUT"
          ? "timeout"
          : code === "ECONNRESET" || code === "EPIPE"
            ? "closed"
            : "network";
    return new UpstreamError(meaning, server, { cause });
  }
}

const TEXTS: Readonly<Record<UpstreamErrorCode, string>> = {
  timeout: "timed out",
  refused: "connection refused",
  network: "network unreachable",
  closed: "end of file",
  "bad-reply": "no DNS message",
};

/** `ECONNREFUSED` and the like; undefined for errors that are no system's. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
