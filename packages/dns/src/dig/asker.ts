/** One question to servers, as dig asks: tries, warnings about what comes instead, TCP after truncation, EDNS versions and cookies. */
import type { World } from "@tenon/kit";
import { systemCode, UpstreamError } from "../client/errors.ts";
import { idOf, isTruncated, type Match } from "../client/matching.ts";
import { MessageStream } from "../client/message-stream.ts";
import { exchangeOverUdp } from "../client/udp-exchange.ts";
import type { UpstreamClient } from "../client/upstream-client.ts";
import { decodeMessage } from "../message/decode.ts";
import { encodeMessage } from "../message/encode.ts";
import { HEADER_BYTES, type Message } from "../message/message.ts";
import { RCODES } from "../message/rcodes.ts";
import type { Name } from "../name/name.ts";
import { classText, typeText } from "../rdata/types.ts";
import { TsigContext } from "../tsig/context.ts";
import { TsigError } from "../tsig/errors.ts";
import type { NamedServer } from "./dig.ts";
import { type Globals, type Lookup, usesTcp } from "./lookup.ts";
import type { MessageFacts } from "./print.ts";
import { queryMessage } from "./query-message.ts";
import { readMessage } from "./reading.ts";
import type { Report } from "./report.ts";

const COOKIE = 10;
const PADDING = 12;
const CLIENT_COOKIE_BYTES = 8;
/** Queries again for another EDNS version or cookie. */
const MAX_REPEATS = 3;

/** All servers have been tried. What there is to say of it has been printed. */
export class NoServerError extends Error {
  constructor() {
    super("no servers could be reached");
    this.name = "NoServerError";
  }
}

/** An answer that cannot be read, and is not to be read in part. It has been printed. */
export class BadPacketError extends Error {
  constructor() {
    super("an answer that cannot be read");
    this.name = "BadPacketError";
  }
}

/** An answer with all that is printed about it. */
export interface Answered {
  readonly message: Message;
  readonly facts: MessageFacts;
  readonly bytes: number;
  readonly tcp: boolean;
  readonly server: NamedServer;
  /** Wall time, milliseconds. */
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
  readonly elapsedMs: number;
  /** Undefined without a key. */
  readonly isSignatureGood: boolean | undefined;
}

/** A query that is on its way. */
export interface Sent {
  readonly bytes: Uint8Array;
  readonly message: Message;
  readonly context: TsigContext | undefined;
}

export class Asker {
  readonly world: World;
  readonly globals: Globals;
  readonly #client: UpstreamClient;
  readonly #report: Report;
  /** One for the run; servers' own by address, for one lookup. */
  readonly #clientCookie: Uint8Array;
  readonly #serverCookies = new Map<string, Uint8Array>();
  /** The last failure has ended with "no servers could be reached". */
  #wasToldSo = false;

  constructor(world: World, client: UpstreamClient, globals: Globals, report: Report) {
    this.world = world;
    this.globals = globals;
    this.#client = client;
    this.#report = report;
    this.#clientCookie = world.random.bytes(CLIENT_COOKIE_BYTES);
  }

  /** The answer that is to be printed. Throws NoServerError. */
  async ask(lookup: Lookup, name: Name, servers: readonly NamedServer[]): Promise<Answered> {
    // As dig, which shows its own cookie again to a server that it has just asked.
    this.#serverCookies.clear();
    let tcp = usesTcp(lookup);
    for (let attempt = 1; attempt <= lookup.tries; attempt++) {
      for (const [i, server] of servers.entries()) {
        const isLastServer = i === servers.length - 1;
        const answered = await this.#askServer(lookup, name, server, tcp);
        if (answered === "over TCP") {
          // Once over TCP, the tries after it are as well.
          tcp = true;
          const again = await this.#askServer(lookup, name, server, tcp);
          if (typeof again === "object") return again;
          continue;
        }
        if (answered === undefined) continue;
        if (answered.message.rcode === RCODES.SERVFAIL && !lookup.failOnServfail && !isLastServer) {
          this.#report.comment(lookup, `;; Got SERVFAIL reply from ${serverText(server)}, trying next server`);
          continue;
        }
        return answered;
      }
    }
    this.giveUp();
    throw new NoServerError();
  }

