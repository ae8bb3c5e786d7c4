/**
 * The UDP door: a datagram in, a datagram out.
 *
 * Between the socket's message and the answer there is nothing but the answerer. Answers are written to one buffer, and the view of it that
 * the socket wants is kept by its length, as lengths repeat; so a query that is answered at once allocates nothing here.
 * Measured in bench/serving.ts against Node's bare echo.
 */
import type { Address, DatagramHandler, DatagramSocket, Net } from "@tenon/kit";
import { type Client, NOT_HERE } from "../authority/authority.ts";
import { MAX_MESSAGE_BYTES } from "../wire/writer.ts";
import { type Answerer, failure } from "./answerer.ts";

/** Asked of the system for queries that wait to be read: bursts of a few ten thousand. It may give less. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
/** Queries whose answers are being waited for; those above are dropped, as a full socket drops them. */
export const MAX_UDP_IN_FLIGHT = 10_000;
/** Views of answers up to this length are kept. */
const MAX_KEPT_VIEW = 4096;

export interface UdpAddress {
  readonly host: string;
  readonly port: number;
  readonly ipv6Only?: boolean;
}

export class UdpDoor implements DatagramHandler {
  readonly #answerer: Answerer;
  readonly #client: { address: string; port: number; tcp: boolean } = { address: "", port: 0, tcp: false };
  #out = new Uint8Array(MAX_MESSAGE_BYTES);
  #views: (Uint8Array | undefined)[] = [];
  #socket!: DatagramSocket;
  #inFlight = 0;
  /** Resolves `close`'s wait for answers that are under way. */
  #emptied: (() => void) | undefined;

  /** Rejects with the system's code. */
  static async open(net: Net, { host, port, ipv6Only }: UdpAddress, answerer: Answerer): Promise<UdpDoor> {
    const door = new UdpDoor(answerer);
    door.#socket = await net.bind(
      { host, port, receiveBufferBytes: RECEIVE_BUFFER_BYTES, ...(ipv6Only === undefined ? {} : { ipv6Only }) },
      door,
    );
    return door;
  }

  private constructor(answerer: Answerer) {
    this.#answerer = answerer;
  }

  get address(): Address {
    return this.#socket.address;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Hot. */
  message(bytes: Uint8Array, from: Address): void {
    // Nobody can be answered there; such a sender is forged.
    if (from.port === 0) return;
    const client = this.#client;
    client.address = from.address;
    client.port = from.port;
    const out = this.#out;
    const answerer = this.#answerer;
    let length: number;
    try {
      length = answerer.answer(bytes, bytes.length, client, out);
    } catch (error) {
      length = failure(answerer, error, bytes, bytes.length, out);
    }
    if (length === NOT_HERE) return this.#answerSlowly(bytes, from);
    answerer.observe(bytes, bytes.length, client, out, length);
    if (length === 0) return;
    if (this.#socket.send(this.#view(length), from)) return;
    // The system holds on to these bytes for now.
    this.#out = new Uint8Array(MAX_MESSAGE_BYTES);
    this.#views = [];
  }

  /** Takes nothing more, waits for answers that are under way, at most as long as `patience` does. */
  async close(patience: Promise<void>): Promise<void> {
    if (this.#inFlight > 0) {
      const emptied = new Promise<void>((resolve) => (this.#emptied = resolve));
      await Promise.race([emptied, patience]);
    }
    await this.#socket.close();
  }

  #view(length: number): Uint8Array {
    if (length > MAX_KEPT_VIEW) return this.#out.subarray(0, length);
    return (this.#views[length] ??= this.#out.subarray(0, length));
  }

  #answerSlowly(bytes: Uint8Array, { address, port }: Address): void {
    // Once `close` waits, what comes is lost, as it would be a moment later.
    if (this.#inFlight >= MAX_UDP_IN_FLIGHT || this.#emptied !== undefined) return;
    this.#inFlight += 1;
    const client: Client = { address, port, tcp: false };
    void this.#answerer.answerSlowly(bytes, client).then((answer) => {
      if (answer instanceof Uint8Array) {
        this.#answerer.observe(bytes, bytes.length, client, answer, answer.length);
        this.#socket.send(answer, client);
      } else {
        this.#answerer.observe(bytes, bytes.length, client, EMPTY, 0);
      }
      this.#inFlight -= 1;
      if (this.#inFlight === 0) this.#emptied?.();
    });
  }
}

const EMPTY = new Uint8Array(0);
