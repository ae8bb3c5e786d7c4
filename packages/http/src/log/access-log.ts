/** Access log lines: JSON, and the two formats that log analysers read (Apache's "common" and "combined"). */
import type { RecentRequest } from "../recent-requests.ts";

export type AccessLogFormat = "json" | "common" | "combined";

export const ACCESS_LOG_FORMATS: readonly AccessLogFormat[] = ["json", "common", "combined"];

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** A finished request; `bytes` undefined where nobody counted them. */
export type AccessLogEntry = Omit<RecentRequest, "bytes"> & { readonly bytes: number | undefined };

/** One line, without its end, for a finished request; for `server.onRequest`. */
export function accessLogLine(request: AccessLogEntry, format: AccessLogFormat): string {
  const { timeMs, method, target, status, bytes, durationMs, remoteAddress, httpVersion, userAgent, referrer } =
    request;
  if (format === "json") {
    return JSON.stringify({
      time: new Date(timeMs).toISOString(),
      remote: remoteAddress,
      method,
      target,
      version: httpVersion,
      status,
      bytes,
      durationMs: Math.round(durationMs * 1000) / 1000,
      userAgent,
      referrer,
    });
  }
  const line = `${remoteAddress} - - [${clfTime(timeMs)}] "${quoted(`${method} ${target} HTTP/${httpVersion}`)}" ${status} ${bytes ?? "-"}`;
  if (format === "common") return line;
  return `${line} "${quoted(referrer ?? "-")}" "${quoted(userAgent ?? "-")}"`;
}

/** `10/Oct/2000:13:55:36 +0000`. */
function clfTime(timeMs: number): string {
  const date = new Date(timeMs);
  const [day, time] = [date.toISOString().slice(8, 10), date.toISOString().slice(11, 19)];
  return `${day}/${MONTHS[date.getUTCMonth()]!}/${date.getUTCFullYear()}:${time} +0000`;
}

/** What a client sent must not forge a line or a field, nor speak to the terminal: escaped as Apache does. */
function quoted(text: string): string {
  return text.replaceAll(/["\\]|[^\x20-\x7e]/g, (character) =>
    character === '"' || character === "\\"
      ? `\\${character}`
      : `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}
