/**
 * A log line per answer of one handler. For everything that a server answers, refusals and bytes on the wire included, use
 * `server.onRequest`: a handler sees neither.
 */
import { type Clock, realWorld } from "@tenon/kit";
import type { FetchHandler, RequestContext } from "../fetch/context.ts";
import { FastResponse } from "../fetch/fast-response.ts";
import { type AccessLogFormat, accessLogLine } from "../log/access-log.ts";

export interface AccessLogOptions {
  /** Takes each line, without its end. */
  readonly write: (line: string) => void;
  /** Default: combined. */
  readonly format?: AccessLogFormat;
  /** Default: the real one. */
  readonly clock?: Clock;
}

/** Wraps `handler`. The time is that from the request to the answer's head; the bytes are the body's, where they are known. */
export function accessLog(handler: FetchHandler, options: AccessLogOptions): FetchHandler {
  const { write, format = "combined", clock = realWorld.clock } = options;
  return (request, context) => {
    const timeMs = clock.now();
    const startedMs = clock.monotonic();
    const log = (status: number, bytes: number | undefined): void =>
      write(accessLogLine(entry(request, context, status, bytes, timeMs, clock.monotonic() - startedMs), format));
    const answered = (response: Response): Response => {
      log(response.status, bodyBytes(response));
      return response;
    };
    // The pipeline turns this into a 500, which the handler itself never sees.
    const failed = (error: unknown): never => {
      log(500, undefined);
      throw error;
    };
    let answer: Response | Promise<Response>;
    try {
      answer = handler(request, context);
    } catch (error) {
      return failed(error);
    }
    return answer instanceof Promise ? answer.then(answered, failed) : answered(answer);
  };
}

function entry(
  request: Request,
  { remote, httpVersion }: RequestContext,
  status: number,
  bytes: number | undefined,
  timeMs: number,
  durationMs: number,
): Parameters<typeof accessLogLine>[0] {
  const { method, url, headers } = request;
  return {
    timeMs,
    method,
    target: url.slice(url.indexOf("/", url.indexOf("//") + 2)),
    status,
    bytes,
    durationMs,
    remoteAddress: remote.address,
    httpVersion,
    userAgent: headers.get("user-agent"),
    referrer: headers.get("referer"),
  };
}

function bodyBytes(response: Response): number | undefined {
  const plain = FastResponse.is(response) ? response.plainBody : undefined;
  if (typeof plain === "string") return Buffer.byteLength(plain);
  if (plain instanceof Uint8Array) return plain.length;
  const length = response.headers.get("content-length");
  return length === null ? undefined : Number(length);
}
