/**
 * The URL of a request, from its target and its Host (RFC 9112 §3.3).
 *
 * `new URL` costs more than answering the request, so a target that no URL parser would change is merely appended.
 */
import { HttpProtocolError } from "./errors.ts";

/**
 * Targets that `new URL(…).href` leaves alone: none of the characters that it escapes, and no dot segments in any
 * spelling.
 */
const PLAIN_TARGET = /^\/(?!\/)[\w\-~!$&()*+,;=:@/?%.]*$/;
const DOT_SEGMENT = /\/(?:\.|%2e)/i;

/** `http://host[:port]` as URLs write it. Throws HttpProtocolError where the URL parser refuses the host. */
export function originOf(host: string, scheme: "http" | "https" = "http"): string {
  const url = URL.parse(`${scheme}://${host}/`);
  // A backslash is a slash to the URL parser and the table keeps it out; what else could end the host early is checked here.
  if (url === null || url.pathname !== "/" || url.host === "" || url.username !== "") {
    throw new HttpProtocolError("host-invalid");
  }
  return url.origin;
}

/** `origin` without a slash at its end, `target` in origin-form or absolute-form, or `*`. */
export function requestUrl(origin: string, target: string): string {
  if (PLAIN_TARGET.test(target) && !DOT_SEGMENT.test(target)) return origin + target;
  if (target === "*") return `${origin}/*`;
  if (target.startsWith("/")) return new URL(origin + target).href;
  return new URL(target).href;
}
