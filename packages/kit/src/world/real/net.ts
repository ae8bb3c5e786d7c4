/**
 * The machine's network: a thin layer over `node:net` and `node:dgram`, and `node:tls` (tls.ts) where it is asked for.
 *
 * Per connection there is one object and one set of listeners, which look the handler up when they are called, so that
 * handing a connection over (an upgrade) is one assignment. Node already holds data back until somebody listens for it;
 * what it does not hold back is an end with an error, so that one is kept here until `handle` is called.
 *
 * What arrives on accepted sockets is read into one buffer that they share (`readTogether`): Node's own way allocates 64 KiB a
 * read, registers it with the garbage collector and passes it through a stream, which costs a fifth of a request that is small.
 * A handler that does not borrow its chunks gets copies.
 *
 * Measured against bare `node:net` in bench/world.ts.
 */
import { createSocket, type Socket as DgramSocket, type SocketOptions } from "node:dgram";
import { chmodSync } from "node:fs";
import {
  connect as connectSocket,
  createServer,
  isIP,
  isIPv6,
  type NetConnectOpts,
  Socket,
  type SocketConstructorOpts,
} from "node:net";
import type {
  Address,
  BindOptions,
  ConnectOptions,
  Connection,
  ConnectionHandler,
  DatagramHandler,
  DatagramSocket,
  Listener,
  ListenOptions,
  Net,
} from "../net.ts";
import type { ConnectionOptions } from "node:tls";
import type { TlsConnectOptions } from "../tls.ts";
import type { TlsDoor } from "./tls.ts";

const LOOPBACK = "127.0.0.1";

/** Stands in once `close` has been called, so that nothing reaches the owner afterwards. */
const NOBODY: ConnectionHandler = { data() {}, end() {}, drain() {}, close() {} };

/** As much as libuv asks for in one read. */
const READ_BYTES = 64 * 1024;

/** Where accepted sockets read to, and the beginning of it as it was last passed on: lengths repeat. Made by the first server. */
let together: Buffer | undefined;
let lastRead: Buffer | undefined;

/** What `node:net` gives no types for: a socket's handle, which Node hands from one `Socket` to another by this option too. */
interface HandleOwner {
  _handle: object | null;
}
type AdoptSocket = new (
  options: Omit<SocketConstructorOpts, "handle"> & { handle: object; manualStart: boolean },
) => Socket;

/**
 * Lets a socket that was accepted and has not begun to read do so into the shared buffer, as clients can by the option `onread`, which
 * servers lack: a second `Socket` takes over the handle. `read` gets how many bytes lie in `together`.
 */
function readTogether(accepted: Socket, read: (bytes: number) => void): Socket {
  const { _handle: handle } = accepted as unknown as HandleOwner;
  if (handle === null) return accepted;
  (accepted as unknown as HandleOwner)._handle = null;
  together ??= Buffer.allocUnsafeSlow(READ_BYTES);
  return new (Socket as unknown as AdoptSocket)({
    handle,
    manualStart: true,
    allowHalfOpen: true,
    onread: {
      buffer: together,
      callback: (bytes) => {
        read(bytes);
        return true;
      },
    },
  });
}

class RealConnection implements Connection {
  readonly local: Address;
  readonly remote: Address;
  readonly #socket: Socket;
  readonly #encrypted: boolean;
  #handler: ConnectionHandler | undefined;
  #paused = false;
  #ending = false;
  /** Ending, destroyed or closed: what is written now goes nowhere. Kept here because Node's own getters cost on every write. */
  #mute = false;
  #closed = false;
  #error: Error | undefined;

