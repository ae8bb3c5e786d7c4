import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEFAULT_LIMITS, FieldBlock, HttpProtocolError, POSITIONS_PER_FIELD, RequestHeadParser } from "../src/index.ts";

/** A few seconds of them in the test run, minutes in `npm run soak`. */
const MUTATIONS = process.env["TENON_SOAK"] === undefined ? 2000 : 500_000;

interface Head {
  readonly method: string;
  readonly target: string;
  readonly minorVersion: number;
  readonly fields: (readonly [string, string])[];
  readonly end: number;
  readonly contentLength: number;
  readonly chunked: boolean;
  readonly keepAlive: boolean;
}

/** What the parser noted, read out of `bytes`. */
function read(parser: RequestHeadParser, bytes: Buffer, base: number, end: number): Head {
  const slice = (from: number, to: number): string => bytes.toString("latin1", base + from, base + to);
  const { positions, count } = parser.fields;
  const fields = Array.from({ length: count }, (_, i) => {
    const [a, b, c, d] = positions.subarray(i * POSITIONS_PER_FIELD) as unknown as [number, number, number, number];
    return [slice(a, b), slice(c, d)] as const;
  });
  return {
    method: slice(parser.methodStart, parser.methodEnd),
    target: slice(parser.targetStart, parser.targetEnd),
    minorVersion: parser.minorVersion,
    fields,
    end,
    contentLength: parser.contentLength,
    chunked: parser.chunked,
    keepAlive: parser.keepAlive,
  };
}

/** Parses a head that arrives in pieces cut at `cuts`, in a buffer that moves each time. */
function parse(text: string, cuts: readonly number[] = [], base = 0): Head | undefined {
  const whole = Buffer.from(text, "latin1");
  const parser = new RequestHeadParser(DEFAULT_LIMITS);
  parser.start();
  for (const cut of [...cuts, whole.length]) {
    const bytes = Buffer.alloc(base + cut);
    whole.copy(bytes, base, 0, cut);
    const end = parser.parse(bytes, base, bytes.length);
    if (end >= 0) return read(parser, bytes, base, end);
  }
  return undefined;
}

function faultOf(text: string): string | undefined {
  try {
    return parse(text) === undefined ? "incomplete" : undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(HttpProtocolError);
    return `${(error as HttpProtocolError).status} ${(error as HttpProtocolError).code}`;
  }
}

const BROWSER = [
  "GET /path/to/page?query=1 HTTP/1.1",
  "Host: 127.0.0.1:8080",
  "Connection: keep-alive",
  'sec-ch-ua: "Chromium";v="124", "Google Chrome";v="124"',
  "User-Agent: Mozilla/5.0 (X11; Linux x86_64)\t",
  "Accept:   */*",
  "X-Empty:",
  "X-Opaque: \xe4\xf6\xfc",
  "Content-Length: 5",
  "",
  "hello",
].join("\r\n");

describe("a request head", () => {
  test("is read to its end, without the body that follows", () => {
    expect(parse(BROWSER)).toEqual({
      method: "GET",
      target: "/path/to/page?query=1",
      minorVersion: 1,
      end: BROWSER.length - 5,
      contentLength: 5,
      chunked: false,
      keepAlive: true,
      fields: [
        ["Host", "127.0.0.1:8080"],
        ["Connection", "keep-alive"],
        ["sec-ch-ua", '"Chromium";v="124", "Google Chrome";v="124"'],
        ["User-Agent", "Mozilla/5.0 (X11; Linux x86_64)"],
        ["Accept", "*/*"],
        ["X-Empty", ""],
        ["X-Opaque", "\xe4\xf6\xfc"],
        ["Content-Length", "5"],
      ],
    });
  });

  test("gives the same however it is cut, wherever it lies in its buffer", () => {
    const whole = parse(BROWSER);
    for (let cut = 0; cut < BROWSER.length - 5; cut++) expect(parse(BROWSER, [cut], cut % 7)).toEqual(whole);
    const everyByte = Array.from({ length: BROWSER.length - 5 }, (_, i) => i);
    expect(parse(BROWSER, everyByte)).toEqual(whole);
  });

  test("is never scanned twice: a long one byte by byte costs one look at each byte", () => {
    const text = Buffer.from(`GET /${"a".repeat(8000)} HTTP/1.1\r\nHost: a\r\nX: ${"b".repeat(30_000)}\r\n\r\n`);
    let looks = 0;
    const counting = new Proxy(text, {
      get(target, key) {
        if (typeof key === "string" && /^\d+$/.test(key)) looks++;
        return Reflect.get(target, key, target) as unknown;
      },
    });
    const parser = new RequestHeadParser(DEFAULT_LIMITS);
    parser.start();
    let end = -1;
    for (let length = 1; end < 0; length++) end = parser.parse(counting, 0, length);
    expect(end).toBe(text.length);
    // A byte on which a call ends is looked at again by the next one, at most a few times.
    expect(looks).toBeLessThan(6 * text.length);
  });

  test("may be preceded by empty lines, within reason", () => {
    expect(parse("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")?.target).toBe("/");
    expect(faultOf("\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")).toBe("400 request-line");
  });

  test.each([
    ["HTTP/1.1", "", true],
    ["HTTP/1.1", "Connection: close\r\n", false],
    ["HTTP/1.1", "Connection: x, Close\r\n", false],
    ["HTTP/1.0", "", false],
    ["HTTP/1.0", "Connection: Keep-Alive\r\n", true],
    ["HTTP/1.0", "Connection: keep-alive, close\r\n", false],
  ])("says whether the connection stays: %s %j", (version, field, stays) => {
    expect(parse(`GET / ${version}\r\nHost: a\r\n${field}\r\n`)?.keepAlive).toBe(stays);
  });
});

