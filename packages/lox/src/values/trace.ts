/**
 * Stack traces for the engines that have none of JavaScript's: every operation that can fail knows its place, and every call
 * adds its own to an error on the way out. Nothing is done while nothing fails.
 */
import {
  Fault,
  isStackOverflow,
  type LoxFrame,
  LoxLimitError,
  LoxRuntimeError,
  MAX_FRAMES,
  stackOverflow,
} from "./runtime-error.ts";

/** Where in which function an operation stands. */
export type Site = LoxFrame;

/** A failing operation. */
export function faultAt(site: Site, message: string): Fault {
  const fault = new Fault(message);
  fault.frames.push(site);
  return fault;
}

/** What came out of a call, with the caller's frame added. */
export function tracedFault(error: unknown, site: Site): unknown {
  const fault = asFault(error);
  if (fault === undefined) return error;
  if (fault.frames.length < MAX_FRAMES) fault.frames.push(site);
  return fault;
}

function asFault(error: unknown): Fault | undefined {
  if (error instanceof Fault) return error;
  if (isStackOverflow(error)) return stackOverflow();
  // From a program that a function of the host ran in between.
  if (!(error instanceof LoxRuntimeError)) return undefined;
  const code = error instanceof LoxLimitError ? { code: error.code } : {};
  const fault = new Fault(error.message, error.cause === undefined ? code : { ...code, cause: error.cause });
  fault.frames.push(...error.frames);
  return fault;
}

/** The error that users see, of whatever an engine with such traces has thrown. */
export function surfaced(error: unknown): unknown {
  if (error instanceof LoxRuntimeError) return error;
  const fault = asFault(error);
  return fault === undefined ? error : fault.toError(fault.frames);
}
