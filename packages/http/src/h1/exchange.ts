/**
 * One request and its answer on an HTTP/1 connection: the request's facts on one side, the framing of the answer on the
 * other (RFC 9112 §6). It is over before the next request is read.
 */
import type { Address } from "@tenon/kit";
import type { AnswerHead, ExchangeChannel, ExchangeHandler, Phase, Trailers } from "../exchange/channel.ts";
import type { FinishedRequest, RecentRequest } from "../recent-requests.ts";
import { chunkHead, LAST_CHUNK } from "./chunked.ts";
import { fieldName, lastChunkWithTrailers } from "./field-writer.ts";
import type { HeadCache } from "./head-cache.ts";
import { latin1 } from "./latin1.ts";
import { requestUrl } from "./request-url.ts";
import type { RequestView } from "./request-view.ts";
import { informationalHead, type ResponseFraming, responseFraming } from "./response-head.ts";
import { statusLine } from "./status.ts";

/** What the exchange needs of its connection. */
export interface ExchangeHost {
  readonly remote: Address;
  readonly local: Address;
  readonly heads: HeadCache;
  readonly stalled: boolean;
  enter(): void;
  leave(): void;
  /** Queues text, as Latin-1. */
  send(text: string): void;
  /** Queues bytes, which must not change. */
  sendBytes(bytes: Uint8Array): void;
  /** `Date: …` with its line end. */
  dateLine(): string;
  /** Sends `100 Continue`, where the client waits for it. */
  sendContinue(): void;
  /** Whether the connection can serve another request after this one. */
  mayPersist(): boolean;
  /** The answer is out. */
  finished(exchange: Http1Exchange): void;
  /** Ends the connection such that nobody takes what was sent for the whole, even where its end is the body's. */
  cut(framedByClose: boolean): void;
  reset(): void;
}

/** Bodies up to this size are copied behind the head, into one string and one write. */
const INLINE_BYTES = 4096;

export class Http1Exchange implements ExchangeChannel, FinishedRequest {
  readonly fields: RequestView;
  readonly serverWide: boolean;
  /** Monotonic. */
  readonly startedMs: number;
  durationMs = 0;
  /** Of the final answer; 0 before it began. */
  status = 0;
  /** Of the answer on the wire. */
  bytesSent = 0;
  /** After the answer the connection stays; settled when the head is written. */
  persists = false;
  phase: Phase = "waiting";
  /** The answer is a stream of Server-Sent Events. */
  isEventStream = false;
  /** Gone when the exchange is over: finished requests are remembered for a while, what they streamed is not. */
  handler: ExchangeHandler | undefined;
  readonly #host: ExchangeHost;
  readonly #origin: string;
  readonly #timeMs: number;
  #framing: ResponseFraming = "none";
  /** For framing by length: bytes of the body still to send. */
  #promised = 0;

  constructor(
    host: ExchangeHost,
    view: RequestView,
    serverWide: boolean,
    origin: string,
    startedMs: number,
    timeMs: number,
  ) {
    this.#host = host;
    this.fields = view;
    this.serverWide = serverWide;
    this.#origin = origin;
    this.startedMs = startedMs;
    this.#timeMs = timeMs;
  }

  get method(): string {
    return this.fields.method;
  }

