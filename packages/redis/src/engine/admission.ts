/**
 * What a command must pass before it runs or is queued, in the order of the original's processCommand: whichever fails first decides
 * the error that the client sees.
 */
import { denialText } from "../acl/denial.ts";
import { BUSY_SCRIPT } from "../commands/errors.ts";
import { FLAG, type CommandEntry } from "../commands/registry.ts";
import type { Args } from "../resp/args.ts";
import type { Client } from "./client.ts";
import type { Engine } from "./engine.ts";
import type { MemoryLimit } from "./memory-limit.ts";

const SUBSCRIBER_COMMANDS = new Set([
  "ping",
  "quit",
  "reset",
  "subscribe",
  "ssubscribe",
  "psubscribe",
  "unsubscribe",
  "sunsubscribe",
  "punsubscribe",
]);
/** Commands that act on the MULTI queue itself instead of going into it. */
const NOT_QUEUED = new Set(["exec", "discard", "multi", "watch", "quit", "reset"]);
const OUT_OF_MEMORY = "OOM command not allowed when used memory > 'maxmemory'.";
const LOADING = "LOADING Redis is loading the dataset in memory";

/** Whether the command waits in the client's MULTI queue instead of running. */
export function isQueued(client: Client, entry: CommandEntry): boolean {
  return client.queue !== undefined && !NOT_QUEUED.has(entry.row.name);
}

/** Whether the command writes, or something of the queue that it executes. */
function doesWrite(client: Client, entry: CommandEntry, bits: number): boolean {
  if ((bits & FLAG.write) !== 0) return true;
  return entry.row.name === "exec" && client.queue?.some((queued) => (queued.entry.bits & FLAG.write) !== 0) === true;
}

export class Admission {
  readonly #engine: Engine;
  readonly #memoryLimit: MemoryLimit;
  #loading = false;
  #writesRefused = "";
  #busy = false;
  #restricted = false;
  #outOfMemory = false;

  constructor(engine: Engine, memoryLimit: MemoryLimit) {
    this.#engine = engine;
    this.#memoryLimit = memoryLimit;
  }

  /** A file is being read: commands get an error, and nothing expires. */
  get loading(): boolean {
    return this.#loading;
  }

  set loading(loading: boolean) {
    this.#loading = loading;
    this.#restrict();
  }

  /** A script was stopped, and others may not do much. */
  set busy(busy: boolean) {
    this.#busy = busy;
    this.#restrict();
  }

  #restrict(): void {
    this.#restricted = this.#loading || this.#busy || this.#writesRefused !== "";
  }

  /** The error that commands that write get; empty: none. */
  set writesRefused(message: string) {
    this.#writesRefused = message;
    this.#restrict();
  }

  /** Why `entry` may not run, as an error reply; undefined: nothing stands against it so far. */
  refusal(client: Client, entry: CommandEntry, args: Args): string | undefined {
    const engine = this.#engine;
    if (!entry.accepts(args.length) || entry.handler === undefined) {
      return `ERR wrong number of arguments for '${entry.fullName}' command`;
    }
    if (!client.authenticated && (entry.bits & FLAG.noAuth) === 0 && engine.acl.requiresAuthentication) {
      return "NOAUTH Authentication required.";
    }
    if (client.queue !== undefined && (entry.bits & FLAG.noMulti) !== 0) {
      return "ERR Command not allowed inside a transaction";
    }
    if (!client.user.unrestricted) {
      const denial = engine.acl.check(client.user, entry, args);
      if (denial !== undefined) {
        engine.logDenial(client, entry, args, denial, client.queue === undefined ? "toplevel" : "multi");
        return denialText(client.user, entry, denial);
      }
    }
    if (this.#memoryLimit.applies && !this.#busy && this.#isOutOfMemory(client, entry, args)) return OUT_OF_MEMORY;
    if (
      client.reply.resp === 2 &&
      engine.pubsub.inUse &&
      client.subscriberMode &&
      !SUBSCRIBER_COMMANDS.has(entry.row.name)
    ) {
      return `ERR Can't execute '${entry.fullName}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`;
    }
    return undefined;
  }

  /** The same for what is asked after CLIENT PAUSE has had its say: whether the server is in a state to run it. */
  lateRefusal(client: Client, entry: CommandEntry, args: Args): string | undefined {
    const { replication } = this.#engine;
    if (!this.#restricted && !replication.restricts) return undefined;
    const writes = doesWrite(client, entry, this.#engine.bitsOf(entry, args));
    if (this.#writesRefused !== "" && (writes || entry.row.name === "ping")) return this.#writesRefused;
    const refusal = replication.restricts ? replication.refusal(entry, writes) : undefined;
    if (refusal !== undefined) return refusal;
    if (this.#loading && (entry.bits & FLAG.loading) === 0) return LOADING;
    return this.#busy && (entry.bits & FLAG.allowBusy) === 0 ? BUSY_SCRIPT.message : undefined;
  }

  /** Whether the keys took more than maxmemory, with nothing to evict, when the latest command asked for room. */
  get outOfMemory(): boolean {
    return this.#memoryLimit.applies && this.#outOfMemory;
  }

  /** Why a script's first command that writes may not run. */
  scriptRefusal(entry: CommandEntry): string | undefined {
    if (this.#writesRefused !== "") return this.#writesRefused;
    const { replication } = this.#engine;
    return replication.restricts ? replication.refusal(entry, true) : undefined;
  }

  /** Makes room, if it is short; whether the command must be refused because there was nothing to remove. */
  #isOutOfMemory(client: Client, entry: CommandEntry, args: Args): boolean {
    this.#outOfMemory = !this.#engine.makeRoom();
    if (!this.#outOfMemory) return false;
    if (entry.row.name === "exec") {
      return client.queue?.some((queued) => (queued.entry.bits & FLAG.denyoom) !== 0) === true;
    }
    // A queue takes memory too, whatever is queued.
    return isQueued(client, entry) || (this.#engine.bitsOf(entry, args) & FLAG.denyoom) !== 0;
  }
}
