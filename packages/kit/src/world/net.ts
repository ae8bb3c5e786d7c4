/**
 * TCP and UDP with the least that servers need, shaped so that the real network costs nothing over `node:net`:
 * one handler object per connection, no streams, no promises on the path of data.
 */
import type { TlsConnectOptions, TlsListenOptions } from "./tls.ts";

export interface Address {
  /** Numeric IPv4 or IPv6 address; for unix sockets, the path. */
  readonly address: string;
  /** 0 for unix sockets. */
  readonly port: number;
}

/** What a connection tells its owner. Called from the event loop, never from inside one of the owner's own calls. */
export interface ConnectionHandler {
  /**
   * True: `data` is done with its chunk when it returns, so that the network may read into the same memory again, which spares an
   * allocation a read. Asked for with every chunk.
   */
  readonly borrows?: boolean;
  /** Bytes arrived. `chunk` may be kept, as it is not reused, unless the handler `borrows`. */
  data(chunk: Buffer): void;
  /** The peer has finished sending; the other direction stays open. */
  end(): void;
  /** After `write` returned false: everything written has left. */
  drain(): void;
  /** Once, last. `error` says why when it was not an orderly end. No handler is called afterwards. */
  close(error?: Error): void;
}

export interface Connection {
  readonly local: Address;
  readonly remote: Address;
  /** Sets who is told what happens, and starts the flow of data. Setting it again hands the connection over (an upgrade). */
  handle(handler: ConnectionHandler): void;
  /**
   * Queues bytes to send; they must not change afterwards. Returns false when more than the high-water mark is
   * queued: go on after `drain`. A string goes out as Latin-1.
   */
  write(bytes: Uint8Array | string): boolean;
  /** Holds writes back so that several leave in one system call … */
  cork(): void;
  /** … with this. Calls nest. */
  uncork(): void;
  /** Bytes queued and not yet handed to the system. */
  readonly queuedBytes: number;
  /** Stops `data` calls; a chunk that is already on its way may still arrive. The peer feels it through back-pressure. */
  pause(): void;
  resume(): void;
  /** Sends what is queued, then ends our direction. */
  end(): void;
  /** Drops the connection at once, queued bytes included. */
  destroy(error?: Error): void;
  /** Drops the connection with a TCP reset. */
  reset(): void;
  setNoDelay(on: boolean): void;
  /** TCP keep-alive probes after `idleMs` of silence; 0 turns them off. */
  setKeepAlive(idleMs: number): void;
}

export interface Listener {
  readonly address: Address;
  /** Stops accepting. Connections that are open stay open. Resolves when the port is free. */
  close(): Promise<void>;
  /** Lets the process end although the listener is open. */
  unref(): void;
  /** Only of a listener that speaks TLS: connections from now on are met with these. Throws as `listen` rejects, and then nothing has changed. */
  renewTls?(options: TlsListenOptions): void;
}

/** Where to listen: a TCP port (0 picks a free one) or a unix socket. */
export interface ListenOptions {
  readonly host?: string;
  readonly port?: number;
  /** Unix socket path, instead of host and port. */
  readonly path?: string;
  /** Permissions of the socket file, like 0o700; without it, what the process' umask leaves. */
  readonly mode?: number;
  /** Speaks TLS there. The simulated network does not (`ENOTSUP`). */
  readonly tls?: TlsListenOptions;
  readonly backlog?: number;
  /** Shares the port between processes (`SO_REUSEPORT`). */
  readonly reusePort?: boolean;
  /** Of `::`: takes no IPv4 connections, so that 0.0.0.0 may have a door of its own on the same port. */
  readonly ipv6Only?: boolean;
}

export interface ConnectOptions {
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
  /** Gives up with `ETIMEDOUT` after this many milliseconds. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Address to connect from. */
  readonly localAddress?: string;
  /** Speaks TLS. `timeoutMs` includes the handshake. */
  readonly tls?: TlsConnectOptions;
}

export interface DatagramSocket {
  readonly address: Address;
  /**
   * Sends one datagram to a numeric address. Losing it is not an error. True: `bytes` have left and may be written over; false: the system's
   * buffer is full, and they must stay as they are.
   */
  send(bytes: Uint8Array, to: Address): boolean;
  close(): Promise<void>;
  unref(): void;
}

export interface DatagramHandler {
  /** `bytes` may be kept. */
  message(bytes: Buffer, from: Address): void;
  error?(error: Error): void;
}

export interface BindOptions {
  readonly host?: string;
  readonly port?: number;
  readonly reusePort?: boolean;
  /** Of `::`: takes no IPv4 datagrams, so that 0.0.0.0 may be bound on the same port. */
  readonly ipv6Only?: boolean;
  /** Room that is asked of the system for datagrams that nobody has read yet; it may give less. */
  readonly receiveBufferBytes?: number;
  /**
   * Whom to talk to, and nobody else: datagrams from elsewhere are not delivered, `send` goes there whatever it says, and where nobody
   * listens the handler's `error` hears of it (`ECONNREFUSED`).
   */
  readonly peer?: Address;
}

export interface Net {
  /** Default host: loopback. Rejects with the system's code (`EADDRINUSE`, `EACCES`, …). The connection is paused until `handle` is called on it. */
  listen(options: ListenOptions, accept: (connection: Connection) => void): Promise<Listener>;
  /** Rejects with the system's code (`ECONNREFUSED`, `ETIMEDOUT`, …). Data waits until `handle` is called. */
  connect(options: ConnectOptions): Promise<Connection>;
  bind(options: BindOptions, handler: DatagramHandler): Promise<DatagramSocket>;
}
