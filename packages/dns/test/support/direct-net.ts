/**
 * A network without a network: what is handed in reaches the server's handlers within the same call, and what they send is collected. A fault
 * in a handler is thrown at whoever sent the packet, so that a fuzzer knows which one it was.
 */
import type {
  Address,
  Connection,
  ConnectionHandler,
  DatagramHandler,
  DatagramSocket,
  Listener,
  Net,
} from "@tenon/kit";

const CLIENT: Address = { address: "127.0.0.1", port: 54_321 };
const SERVER: Address = { address: "127.0.0.1", port: 53 };

export class DirectNet implements Net {
  #datagrams: DatagramHandler | undefined;
  #accept: ((connection: Connection) => void) | undefined;
  /** Datagrams that were sent and not yet taken. */
  #sent: Buffer[] = [];

  bind(_options: unknown, handler: DatagramHandler): Promise<DatagramSocket> {
    this.#datagrams = handler;
    return Promise.resolve({
      address: SERVER,
      send: (bytes) => {
        this.#sent.push(Buffer.from(bytes));
        return true;
      },
      close: () => Promise.resolve(),
      unref() {},
    });
  }

  listen(_options: unknown, accept: (connection: Connection) => void): Promise<Listener> {
    this.#accept = accept;
    return Promise.resolve({ address: SERVER, close: () => Promise.resolve(), unref() {} });
  }

  connect(): Promise<Connection> {
    return Promise.reject(Object.assign(new Error("nobody is there"), { code: "ECONNREFUSED" }));
  }

  /** One datagram to the server. */
  deliver(bytes: Uint8Array): void {
    this.#datagrams!.message(Buffer.from(bytes), CLIENT);
  }

  /** What the server has sent since the last call. */
  takeSent(): Buffer[] {
    const sent = this.#sent;
    this.#sent = [];
    return sent;
  }

  /** A TCP connection to the server. */
  open(): DirectConnection {
    const connection = new DirectConnection();
    this.#accept!(connection);
    return connection;
  }
}

export class DirectConnection implements Connection {
  readonly local: Address = SERVER;
  readonly remote: Address = CLIENT;
  readonly queuedBytes = 0;
  isOpen = true;
  #handler: ConnectionHandler | undefined;
  #sent: Buffer[] = [];

  /** As it comes from the client. */
  deliver(chunk: Buffer): void {
    if (this.isOpen) this.#handler!.data(chunk);
  }

  /** The messages, without their length fields. Throws when one is not whole. */
  takeMessages(): Buffer[] {
    const bytes = Buffer.concat(this.#sent);
    this.#sent = [];
    const messages: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += 2 + bytes.readUInt16BE(at)) {
      const message = bytes.subarray(at + 2, at + 2 + bytes.readUInt16BE(at));
      if (message.length < bytes.readUInt16BE(at)) throw new Error("the server has sent a part of a message");
      messages.push(message);
    }
    return messages;
  }

  /** The client goes away. */
  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#handler!.close();
  }

  handle(handler: ConnectionHandler): void {
    this.#handler = handler;
  }
  write(bytes: Uint8Array | string): boolean {
    this.#sent.push(Buffer.from(bytes as Uint8Array));
    return true;
  }
  cork(): void {}
  uncork(): void {}
  pause(): void {}
  resume(): void {}
  end(): void {
    this.close();
  }
  destroy(): void {
    this.close();
  }
  reset(): void {
    this.close();
  }
  setNoDelay(): void {}
  setKeepAlive(): void {}
}
