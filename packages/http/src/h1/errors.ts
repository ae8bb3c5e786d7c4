/** The kinds of fault, as logs and the metric `http_refused_total{reason}` name them. */
export type HttpFault =
  | "bare-line-end"
  | "request-line"
  | "request-line-too-long"
  | "request-target"
  | "http-version"
  | "status-line"
  | "obs-fold"
  | "field-name"
  | "field-value"
  | "head-too-large"
  | "too-many-fields"
  | "host-missing"
  | "host-repeated"
  | "host-invalid"
  | "content-length"
  | "content-length-repeated"
  | "length-and-encoding"
  | "transfer-encoding"
  | "transfer-encoding-1.0"
  | "transfer-coding-unknown"
  | "method-not-implemented"
  | "expectation"
  | "chunk-size"
  | "chunk-extension"
  | "chunk-end"
  | "chunk-overhead"
  | "trailers-too-large"
  | "body-too-large"
  | "body-incomplete"
  | "request-timeout"
  | "fault-injected";

/**
 * What can be wrong with a message, and the status that says so (RFC 9110 §15.5, RFC 9112; RFC 6585 for 431).
 *
 * One row per fault: the code is what logs, metrics and tests see, the status is what the client sees, the text goes
 * into the answer's body.
 */
const FAULTS: Readonly<Record<HttpFault, readonly [status: number, message: string]>> = {
  "bare-line-end": [400, "A line must end in CR LF"],
  "request-line": [400, "The request line is malformed"],
  "request-line-too-long": [414, "The request line is too long"],
  "request-target": [400, "The request target is malformed"],
  "http-version": [505, "Only HTTP/1.0 and HTTP/1.1 are spoken here"],
  "status-line": [400, "The status line is malformed"],
  "obs-fold": [400, "A field value must not be folded over lines"],
  "field-name": [400, "A field name must be a token, followed at once by a colon"],
  "field-value": [400, "A field value must not hold control characters"],
  "head-too-large": [431, "The header section is too large"],
  "too-many-fields": [431, "The header section has too many fields"],
  "host-missing": [400, "A Host field is required"],
  "host-repeated": [400, "There must be one Host field only"],
  "host-invalid": [400, "The Host field is not a host with an optional port"],
  "content-length": [400, "Content-Length must be a decimal number below 2^53"],
  "content-length-repeated": [400, "There must be one Content-Length only"],
  "length-and-encoding": [400, "Content-Length and Transfer-Encoding exclude each other"],
  "transfer-encoding": [400, "Transfer-Encoding is malformed"],
  "transfer-encoding-1.0": [400, "HTTP/1.0 has no Transfer-Encoding"],
  "transfer-coding-unknown": [501, "The only transfer coding spoken here is chunked"],
  "method-not-implemented": [501, "This method is not implemented"],
  expectation: [417, "The only expectation known here is 100-continue"],
  "chunk-size": [400, "A chunk size must be up to 16 hexadecimal digits"],
  "chunk-extension": [400, "A chunk extension must not hold control characters"],
  "chunk-end": [400, "CR LF must follow a chunk's data"],
  "chunk-overhead": [400, "The chunked framing is out of proportion to the body"],
  "trailers-too-large": [431, "The trailer section is too large"],
  "body-too-large": [413, "The body is larger than allowed"],
  "body-incomplete": [400, "The body ended before its end"],
  "request-timeout": [408, "The request did not arrive in time"],
  "fault-injected": [500, "This failure was asked for"],
};

/** A message that breaks the protocol or a limit. Decoders throw nothing else. */
export class HttpProtocolError extends Error {
  override readonly name: string = "HttpProtocolError";
  readonly code: HttpFault;
  /** The status code that answers it. */
  readonly status: number;

  constructor(code: HttpFault) {
    const [status, message] = FAULTS[code];
    super(message);
    this.code = code;
    this.status = status;
  }
}