  /** Undefined when it did not answer, which has been said. */
  async #askServer(
    lookup: Lookup,
    name: Name,
    server: NamedServer,
    tcp: boolean,
  ): Promise<Answered | "over TCP" | undefined> {
    let asking = lookup;
    for (let repeats = 0; ; repeats++) {
      const sent = this.prepare(asking, name, server);
      const answered = await this.#exchange(asking, name, sent, server, tcp);
      if (answered === undefined || answered === "over TCP") return answered;
      const { rcode, edns } = answered.message;
      const mayRepeat = repeats < MAX_REPEATS;
      if (
        rcode === RCODES.BADVERS &&
        asking.ednsNegotiation &&
        mayRepeat &&
        edns !== undefined &&
        edns.version < asking.ednsVersion
      ) {
        this.#report.comment(asking, `;; BADVERS, retrying with EDNS version ${edns.version}.`);
        asking = { ...asking, ednsVersion: edns.version };
      } else if (
        rcode === RCODES.BADCOOKIE &&
        asking.badCookie &&
        mayRepeat &&
        this.#serverCookies.has(keyOf(server))
      ) {
        if (asking.showBadCookie) this.#report.answer(asking, answered);
        this.#report.comment(asking, ";; BADCOOKIE, retrying.");
      } else return answered;
    }
  }

  /** The query as it goes out, printed with `+qr`. */
  prepare(lookup: Lookup, name: Name, server: NamedServer): Sent {
    const { key } = this.globals;
    const cookie = this.#cookieFor(lookup, server);
    const message = queryMessage(lookup, name, lookup.id ?? this.#client.randomId(), cookie);
    const context = key === undefined ? undefined : TsigContext.forRequest(key);
    const plain = encodeMessage(message);
    const bytes = context === undefined ? plain : context.sign(plain, this.#nowSeconds());
    if (lookup.showQuery) {
      const facts = { sentAtMs: this.world.clock.now(), bytes: bytes.length, tcp: usesTcp(lookup), server };
      this.#report.query(lookup, withoutPadding(decodeMessage(bytes)), facts);
    }
    return { bytes, message, context };
  }

  #cookieFor(lookup: Lookup, server: NamedServer): Uint8Array {
    if (lookup.cookie !== undefined) {
      const given = Buffer.from(lookup.cookie, "hex");
      const known = this.#serverCookies.get(keyOf(server));
      return given.length === CLIENT_COOKIE_BYTES && known !== undefined ? Buffer.concat([given, known]) : given;
    }
    return Buffer.concat([this.#clientCookie, this.#serverCookies.get(keyOf(server)) ?? new Uint8Array(0)]);
  }

  async #exchange(
    lookup: Lookup,
    name: Name,
    sent: Sent,
    server: NamedServer,
    tcp: boolean,
  ): Promise<Answered | "over TCP" | undefined> {
    const { clock } = this.world;
    const [sentAtMs, startMs] = [clock.now(), clock.monotonic()];
    let bytes: Uint8Array;
    try {
      bytes = tcp ? await this.#overTcp(lookup, sent, server) : await this.#overUdp(lookup, sent, server);
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      this.#sayFailure(error, name, server, tcp);
      return undefined;
    }
    const elapsedMs = clock.monotonic() - startMs;
    if (!tcp && !lookup.ignoreTruncation && isTruncated(bytes)) {
      this.#report.comment(lookup, ";; Truncated, retrying in TCP mode.");
      return "over TCP";
    }
    const { message, facts, isMalformed } = readMessage(bytes);
    if (!message.response) this.#report.warning(";; Warning: query response not set");
    if (isMalformed && !lookup.bestEffort) {
      this.#report.badPacket(bytes);
      throw new BadPacketError();
    }
    if (isMalformed) this.#report.warning(";; Warning: Message parser reports malformed message packet.");
    return {
      message,
      facts: { ...facts, ...this.factsOf(lookup, sent, message, server) },
      bytes: bytes.length,
      tcp,
      server,
      sentAtMs,
      receivedAtMs: clock.now(),
      elapsedMs,
      isSignatureGood: this.verified(sent, bytes, message),
    };
  }

  /** Whether the answer is signed rightly; says so when not. Undefined without a key. */
  verified({ context }: Sent, bytes: Uint8Array, message: Message): boolean | undefined {
    if (context === undefined) return undefined;
    try {
      context.verify(bytes, message, this.#nowSeconds());
      return true;
    } catch (error) {
      if (!(error instanceof TsigError)) throw error;
      const reason =
        error.code === "unsigned"
          ? "expected a TSIG or SIG(0)"
          : error.fromPeer
            ? "tsig indicates error"
            : error.code === "BADTIME"
              ? "clock skew"
              : "tsig verify failure";
      this.#report.warning(`;; Couldn't verify signature: ${reason}`);
      return false;
    }
  }

  /** What the answer is next to the query; keeps the server's cookie. */
  factsOf(lookup: Lookup, { message: query }: Sent, reply: Message, server: NamedServer): MessageFacts {
    const asked = query.edns?.options.find(({ code }) => code === COOKIE)?.data;
    const got = reply.edns?.options.find(({ code }) => code === COOKIE)?.data;
    const base = { askedWithEdns: query.edns !== undefined, askedWithDnssec: lookup.dnssec };
    if (asked === undefined || got === undefined) return base;
    const isOurs = Buffer.compare(asked.subarray(0, CLIENT_COOKIE_BYTES), got.subarray(0, CLIENT_COOKIE_BYTES)) === 0;
    if (isOurs && got.length > CLIENT_COOKIE_BYTES) {
      this.#serverCookies.set(keyOf(server), Uint8Array.from(got.subarray(CLIENT_COOKIE_BYTES)));
    }
    return { ...base, cookie: !isOurs ? "bad" : got.length === CLIENT_COOKIE_BYTES ? "echoed" : "good" };
  }

  async #overUdp(lookup: Lookup, { bytes }: Sent, server: NamedServer): Promise<Uint8Array> {
    return exchangeOverUdp(this.world, bytes, server, {
      timeoutMs: lookup.timeoutMs,
      local: this.globals.local,
      // dig takes more than a resolver does: it is a tool to look at what servers do.
      accepts: (match, reply) => {
        const hasHeader = reply.length >= HEADER_BYTES;
        if (match === "answer" || match === "case") return true;
        if (!hasHeader || idOf(reply) !== idOf(bytes)) return false;
        return match === "not-a-response" || (reply[4] === 0 && reply[5] === 0);
      },
      stray: (reply, match) => this.#sayStray(bytes, reply, match),
    });
  }

  #sayStray(query: Uint8Array, reply: Uint8Array, match: Match): void {
    if (reply.length < HEADER_BYTES) return this.#report.warning(";; Warning: short (< header size) message received");
    if (match === "id" || idOf(query) !== idOf(reply)) {
      return this.#report.warning(`;; Warning: ID mismatch: expected ID ${idOf(query)}, got ${idOf(reply)}`);
    }
    const { message } = readMessage(reply);
    for (const { name, type, class: questionClass } of message.questions) {
      const text = `${name.toString().replace(/(?<=.)\.$/, "")}/${typeText(type)}/${classText(questionClass)}`;
      this.#report.warning(`;; ;; Question section mismatch: got ${text}`);
    }
  }

  async #overTcp(lookup: Lookup, { bytes }: Sent, server: NamedServer): Promise<Uint8Array> {
    const { timeoutMs } = lookup;
    const local = this.globals.local;
    if (lookup.keepOpen) {
      const options = { tcp: true, keepId: true, timeoutMs, ...(local === undefined ? {} : { local }) };
      return (await this.#client.query(bytes, server, options)).bytes;
    }
    const stream = await this.open(lookup, bytes, server);
    try {
      return await stream.next();
    } finally {
      stream.stop();
    }
  }

  /** A connection with the query sent. Throws ConnectionError when there is none. */
  async open(lookup: Lookup, bytes: Uint8Array, server: NamedServer): Promise<MessageStream> {
    try {
      const { timeoutMs } = lookup;
      return await MessageStream.open(this.world, bytes, server, { timeoutMs, local: this.globals.local });
    } catch (error) {
      throw error instanceof UpstreamError ? new ConnectionError(error) : error;
    }
  }

  #sayFailure(error: UpstreamError, name: Name, server: NamedServer, tcp: boolean): void {
    const where = serverText(server);
    const isSetup = !tcp && error.code === "network";
    this.#wasToldSo = error instanceof ConnectionError || isSetup;
    if (this.#wasToldSo) {
      const what = isSetup ? "UDP setup with" : "Connection to";
      this.#report.noConnection(`;; ${what} ${where} for ${nameText(name)} failed: ${reasonOf(error)}.`);
    } else {
      this.#report.warning(`;; communications error to ${server.address}#${server.port}: ${reasonOf(error)}`);
    }
  }

  /** Says that no server has answered, where the last try has not. */
  giveUp(): void {
    if (!this.#wasToldSo) this.#report.unreachable();
  }

  /** Says what went wrong on a connection. */
  sayFailure(error: UpstreamError, name: Name, server: NamedServer): void {
    this.#sayFailure(error, name, server, true);
  }

  #nowSeconds(): number {
    return Math.floor(this.world.clock.now() / 1000);
  }
}

