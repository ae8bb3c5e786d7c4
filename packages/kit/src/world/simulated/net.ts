/** The network of one simulated machine: its listeners, its connections and its datagram sockets. */
import { isIP } from "node:net";
import type {
  Address,
  BindOptions,
  ConnectOptions,
  Connection,
  DatagramHandler,
  DatagramSocket,
  Listener,
  ListenOptions,
  Net,
} from "../net.ts";
import { CONNECTING, Lane, type SimulatedNetwork, type Station } from "./network.ts";
import { TcpEnd } from "./tcp.ts";

const LOOPBACK = "127.0.0.1";
const FIRST_EPHEMERAL_PORT = 49_152;
const LAST_PORT = 65_535;
/** 65,535 less the headers of IPv4 and UDP. */
const MAX_DATAGRAM_BYTES = 65_507;

interface OpenListener {
  readonly accept: (connection: Connection) => void;
}

interface OpenSocket {
  readonly handler: DatagramHandler;
  /** The only one that it hears, where it was bound so. */
  readonly peer: Address | undefined;
}

function callError(code: string, syscall: string, where: string, reason?: string): Error {
  const text = reason === undefined ? `${syscall} ${code} ${where}` : `${syscall} ${code}: ${reason} ${where}`;
  const port = /:(\d+)$/.exec(where)?.[1];
  const address = port === undefined ? where : where.slice(0, -port.length - 1);
  return Object.assign(new Error(text), {
    code,
    syscall,
    address,
    ...(port === undefined ? {} : { port: Number(port) }),
  });
}

/** Its keys and nonces come from the machine's randomness, not from a seed: no run could be repeated. */
function noTls(syscall: string): Error {
  return Object.assign(new Error(`${syscall} ENOTSUP: the simulated network does not speak TLS`), {
    code: "ENOTSUP",
    syscall,
  });
}

function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1";
}

function isWildcard(address: string): boolean {
  return address === "0.0.0.0" || address === "::";
}

export class SimulatedNet implements Net, Station {
  readonly address: string;
  up = true;
  readonly #network: SimulatedNetwork;
  readonly #listeners = new Map<string, OpenListener>();
  readonly #sockets = new Map<string, OpenSocket>();
  readonly #ends = new Set<TcpEnd>();
  #nextPort = FIRST_EPHEMERAL_PORT;

  constructor(network: SimulatedNetwork, address: string) {
    this.#network = network;
    this.address = address;
    network.attach(this);
  }

