/**
 * One request and its answer on an HTTP/1 connection.
 *
 * To the handler it is the context; to the Request it is where method, fields and body come from; to the connection it
 * is what has to be over before the next request is read. The answer is written in one piece where it is at hand, and
 * otherwise as its stream gives it.
 */
import { clearImmediate as cancelTurn, setImmediate as nextTurn } from "node:timers";
import type { Address } from "@tenon/kit";
import { BodyPump, type PumpTarget } from "../fetch/body-pump.ts";
import { headerPairs, type RequestContext } from "../fetch/context.ts";
import { FastResponse } from "../fetch/fast-response.ts";
import type { HeadersInit } from "../fetch/init-types.ts";
import type { BodyOwner, IncomingBody } from "../fetch/incoming-body.ts";
import type { RequestSource } from "../fetch/request-source.ts";
import type { FinishedRequest, RecentRequest } from "../recent-requests.ts";
import type { HeadCache } from "./head-cache.ts";
import { chunkHead, LAST_CHUNK } from "./chunked.ts";
import { fieldName, lastChunkWithTrailers } from "./field-writer.ts";
import { latin1 } from "./latin1.ts";
import type { RequestView } from "./request-view.ts";
import { requestUrl } from "./request-url.ts";
import { FieldBlock, informationalHead, isBodiless, type ResponseFraming, responseFraming } from "./response-head.ts";
import { statusLine } from "./status.ts";
import { mayTrail } from "./trailers.ts";

/** What the exchange needs of its connection. */
export interface ExchangeHost extends BodyOwner {
  readonly remote: Address;
  readonly local: Address;
  /** Queues text, as Latin-1. */
  send(text: string): void;
  /** Queues bytes, which must not change. */
  sendBytes(bytes: Uint8Array): void;
  /** What is queued between these two leaves together. */
  enter(): void;
  leave(): void;
  /** The client is not taking what was sent: wait for `resume()`. */
  readonly stalled: boolean;
  /** `Date: …` with its line end. */
  dateLine(): string;
  readonly heads: HeadCache;
  /** Sends `100 Continue`, where the client waits for it. */
  sendContinue(): void;
  /** Whether the connection can serve another request after this one. */
  mayPersist(): boolean;
  /** The answer is out, or will never be. */
  finished(exchange: Http1Exchange): void;
  /** Ends the connection such that nobody takes what was sent for the whole, even where its end is the body's. */
  cut(framedByClose: boolean): void;
  waitUntil(promise: Promise<unknown>): void;
  logError(message: string, error: unknown): void;
}

/** Bodies up to this size are copied behind the head, into one string and one write. */
const INLINE_BYTES = 4096;

/** The exchange waits for its answer; sends it; is over. */
type Phase = "waiting" | "sending" | "over";

export class Http1Exchange implements RequestSource, RequestContext, FinishedRequest, PumpTarget {
  readonly fields: RequestView;
  readonly body: IncomingBody | undefined;
  readonly tls: undefined;
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
  readonly #host: ExchangeHost;
  readonly #origin: string;
  readonly #timeMs: number;
  #framing: ResponseFraming = "none";
  /** For framing by length: bytes of the body still to send. */
  #promised = 0;
  #pump: BodyPump | undefined;
  #trailers: (readonly [string, string])[] | undefined;
  #abort: AbortController | undefined;
  #gone = false;
  /** A native Response whose length may show at once: its head and first chunk are held back for one turn. */
  #held:
    | { readonly response: Response; readonly block: FieldBlock; first: Uint8Array | undefined; turn: NodeJS.Immediate }
    | undefined;

  constructor(
    host: ExchangeHost,
    view: RequestView,
    body: IncomingBody | undefined,
    origin: string,
    startedMs: number,
    timeMs: number,
  ) {
    this.#host = host;
    this.fields = view;
    this.body = body;
    this.#origin = origin;
    this.startedMs = startedMs;
    this.#timeMs = timeMs;
  }

  // What the Request is made of.

  get method(): string {
    return this.fields.method;
  }

  get url(): string {
    return requestUrl(this.#origin, this.fields.target);
  }

  // The context.

  get remote(): Address {
    return this.#host.remote;
  }

  get local(): Address {
    return this.#host.local;
  }

  get httpVersion(): "1.0" | "1.1" {
    return this.fields.minorVersion === 0 ? "1.0" : "1.1";
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#gone) this.#abort.abort(clientGone());
    }
    return this.#abort.signal;
  }

