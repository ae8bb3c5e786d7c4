/**
 * Response headers that hold the page to itself: nothing inline, nothing from elsewhere, no framing, no referrer.
 * (uPlot and Preact set styles through the CSSOM, which `style-src 'self'` allows.)
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/**
 * For the threads (web workers) in which the playground of a language runs programs that it makes from text: those may
 * do that, and nothing else. A thread has the policy that came with its own script, not the page's; this one lets it load and
 * connect to nothing, so that code which broke out of its language would still be alone.
 */
export const SANDBOX_POLICY = "default-src 'none'; script-src 'unsafe-eval'; frame-ancestors 'none'";

const SECURITY_HEADERS: readonly (readonly [name: string, value: string])[] = [
  ["content-security-policy", CONTENT_SECURITY_POLICY],
  ["x-content-type-options", "nosniff"],
  ["x-frame-options", "DENY"],
  ["referrer-policy", "no-referrer"],
  ["cross-origin-opener-policy", "same-origin"],
  ["cross-origin-resource-policy", "same-origin"],
  ["permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"],
];

/** Puts the headers on `response`, except those that it has; an answer that says nothing about caching is not to be kept. */
export function secured(response: Response): Response {
  for (const [name, value] of SECURITY_HEADERS) {
    if (!response.headers.has(name)) response.headers.set(name, value);
  }
  if (!response.headers.has("cache-control")) response.headers.set("cache-control", "no-store");
  return response;
}
