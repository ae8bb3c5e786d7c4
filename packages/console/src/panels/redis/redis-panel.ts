/**
 * Redis on the server's side of the console: the page speaks Redis, and this carries it.
 *
 * Browsing goes over one connection that all pages share; `SELECT` goes out together with the commands it is for, so
 * that pages that look at different databases do not disturb each other. A command line (topic `session`) and a
 * MONITOR (topic `monitor`) have connections of their own, which live as long as their page.
 */
import { ApiError, bad, Fields } from "../../api-error.ts";
import type { Summary } from "../../protocol.ts";
import type { Panel, PanelContext, Subscriber, Topic } from "../panel.ts";
import { commandTable } from "./command-table.ts";
import { MemoryGroups } from "./memory-groups.ts";
import { measureCommands, measured } from "./memory.ts";
import { openMonitor } from "./monitor.ts";
import { connectRedis, type RedisConnection } from "./redis-connection.ts";
import type { CommandsAnswer, KeyFacts, MemoryAnswer, ScanAnswer, WireReply } from "./wire.ts";
import { fromWireBytes } from "./wire-bytes.ts";

const MAX_COMMANDS = 100;
const MAX_ARGUMENTS = 10_000;
const MAX_DATABASES = 10_000;
const MAX_DESCRIBED_KEYS = 500;
const MAX_WANTED_KEYS = 10_000;

/** COUNT of one SCAN: a millisecond of the server's time. */
const SCAN_COUNT = 1000;

/** Keys that are measured in one go. */
const MEASURE_COUNT = 200;

/** A scan whose pattern matches little ends after this long, with what it found, so that the page can show progress. */
const SCAN_BUDGET_MS = 200;

/** How a type's size is asked; types of modules have none here. */
const SIZE_COMMANDS: Readonly<Record<string, string>> = {
  string: "STRLEN",
  list: "LLEN",
  hash: "HLEN",
  set: "SCARD",
  zset: "ZCARD",
  stream: "XLEN",
};

/** Commands that turn a connection into something that does not answer command by command. */
const NOT_IN_A_SESSION: ReadonlySet<string> = new Set(["MONITOR", "SYNC", "PSYNC"]);

export function openRedisPanel(context: PanelContext): Panel {
  return new RedisPanel(context);
}

class RedisPanel implements Panel {
  readonly #context: PanelContext;
  /** The shared connection, and the address that it was made for. */
  #shared: { readonly url: string; readonly connection: Promise<RedisConnection> } | undefined;

  constructor(context: PanelContext) {
    this.#context = context;
  }

  readonly routes = {
    commands: (body: unknown): Promise<CommandsAnswer> => this.#commands(new Fields(body)),
    scan: (body: unknown): Promise<ScanAnswer> => this.#scan(new Fields(body)),
    memory: (body: unknown): Promise<MemoryAnswer> => this.#memory(new Fields(body)),
    describe: (body: unknown): Promise<KeyFacts[]> => this.#describe(new Fields(body)),
    "kill-script": async (): Promise<WireReply> => {
      // Without SELECT: a server that is busy with a script takes nothing but what ends it.
      const reply = await (await this.#sharedConnection()).send(["SCRIPT", "KILL"]);
      if (typeof reply === "object" && reply !== null && "error" in reply) throw refused(reply);
      return reply;
    },
    table: async (): Promise<unknown> => {
      const [commands, docs] = await this.#run(0, [["COMMAND"], ["COMMAND", "DOCS"]]);
      return commandTable(commands!, docs!);
    },
  };

  readonly topics = {
    session: (subscriber: Subscriber): Promise<Topic> => this.#session(subscriber),
    monitor: (subscriber: Subscriber): Promise<Topic> =>
      openMonitor({
        world: this.#context.world,
        subscriber,
        connect: (onLine, onClose) => this.#connect({ onLine, onClose }),
        ownAddress: () => this.#ownAddress(),
      }),
  };

  async summary(): Promise<Summary> {
    const [info] = await this.#run(0, [["INFO"]]);
    const text = typeof info === "string" ? info : "";
    const field = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(text)?.[1] ?? Number.NaN);
    return {
      connections: field("connected_clients"),
      operations: field("total_commands_processed"),
      memoryBytes: field("used_memory"),
    };
  }

