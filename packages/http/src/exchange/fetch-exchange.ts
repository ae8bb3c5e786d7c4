/**
 * A request in the hands of a fetch handler, whatever protocol it came over.
 *
 * To the handler it is the context; to the Request it is where method, fields and body come from; to the protocol it is
 * who takes the body and gives the answer. The answer goes out in one piece where it is at hand, and otherwise as its
 * stream gives it.
 */
import { clearImmediate as cancelTurn, setImmediate as nextTurn } from "node:timers";
import type { Address, Log } from "@tenon/kit";
import { BodyPump, type PumpTarget } from "../fetch/body-pump.ts";
import { ByteSource } from "../fetch/byte-source.ts";
import { headerPairs, type RequestContext } from "../fetch/context.ts";
import { FastResponse } from "../fetch/fast-response.ts";
import { IncomingBody } from "../fetch/incoming-body.ts";
import { IncomingRequest } from "../fetch/incoming-request.ts";
import type { HeadersInit } from "../fetch/init-types.ts";
import type { RequestFields, RequestSource } from "../fetch/request-source.ts";
import { FieldBlock, isBodiless } from "../h1/response-head.ts";
import { mayTrail } from "../h1/trailers.ts";
import type { BodyOwner, ExchangeChannel, ExchangeHandler, Trailers } from "./channel.ts";

/** What all exchanges of a server share. */
export interface FetchServer {
  readonly log: Log;
  /** Never throws; rejects with ConnectionCut only. */
  answer(request: Request, context: RequestContext): Response | Promise<Response>;
  waitUntil(promise: Promise<unknown>): void;
  /** The clock stands still within a turn; a promise that settles begins a new one. */
  readClock(): void;
}

/** A native Response whose length may show at once: its head and first chunk are held back for one turn. */
interface HeldAnswer {
  readonly response: Response;
  readonly block: FieldBlock;
  first: Uint8Array | undefined;
  readonly turn: NodeJS.Immediate;
}

export class FetchExchange implements ExchangeHandler, RequestSource, RequestContext, PumpTarget {
  readonly body: IncomingBody | undefined;
  readonly tls: undefined;
  readonly #channel: ExchangeChannel;
  readonly #server: FetchServer;
  #pump: BodyPump | undefined;
  #held: HeldAnswer | undefined;
  #trailers: Trailers | undefined;
  #abort: AbortController | undefined;
  #goneBecause: unknown;

  /** `bodyOwner`: undefined for a request without a body, or with one that is none of the handler's business. */
  constructor(channel: ExchangeChannel, bodyOwner: BodyOwner | undefined, server: FetchServer) {
    this.#channel = channel;
    this.#server = server;
    this.body = bodyOwner === undefined ? undefined : new IncomingBody(bodyOwner);
  }

  // What the Request is made of.

  get method(): string {
    return this.#channel.method;
  }

  get url(): string {
    return this.#channel.url;
  }

  get fields(): RequestFields {
    return this.#channel.fields;
  }

  // The context.

  get remote(): Address {
    return this.#channel.remote;
  }

  get local(): Address {
    return this.#channel.local;
  }