const token = fc.string({ unit: fc.constantFrom(..."!#$%&'*+-.^_`|~09azAZ"), minLength: 1, maxLength: 12 });
const value = fc
  .string({
    unit: fc
      .integer({ min: 0x20, max: 0xff })
      .filter((c) => c !== 0x7f)
      .map((c) => String.fromCharCode(c)),
    maxLength: 40,
  })
  .map((text) => text.trim().replaceAll(/^[ \t]+|[ \t]+$/g, ""));
const decides = /^(?:host|expect|connection|content-length|transfer-encoding|keep-alive|proxy-connection|upgrade|te)$/i;

test("parse(write(x)) = x for every set of fields", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          token.filter((name) => !decides.test(name)),
          value,
        ),
        { maxLength: 20 },
      ),
      (fields) => {
        const block = new FieldBlock(fields);
        const head = parse(`GET / HTTP/1.1\r\nHost: a\r\n${block.text}\r\n`);
        expect(head?.fields.slice(1).map(([name, text]) => [name.toLowerCase(), text])).toEqual(
          fields.map(([name, text]) => [name.toLowerCase(), text]),
        );
      },
    ),
    { numRuns: 500 },
  );
});

test("mutated heads are read the same in one piece and byte by byte, or refused the same, with the typed error", () => {
  const outcome = (text: string, cuts: number[]): unknown => {
    try {
      return parse(text, cuts) ?? "incomplete";
    } catch (error) {
      expect(error).toBeInstanceOf(HttpProtocolError);
      return (error as HttpProtocolError).code;
    }
  };
  const valid = BROWSER.slice(0, -5);
  const nasty = fc.constantFrom(
    "\r",
    "\n",
    "\0",
    " ",
    "\t",
    ":",
    ",",
    "\x7f",
    "\xff",
    "chunked",
    "\r\n\r\n",
    "Host: b\r\n",
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(valid.length), fc.nat(3), fc.oneof(nasty, fc.string({ maxLength: 3 }))), {
        minLength: 1,
        maxLength: 4,
      }),
      (edits) => {
        let text = valid;
        for (const [at, removed, inserted] of edits) text = text.slice(0, at) + inserted + text.slice(at + removed);
        text = Buffer.from(text, "latin1").toString("latin1");
        const bytewise = Array.from({ length: text.length }, (_, i) => i);
        expect(outcome(text, bytewise)).toEqual(outcome(text, []));
      },
    ),
    { numRuns: MUTATIONS },
  );
});

const head = (...lines: string[]): string => `${lines.join("\r\n")}\r\n\r\n`;
const withField = (...fields: string[]): string => head("POST / HTTP/1.1", "Host: a", ...fields);
const withHost = (host: string): string => head("GET / HTTP/1.1", host);
const withTarget = (target: string, method = "GET"): string => head(`${method} ${target} HTTP/1.1`, "Host: a");