  close(): void {
    this.#dropShared();
  }

  async #commands(fields: Fields): Promise<CommandsAnswer> {
    const commands = fields.array("commands", MAX_COMMANDS).map(readCommand);
    return { replies: await this.#run(readDatabase(fields), commands) };
  }

  async #scan(fields: Fields): Promise<ScanAnswer> {
    const db = readDatabase(fields);
    const want = fields.integer("want", 1, MAX_WANTED_KEYS);
    const match = fields.optionalText("match");
    const type = fields.optionalText("type", 64);
    let cursor = readCursor(fields);
    const { clock } = this.#context.world;
    const deadline = clock.monotonic() + SCAN_BUDGET_MS;
    const keys: ScanAnswer["keys"][number][] = [];
    let total = 0;
    do {
      const scan = ["SCAN", cursor, "COUNT", String(SCAN_COUNT)];
      if (match !== undefined && match !== "" && match !== "*") scan.push("MATCH", match);
      if (type !== undefined && type !== "") scan.push("TYPE", type);
      const [page, size] = await this.#run(db, [scan, ["DBSIZE"]]);
      if (!Array.isArray(page)) throw refused(page);
      cursor = String(page[0]);
      keys.push(...(page[1] as ScanAnswer["keys"]));
      total = integerOf(size);
    } while (cursor !== "0" && keys.length < want && clock.monotonic() < deadline);
    return { cursor, keys, total };
  }

  async #memory(fields: Fields): Promise<MemoryAnswer> {
    const db = readDatabase(fields);
    const match = fields.optionalText("match");
    let cursor = readCursor(fields);
    const { clock } = this.#context.world;
    const deadline = clock.monotonic() + SCAN_BUDGET_MS;
    const groups = new MemoryGroups();
    let keys = 0;
    let total = 0;
    do {
      const scan = ["SCAN", cursor, "COUNT", String(MEASURE_COUNT)];
      if (match !== undefined && match !== "" && match !== "*") scan.push("MATCH", match);
      const [page, size] = await this.#run(db, [scan, ["DBSIZE"]]);
      if (!Array.isArray(page)) throw refused(page);
      cursor = String(page[0]);
      total = integerOf(size);
      const names = page[1] as MemoryAnswer["groups"][number]["largest"]["name"][];
      const replies = await this.#run(
        db,
        names.flatMap((name) => measureCommands(readBytes(name, "keys"))),
      );
      const failed = replies.find((reply) => typeof reply === "object" && reply !== null && "error" in reply);
      if (failed !== undefined) throw refused(failed);
      for (const [index, name] of names.entries()) {
        const facts = measured(replies.slice(3 * index, 3 * index + 3));
        if (facts !== undefined) groups.add(name, facts.type, facts.expires, facts.bytes);
      }
      keys += names.length;
    } while (cursor !== "0" && clock.monotonic() < deadline);
    return { cursor, keys, total, groups: groups.list() };
  }

  async #describe(fields: Fields): Promise<KeyFacts[]> {
    const db = readDatabase(fields);
    const keys = fields.array("keys", MAX_DESCRIBED_KEYS).map((key) => readBytes(key, "keys"));
    const facts = await this.#run(
      db,
      keys.flatMap((key) => [
        ["TYPE", key],
        ["PTTL", key],
      ]),
    );
    const types = keys.map((_, index) => statusOf(facts[2 * index]));
    const sizes = await this.#run(
      db,
      keys.map((key, index) => [SIZE_COMMANDS[types[index]!] ?? "EXISTS", key]),
    );
    return types.map((type, index) => ({
      type,
      ttlMs: integerOf(facts[2 * index + 1]),
      size: integerOf(sizes[index]),
    }));
  }

  async #session(subscriber: Subscriber): Promise<Topic> {
    const connection = await this.#connect({
      onPush: (push) => subscriber.send({ push }),
      onClose: () => subscriber.end("The server closed the connection."),
    });
    return {
      receive: async (message) => {
        const command = readCommand(new Fields(message).array("command", MAX_ARGUMENTS));
        const name = String(command[0] ?? "").toUpperCase();
        if (NOT_IN_A_SESSION.has(name))
          throw bad(`${name} does not fit this command line, where every command has one answer`);
        return { reply: await connection.send(command) };
      },
      close: () => connection.close(),
    };
  }

  /** Sends the commands in one go; a command that fails is an `{ error }` among the replies. */
  async #run(db: number, commands: readonly (readonly (string | Buffer)[])[]): Promise<WireReply[]> {
    const connection = await this.#sharedConnection();
    const [selected, ...replies] = await Promise.all([
      connection.send(["SELECT", String(db)]),
      ...commands.map((command) => connection.send(command)),
    ]);
    if (typeof selected === "object" && selected !== null && "error" in selected) throw refused(selected);
    return replies;
  }

  async #sharedConnection(): Promise<RedisConnection> {
    const { url } = this.#context.service;
    if (this.#shared !== undefined && this.#shared.url !== url) this.#dropShared();
    if (this.#shared === undefined) {
      const shared = {
        url: url ?? "",
        connection: this.#connect({
          onClose: () => {
            if (this.#shared === shared) this.#shared = undefined;
          },
        }),
      };
      this.#shared = shared;
      shared.connection.catch(() => {
        if (this.#shared === shared) this.#shared = undefined;
      });
    }
    return await this.#shared.connection;
  }

  async #connect(handlers: Parameters<typeof connectRedis>[1]): Promise<RedisConnection> {
    const { service, world } = this.#context;
    if (service.url === undefined) throw new ApiError(409, "not-running", `${service.name} is not running`);
    try {
      return await connectRedis(service.url, handlers, world);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new ApiError(502, "unreachable", `${service.name} cannot be reached: ${reason}`);
    }
  }

  async #ownAddress(): Promise<string | undefined> {
    const [info] = await this.#run(0, [["CLIENT", "INFO"]]);
    return typeof info === "string" ? /\baddr=(\S+)/.exec(info)?.[1] : undefined;
  }

  #dropShared(): void {
    const shared = this.#shared;
    this.#shared = undefined;
    shared?.connection.then(
      (connection) => connection.close(),
      () => undefined, // It never opened.
    );
  }
}

