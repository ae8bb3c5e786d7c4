/**
 * The head of a response: how its body is framed, and its bytes (RFC 9112 §6.3, §9.3).
 *
 * An HTTP/1.0 client is answered with the same status line, `HTTP/1.1`: the version says what the server can
 * (RFC 9110 §2.5), the framing says what this client understands.
 */
import { fieldName, fieldValue } from "./field-writer.ts";
import { statusLine } from "./status.ts";

/** How the end of a response body is told. */
export type ResponseFraming =
  /** There is none, whatever the fields say: HEAD, 204, 304. */
  | "none"
  /** By Content-Length. */
  | "length"
  | "chunked"
  /** By the end of the connection: all that HTTP/1.0 has for unknown lengths. */
  | "close";

export interface ResponseFacts {
  readonly status: number;
  readonly requestMethod: string;
  /** 0 or 1. */
  readonly minorVersion: number;
  /** Bytes of the body, where known. */
  readonly length: number | undefined;
  readonly hasTrailers: boolean;
}

/** 204 and 304 have no body by definition; HEAD asks for none. */
export function isBodiless(status: number, requestMethod: string): boolean {
  return status === 204 || status === 304 || status < 200 || requestMethod === "HEAD";
}

export function responseFraming(facts: ResponseFacts): ResponseFraming {
  if (isBodiless(facts.status, facts.requestMethod)) return "none";
  const wantsChunks = facts.length === undefined || facts.hasTrailers;
  if (!wantsChunks) return "length";
  if (facts.minorVersion === 1) return "chunked";
  return facts.length === undefined ? "close" : "length";
}

/** Fields that belong to the connection: the server writes them itself and drops a handler's (RFC 9110 §7.6.1). */
const CONNECTION_FIELDS: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
  "te",
]);

/** Field lines that a handler gave, without those which the server decides about. Unchanging, so it may be shared. */
export class FieldBlock {
  /** As given, names in their customary case. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** What goes on the wire: lines with their ends. */
  readonly text: string;
  /** A well-formed Content-Length among them: what the handler promises. */
  readonly contentLength: number | undefined;
  readonly hasDate: boolean;
  readonly hasType: boolean;
  /** `Connection: close` among them. */
  readonly wantsClose: boolean;
  /** The answer is a stream of Server-Sent Events. */
  readonly isEventStream: boolean;

  /** Throws TypeError for what the tables refuse. */
  constructor(given: Iterable<readonly [name: string, value: string]>) {
    const fields: (readonly [string, string])[] = [];
    let text = "";
    let contentLength: number | undefined;
    let hasDate = false;
    let hasType = false;
    let wantsClose = false;
    let isEventStream = false;
    for (const [rawName, rawValue] of given) {
      const name = fieldName(rawName);
      const value = fieldValue(`${rawValue}`);
      fields.push([name, value]);
      const lowerCase = name.toLowerCase();
      if (CONNECTION_FIELDS.has(lowerCase)) {
        if (lowerCase === "connection" && /(?:^|,)[ \t]*close[ \t]*(?:,|$)/i.test(value)) wantsClose = true;
        continue;
      }
      if (lowerCase === "content-length") {
        // The framing tells it; this is a promise, for bodies whose length is not known otherwise and for HEAD.
        if (/^\d{1,15}$/.test(value)) contentLength = Number(value);
        continue;
      }
      if (lowerCase === "content-type") {
        hasType = true;
        isEventStream = value.startsWith("text/event-stream");
      } else if (lowerCase === "date") {
        hasDate = true;
      }
      text += `${name}: ${value}\r\n`;
    }
    this.fields = fields;
    this.text = text;
    this.contentLength = contentLength;
    this.hasDate = hasDate;
    this.hasType = hasType;
    this.wantsClose = wantsClose;
    this.isEventStream = isEventStream;
  }

  /** The same with one more field. */
  with(name: string, value: string): FieldBlock {
    return new FieldBlock([...this.fields, [name, value]]);
  }
}

export const NO_FIELDS: FieldBlock = new FieldBlock([]);

/** An interim answer (RFC 9110 §15.2): a status line and fields. Throws TypeError. */
export function informationalHead(status: number, fields: Iterable<readonly [name: string, value: string]>): string {
  return `${statusLine(status)}${new FieldBlock(fields).text}\r\n`;
}

export const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";
