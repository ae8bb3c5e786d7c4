/**
 * The asking side: a query's bytes to a server, the answer's back. Forwarders, dig, UPDATE and secondaries ask through it.
 *
 * Against forgers (RFC 5452): every query over UDP has a port and an id of its own, at every attempt anew, upper and lower case at random
 * where asked for, and what does not fit is passed over without ending the wait. An answer that fits but for the case, and one that is
 * truncated, is asked for again over TCP, which nobody forges from afar. TCP connections are shared and kept for a while.
 */
import type { Address, World } from "@tenon/kit";
import { DnsError } from "../errors.ts";
import { decodeMessage } from "../message/decode.ts";
import type { Message } from "../message/message.ts";
import { UpstreamError } from "./errors.ts";
import { idOf, isTruncated, type Match, randomiseCase, restoreQuestion, setId } from "./matching.ts";
import { MessageStream } from "./message-stream.ts";
import { TcpLine } from "./tcp-line.ts";
import { exchangeOverUdp } from "./udp-exchange.ts";

export const DEFAULT_TIMEOUT_MS = 5000;

export interface UpstreamQueryOptions {
  /** Asks over TCP at once. */
  readonly tcp?: boolean;
  /** Of one attempt, connecting included. Default 5000. */
  readonly timeoutMs?: number;
  /** How often a query is sent over UDP before "timeout". Default 1. */
  readonly attempts?: number;
  /** Gives the query's own id out, and the same at every attempt: a message that is signed needs it. Default: a random one each time. */
  readonly keepId?: boolean;
  /** Upper and lower case at random in the question's name (0x20). */
  readonly randomCase?: boolean;
  /** Hands truncated answers out as they are. */
  readonly ignoreTruncation?: boolean;
  /** Asks from here; port 0 or none: from any. */
  readonly local?: Address;
  /** Rejects with its reason. */
  readonly signal?: AbortSignal;
  /** Told of datagrams that are passed over. */
  readonly stray?: (bytes: Uint8Array, match: Match) => void;
}

export interface Reply {
  /** Decoded, with the id and the question as asked. */
  readonly message: Message;
  /** The same as bytes. */
  readonly bytes: Uint8Array;
  readonly tcp: boolean;
  /** From sending the attempt that was answered. */
  readonly elapsedMs: number;
  readonly server: Address;
}

export class UpstreamClient {
  readonly #world: World;
  readonly #lines = new Map<string, TcpLine[]>();
  #ids: Uint8Array = new Uint8Array(0);
  #nextId = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** Asks `server`. `query` is not changed. Rejects with UpstreamError, or with the signal's reason. */
  async query(query: Uint8Array, server: Address, options: UpstreamQueryOptions = {}): Promise<Reply> {
    const { clock } = this.#world;
    if (options.tcp !== true) {
      const startMs = clock.monotonic();
      const { bytes, match, waitedMs } = await this.#overUdp(query, server, options);
      const isWhole = options.ignoreTruncation === true || !isTruncated(bytes);
      const elapsedMs = clock.monotonic() - startMs - waitedMs;
      if (match === "answer" && isWhole) return finished(query, bytes, { tcp: false, elapsedMs, server });
    }
    const startMs = clock.monotonic();
    const bytes = await this.#overTcp(query, server, options);
    return finished(query, bytes, { tcp: true, elapsedMs: clock.monotonic() - startMs, server });
  }