function readDatabase(fields: Fields): number {
  return fields.integer("db", 0, MAX_DATABASES, 0);
}

function readCursor(fields: Fields): string {
  const cursor = fields.text("cursor", 24);
  if (!/^\d+$/.test(cursor)) throw bad("`cursor` must be a decimal number in a string");
  return cursor;
}

function readCommand(value: unknown): Buffer[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_ARGUMENTS) {
    throw bad(`a command must be an array of 1 to ${MAX_ARGUMENTS} arguments`);
  }
  return value.map((argument) => readBytes(argument, "a command"));
}

function readBytes(value: unknown, where: string): Buffer {
  const bytes = fromWireBytes(value);
  if (bytes === undefined) throw bad(`an item of ${where} is neither a string nor { base64 }, or is too long`);
  return bytes;
}

function refused(reply: WireReply | undefined): ApiError {
  const message = typeof reply === "object" && reply !== null && "error" in reply ? reply.error : "unexpected reply";
  return new ApiError(422, "refused-by-redis", message);
}

function integerOf(reply: WireReply | undefined): number {
  return typeof reply === "object" && reply !== null && "integer" in reply ? Number(reply.integer) : 0;
}

function statusOf(reply: WireReply | undefined): string {
  return typeof reply === "object" && reply !== null && "status" in reply ? reply.status : "none";
}
