/** One question over UDP, from a socket of its own: its port is the system's to draw (RFC 5452 §9.2), one of 28,000 on Linux. */
import type { Address, DatagramHandler, DatagramSocket, World } from "@tenon/kit";
import { UpstreamError } from "./errors.ts";
import { type Match, matchReply } from "./matching.ts";

export interface UdpExchangeOptions {
  readonly timeoutMs: number;
  readonly local?: Address | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether what matches so is taken. What is not taken does not end the wait. */
  readonly accepts: (match: Match, reply: Uint8Array) => boolean;
  /** Told of what is not taken. */
  readonly stray?: ((bytes: Uint8Array, match: Match) => void) | undefined;
}

/** The datagram that answers `query`. Rejects with UpstreamError, or with the signal's reason. */
export async function exchangeOverUdp(
  world: World,
  query: Uint8Array,
  server: Address,
  options: UdpExchangeOptions,
): Promise<Uint8Array> {
  options.signal?.throwIfAborted();
  const exchange = new UdpExchange(query, server, options);
  const timer = world.clock.setTimeout(() => exchange.fail(new UpstreamError("timeout", server)), options.timeoutMs);
  const abort = (): void => exchange.fail(options.signal!.reason);
  options.signal?.addEventListener("abort", abort, { once: true });
  let socket: DatagramSocket | undefined;
  try {
    // Whatever happens meanwhile is kept in the exchange.
    const host = options.local?.address ?? anyAddress(server);
    socket = await world.net.bind({ host, port: options.local?.port ?? 0, peer: server }, exchange);
    socket.send(query, server);
    return await exchange.reply;
  } catch (error) {
    throw error instanceof UpstreamError || options.signal?.aborted ? error : UpstreamError.fromSystem(error, server);
  } finally {
    timer.close();
    options.signal?.removeEventListener("abort", abort);
    void socket?.close();
  }
}

class UdpExchange implements DatagramHandler {
  readonly reply: Promise<Uint8Array>;
  readonly #query: Uint8Array;
  readonly #server: Address;
  readonly #options: UdpExchangeOptions;
  #resolve!: (reply: Uint8Array) => void;
  /** Does nothing once the promise is settled. */
  fail!: (error: unknown) => void;

  constructor(query: Uint8Array, server: Address, options: UdpExchangeOptions) {
    this.#query = query;
    this.#server = server;
    this.#options = options;
    this.reply = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.fail = reject;
    });
    // It may fail before anybody waits for it.
    this.reply.catch(() => {});
  }

  message(bytes: Buffer): void {
    const match = matchReply(this.#query, bytes);
    if (this.#options.accepts(match, bytes)) this.#resolve(bytes);
    else this.#options.stray?.(bytes, match);
  }

  error(error: Error): void {
    this.fail(UpstreamError.fromSystem(error, this.#server));
  }
}

/** Every address of the machine, in the family of `server`. */
export function anyAddress(server: Address): string {
  return server.address.includes(":") ? "::" : "0.0.0.0";
}
