/**
 * Field lines on their way out. Names and values pass the same tables as on the way in; strings go out as Latin-1,
 * so that a header holds U+0000 to U+00FF, as WHATWG's byte strings do, and anything else is refused here.
 */

/** Names that have a customary spelling which upper-casing each word does not give. */
const IRREGULAR = ["ETag", "TE", "DNT", "WWW-Authenticate", "SourceMap", "Content-MD5", "X-XSS-Protection"] as const;

const REGULAR = [
  ..."Accept,Accept-Charset,Accept-Encoding,Accept-Language,Accept-Patch,Accept-Post,Accept-Ranges".split(","),
  ..."Access-Control-Allow-Credentials,Access-Control-Allow-Headers,Access-Control-Allow-Methods".split(","),
  ..."Access-Control-Allow-Origin,Access-Control-Expose-Headers,Access-Control-Max-Age".split(","),
  ..."Age,Allow,Alt-Svc,Authorization,Cache-Control,Clear-Site-Data,Connection,Content-Disposition".split(","),
  ..."Content-Encoding,Content-Language,Content-Length,Content-Location,Content-Range".split(","),
  ..."Content-Security-Policy,Content-Type,Cookie,Cross-Origin-Embedder-Policy".split(","),
  ..."Cross-Origin-Opener-Policy,Cross-Origin-Resource-Policy,Date,Expect,Expires,Forwarded,Host".split(","),
  ..."If-Match,If-Modified-Since,If-None-Match,If-Range,If-Unmodified-Since,Keep-Alive,Last-Modified".split(","),
  ..."Link,Location,Max-Forwards,Origin,Permissions-Policy,Pragma,Proxy-Authenticate".split(","),
  ..."Proxy-Authorization,Range,Referer,Referrer-Policy,Retry-After,Sec-WebSocket-Accept".split(","),
  ..."Sec-WebSocket-Extensions,Sec-WebSocket-Protocol,Server,Server-Timing,Set-Cookie".split(","),
  ..."Strict-Transport-Security,Trailer,Transfer-Encoding,Upgrade,User-Agent,Vary,Via,Warning".split(","),
  ..."X-Content-Type-Options,X-Forwarded-For,X-Forwarded-Host,X-Forwarded-Proto,X-Frame-Options".split(","),
  ..."X-Powered-By,X-Request-Id".split(","),
];

/** Any spelling that was seen of a well-known name → its customary one. Only the well-known names are ever in here. */
const CUSTOMARY = new Map<string, string>();
for (const name of [...IRREGULAR, ...REGULAR]) {
  CUSTOMARY.set(name, name);
  CUSTOMARY.set(name.toLowerCase(), name);
}

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const FORBIDDEN_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/** The name as it goes on the wire: known ones in their customary case. Throws TypeError for what is not a token. */
export function fieldName(name: string): string {
  const known = CUSTOMARY.get(name);
  if (known !== undefined) return known;
  if (!NAME.test(name)) throw new TypeError(`invalid field name ${JSON.stringify(name)}`);
  return name;
}

/** The value as it goes on the wire, without blanks around it. Throws TypeError for controls and characters above U+00FF. */
export function fieldValue(value: string): string {
  if (FORBIDDEN_IN_VALUE.test(value)) throw new TypeError(`invalid field value ${JSON.stringify(value)}`);
  const first = value.charCodeAt(0);
  const last = value.charCodeAt(value.length - 1);
  return first === 0x20 || first === 0x09 || last === 0x20 || last === 0x09 ? trimBlanks(value) : value;
}

function trimBlanks(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && (value[start] === " " || value[start] === "\t")) start++;
  while (end > start && (value[end - 1] === " " || value[end - 1] === "\t")) end--;
  return value.slice(start, end);
}

/** `Name: value` CR LF. Throws TypeError. */
export function fieldLine(name: string, value: string): string {
  return `${fieldName(name)}: ${fieldValue(value)}\r\n`;
}

/** The last chunk with a trailer section. Throws TypeError. */
export function lastChunkWithTrailers(trailers: Iterable<readonly [name: string, value: string]>): string {
  let text = "0\r\n";
  for (const [name, value] of trailers) text += fieldLine(name, value);
  return `${text}\r\n`;
}