  /** `kind` "accepted": the socket comes from a server that was told `pauseOnConnect`; "encrypted": it is one of `node:tls`. */
  constructor(socket: Socket, path: string | undefined, kind: "accepted" | "made" | "encrypted") {
    this.#encrypted = kind === "encrypted";
    if (kind === "accepted") socket = readTogether(socket, (bytes) => this.#read(bytes));
    this.#socket = socket;
    if (path === undefined) {
      this.local = { address: socket.localAddress ?? "", port: socket.localPort ?? 0 };
      this.remote = { address: socket.remoteAddress ?? "", port: socket.remotePort ?? 0 };
    } else {
      this.local = this.remote = { address: path, port: 0 };
    }
    socket.on("error", (error) => {
      this.#error = error;
    });
    socket.on("close", () => {
      this.#closed = this.#mute = true;
      if (this.#handler !== undefined) this.#tellClose();
    });
  }

  #tellClose(): void {
    const handler = this.#handler!;
    this.#handler = NOBODY;
    handler.close(this.#error);
  }

  handle(handler: ConnectionHandler): void {
    if (this.#handler === NOBODY) return;
    const first = this.#handler === undefined;
    this.#handler = handler;
    if (!first) return;
    const socket = this.#socket;
    if (this.#closed) {
      process.nextTick(() => this.#tellClose());
      return;
    }
    socket.on("end", () => this.#handler!.end());
    socket.on("drain", () => this.#handler!.drain());
    if (this.#paused) socket.pause();
    socket.on("data", (chunk: Buffer) => this.#handler!.data(chunk));
    // Node starts the flow by itself only where nobody told it to wait.
    if (!this.#paused) socket.resume();
  }

  /** Hot: `bytes` bytes were read into `together`. */
  #read(bytes: number): void {
    const handler = this.#handler!;
    if (lastRead?.length !== bytes) lastRead = together!.subarray(0, bytes);
    handler.data(handler.borrows === true ? lastRead : Buffer.from(lastRead));
  }

  write(bytes: Uint8Array | string): boolean {
    if (this.#mute) return false;
    return typeof bytes === "string" ? this.#socket.write(bytes, "latin1") : this.#socket.write(bytes);
  }

  cork(): void {
    this.#socket.cork();
  }

  uncork(): void {
    this.#socket.uncork();
  }

  get queuedBytes(): number {
    return this.#socket.writableLength;
  }

  pause(): void {
    this.#paused = true;
    if (this.#handler !== undefined) this.#socket.pause();
  }

  resume(): void {
    this.#paused = false;
    // Flowing without a listener would throw the data away; `handle` starts the flow.
    if (this.#handler !== undefined) this.#socket.resume();
  }

  end(): void {
    if (this.#mute) return;
    this.#ending = this.#mute = true;
    this.#socket.end();
  }

  destroy(error?: Error): void {
    this.#mute = true;
    this.#socket.destroy(error);
  }

  reset(): void {
    const socket = this.#socket;
    this.#mute = true;
    // A unix socket knows no reset, TLS has none that could not be forged, and libuv refuses one (EINVAL) while our own shutdown is
    // still under way.
    const shuttingDown = this.#ending && !socket.writableFinished;
    if (this.remote.port === 0 || this.#encrypted || shuttingDown) socket.destroy();
    else if (!socket.destroyed) socket.resetAndDestroy();
  }

  setNoDelay(on: boolean): void {
    this.#socket.setNoDelay(on);
  }

  setKeepAlive(idleMs: number): void {
    this.#socket.setKeepAlive(idleMs > 0, idleMs);
  }
}

async function listen(options: ListenOptions, accept: (connection: Connection) => void): Promise<Listener> {
  const { path, mode, host = LOOPBACK, port = 0, backlog, reusePort, ipv6Only, tls } = options;
  let door: TlsDoor | undefined;
  if (tls !== undefined) {
    // Loaded by whom it serves: OpenSSL's bindings take milliseconds of the start of every other server.
    const { TlsDoor } = await import("./tls.ts");
    door = new TlsDoor(tls, (socket) => accept(new RealConnection(socket, path, "encrypted")));
  }
  return await new Promise((resolve, reject) => {
    const server = createServer(
      { allowHalfOpen: true, noDelay: true, pauseOnConnect: door === undefined },
      (socket) => {
        if (door === undefined) accept(new RealConnection(socket, path, "accepted"));
        else door.meet(socket);
      },
    );
    server.once("error", reject);
    server.listen(
      {
        ...(path === undefined ? { host, port } : { path }),
        ...(backlog === undefined ? {} : { backlog }),
        ...(reusePort === undefined ? {} : { reusePort }),
        ...(ipv6Only === undefined ? {} : { ipv6Only }),
      },
      () => {
        server.off("error", reject);
        if (path !== undefined && mode !== undefined) chmodSync(path, mode);
        // From here on only accept(2) can fail (EMFILE and the like): that connection is lost, the listener stays.
        server.on("error", () => {});
        const bound = server.address();
        const address =
          bound === null || typeof bound === "string"
            ? { address: path ?? "", port: 0 }
            : { address: bound.address, port: bound.port };
        resolve({
          address,
          // Node's own callback waits for every connection to end; the port is free one turn of the event loop from now.
          close: () =>
            new Promise((closed) => {
              if (server.listening) server.close();
              setImmediate(closed);
            }),
          unref: () => void server.unref(),
          ...(door === undefined ? {} : { renewTls: (renewed) => door.renew(renewed) }),
        });
      },
    );
  });
}

async function connect(options: ConnectOptions): Promise<Connection> {
  const { path, host = LOOPBACK, port = 0, timeoutMs, signal, localAddress, tls } = options;
  signal?.throwIfAborted();
  const target =
    path === undefined ? { host, port, ...(localAddress === undefined ? {} : { localAddress }) } : { path };
  const socket =
    tls === undefined
      ? connectSocket({ ...target, allowHalfOpen: true, noDelay: true })
      : await connectSecurely(target, tls);
  return await new Promise((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      socket.off("error", fail);
      socket.off("end", cutOff);
      socket.off(established, succeed);
    };
    const fail = (error: unknown): void => {
      settle();
      socket.on("error", () => {});
      socket.destroy();
      reject(error);
    };
    const succeed = (): void => {
      settle();
      resolve(new RealConnection(socket, path, tls === undefined ? "made" : "encrypted"));
    };
    const abort = (): void => fail(signal!.reason);
    const where = path ?? `${host}:${port}`;
    const established = tls === undefined ? "connect" : "secureConnect";
    // The peer may end instead of shaking hands; Node, told that halves may stay open, would wait.
    const cutOff = (): void => fail(callError("ECONNRESET", `${where} ended before TLS was established`));
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => fail(callError("ETIMEDOUT", `${where} after ${timeoutMs} ms`)), timeoutMs);
    signal?.addEventListener("abort", abort, { once: true });
    socket.once("error", fail);
    if (tls !== undefined) socket.once("end", cutOff);
    socket.once(established, succeed);
  });
}

async function connectSecurely(target: NetConnectOpts, options: TlsConnectOptions): Promise<Socket> {
  const [{ connect: connectTls }, { connectOptions }] = await Promise.all([import("node:tls"), import("./tls.ts")]);
  // `allowHalfOpen` is documented, and missing in the types.
  const all: ConnectionOptions = Object.assign(connectOptions(options), target, { allowHalfOpen: true });
  return connectTls(all).setNoDelay(true);
}

function callError(code: string, reason: string): Error {
  return Object.assign(new Error(`connect ${code} ${reason}`), { code, syscall: "connect" });
}

/** What the system did not take at once waits in libuv's queue; beyond this much, datagrams are lost, as they are elsewhere. */
const MAX_QUEUED_BYTES = 4 * 1024 * 1024;

/**
 * Node looks an address up before each datagram, numeric ones too, which takes a request to the resolver and another turn of the event loop's
 * queue. Here it is numeric by contract, so the answer is there at once. Hot: the family is not looked at any more, and a constant.
 */
const NUMERIC: NonNullable<SocketOptions["lookup"]> = (address, _options, found) => found(null, address, 4);

class RealDatagramSocket implements DatagramSocket {
  readonly address: Address;
  readonly #socket: DgramSocket;
  readonly #isConnected: boolean;
  #open = true;

  constructor(socket: DgramSocket, handler: DatagramHandler, isConnected: boolean) {
    this.#socket = socket;
    this.#isConnected = isConnected;
    const { address, port } = socket.address();
    this.address = { address, port };
    socket.on("error", (error) => {
      if (this.#open) handler.error?.(error);
    });
    socket.on("message", (bytes, from) => {
      if (this.#open) handler.message(bytes, from);
    });
  }

  /** Hot. Without a callback Node makes no promise of telling, and so no request either when the system takes the bytes at once. */
  send(bytes: Uint8Array, to: Address): boolean {
    const socket = this.#socket;
    if (!this.#open || socket.getSendQueueSize() > MAX_QUEUED_BYTES) return true;
    if (this.#isConnected) socket.send(bytes);
    else socket.send(bytes, to.port, to.address);
    return socket.getSendQueueCount() === 0;
  }

  close(): Promise<void> {
    return new Promise((closed) => {
      if (!this.#open) return closed();
      this.#open = false;
      this.#socket.close(() => closed());
    });
  }

  unref(): void {
    this.#socket.unref();
  }
}

function bind(options: BindOptions, handler: DatagramHandler): Promise<DatagramSocket> {
  const { host = LOOPBACK, port = 0, reusePort, ipv6Only, receiveBufferBytes, peer } = options;
  return new Promise((resolve, reject) => {
    const socket = createSocket({
      type: isIPv6(host) ? "udp6" : "udp4",
      ...(isIP(host) === 0 ? {} : { lookup: NUMERIC }),
      ...(reusePort === undefined ? {} : { reusePort }),
      ...(ipv6Only === undefined ? {} : { ipv6Only }),
      ...(receiveBufferBytes === undefined ? {} : { recvBufferSize: receiveBufferBytes }),
    });
    socket.once("error", reject);
    const ready = (): void => {
      socket.off("error", reject);
      resolve(new RealDatagramSocket(socket, handler, peer !== undefined));
    };
    socket.bind({ address: host, port, exclusive: true }, () => {
      if (peer === undefined) ready();
      else socket.connect(peer.port, peer.address, (error?: Error) => (error === undefined ? ready() : reject(error)));
    });
  });
}

/** TCP, unix sockets and UDP of this machine. */
export const realNet: Net = { listen, connect, bind };
