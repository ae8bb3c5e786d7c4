/**
 * Trailer fields (RFC 9110 §6.5.1): what may come after a body, and what may not, because by then it is too late for it
 * to be honoured, or because an intermediary would have acted on it (framing, routing, authentication, content).
 */
import { type FieldParser, POSITIONS_PER_FIELD } from "./field-parser.ts";
import { latin1 } from "./latin1.ts";

const NOT_IN_TRAILERS: ReadonlySet<string> = new Set([
  ...[
    "content-length",
    "transfer-encoding",
    "trailer",
    "te",
    "connection",
    "keep-alive",
    "upgrade",
    "proxy-connection",
  ],
  ...["host", "max-forwards", "expect", "range", "if-match", "if-none-match", "if-modified-since"],
  ...[
    "if-unmodified-since",
    "if-range",
    "cache-control",
    "pragma",
    "age",
    "date",
    "expires",
    "location",
    "retry-after",
  ],
  ...["vary", "warning", "authorization", "proxy-authorization", "proxy-authenticate", "www-authenticate"],
  ...["authentication-info", "proxy-authentication-info", "cookie", "set-cookie"],
  ...["content-encoding", "content-type", "content-range", "content-language", "content-location"],
]);

/** Whether a field of this lower-case name may follow a body. */
export function mayTrail(lowerCaseName: string): boolean {
  return !NOT_IN_TRAILERS.has(lowerCaseName);
}

/** The fields of a parsed trailer section, names in lower case; those that may not be there are dropped. */
export function readTrailers(bytes: Buffer, parser: FieldParser): (readonly [name: string, value: string])[] {
  const trailers: (readonly [string, string])[] = [];
  for (let field = 0; field < parser.count; field++) {
    const slot = field * POSITIONS_PER_FIELD;
    const { positions } = parser;
    const name = latin1(bytes, positions[slot]!, positions[slot + 1]!).toLowerCase();
    if (mayTrail(name)) trailers.push([name, latin1(bytes, positions[slot + 2]!, positions[slot + 3]!)]);
  }
  return trailers;
}