/** What two parsers could read differently, and what becomes of it. */
const REFUSED: readonly (readonly [what: string, text: string, fault: string])[] = [
  ["a bare LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", "400 bare-line-end"],
  ["a bare LF after a field", "GET / HTTP/1.1\r\nHost: a\n\r\n", "400 bare-line-end"],
  ["a bare LF as the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\n", "400 bare-line-end"],
  ["a bare CR in a value", withField("X: a\rb"), "400 bare-line-end"],
  ["a bare CR before the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\rX\r\n", "400 bare-line-end"],
  ["a bare CR before the request line", "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n", "400 bare-line-end"],
  ["a bare LF before the request line", "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "400 bare-line-end"],
  ["a folded value", withField("X: a", " b"), "400 obs-fold"],
  ["a value folded with a tab", withField("X: a", "\tb"), "400 obs-fold"],
  ["a blank before the first field", head("GET / HTTP/1.1", " Host: a"), "400 field-name"],
  ["a blank before the colon", withField("X : a"), "400 field-name"],
  ["a tab before the colon", withField("Content-Length\t: 5"), "400 field-name"],
  ["an empty name", withField(": a"), "400 field-name"],
  ["a name that is no token", withField("X(y): a"), "400 field-name"],
  ["a name beyond ASCII", withField("\xdcx: a"), "400 field-name"],
  ["a line without a colon", withField("no-colon-here"), "400 field-name"],
  ["NUL in a value", withField("X: a\0b"), "400 field-value"],
  ["a control in a value", withField("X: a\x1bb"), "400 field-value"],
  ["DEL in a value", withField("X: a\x7fb"), "400 field-value"],
  ["no Host", head("GET / HTTP/1.1"), "400 host-missing"],
  ["two Hosts", head("GET / HTTP/1.1", "Host: a", "Host: a"), "400 host-repeated"],
  ["an empty Host", withHost("Host:"), "400 host-invalid"],
  ["a Host with userinfo", withHost("Host: user@a"), "400 host-invalid"],
  ["a Host with a path", withHost("Host: a/b"), "400 host-invalid"],
  ["a Host with a comma", withHost("Host: a, b"), "400 host-invalid"],
  ["a Host with a blank", withHost("Host: a b"), "400 host-invalid"],
  ["`*` with GET", withTarget("*"), "400 request-target"],
  ["`*` with something after it", withTarget("*x", "OPTIONS"), "400 request-target"],
  ["a target that is none of the four forms", withTarget("path"), "400 request-target"],
  ["a target of another scheme", withTarget("ftp://a/"), "400 request-target"],
  ["an absolute target with userinfo", withTarget("http://u:p@a/"), "400 request-target"],
  ["an absolute target without a host", withTarget("http:///x"), "400 request-target"],
  ["a space in the target", withTarget("/a b"), "400 request-line"],
  ["a control in the target", withTarget("/a\x01"), "400 request-target"],
  ["a tab in the target", withTarget("/a\tb"), "400 request-target"],
  ["a target beyond ASCII", withTarget("/\xe4"), "400 request-target"],
  ["a fragment in the target", withTarget("/a#b"), "400 request-target"],
  ["an empty target", head("GET  HTTP/1.1", "Host: a"), "400 request-target"],
  ["CONNECT without a port", withTarget("a", "CONNECT"), "400 request-target"],
  ["CONNECT with a path", withTarget("/", "CONNECT"), "400 request-target"],
  ["a method that is no token", head("G(T / HTTP/1.1", "Host: a"), "400 request-line"],
  ["an empty method", head(" / HTTP/1.1", "Host: a"), "400 request-line"],
  ["a tab between method and target", head("GET\t/ HTTP/1.1", "Host: a"), "400 request-line"],
  ["two spaces before the version", head("GET /  HTTP/1.1", "Host: a"), "400 request-line"],
  ["a space after the version", head("GET / HTTP/1.1 ", "Host: a"), "400 request-line"],
  ["HTTP/0.9", "GET /\r\n\r\n", "400 request-target"],
  ["a version in lower case", head("GET / http/1.1", "Host: a"), "400 request-line"],
  ["HTTP/2.0", head("GET / HTTP/2.0", "Host: a"), "505 http-version"],
  ["HTTP/1.2", head("GET / HTTP/1.2", "Host: a"), "505 http-version"],
  ["HTTP/1.10", head("GET / HTTP/1.10", "Host: a"), "400 request-line"],
  ["a signed Content-Length", withField("Content-Length: +5"), "400 content-length"],
  ["a negative Content-Length", withField("Content-Length: -5"), "400 content-length"],
  ["a hexadecimal Content-Length", withField("Content-Length: 0x5"), "400 content-length"],
  ["an empty Content-Length", withField("Content-Length:"), "400 content-length"],
  ["a fractional Content-Length", withField("Content-Length: 5.0"), "400 content-length"],
  ["a Content-Length with an underscore", withField("Content-Length: 1_0"), "400 content-length"],
  ["a list of Content-Lengths in one field", withField("Content-Length: 5, 5"), "400 content-length"],
  ["a Content-Length above 2^53-1", withField("Content-Length: 9007199254740992"), "400 content-length"],
  ["a Content-Length with many digits", withField("Content-Length: 00000000000000005"), "400 content-length"],
  ["two different Content-Lengths", withField("Content-Length: 5", "Content-Length: 6"), "400 content-length-repeated"],
  [
    "Content-Length beside Transfer-Encoding",
    withField("Content-Length: 5", "Transfer-Encoding: chunked"),
    "400 length-and-encoding",
  ],
  [
    "Transfer-Encoding beside Content-Length",
    withField("Transfer-Encoding: chunked", "Content-Length: 5"),
    "400 length-and-encoding",
  ],
  [
    "Transfer-Encoding in HTTP/1.0",
    head("POST / HTTP/1.0", "Host: a", "Transfer-Encoding: chunked"),
    "400 transfer-encoding-1.0",
  ],
  ["an empty Transfer-Encoding", withField("Transfer-Encoding:"), "400 transfer-encoding"],
  ["a Transfer-Encoding of commas", withField("Transfer-Encoding: ,"), "400 transfer-encoding"],
  ["chunked twice", withField("Transfer-Encoding: chunked, chunked"), "400 transfer-encoding"],
  [
    "chunked twice in two fields",
    withField("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
    "400 transfer-encoding",
  ],
  ["chunked not last", withField("Transfer-Encoding: chunked, gzip"), "400 transfer-encoding"],
  ["chunked with a parameter", withField("Transfer-Encoding: chunked;q=1"), "400 transfer-encoding"],
  ["chunked in quotes", withField('Transfer-Encoding: "chunked"'), "400 transfer-encoding"],
  ["chunked after a vertical tab", withField("Transfer-Encoding: \x0bchunked"), "400 field-value"],
  ["xchunked", withField("Transfer-Encoding: xchunked"), "501 transfer-coding-unknown"],
  ["gzip before chunked", withField("Transfer-Encoding: gzip, chunked"), "501 transfer-coding-unknown"],
  ["identity", withField("Transfer-Encoding: identity"), "501 transfer-coding-unknown"],
  ["an unknown expectation", withField("Expect: 200-ok"), "417 expectation"],
];

describe("refused:", () => {
  test.each(REFUSED)("%s", (_what, text, fault) => {
    expect(faultOf(text)).toBe(fault);
  });
});

describe("accepted, although they look odd:", () => {
  test.each([
    ["the same Content-Length twice", withField("Content-Length: 5", "Content-Length: 5")],
    ["Content-Length 2^53-1", withField("Content-Length: 9007199254740991")],
    ["chunked in capitals", withField("Transfer-Encoding: CHUNKED")],
    ["no Host in HTTP/1.0", head("GET / HTTP/1.0")],
    ["OPTIONS *", withTarget("*", "OPTIONS")],
    ["an absolute target", withTarget("http://b/x?y")],
    ["CONNECT with an authority", withTarget("a:443", "CONNECT")],
    ["an IPv6 Host", withHost("Host: [::1]:80")],
    ["no blank after the colon", withField("X:y")],
    ["a method nobody knows", head("BREW / HTTP/1.1", "Host: a")],
  ])("%s", (_what, text) => {
    expect(faultOf(text)).toBeUndefined();
  });
});

describe("limits", () => {
  const { requestLineBytes, headBytes, fieldCount } = DEFAULT_LIMITS;

  test("a request line that is too long is refused before it ends", () => {
    expect(faultOf(`GET /${"a".repeat(requestLineBytes)}`)).toBe("414 request-line-too-long");
    expect(faultOf("A".repeat(requestLineBytes))).toBe("414 request-line-too-long");
    expect(faultOf(`GET /${"a".repeat(requestLineBytes - 100)} HTTP/1.1\r\nHost: a\r\n\r\n`)).toBeUndefined();
  });

  test("a header section that is too large is refused before it ends", () => {
    expect(faultOf(`GET / HTTP/1.1\r\nHost: a\r\nX: ${"a".repeat(headBytes)}`)).toBe("431 head-too-large");
    expect(faultOf(`GET / HTTP/1.1\r\nHost: a\r\nX: ${"a".repeat(headBytes - 20)}\r\n\r\n`)).toBeUndefined();
  });

  test("one field too many is refused", () => {
    const fields = (count: number): string => "X: y\r\n".repeat(count);
    expect(faultOf(`GET / HTTP/1.1\r\nHost: a\r\n${fields(fieldCount - 1)}\r\n`)).toBeUndefined();
    expect(faultOf(`GET / HTTP/1.1\r\nHost: a\r\n${fields(fieldCount)}`)).toBe("431 too-many-fields");
  });
});