/** No connection came about, which dig says in other words than that one has ended. */
class ConnectionError extends UpstreamError {
  constructor(cause: UpstreamError) {
    super(cause.code, cause.server, { cause: cause.cause });
  }
}

/** dig shows a query before it is padded. */
function withoutPadding(message: Message): Message {
  const { edns } = message;
  if (edns === undefined) return message;
  const options = edns.options.map((option) =>
    option.code === PADDING ? { ...option, data: new Uint8Array(0) } : option,
  );
  return { ...message, edns: { ...edns, options } };
}

export function serverText({ address, port, name }: NamedServer): string {
  return `${address}#${port}(${name})`;
}

function keyOf({ address, port }: NamedServer): string {
  return `${address}#${port}`;
}

/** dig shows names in messages about servers without their last dot. */
function nameText(name: Name): string {
  return name.isRoot ? "." : name.toString().slice(0, -1);
}

const SYSTEM_REASONS: Readonly<Record<string, string>> = {
  EADDRNOTAVAIL: "address not available",
  EADDRINUSE: "address in use",
  EHOSTUNREACH: "host unreachable",
  ENETUNREACH: "network unreachable",
  EACCES: "permission denied",
  EPERM: "permission denied",
};

function reasonOf(error: UpstreamError): string {
  switch (error.code) {
    case "timeout":
      return "timed out";
    case "refused":
      return "connection refused";
    case "closed":
      return systemCode(error.cause) === "ECONNRESET" ? "connection reset" : "end of file";
    case "bad-reply":
      return "unexpected end of input";
    default:
      return SYSTEM_REASONS[systemCode(error.cause) ?? ""] ?? "network unreachable";
  }
}