  get url(): string {
    return requestUrl(this.#origin, this.fields.target);
  }

  get httpVersion(): "1.0" | "1.1" {
    return this.fields.minorVersion === 0 ? "1.0" : "1.1";
  }

  get remote(): Address {
    return this.#host.remote;
  }

  get local(): Address {
    return this.#host.local;
  }

  get stalled(): boolean {
    return this.#host.stalled;
  }

  enter(): void {
    this.#host.enter();
  }

  leave(): void {
    this.#host.leave();
  }

  inform(status: number, fields: Iterable<readonly [name: string, value: string]>): void {
    const head = informationalHead(status, fields);
    if (this.phase !== "waiting" || this.fields.minorVersion === 0) return;
    this.#host.enter();
    this.#send(head);
    this.#host.leave();
  }

  begin({ status, statusText, block, length, trailerNames }: AnswerHead): boolean {
    const { minorVersion } = this.fields;
    const hasTrailers = trailerNames !== undefined;
    const framing = responseFraming({ status, requestMethod: this.method, minorVersion, length, hasTrailers });
    this.#framing = framing;
    // A handler that holds the body's stream is going to read it, and after the head it is too late to ask for it.
    if (this.handler?.body?.touched === true) this.#host.sendContinue();
    this.#promised = framing === "length" ? length! : 0;
    this.status = status;
    this.isEventStream = block.isEventStream;
    this.phase = "sending";
    this.persists = framing !== "close" && !block.wantsClose && this.#host.mayPersist();
    if (framing === "length" && this.persists && minorVersion === 1 && statusText === "") {
      this.#send(this.#host.heads.head(status, block, length!, this.#host.dateLine()));
      return true;
    }
    let head = statusLine(status, statusText) + block.text;
    if (framing === "chunked") {
      head += "Transfer-Encoding: chunked\r\n";
      if (hasTrailers) head += `Trailer: ${trailerNames.map(fieldName).join(", ")}\r\n`;
    } else if (length !== undefined && status !== 204 && (status !== 304 || block.contentLength !== undefined)) {
      head += `Content-Length: ${length}\r\n`;
    }
    if (!this.persists) head += "Connection: close\r\n";
    else if (minorVersion === 0) head += "Connection: keep-alive\r\n";
    this.#send(block.hasDate ? `${head}\r\n` : `${head}${this.#host.dateLine()}\r\n`);
    return framing !== "none";
  }

  text(ascii: string): void {
    this.#fulfil(ascii.length);
    this.#send(this.#framing === "chunked" ? `${chunkHead(ascii.length)}${ascii}\r\n` : ascii);
  }

  piece(bytes: Uint8Array): void {
    this.#fulfil(bytes.length);
    if (this.#framing !== "chunked") return this.#bytes(bytes);
    this.#send(chunkHead(bytes.length));
    this.#bytes(bytes);
    this.#send("\r\n");
  }

  #fulfil(bytes: number): void {
    if (this.#framing !== "length") return;
    this.#promised -= bytes;
    if (this.#promised < 0) throw new TypeError("the body is longer than its Content-Length");
  }

  end(trailers: Trailers | undefined): void {
    if (this.#promised > 0) throw new TypeError("the body is shorter than its Content-Length");
    if (this.#framing === "chunked") this.#send(trailers === undefined ? LAST_CHUNK : lastChunkWithTrailers(trailers));
    this.phase = "over";
    this.#host.finished(this);
  }

  cut(): void {
    this.persists = false;
    this.#host.cut(this.#framing === "close");
  }

  reset(): void {
    this.#host.reset();
  }

  /** The client is gone, or gets another answer. */
  abandon(reason: unknown): void {
    this.phase = "over";
    this.handler?.abandoned(reason);
  }

  #bytes(bytes: Uint8Array): void {
    if (bytes.length <= INLINE_BYTES) {
      this.#send(latin1(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, bytes.byteLength));
      return;
    }
    this.bytesSent += bytes.length;
    this.#host.sendBytes(bytes);
  }

  #send(text: string): void {
    this.bytesSent += text.length;
    this.#host.send(text);
  }

  describe(): RecentRequest {
    const { fields } = this;
    return {
      timeMs: this.#timeMs,
      method: fields.method,
      target: fields.target,
      status: this.status,
      bytes: this.bytesSent,
      durationMs: this.durationMs,
      remoteAddress: this.remote.address,
      httpVersion: this.httpVersion,
      userAgent: fields.get("user-agent"),
      referrer: fields.get("referer"),
    };
  }
}
