/** What resolving a question comes to, before anybody's id and flags are on it. */
import type { EdnsOption } from "../message/message.ts";
import { type EdnsOptionValue, ednsOption } from "../message/options.ts";
import type { ResourceRecord } from "../record.ts";

export interface Outcome {
  readonly rcode: number;
  /** From local data. */
  readonly authoritative: boolean;
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  readonly additionals: readonly ResourceRecord[];
  /** How long it may be kept, seconds; 0 for not at all. */
  readonly ttl: number;
  /** Why it is as it is (RFC 8914). */
  readonly errors: readonly ExtendedError[];
  /** For whom it is, where that was asked. */
  readonly subnet?: EdnsOption | undefined;
}

export type ExtendedError = Extract<EdnsOptionValue, { option: "EXTENDED-ERROR" }>;

/** Info codes (IANA "Extended DNS Error Codes"). */
export const EDE = {
  STALE_ANSWER: 3,
  CACHED_ERROR: 13,
  NOT_READY: 14,
  BLOCKED: 15,
  PROHIBITED: 18,
  STALE_NXDOMAIN: 19,
  NOT_SUPPORTED: 21,
  NO_REACHABLE_AUTHORITY: 22,
  NETWORK_ERROR: 23,
  INVALID_DATA: 24,
} as const;

export function extendedError(infoCode: number, text = ""): ExtendedError {
  return { option: "EXTENDED-ERROR", infoCode, text };
}

export function errorOptions(errors: readonly ExtendedError[]): EdnsOption[] {
  return errors.map((error) => ednsOption(error));
}

/** An outcome without records. */
export function bareOutcome(rcode: number, errors: readonly ExtendedError[] = [], ttl = 0): Outcome {
  return { rcode, authoritative: false, answers: [], authorities: [], additionals: [], ttl, errors };
}
