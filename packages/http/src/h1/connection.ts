/**
 * The server's side of one HTTP/1 connection: bytes in, requests out; answers in, bytes out.
 *
 * One request at a time. While its answer is being made, what the client sends ahead waits, up to a limit, unparsed;
 * beyond the limit, reading stops, and TCP tells the client. So answers are in order without a queue of answers, and a
 * pipeline costs no more memory than its bytes. Requests that were sent together and are answered at once are answered
 * by one write: everything that happens within one `data` call (a turn) is collected and leaves at its end.
 *
 * The connection waits for one thing at a time, and has one deadline for it:
 *
 *     first-byte ─▶ head ─▶ (handler: no deadline) ─▶ body, stall ─▶ idle ─▶ head …      and from anywhere ─▶ linger
 *
 * After an answer that ends the connection, our side is closed and what still comes is thrown away for a moment
 * (RFC 9112 §9.6): a reset, which closing outright would cause, could overtake the answer.
 */
import type { Address, Connection, Session } from "@tenon/kit";
import type { BodyOwner } from "../exchange/channel.ts";
import { Deadline, type WheelEntry } from "../timer-wheel.ts";
import { HttpProtocolError } from "./errors.ts";
import { type ExchangeHost, Http1Exchange } from "./exchange.ts";
import type { HeadCache } from "./head-cache.ts";
import { ConnectionOrigin } from "./origin.ts";
import { PartialHead } from "./partial-head.ts";
import { BodyReception } from "./reception.ts";
import type { RequestHeadParser } from "./request-head.ts";
import { RequestView } from "./request-view.ts";
import { CONTINUE } from "./response-head.ts";
import type { Http1Server } from "./server-core.ts";
import { statusLine } from "./status.ts";

/** What the deadline is for. */
type Awaiting = "nothing" | "first-byte" | "head" | "body" | "stall" | "idle" | "linger";

/** Text beyond this is handed over within a turn, so that a pipeline of large answers does not collect in memory. */
const BATCH_CHARACTERS = 64 * 1024;
/** Checks within the time that a client may take nothing: the more, the more exactly that is measured. */
const STALL_CHECKS = 4;
const ASTERISK = 0x2a;

export class Http1Connection implements Session, ExchangeHost, BodyOwner, WheelEntry {
  /** The client is not taking what was sent. */
  stalled = false;
  readonly #io: Connection;
  readonly #server: Http1Server;
  readonly #deadline: Deadline;
  #awaiting: Awaiting = "nothing";
  /** While stalled: what was queued at the last check, and how many checks in a row saw no less. */
  #queuedAtCheck = 0;
  #idleChecks = 0;

  /** A head that came in part. */
  #partial: PartialHead | undefined;

  /** The request whose answer is not out yet. */
  #exchange: Http1Exchange | undefined;
  /** The body that has not arrived yet; may outlive the exchange. */
  #reception: BodyReception | undefined;
  /** `100 Continue` is owed. */
  #owesContinue = false;
  #clientPersists = true;

  /** What the client sent ahead of its turn, unparsed. */
  #ahead: Buffer[] = [];
  #aheadBytes = 0;

  readonly #origin = new ConnectionOrigin();

  /** Turns under way (they nest); what is sent meanwhile collects here. */
  #turns = 0;
  #batch = "";
  #corked = false;
  /** In the parse loop, to which a finished exchange returns. */
  #parsing = false;
  #paused = false;
  #peerEnded = false;
  #finishing = false;
  /** Our side is closed; what comes is thrown away. */
  #lingering = false;

  constructor(io: Connection, server: Http1Server) {
    this.#io = io;
    this.#server = server;
    this.#deadline = new Deadline(this);
    this.#await("first-byte", server.limits.firstByteMs);
  }

  get remote(): Address {
    return this.#io.remote;
  }

  get local(): Address {
    return this.#io.local;
  }

  // From the network.

