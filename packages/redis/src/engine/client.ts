/**
 * A client as the engine sees it: its parser, its replies, its state. It knows no socket: output leaves through the
 * `ClientSink` that whoever connected it gave.
 */
import type { Database } from "../keyspace/database.ts";
import type { Watcher } from "../keyspace/watchers.ts";
import { Args } from "../resp/args.ts";
import { ReplyWriter } from "../resp/reply-writer.ts";
import { RequestParser, type RequestLimits } from "../resp/request-parser.ts";
import type { User } from "../acl/user.ts";
import type { CommandEntry } from "../commands/registry.ts";
import type { Replica } from "../replication/replica.ts";
import type { BlockedState } from "./blocked.ts";

/** Where a client's output goes. */
export interface ClientSink {
  /** Called once a batch when the client has replies: `client.reply.take()` them. */
  flush(client: Client): void;
  /** The engine has done with the client: what was flushed should leave, then the connection ends. */
  close(client: Client): void;
  /** Bytes flushed that have not left yet. */
  readonly queuedBytes: number;
  /** Ends the connection at once, with what was flushed. Left out: `close` is as good. */
  cut?(): void;
}

export interface ClientAddress {
  /** "ip:port", or "/path/of.sock:0". */
  readonly remote: string;
  readonly local: string;
  /** Redis' `fd=`; any number that tells connections apart. */
  readonly descriptor: number;
}

/** A command between MULTI and EXEC. */
export interface QueuedCommand {
  readonly entry: CommandEntry;
  readonly args: Args;
}

/** A key that a client watches. */
export interface WatchedKey {
  readonly db: Database;
  readonly key: string;
}

export type ReplyMode = "on" | "off" | "skip" | "skip-next";

const NOTHING = Args.from([]);

export class Client implements Watcher {
  readonly id: number;
  readonly sink: ClientSink;
  readonly address: ClientAddress;
  readonly parser: RequestParser;
  readonly reply: ReplyWriter = new ReplyWriter();
  /** The command being executed; points into the parser's memory. */
  readonly args: Args;
  readonly createdMs: number;
  db: Database;
  lastInteractionMs: number;
  lastCommand: CommandEntry | undefined;
  name = "";
  libName = "";
  libVersion = "";
  /** Who it logged in as; the default user until it does. */
  user: User;
  authenticated: boolean;
  /** Between MULTI and EXEC: what was queued. */
  queue: QueuedCommand[] | undefined = undefined;
  /** A command could not be queued: EXEC will refuse. */
  queueFailed = false;
  /** Keys that the client watches. */
  watched: WatchedKey[] = [];
  /** A watched key changed: EXEC will answer null. */
  watchBroken = false;
  readonly channels: Set<string> = new Set();
  readonly patterns: Set<string> = new Set();
  readonly shardChannels: Set<string> = new Set();
  blocked: BlockedState | undefined = undefined;
  /** The one as which scripts run commands. */
  runsScripts = false;
  monitor = false;
  /** What it said of itself, if it is a replica of ours, or is about to become one. */
  replica: Replica | undefined = undefined;
  /** It is our master, whose stream we follow. */
  isMaster = false;
  /** Where the history of changes ended after its last command: what WAIT waits for. */
  writtenOffset = 0;
  /** Called when what was flushed has left, after there was too much of it. */
  onDrain: (() => void) | undefined = undefined;
  noEvict = false;
  noTouch = false;
  replyMode: ReplyMode = "on";
  /** Ends after its replies have left; nothing more is read. */
  closing = false;
  /** Gone from the engine. */
  closed = false;
  /** In the engine's list of clients with output. */
  flushing = false;
  /** Waits for CLIENT PAUSE to end, … */
  paused = false;
  /** … with this command. */
  held: Args | undefined = undefined;
  /** Counts for CLIENT LIST. */
  commands = 0;
  bytesIn = 0;
  bytesOut = 0;

  constructor(
    id: number,
    sink: ClientSink,
    address: ClientAddress,
    db: Database,
    limits: RequestLimits,
    user: User,
    authenticated: boolean,
    now: number,
  ) {
    this.id = id;
    this.sink = sink;
    this.address = address;
    this.db = db;
    this.parser = new RequestParser(limits);
    this.parser.unauthenticated = !authenticated;
    this.user = user;
    this.authenticated = authenticated;
    this.args = new Args(NOTHING.buffer, NOTHING.starts, NOTHING.ends, 0);
    this.createdMs = now;
    this.lastInteractionMs = now;
  }

  invalidate(): void {
    this.watchBroken = true;
  }

  unwatchAll(): void {
    for (const { db, key } of this.watched) db.unwatch(key, this);
    this.watched = [];
    this.watchBroken = false;
  }

  /** Channels and patterns, without sharded ones: what SUBSCRIBE's replies count. */
  get subscriptions(): number {
    return this.channels.size + this.patterns.size;
  }

  /** A replica of ours, from the moment it asked for the stream. */
  get isReplica(): boolean {
    return this.replica !== undefined && this.replica.state !== "announced";
  }

  /** In RESP2, a client that subscribes may only use the commands of pub/sub. */
  get subscriberMode(): boolean {
    return this.reply.resp === 2 && this.channels.size + this.patterns.size + this.shardChannels.size > 0;
  }
}