  sendInformational(status: number, headers: HeadersInit = []): void {
    if (!Number.isInteger(status) || status < 102 || status > 199)
      throw new RangeError(`${status} is not an interim status`);
    const head = informationalHead(status, headerPairs(headers));
    if (this.phase !== "waiting" || this.fields.minorVersion === 0) return;
    this.#host.enter();
    this.#send(head);
    this.#host.leave();
  }

  get trailers(): Promise<Headers> {
    if (this.body === undefined) return Promise.resolve(new Headers());
    return this.body.trailers.then((pairs) => new Headers(pairs as [string, string][]));
  }

  setTrailers(headers: HeadersInit): void {
    // A block checks names and values here, where the handler can still see the error.
    this.#trailers = [...new FieldBlock(headerPairs(headers)).fields].filter(([name]) => mayTrail(name.toLowerCase()));
  }

  waitUntil(promise: Promise<unknown>): void {
    this.#host.waitUntil(promise);
  }

  // The answer.

  /** Sends the answer; called once. */
  respond(response: Response): void {
    if (this.phase !== "waiting") {
      // The client left, or was answered already for a body that broke the protocol.
      if (!FastResponse.is(response) || response.plainBody === undefined) void response.body?.cancel().catch(() => {});
      else if (response.plainBody instanceof ReadableStream) void response.plainBody.cancel().catch(() => {});
      return;
    }
    this.#host.enter();
    try {
      this.#answer(response);
    } catch (error) {
      this.#host.logError("a response could not be sent", error);
      if (this.status === 0) this.#answer(new FastResponse("Internal Server Error\n", { status: 500 }));
      else this.abort(error);
    }
    this.#host.leave();
  }