  /** The power goes: everything here is gone and nobody is told. */
  vanish(): void {
    this.up = false;
    this.#listeners.clear();
    this.#sockets.clear();
    for (const end of this.#ends) end.vanish();
    this.#ends.clear();
  }

  resetConnections(peer: string | undefined): void {
    for (const end of [...this.#ends]) {
      const other = isLoopback(end.remote.address) ? this.address : end.remote.address;
      if (peer === undefined || other === peer) end.receiveReset();
    }
  }

  // --------------------------------------------------------------------- TCP

  async listen(options: ListenOptions, accept: (connection: Connection) => void): Promise<Listener> {
    if (options.tls !== undefined) throw noTls("listen");
    const address = options.path === undefined ? this.#bindable(options, "listen", this.#listeners) : undefined;
    const key = address === undefined ? options.path! : keyOf(address);
    if (this.#listeners.has(key) || (address !== undefined && overlaps(this.#listeners, address)))
      throw callError("EADDRINUSE", "listen", key, "address already in use");
    this.#requireUp("listen", key);
    const open: OpenListener = { accept };
    this.#listeners.set(key, open);
    return {
      address: address ?? { address: key, port: 0 },
      close: async () => {
        if (this.#listeners.get(key) === open) this.#listeners.delete(key);
      },
      unref: () => {},
    };
  }

  connect(options: ConnectOptions): Promise<Connection> {
    if (options.tls !== undefined) return Promise.reject(noTls("connect"));
    const { path, host = LOOPBACK, port = 0, timeoutMs, signal, localAddress } = options;
    const where = path ?? `${host}:${port}`;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      this.#requireUp("connect", where);
      const remote = path === undefined ? { address: host === "localhost" ? LOOPBACK : host, port } : undefined;
      if (remote !== undefined && isIP(remote.address) === 0) {
        reject(callError("ENOTFOUND", "getaddrinfo", host));
        return;
      }
      const here = remote === undefined || isLoopback(remote.address) || remote.address === this.address;
      const to = here ? this.address : remote.address;
      if (this.#network.station(to) === undefined) {
        reject(callError("EHOSTUNREACH", "connect", where));
        return;
      }
      const network = this.#network;
      const ownAddress = localAddress ?? (remote !== undefined && isLoopback(remote.address) ? LOOPBACK : this.address);
      const local =
        remote === undefined ? { address: path!, port: 0 } : this.#ephemeral(ownAddress, this.#portsInUse());
      const wires = { from: this.address, to };
      const end = new TcpEnd(network, wires, local, remote ?? local, (gone) => void this.#ends.delete(gone));
      const syn = new Lane(network, wires.from, wires.to, CONNECTING, () =>
        fail(callError("ETIMEDOUT", "connect", where)),
      );
      let settled = false;
      const settle = (): boolean => {
        if (settled) return false;
        settled = true;
        timer?.close();
        signal?.removeEventListener("abort", abort);
        return true;
      };
      const fail = (error: unknown): void => {
        if (!settle()) return;
        syn.close();
        end.reset();
        this.#ends.delete(end);
        reject(error);
      };
      const abort = (): void => fail(signal!.reason);
      const timer =
        timeoutMs === undefined
          ? undefined
          : network.clock.after(timeoutMs, () =>
              fail(callError("ETIMEDOUT", "connect", where, `nobody answered within ${timeoutMs} ms`)),
            );
      signal?.addEventListener("abort", abort, { once: true });
      this.#ends.add(end);
      syn.send("syn", 0, () => {
        const station = network.station(to) as SimulatedNet;
        if (settled) return;
        const back = new Lane(network, to, this.address, CONNECTING, () => {});
        const answered = station.#answer(end, path);
        if (answered === undefined) {
          const code = path === undefined ? "ECONNREFUSED" : "ENOENT";
          back.send("refuse", 0, () => fail(callError(code, "connect", where)));
          return;
        }
        answered.peer = end;
        end.peer = answered;
        answered.greet("syn-ack", () => {
          if (!settle()) return;
          // The listener hears of it with the third packet of the handshake; data comes behind that.
          end.greet("established", () => station.#accepted(answered, path));
          resolve(end);
        });
      });
    });
  }

  /** A connection arrives: our end of it, when somebody listens there. */
  #answer(client: TcpEnd, path: string | undefined): TcpEnd | undefined {
    const local = path === undefined ? client.remote : client.local;
    if (path === undefined ? this.#listening(local) === undefined : !this.#listeners.has(path)) return undefined;
    const to = isLoopback(client.local.address) || path !== undefined ? this.address : client.local.address;
    const wires = { from: this.address, to };
    const end = new TcpEnd(this.#network, wires, local, client.local, (gone) => void this.#ends.delete(gone));
    this.#ends.add(end);
    return end;
  }

  #accepted(end: TcpEnd, path: string | undefined): void {
    if (end.gone) return;
    const listener = path === undefined ? this.#listening(end.local) : this.#listeners.get(path);
    if (listener === undefined) end.reset();
    else listener.accept(end);
  }

  #listening({ address, port }: Address): OpenListener | undefined {
    return lookUp(this.#listeners, address, port);
  }

  // --------------------------------------------------------------------- UDP

  async bind(options: BindOptions, handler: DatagramHandler): Promise<DatagramSocket> {
    const address = this.#bindable(options, "bind", this.#sockets);
    const key = keyOf(address);
    if (overlaps(this.#sockets, address)) throw callError("EADDRINUSE", "bind", key, "address already in use");
    this.#requireUp("bind", key);
    const { peer } = options;
    const socket: OpenSocket = { handler, peer };
    this.#sockets.set(key, socket);
    return {
      address,
      send: (bytes, to) => {
        if (this.#sockets.get(key) === socket) this.#sendDatagram(Buffer.from(bytes), address, peer ?? to, socket);
        return true;
      },
      close: async () => {
        if (this.#sockets.get(key) === socket) this.#sockets.delete(key);
      },
      unref: () => {},
    };
  }

  #sendDatagram(bytes: Buffer, from: Address, to: Address, { handler, peer }: OpenSocket): void {
    const network = this.#network;
    if (bytes.length > MAX_DATAGRAM_BYTES) {
      network.clock.after(0, () => handler.error?.(callError("EMSGSIZE", "send", keyOf(to))));
      return;
    }
    const toLoopback = isLoopback(to.address);
    const host = toLoopback || to.address === this.address ? this.address : to.address;
    const source = isWildcard(from.address) ? (toLoopback ? LOOPBACK : this.address) : from.address;
    const sender = { address: source, port: from.port };
    const { duplicate, reorder, reorderMs } = network.options(this.address, host);
    for (let copies = network.random.chance(duplicate) ? 2 : 1; copies > 0; copies--) {
      if (network.loses(this.address, host)) {
        network.trace.record("datagram lost", this.address, host, bytes.length);
        continue;
      }
      network.trace.record(copies === 2 ? "datagram twice" : "datagram", this.address, host, bytes.length);
      const heldMs = network.random.chance(reorder) ? network.random.float() * reorderMs : 0;
      const content = copies > 1 ? Buffer.from(bytes) : bytes;
      network.clock.after(network.travelMs(this.address, host, bytes.length) + heldMs, () => {
        const station = network.station(host) as SimulatedNet | undefined;
        const socket = station?.up ? lookUp(station.#sockets, to.address, to.port) : undefined;
        const wanted = socket !== undefined && (socket.peer === undefined || keyOf(socket.peer) === keyOf(sender));
        network.trace.record(wanted ? "datagram arrived" : "datagram unwanted", this.address, host);
        if (wanted) socket.handler.message(content, sender);
        else if (socket === undefined && station?.up && peer !== undefined) station.#refuseDatagram(this, to, handler);
      });
    }
  }

  /** Tells the sender that nobody listens there (ICMP's "port unreachable"), unless that is lost as well. */
  #refuseDatagram(sender: SimulatedNet, to: Address, handler: DatagramHandler): void {
    const network = this.#network;
    if (network.loses(this.address, sender.address)) return;
    network.clock.after(network.travelMs(this.address, sender.address, 0), () => {
      if (sender.up) handler.error?.(callError("ECONNREFUSED", "recvmsg", keyOf(to)));
    });
  }

  // ----------------------------------------------------------------- addresses

  #requireUp(syscall: string, where: string): void {
    if (!this.up) throw callError("ENETDOWN", syscall, where);
  }

  #bindable({ host = LOOPBACK, port = 0 }: BindOptions, syscall: string, open: ReadonlyMap<string, unknown>): Address {
    const address = host === "localhost" ? LOOPBACK : host;
    if (isIP(address) === 0) throw callError("ENOTFOUND", "getaddrinfo", host);
    if (address !== this.address && !isLoopback(address) && !isWildcard(address)) {
      throw callError("EADDRNOTAVAIL", syscall, `${host}:${port}`, "address not available");
    }
    return port === 0 ? this.#ephemeral(address, new Set(open.keys())) : { address, port };
  }

  #portsInUse(): Set<string> {
    return new Set([...this.#ends].map((end) => keyOf(end.local)));
  }

  #ephemeral(address: string, used: ReadonlySet<string>): Address {
    for (let tried = FIRST_EPHEMERAL_PORT; tried <= LAST_PORT; tried++) {
      const port = this.#nextPort;
      this.#nextPort = port === LAST_PORT ? FIRST_EPHEMERAL_PORT : port + 1;
      if (!used.has(`${address}:${port}`)) return { address, port };
    }
    throw callError("EADDRNOTAVAIL", "bind", address, "no port is free on");
  }
}

function keyOf({ address, port }: Address): string {
  return `${address}:${port}`;
}

/** Whether the port is taken at this address, or at all addresses, which includes it. */
function overlaps(bound: ReadonlyMap<string, unknown>, { address, port }: Address): boolean {
  if (lookUp(bound, address, port) !== undefined) return true;
  return isWildcard(address) && [...bound.keys()].some((key) => key.endsWith(`:${port}`));
}

/** What is bound to the address itself, else to every address. */
function lookUp<T>(bound: ReadonlyMap<string, T>, address: string, port: number): T | undefined {
  return bound.get(`${address}:${port}`) ?? bound.get(`0.0.0.0:${port}`) ?? bound.get(`:::${port}`);
}
