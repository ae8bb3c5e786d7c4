/** Conditional requests, in their order of precedence (RFC 9110 §13.2.2). */
import { parseHttpDate } from "./dates.ts";
import { isEntityTag, parseEntityTags, strongMatch, weakMatch } from "./entity-tags.ts";

/** What is asked: a request's method and its header fields. */
export interface Conditional {
  readonly method: string;
  readonly headers: { get(name: string): string | null };
}

/** The representation that would be sent. */
export interface Validators {
  readonly etag?: string | undefined;
  /** Milliseconds since the epoch; HTTP sees whole seconds of it. */
  readonly lastModifiedMs?: number | undefined;
}

/** `proceed`; 304; 412. */
export type Verdict = "proceed" | "not-modified" | "precondition-failed";

const wholeSeconds = (timeMs: number): number => Math.floor(timeMs / 1000) * 1000;

/** For a representation that exists. `nowMs` reads two-digit years. */
export function evaluateConditions(request: Conditional, validators: Validators, nowMs: number): Verdict {
  const { method, headers } = request;
  const { etag, lastModifiedMs } = validators;
  const isRead = method === "GET" || method === "HEAD";

  const ifMatch = headers.get("if-match");
  if (ifMatch !== null) {
    const tags = parseEntityTags(ifMatch);
    if (tags !== "*" && !(tags ?? []).some((tag) => etag !== undefined && strongMatch(tag, etag))) {
      return "precondition-failed";
    }
  } else {
    const unmodifiedSince = dateOf(headers.get("if-unmodified-since"), nowMs);
    if (
      unmodifiedSince !== undefined &&
      lastModifiedMs !== undefined &&
      wholeSeconds(lastModifiedMs) > unmodifiedSince
    ) {
      return "precondition-failed";
    }
  }

  const ifNoneMatch = headers.get("if-none-match");
  if (ifNoneMatch !== null) {
    const tags = parseEntityTags(ifNoneMatch);
    const matches = tags === "*" || (tags ?? []).some((tag) => etag !== undefined && weakMatch(tag, etag));
    if (!matches) return "proceed";
    return isRead ? "not-modified" : "precondition-failed";
  }
  if (!isRead) return "proceed";
  const modifiedSince = dateOf(headers.get("if-modified-since"), nowMs);
  const unchanged =
    modifiedSince !== undefined && lastModifiedMs !== undefined && wholeSeconds(lastModifiedMs) <= modifiedSince;
  return unchanged ? "not-modified" : "proceed";
}

/**
 * Whether a Range field counts, as far as If-Range decides (RFC 9110 §13.1.5). A weak tag never matches; a date must be
 * the very one.
 */
export function rangeApplies(request: Conditional, validators: Validators, nowMs: number): boolean {
  const ifRange = request.headers.get("if-range");
  if (ifRange === null) return true;
  const { etag, lastModifiedMs } = validators;
  if (isEntityTag(ifRange)) return etag !== undefined && strongMatch(ifRange, etag);
  const date = dateOf(ifRange, nowMs);
  return date !== undefined && lastModifiedMs !== undefined && wholeSeconds(lastModifiedMs) === date;
}

function dateOf(field: string | null, nowMs: number): number | undefined {
  return field === null ? undefined : parseHttpDate(field, nowMs);
}
