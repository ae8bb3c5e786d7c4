/**
 * A small client: RESP3 over the World's network. Commands sent in one turn of the event loop leave in one write and are
 * answered in order; bytes stay bytes.
 */
import { Buffer } from "node:buffer";
import { type Connection, type ConnectionHandler, realWorld, type TlsConnectOptions, type World } from "@tenon/kit";
import { encodeRequest, type RequestPart } from "./resp/request-writer.ts";
import { PushReply, RedisError, ReplyParser, type RespValue, StatusReply } from "./resp/reply-parser.ts";

export interface RedisClientOptions {
  readonly host?: string;
  readonly port?: number;
  /** Unix socket, instead of host and port. */
  readonly path?: string;
  /** Speaks TLS; `{}` verifies the server by the authorities that the runtime knows. */
  readonly tls?: TlsConnectOptions;
  readonly username?: string;
  readonly password?: string;
  readonly database?: number;
  /** CLIENT SETNAME. */
  readonly name?: string;
  readonly timeoutMs?: number;
  readonly world?: World;
  /** Gets out-of-band messages (pub/sub, MONITOR's lines as `["monitor", line]`). */
  readonly onPush?: (items: readonly RespValue[]) => void;
}

interface Waiting {
  /** Of a subscribing command: its confirmations come as pushes of this kind, so many of them. */
  readonly confirmation?: { readonly kind: string; missing: number };
  resolve(value: RespValue): void;
  reject(error: Error): void;
}

const DEFAULT_PORT = 6379;
const SUBSCRIBING = new Set(["subscribe", "psubscribe", "ssubscribe", "unsubscribe", "punsubscribe", "sunsubscribe"]);

/**
 * Options from `redis://user:password@host:port/database`, `rediss://…` (TLS) or `unix:///path?db=…&username=…&password=…`. Throws TypeError.
 */
export function parseRedisUrl(url: string): RedisClientOptions {
  const { protocol, hostname, port, pathname, searchParams, username, password } = new URL(url);
  const isSocket = protocol === "unix:";
  if (!isSocket && protocol !== "redis:" && protocol !== "rediss:") throw new TypeError(`not a redis URL: ${url}`);
  const database = (isSocket ? "" : pathname.slice(1)) || searchParams.get("db") || "0";
  if (!/^\d+$/.test(database)) throw new TypeError(`not a database number: ${database}`);
  const where = isSocket
    ? { path: decodeURIComponent(pathname) }
    : { host: hostname.replace(/^\[|\]$/g, "") || "127.0.0.1", port: port === "" ? DEFAULT_PORT : Number(port) };
  const user = decodeURIComponent(username) || searchParams.get("username");
  const secret = decodeURIComponent(password) || searchParams.get("password");
  return {
    ...where,
    ...(protocol === "rediss:" ? { tls: {} } : {}),
    database: Number(database),
    ...(user ? { username: user } : {}),
    ...(secret ? { password: secret } : {}),
  };
}

export class RedisClient implements ConnectionHandler, AsyncDisposable {
  /** Resolves when the connection has ended, with the error if there was one. */
  readonly closed: Promise<Error | undefined>;
  readonly #connection: Connection;
  readonly #parser = new ReplyParser();
  readonly #waiting: Waiting[] = [];
  #onPush: ((items: readonly RespValue[]) => void) | undefined;
  #outgoing: Buffer[] = [];
  #ended: Error | undefined;
  #tellClosed!: (error: Error | undefined) => void;

  /** Connects and says HELLO 3. Rejects with the system's code, or with RedisError when the server refuses. */
  static async connect(target: string | RedisClientOptions, more: RedisClientOptions = {}): Promise<RedisClient> {
    const options = typeof target === "string" ? { ...parseRedisUrl(target), ...more } : { ...target, ...more };
    const { world = realWorld, host = "127.0.0.1", port = DEFAULT_PORT, path, tls, timeoutMs } = options;
    const connection = await world.net.connect({
      ...(path === undefined ? { host, port } : { path }),
      ...(tls === undefined ? {} : { tls }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    const client = new RedisClient(connection, options.onPush);
    try {
      await client.#greet(options);
    } catch (error) {
      connection.destroy();
      throw error;
    }
    return client;
  }

  private constructor(connection: Connection, onPush: ((items: readonly RespValue[]) => void) | undefined) {
    this.#connection = connection;
    this.#onPush = onPush;
    this.closed = new Promise((resolve) => {
      this.#tellClosed = resolve;
    });
    connection.handle(this);
  }

  async #greet({ username, password, database, name }: RedisClientOptions): Promise<void> {
    const hello = ["HELLO", "3"];
    if (password !== undefined) hello.push("AUTH", username ?? "default", password);
    if (name !== undefined) hello.push("SETNAME", name);
    await this.command(...hello);
    if (database !== undefined && database !== 0) await this.command("SELECT", database);
  }

  /** Sets who gets out-of-band messages. */
  onPush(handler: (items: readonly RespValue[]) => void): void {
    this.#onPush = handler;
  }

  /** Sends a command; strings go as UTF-8. Resolves with its reply, rejects with RedisError, or with the end of the connection. */
  command(...parts: readonly RequestPart[]): Promise<RespValue> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const kind = String(parts[0]).toLowerCase();
      // An UN… without channels confirms every one that there was: the first confirmation has to do.
      const confirmation = SUBSCRIBING.has(kind) ? { kind, missing: Math.max(1, parts.length - 1) } : undefined;
      this.#waiting.push({ resolve, reject, ...(confirmation === undefined ? {} : { confirmation }) });
      if (this.#outgoing.length === 0) queueMicrotask(() => this.#send());
      this.#outgoing.push(encodeRequest(parts));
    });
  }

  #send(): void {
    const outgoing = this.#outgoing;
    this.#outgoing = [];
    this.#connection.cork();
    for (const request of outgoing) this.#connection.write(request);
    this.#connection.uncork();
  }

  data(chunk: Buffer): void {
    try {
      for (const reply of this.#parser.feed(chunk)) this.#receive(reply);
    } catch (error) {
      this.#connection.destroy(error as Error);
    }
  }

  #receive(reply: RespValue): void {
    if (reply instanceof PushReply) {
      this.#onPush?.(reply.items);
      this.#confirm(reply);
      return;
    }
    const waiting = this.#waiting.shift();
    if (waiting === undefined) {
      // MONITOR's lines come as statuses that nobody asked for.
      if (reply instanceof StatusReply) this.#onPush?.([new StatusReply("monitor"), reply]);
    } else if (reply instanceof RedisError) waiting.reject(reply);
    else waiting.resolve(reply);
  }

  /** A push may be the answer to a subscribing command: its last one resolves it. */
  #confirm(push: PushReply): void {
    const first = this.#waiting[0];
    const kind = push.items[0];
    if (first?.confirmation === undefined || !(kind instanceof Uint8Array)) return;
    if (Buffer.from(kind).toString("latin1") !== first.confirmation.kind) return;
    if (--first.confirmation.missing > 0) return;
    this.#waiting.shift();
    first.resolve(push);
  }

  end(): void {
    this.#connection.end();
  }

  drain(): void {}

  /** Of the connection; ends what waits. Called without an error by its owner: see `quit`. */
  close(error?: Error): void {
    this.#ended = error ?? new Error("the connection is closed");
    for (const waiting of this.#waiting.splice(0)) waiting.reject(this.#ended);
    this.#tellClosed(error);
    this.#connection.destroy();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }
}