  #answer(response: Response): void {
    const plain = FastResponse.is(response) ? response.plainBody : undefined;
    if (plain === undefined) return this.#answerNative(response);
    const { status, statusText } = response;
    const block = (response as FastResponse).fieldBlock();
    if (typeof plain === "string") {
      // As long in UTF-8 as in UTF-16 units: then it is ASCII, and goes out as it is.
      const length = Buffer.byteLength(plain);
      this.#begin(status, statusText, block, length);
      if (this.#framing !== "none" && length > 0) {
        if (length === plain.length && length <= INLINE_BYTES) this.#text(plain);
        else this.#piece(Buffer.from(plain));
      }
      this.#finish();
    } else if (plain === null || plain instanceof Uint8Array) {
      const length = plain === null ? 0 : plain.length;
      this.#begin(
        status,
        statusText,
        block,
        plain === null && isBodiless(status, this.method) ? block.contentLength : length,
      );
      if (this.#framing !== "none" && length > 0) this.#piece(plain!);
      this.#finish();
    } else {
      if (plain.locked) throw new TypeError("the response's body was taken before it was returned");
      this.#begin(status, statusText, block, block.contentLength);
      this.#stream(plain);
    }
  }

  #answerNative(response: Response): void {
    const { status, statusText, headers, body } = response;
    if (status < 200 || status > 599) throw new TypeError(`a response cannot have the status ${status}`);
    const block = new FieldBlock(headers);
    if (body === null) {
      if (response.bodyUsed) throw new TypeError("the response's body was used up before it was returned");
      this.#begin(status, statusText, block, isBodiless(status, this.method) ? block.contentLength : 0);
      this.#finish();
      return;
    }
    if (block.contentLength !== undefined || isBodiless(status, this.method)) {
      this.#begin(status, statusText, block, block.contentLength);
      this.#stream(body);
      return;
    }
    // Node's class does not say how long its body is. A body at hand arrives, and ends, within this turn of the event loop;
    // waiting for that turns chunks into a length.
    this.#pump = new BodyPump(body, this);
    this.#held = { response, block, first: undefined, turn: nextTurn(() => this.#release(undefined)) };
    this.#pump.start();
  }

  /** Writes the head that was held back: with a length where the body is complete. */
  #release(length: number | undefined): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    cancelTurn(held.turn);
    this.#host.enter();
    this.#begin(held.response.status, held.response.statusText, held.block, length);
    if (held.first !== undefined) this.#piece(held.first);
    this.#host.leave();
  }

  /** Writes the head. `length` undefined: not known (or, for a bodiless answer, not said). */
  #begin(status: number, statusText: string, block: FieldBlock, length: number | undefined): void {
    const { minorVersion } = this.fields;
    const method = this.method;
    const hasTrailers = this.#trailers !== undefined && this.#trailers.length > 0;
    const framing = responseFraming({ status, requestMethod: method, minorVersion, length, hasTrailers });
    this.#framing = framing;
    // A handler that holds the body's stream is going to read it, and after the head it is too late to ask for it.
    if (this.body?.touched === true) this.#host.sendContinue();
    this.#promised = framing === "length" ? length! : 0;
    this.status = status;
    this.isEventStream = block.isEventStream;
    this.phase = "sending";
    this.persists = framing !== "close" && !block.wantsClose && this.#host.mayPersist();
    if (framing === "length" && this.persists && minorVersion === 1 && statusText === "") {
      this.#send(this.#host.heads.head(status, block, length!, this.#host.dateLine()));
      return;
    }
    let head = statusLine(status, statusText) + block.text;
    if (framing === "chunked") {
      head += "Transfer-Encoding: chunked\r\n";
      if (hasTrailers) head += `Trailer: ${this.#trailers!.map(([name]) => fieldName(name)).join(", ")}\r\n`;
    } else if (length !== undefined && status !== 204 && (status !== 304 || block.contentLength !== undefined)) {
      head += `Content-Length: ${length}\r\n`;
    }
    if (!this.persists) head += "Connection: close\r\n";
    else if (minorVersion === 0) head += "Connection: keep-alive\r\n";
    this.#send(block.hasDate ? `${head}\r\n` : `${head}${this.#host.dateLine()}\r\n`);
  }

  #stream(body: ReadableStream): void {
    if (this.#framing === "none") {
      void body.cancel().catch(() => {});
      this.#finish();
      return;
    }
    this.#pump = new BodyPump(body, this);
    this.#pump.start();
  }

  chunk(bytes: Uint8Array): boolean {
    const held = this.#held;
    if (held !== undefined) {
      if (held.first === undefined) {
        held.first = bytes;
        return true;
      }
      this.#release(undefined);
    }
    this.#host.enter();
    const whole = this.#piece(bytes);
    this.#host.leave();
    return whole && !this.#host.stalled;
  }

  /** One piece of a streamed body; false when the body turned out longer than promised. */
  #piece(bytes: Uint8Array): boolean {
    if (this.#framing === "chunked") {
      this.#send(chunkHead(bytes.length));
      this.#bytes(bytes);
      this.#send("\r\n");
      return true;
    }
    if (this.#framing === "length") {
      this.#promised -= bytes.length;
      if (this.#promised < 0) {
        const error = new TypeError("the body is longer than its Content-Length");
        this.#pump?.cancel(error);
        this.abort(error);
        return false;
      }
    }
    this.#bytes(bytes);
    return true;
  }

  finish(): void {
    const held = this.#held;
    this.#host.enter();
    if (held !== undefined) this.#release(held.first?.length ?? 0);
    if (this.#framing === "length" && this.#promised > 0) {
      this.abort(new TypeError("the body is shorter than its Content-Length"));
    } else {
      if (this.#framing === "chunked") this.#send(this.#lastChunk());
      this.#finish();
    }
    this.#host.leave();
  }

  #lastChunk(): string {
    return this.#trailers === undefined ? LAST_CHUNK : lastChunkWithTrailers(this.#trailers);
  }

  /** The stream failed, or lied about its length. */
  abort(error: unknown): void {
    this.#host.logError("a response body failed", error);
    const held = this.#held;
    if (held !== undefined) {
      // Nothing was sent yet: the client can still be told.
      cancelTurn(held.turn);
      this.#held = undefined;
      this.#host.enter();
      this.#answer(new FastResponse("Internal Server Error\n", { status: 500 }));
      this.#host.leave();
      return;
    }
    this.persists = false;
    this.#host.cut(this.#framing === "close");
  }

  /** The client takes bytes again. */
  resume(): void {
    this.#pump?.resume();
  }

  /** The client is gone, or gets another answer: nobody waits for this one. */
  abandon(reason: unknown = clientGone()): void {
    this.#gone = true;
    this.#abort?.abort(reason);
    this.body?.fail(reason);
    this.#pump?.cancel(reason);
    if (this.#held !== undefined) cancelTurn(this.#held.turn);
    this.#held = undefined;
    this.phase = "over";
  }

  #finish(): void {
    // Chunked framing of a body that was at hand, because there are trailers.
    if (this.#framing === "chunked" && this.#pump === undefined) this.#send(this.#lastChunk());
    this.phase = "over";
    // Finished requests are remembered for a while; what they streamed is not.
    this.#pump = undefined;
    this.#host.finished(this);
  }

  /** A body of ASCII. */
  #text(text: string): void {
    this.#promised = 0;
    this.#send(this.#framing === "chunked" ? `${chunkHead(text.length)}${text}\r\n` : text);
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

function clientGone(): DOMException {
  return new DOMException("The client has closed the connection", "AbortError");
}