  /**
   * Asks over a connection of its own what has more than one message for an answer (AXFR, IXFR), and hands the messages with the query's
   * id out as they come, undecoded, valid until the next. Whoever has seen the last one just stops. Throws UpstreamError: `timeoutMs` is
   * the longest silence, and the end of the connection is always "closed".
   */
  async *stream(
    query: Uint8Array,
    server: Address,
    options: Pick<UpstreamQueryOptions, "timeoutMs" | "local" | "signal"> = {},
  ): AsyncGenerator<Uint8Array, never> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS, local, signal } = options;
    const stream = await MessageStream.open(this.#world, query, server, { timeoutMs, local, signal });
    try {
      for (;;) yield await stream.next();
    } finally {
      stream.stop();
    }
  }

  /** Ends idle and busy connections; what waits on them rejects. */
  close(): void {
    for (const lines of this.#lines.values()) for (const line of [...lines]) line.end();
  }

  /** Two bytes from the source of keys. */
  randomId(): number {
    if (this.#nextId >= this.#ids.length) {
      this.#ids = this.#world.random.bytes(ID_POOL_BYTES);
      this.#nextId = 0;
    }
    this.#nextId += 2;
    return (this.#ids[this.#nextId - 2]! << 8) | this.#ids[this.#nextId - 1]!;
  }

  /** A copy to send: with its own id, and case. */
  #prepared(query: Uint8Array, { keepId = false, randomCase = false }: UpstreamQueryOptions): Uint8Array {
    const copy = Uint8Array.from(query);
    if (!keepId) setId(copy, this.randomId());
    if (randomCase) randomiseCase(copy, (length) => this.#world.random.bytes(length));
    return copy;
  }

  /** `waitedMs`: for attempts that were not answered. */
  async #overUdp(
    query: Uint8Array,
    server: Address,
    options: UpstreamQueryOptions,
  ): Promise<{ bytes: Uint8Array; match: Match; waitedMs: number }> {
    const { attempts = 1, timeoutMs = DEFAULT_TIMEOUT_MS, randomCase = false, local, signal, stray } = options;
    for (let attempt = 1; ; attempt++) {
      let match: Match = "answer";
      const accepts = (found: Match): boolean => {
        match = found;
        return found === "answer" || (found === "case" && randomCase);
      };
      try {
        const sent = this.#prepared(query, options);
        const bytes = await exchangeOverUdp(this.#world, sent, server, { timeoutMs, local, signal, stray, accepts });
        return { bytes, match, waitedMs: (attempt - 1) * timeoutMs };
      } catch (error) {
        if (!(error instanceof UpstreamError) || error.code !== "timeout" || attempt >= attempts) throw error;
      }
    }
  }

  async #overTcp(query: Uint8Array, server: Address, options: UpstreamQueryOptions): Promise<Uint8Array> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
    const { clock } = this.#world;
    const deadlineMs = clock.monotonic() + timeoutMs;
    for (;;) {
      const sent = this.#prepared(query, { ...options, randomCase: false });
      const line = await this.#line(sent, server, options, deadlineMs);
      const answeredBefore = line.answered;
      const timer = clock.setTimeout(
        () => line.forget(sent, new UpstreamError("timeout", server)),
        Math.max(0, deadlineMs - clock.monotonic()),
      );
      const abort = (): void => line.forget(sent, signal!.reason);
      signal?.addEventListener("abort", abort, { once: true });
      try {
        return await line.ask(sent);
      } catch (error) {
        // Its other side may end a connection just when we use it again (RFC 7766 §6.2.4): that is no answer, so a new one is opened.
        const wasShared = error instanceof UpstreamError && error.code === "closed" && answeredBefore > 0;
        if (!wasShared) throw error;
      } finally {
        timer.close();
        signal?.removeEventListener("abort", abort);
      }
    }
  }

  /** A connection on which `query` can go out. */
  async #line(
    query: Uint8Array,
    server: Address,
    { local, signal, keepId = false }: UpstreamQueryOptions,
    deadlineMs: number,
  ): Promise<TcpLine> {
    const key = `${server.address} ${server.port} ${local?.address ?? ""}`;
    const lines = this.#lines.get(key) ?? [];
    for (const line of lines) {
      for (let tries = 0; !keepId && tries < ID_TRIES && !line.takes(idOf(query)); tries++)
        setId(query, this.randomId());
      if (line.takes(idOf(query))) return line;
    }
    const timeoutMs = Math.max(1, deadlineMs - this.#world.clock.monotonic());
    const opened = await TcpLine.open(this.#world, server, { timeoutMs, local, signal }, (line) => {
      const rest = (this.#lines.get(key) ?? []).filter((other) => other !== line);
      if (rest.length === 0) this.#lines.delete(key);
      else this.#lines.set(key, rest);
    });
    this.#lines.set(key, [...(this.#lines.get(key) ?? []), opened]);
    return opened;
  }
}

const ID_POOL_BYTES = 512;
/** Of 65536 ids at most 100 are taken. */
const ID_TRIES = 8;

/** The reply as the asker of `query` is to see it. Throws UpstreamError("bad-reply"). */
function finished(query: Uint8Array, bytes: Uint8Array, facts: Omit<Reply, "message" | "bytes">): Reply {
  try {
    restoreQuestion(bytes, query);
    return { message: decodeMessage(bytes), bytes, ...facts };
  } catch (cause) {
    if (!(cause instanceof DnsError)) throw cause;
    throw new UpstreamError("bad-reply", facts.server, { cause, bytes });
  }
}