  data(chunk: Buffer): void {
    this.#server.received.add(chunk.length);
    if (this.#lingering) return;
    this.#server.readClock();
    this.enter();
    if (this.#ahead.length > 0) {
      this.#ahead.push(chunk);
      this.#countAhead(chunk.length);
    } else {
      this.#consume(chunk);
    }
    this.#proceed();
    this.leave();
  }

  end(): void {
    this.#peerEnded = true;
    this.#server.readClock();
    if (this.#lingering) {
      if (!this.stalled) this.#io.destroy();
      return;
    }
    if (this.#reception !== undefined) return this.#refuse(new HttpProtocolError("body-incomplete"));
    // Most who end their side are gone, some still read: handlers are told, answers are sent. A stream of events has no end
    // to wait for.
    if (this.#exchange?.isEventStream === true) return this.#io.destroy();
    this.#exchange?.handler?.hungUp();
    this.#proceed();
  }

  drain(): void {
    this.stalled = false;
    if (this.#awaiting === "stall") this.#await("nothing", Infinity);
    if (this.#lingering) return this.#endOurSide();
    this.#server.readClock();
    this.enter();
    this.#exchange?.handler?.resume();
    this.#proceed();
    this.leave();
  }

  close(): void {
    this.#lingering = true;
    this.#server.wheel.disarm(this.#deadline);
    this.#reception?.body.fail(new DOMException("The client has closed the connection", "AbortError"));
    this.#reception = undefined;
    this.#dropExchange();
    this.#ahead = [];
    this.#partial = undefined;
  }

  /** The server closes: what is under way is finished, nothing new is begun. */
  finish(): void {
    this.#finishing = true;
    if (this.#exchange === undefined && this.#reception === undefined && !this.#lingering) this.#io.destroy();
  }

  /** The deadline has passed. */
  expired(): void {
    const awaiting = this.#awaiting;
    this.#awaiting = "nothing";
    this.#server.readClock();
    if (awaiting === "head" || awaiting === "body") return this.#refuse(new HttpProtocolError("request-timeout"));
    if (awaiting === "stall") return this.#checkStall();
    this.#io.destroy();
  }

  /** A client that has taken nothing for two checks in a row is not going to. */
  #checkStall(): void {
    const queued = this.#io.queuedBytes;
    const tookSome = queued < this.#queuedAtCheck;
    this.#queuedAtCheck = queued;
    this.#idleChecks = tookSome ? 0 : this.#idleChecks + 1;
    if (this.#idleChecks >= STALL_CHECKS) return this.#io.reset();
    this.#await("stall", this.#server.limits.writeStallMs / STALL_CHECKS);
  }

  // Requests.

  /** Whether the next request has to wait. */
  get #busy(): boolean {
    return this.#exchange !== undefined || this.#reception !== undefined || this.stalled;
  }

  /** Parses and serves what `chunk` holds, as far as the answers keep up; what is left waits. */
  #consume(chunk: Buffer): void {
    this.#parsing = true;
    let rest = chunk;
    try {
      while (rest.length > 0 && !this.#lingering) {
        if (this.#reception !== undefined) {
          rest = rest.subarray(this.#receive(this.#reception, rest));
        } else if (this.#busy) {
          this.#keep(rest);
          break;
        } else {
          rest = this.#head(rest);
          if (this.#batch.length > BATCH_CHARACTERS) this.#flush();
        }
      }
    } catch (error) {
      if (!(error instanceof HttpProtocolError)) throw error;
      this.#refuse(error);
    } finally {
      this.#parsing = false;
    }
  }

  /** Bytes that have to wait, in front of those that came after them. */
  #keep(bytes: Buffer): void {
    this.#ahead.unshift(bytes);
    this.#countAhead(bytes.length);
  }

  #countAhead(bytes: number): void {
    this.#aheadBytes += bytes;
    if (this.#aheadBytes >= this.#server.limits.readAheadBytes) this.#pause();
  }

  /** Goes on with what waited, and sees to it that something is awaited. */
  #proceed(): void {
    if (this.#parsing) return;
    while (this.#ahead.length > 0 && !this.#busy && !this.#lingering) {
      const next = this.#ahead.shift()!;
      this.#aheadBytes -= next.length;
      this.#consume(next);
    }
    if (this.#lingering || this.#busy) return;
    if (this.#peerEnded || this.#finishing) return this.#linger();
    this.#resume();
    if (this.#awaiting === "nothing") this.#await("idle", this.#server.limits.keepAliveMs);
  }

  /** Parses a head at the start of `bytes` and serves it; returns what follows. */
  #head(bytes: Buffer): Buffer {
    const partial = this.#partial;
    const parser = partial?.parser ?? this.#server.takeParser();
    if (partial === undefined) parser.start();
    else partial.append(bytes);
    const from = partial?.bytes ?? bytes;
    const length = partial?.length ?? bytes.length;
    const end = parser.parse(from, 0, length);
    if (end < 0) {
      if (partial === undefined) {
        this.#partial = new PartialHead(parser);
        this.#partial.append(bytes);
      }
      if (parser.begun && this.#awaiting !== "head") this.#await("head", this.#server.limits.headMs);
      return EMPTY;
    }
    this.#partial = undefined;
    this.#await("nothing", Infinity);
    return this.#serve(from, end, end === length ? EMPTY : from.subarray(end, length), parser);
  }

  /** A head is complete: sets up its body, calls the handler. Returns what of `following` is not the body's. */
  #serve(bytes: Buffer, headEnd: number, following: Buffer, parser: RequestHeadParser): Buffer {
    const server = this.#server;
    const view = new RequestView(bytes, 0, headEnd, parser, server.limits);
    const origin = this.#origin.of(bytes, parser, this.#io.local);
    this.#clientPersists = parser.keepAlive;
    const { method } = view;
    if (method === "CONNECT") throw new HttpProtocolError("method-not-implemented");
    const { chunked, contentLength } = parser;
    const hasBody = chunked || contentLength > 0;
    const { limits } = server;
    // `OPTIONS *` is the only form with an asterisk (RFC 9112 §3.2.4).
    const serverWide = bytes[parser.targetStart] === ASTERISK;
    const exchange = new Http1Exchange(this, view, serverWide, origin, server.nowMs, server.wallMs);
    // The Fetch standard knows no body for these two; theirs is thrown away.
    const readable = hasBody && method !== "GET" && method !== "HEAD";
    const handler = server.accept(exchange, readable ? this : undefined);
    exchange.handler = handler;
    this.#owesContinue = parser.expectsContinue && hasBody;
    server.giveParser(parser);

    let unread = following;
    if (hasBody) {
      this.#reception = new BodyReception(handler.body, chunked, contentLength, limits);
      // A body that came along with its head is there before the handler looks.
      if (unread.length > 0) unread = unread.subarray(this.#receive(this.#reception, unread));
    }
    this.#exchange = exchange;
    if (this.#reception !== undefined) this.#awaitBody(this.#reception);
    handler.start();
    return unread;
  }

  // Bodies.

  /** Decodes body bytes; returns how many were the body's. */
  #receive(reception: BodyReception, bytes: Buffer): number {
    const consumed = reception.feed(bytes);
    // Whoever sends the body without having been asked to is not waiting for that.
    this.#owesContinue = false;
    if (reception.done) {
      this.#reception = undefined;
      if (this.#awaiting === "body") this.#await("nothing", Infinity);
    } else if (reception.exhausted && this.#exchange === undefined) {
      this.#linger();
    } else {
      if (reception.full) this.#pause();
      this.#awaitBody(reception);
    }
    return consumed;
  }

  /** The deadline runs while somebody waits for the body, but not against a client that waits for us. */
  #awaitBody(reception: BodyReception): void {
    if (this.#awaiting === "stall") return;
    if (reception.wanted || this.#exchange === undefined) this.#await("body", this.#server.limits.bodyReadMs);
    else this.#await("nothing", Infinity);
  }

  bodyWanted(): void {
    const reception = this.#reception;
    if (reception === undefined || this.#lingering) return;
    if (this.#exchange?.phase === "waiting") this.sendContinue();
    this.#awaitBody(reception);
    this.#resume();
  }

  sendContinue(): void {
    if (!this.#owesContinue) return;
    this.#owesContinue = false;
    this.enter();
    this.send(CONTINUE);
    this.leave();
  }

  bodyDropped(): void {
    const reception = this.#reception;
    if (reception === undefined || this.#lingering) return;
    this.#awaitBody(reception);
    this.#resume();
  }

  // Answers.

  mayPersist(): boolean {
    const reception = this.#reception;
    if (!this.#clientPersists || this.#finishing || this.#peerEnded) return false;
    // Nobody knows whether a client that was not told to continue will send the body nevertheless.
    return reception === undefined || (!this.#owesContinue && reception.drainable);
  }

  finished(exchange: Http1Exchange): void {
    this.#exchange = undefined;
    exchange.handler = undefined;
    this.#server.exchangeFinished(exchange);
    if (!exchange.persists || this.#finishing) return this.#linger();
    const reception = this.#reception;
    if (reception !== undefined) {
      if (!reception.body.touched) reception.body.drop();
      this.#awaitBody(reception);
      this.#resume();
    }
    this.#proceed();
  }

  cut(framedByClose: boolean): void {
    this.#dropExchange();
    // A reset, where the end of the connection would be the end of the body.
    if (framedByClose) this.#io.reset();
    else this.#linger();
  }

  #dropExchange(): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    this.#exchange = undefined;
    exchange.abandon(new DOMException("The client has closed the connection", "AbortError"));
    exchange.handler = undefined;
    this.#server.exchangeFinished(exchange);
  }

  /** Answers what breaks the protocol or a limit, and closes. */
  #refuse(error: HttpProtocolError): void {
    if (this.#lingering) return;
    this.#server.refused.label(error.code).add();
    this.#server.log.debug("a request was refused", { code: error.code, remote: this.remote.address });
    const begun = this.#exchange?.phase === "sending";
    this.#reception?.body.fail(error);
    this.#dropExchange();
    this.enter();
    if (!begun) {
      const text = `${error.message}\n`;
      this.send(
        `${statusLine(error.status)}Content-Type: text/plain;charset=UTF-8\r\nContent-Length: ${text.length}\r\n` +
          `Connection: close\r\n${this.dateLine()}\r\n${text}`,
      );
    }
    this.#linger();
    this.leave();
  }

  /** Closes our side, and throws away what comes until the client has closed its own. */
  #linger(): void {
    if (this.#lingering) return;
    this.#lingering = true;
    this.#ahead = [];
    this.#reception?.body.fail(new DOMException("The connection is closing", "AbortError"));
    this.#reception = undefined;
    this.#flush();
    this.#uncork();
    this.#resume();
    // While the client still takes the answer, only a stall can end it.
    if (!this.stalled) this.#endOurSide();
  }

  #endOurSide(): void {
    this.#io.end();
    this.#await("linger", this.#server.limits.lingerMs);
  }

  // Sending.

  enter(): void {
    this.#turns++;
  }

  leave(): void {
    if (--this.#turns > 0) return;
    this.#flush();
    this.#uncork();
  }

  send(text: string): void {
    this.#batch += text;
  }

  sendBytes(bytes: Uint8Array): void {
    if (!this.#corked) {
      this.#corked = true;
      this.#io.cork();
    }
    this.#flush();
    if (!this.#io.write(bytes)) this.#stall();
  }

  #flush(): void {
    if (this.#batch === "") return;
    const text = this.#batch;
    this.#batch = "";
    if (!this.#io.write(text)) this.#stall();
  }

  #uncork(): void {
    if (!this.#corked) return;
    this.#corked = false;
    this.#io.uncork();
  }

  #stall(): void {
    if (this.stalled) return;
    this.stalled = true;
    this.#queuedAtCheck = this.#io.queuedBytes;
    this.#idleChecks = 0;
    this.#await("stall", this.#server.limits.writeStallMs / STALL_CHECKS);
  }

  dateLine(): string {
    return this.#server.dateLine();
  }

  get heads(): HeadCache {
    return this.#server.heads;
  }

  reset(): void {
    this.#io.reset();
  }

  // Flow and time.

  #pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#io.pause();
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#io.resume();
  }

  #await(what: Awaiting, delayMs: number): void {
    this.#awaiting = what;
    this.#server.wheel.arm(this.#deadline, delayMs);
  }
}

const EMPTY: Buffer = Buffer.alloc(0);