  get httpVersion(): "1.0" | "1.1" {
    return this.#channel.httpVersion;
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#goneBecause !== undefined) this.#abort.abort(this.#goneBecause);
    }
    return this.#abort.signal;
  }

  sendInformational(status: number, headers: HeadersInit = []): void {
    if (!Number.isInteger(status) || status < 102 || status > 199)
      throw new RangeError(`${status} is not an interim status`);
    this.#channel.inform(status, headerPairs(headers));
  }

  get trailers(): Promise<Headers> {
    if (this.body === undefined) return Promise.resolve(new Headers());
    return this.body.trailers.then((pairs) => new Headers(pairs as [string, string][]));
  }

  setTrailers(headers: HeadersInit): void {
    // A block checks names and values here, where the handler can still see the error.
    const trailers = new FieldBlock(headerPairs(headers)).fields.filter(([name]) => mayTrail(name.toLowerCase()));
    this.#trailers = trailers.length > 0 ? trailers : undefined;
  }

  waitUntil(promise: Promise<unknown>): void {
    this.#server.waitUntil(promise);
  }

  // What the protocol tells.

  start(): void {
    const server = this.#server;
    if (this.#channel.serverWide) return this.#respond(new FastResponse(null, { status: 204 }));
    const answer = server.answer(new IncomingRequest(this), this);
    if (!(answer instanceof Promise)) return this.#respond(answer);
    answer.then(
      (response) => {
        server.readClock();
        this.#respond(response);
      },
      // The pipeline answers everything else itself; this is a fault that asks for a cut.
      () => this.#channel.reset(),
    );
  }

  resume(): void {
    this.#pump?.resume();
  }

  hungUp(): void {
    this.#goneBecause ??= clientGone();
    this.#abort?.abort(this.#goneBecause);
  }

  abandoned(reason: unknown): void {
    this.#goneBecause ??= reason;
    this.#abort?.abort(reason);
    this.body?.fail(reason);
    this.#pump?.cancel(reason);
    this.#dropHeld();
  }

  // The answer.

  #respond(response: Response): void {
    const channel = this.#channel;
    // The client left, or was answered already for a body that broke the protocol.
    if (channel.phase !== "waiting") return cancelBody(response);
    channel.enter();
    try {
      this.#answer(response);
    } catch (error) {
      this.#server.log.error("a response could not be sent", { error });
      // The view of the compiler: still "waiting", as above. Sending may have begun meanwhile.
      if ((channel.phase as string) === "waiting")
        this.#answer(new FastResponse("Internal Server Error\n", { status: 500 }));
      else channel.cut();
    }
    channel.leave();
  }

  #answer(response: Response): void {
    if (!FastResponse.is(response)) return this.#answerNative(response);
    const plain = response.plainBody;
    if (plain === undefined) return this.#answerNative(response);
    const channel = this.#channel;
    const { status } = response;
    const block = response.fieldBlock();
    if (typeof plain === "string") {
      // As long in UTF-8 as in UTF-16 units: then it is ASCII, and goes out as it is.
      const length = Buffer.byteLength(plain);
      if (this.#begin(response, block, length) && length > 0) {
        if (length === plain.length && length <= INLINE_CHARACTERS) channel.text(plain);
        else channel.piece(Buffer.from(plain));
      }
      channel.end(this.#trailers);
    } else if (plain === null) {
      this.#begin(response, block, isBodiless(status, channel.method) ? block.contentLength : 0);
      channel.end(this.#trailers);
    } else if (plain instanceof Uint8Array) {
      if (this.#begin(response, block, plain.length) && plain.length > 0) channel.piece(plain);
      channel.end(this.#trailers);
    } else {
      if (plain instanceof ReadableStream && plain.locked)
        throw new TypeError("the response's body was taken before it was returned");
      this.#stream(plain, this.#begin(response, block, block.contentLength));
    }
  }

  #answerNative(response: Response): void {
    const { status, headers, body } = response;
    if (status < 200 || status > 599) throw new TypeError(`a response cannot have the status ${status}`);
    const block = new FieldBlock(headers);
    const bodiless = isBodiless(status, this.#channel.method);
    if (body === null) {
      if (response.bodyUsed) throw new TypeError("the response's body was used up before it was returned");
      this.#begin(response, block, bodiless ? block.contentLength : 0);
      this.#channel.end(this.#trailers);
      return;
    }
    if (block.contentLength !== undefined || bodiless) {
      this.#stream(body, this.#begin(response, block, block.contentLength));
      return;
    }
    // Node's class does not say how long its body is. A body at hand arrives, and ends, within this turn of the event loop;
    // waiting for that turns chunks into a length.
    this.#pump = new BodyPump(body, this);
    this.#held = { response, block, first: undefined, turn: nextTurn(() => this.#release(undefined)) };
    this.#pump.start();
  }

  #begin({ status, statusText }: Response, block: FieldBlock, length: number | undefined): boolean {
    const trailerNames = this.#trailers?.map(([name]) => name);
    return this.#channel.begin({ status, statusText, block, length, trailerNames });
  }

  #stream(body: ReadableStream | ByteSource, wanted: boolean): void {
    if (!wanted) {
      cancel(body);
      this.#channel.end(this.#trailers);
      return;
    }
    this.#pump = new BodyPump(body, this);
    this.#pump.start();
  }

  /** Sends the head that was held back: with a length where the body is complete. */
  #release(length: number | undefined): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#dropHeld();
    this.#channel.enter();
    this.#begin(held.response, held.block, length);
    if (held.first !== undefined) this.#channel.piece(held.first);
    this.#channel.leave();
  }

  #dropHeld(): void {
    if (this.#held === undefined) return;
    cancelTurn(this.#held.turn);
    this.#held = undefined;
  }

  chunk(bytes: Uint8Array): boolean {
    const channel = this.#channel;
    const held = this.#held;
    if (held !== undefined) {
      if (held.first === undefined) {
        held.first = bytes;
        return true;
      }
      this.#release(undefined);
    }
    channel.enter();
    try {
      channel.piece(bytes);
    } catch (error) {
      this.#pump?.cancel(error);
      this.abort(error);
    }
    channel.leave();
    return channel.phase === "sending" && !channel.stalled;
  }

  finish(): void {
    const channel = this.#channel;
    channel.enter();
    if (this.#held !== undefined) this.#release(this.#held.first?.length ?? 0);
    try {
      channel.end(this.#trailers);
    } catch (error) {
      this.abort(error);
    }
    channel.leave();
  }

  /** The stream failed, or lied about its length. */
  abort(error: unknown): void {
    this.#server.log.error("a response body failed", { error });
    if (this.#held === undefined) return this.#channel.cut();
    // Nothing was sent yet: the client can still be told.
    this.#dropHeld();
    this.#channel.enter();
    this.#answer(new FastResponse("Internal Server Error\n", { status: 500 }));
    this.#channel.leave();
  }
}

/** Texts up to this length are handed over as text, and leave with the head. */
const INLINE_CHARACTERS = 4096;

function cancelBody(response: Response): void {
  const plain = FastResponse.is(response) ? response.plainBody : undefined;
  const body = plain === undefined ? response.body : plain;
  if (body instanceof ReadableStream || body instanceof ByteSource) cancel(body);
}

function cancel(body: ReadableStream | ByteSource): void {
  if (body instanceof ByteSource) body.cancel();
  else void body.cancel().catch(() => {});
}

function clientGone(): DOMException {
  return new DOMException("The client has closed the connection", "AbortError");
}
