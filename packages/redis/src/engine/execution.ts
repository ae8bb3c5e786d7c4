/**
 * Running commands: `call`, as in the original, and what surrounds it when the command comes from a client, from EXEC, from an append-only
 * file, or from a client that was blocked.
 *
 * After a handler come statistics, the effect, the duration, monitors and the slow log, in this order.
 */
import { denialAtExecText } from "../acl/denial.ts";
import { CommandContext } from "../commands/context.ts";
import { CommandError } from "../commands/errors.ts";
import type { CommandEntry } from "../commands/registry.ts";
import type { Args } from "../resp/args.ts";
import type { Client, QueuedCommand } from "./client.ts";
import type { Config } from "./config.ts";
import type { Engine } from "./engine.ts";
import type { Monitors } from "./monitor.ts";
import { SlowCommands } from "./slow-commands.ts";
import { SCRIPT_STOPPED } from "../scripting/scripting.ts";
import { Stopwatch } from "./stopwatch.ts";

/** A script that was stopped to let others in, and the command that runs it. */
interface StoppedScript {
  readonly client: Client;
  readonly entry: CommandEntry;
  readonly args: Args;
  /** What MULTI queued behind it, when EXEC runs it. */
  rest: readonly QueuedCommand[];
}

export class Execution {
  readonly stopwatch: Stopwatch;
  readonly slow: SlowCommands = new SlowCommands();
  readonly #engine: Engine;
  readonly #monitors: Monitors;
  readonly #context: CommandContext;
  #stopped: StoppedScript | undefined;
  /** Whether commands may block outside of the script that is under way. */
  #couldBlock = true;

  constructor(engine: Engine, monitors: Monitors, monotonic: () => number) {
    this.#engine = engine;
    this.#monitors = monitors;
    this.#context = new CommandContext(engine);
    this.stopwatch = new Stopwatch(monotonic);
  }

  /** The command that runs, as its handler sees it; between commands, the last one. */
  get context(): CommandContext {
    return this.#context;
  }

  configure(config: Config): void {
    this.slow.configure(config);
    this.stopwatch.tracksLatency = config.flag("latency-tracking");
    this.stopwatch.slowLogThreshold = config.number("slowlog-log-slower-than");
  }

  /** Executes one command: from a client, from EXEC, or of a blocked client again. */
  call(client: Client, entry: CommandEntry, args: Args): void {
    const engine = this.#engine;
    const ctx = this.#context;
    const { reply, db } = client;
    ctx.args = args;
    ctx.reply = reply;
    ctx.client = client;
    ctx.db = db;
    ctx.command = entry;
    ctx.now = engine.now;
    ctx.dirty = 0;
    this.stopwatch.before(entry);
    const mark = reply.length;
    try {
      entry.handler!(ctx);
    } catch (error) {
      if (error === SCRIPT_STOPPED) {
        this.#stopped = { client, entry, args: args.copy(), rest: [] };
        engine.scripts.stopped(client);
        return;
      }
      if (!(error instanceof CommandError)) throw error;
      reply.truncate(mark);
      entry.failedCalls++;
      this.replyError(client, error.message);
    }
    this.#account(client, entry, args, db.index);
  }

  /** What follows from a handler's work, whatever it was. */
  #account(client: Client, entry: CommandEntry, args: Args, database: number): void {
    const engine = this.#engine;
    const ctx = this.#context;
    entry.calls++;
    client.commands++;
    client.lastCommand = entry;
    engine.stats.commandsProcessed++;
    const { dirty } = ctx;
    engine.stats.dirty += dirty;
    if (engine.effects.active) engine.effects.commandDone(database, args, dirty > 0);
    const microseconds = this.stopwatch.after(entry, args.length);
    if (this.#monitors.listening && !ctx.retrying) this.#monitors.tell(engine.now, client, entry, args);
    if (this.slow.mayNote(microseconds)) this.slow.note(client, entry, args, microseconds, engine.now);
  }

  /** Calls a command, and does what follows from it: effects leave, blocked clients are served. */
  run(client: Client, entry: CommandEntry, args: Args): void {
    const mark = client.reply.length;
    this.#engine.pubsub.speaker = client;
    this.call(client, entry, args);
    if (this.#stopped !== undefined) {
      // The unit that the script has begun is not over.
      if (client.replyMode === "on") return;
      if (client === this.#stopped.client) client.reply.truncate(mark);
      else this.#muteReply(client, mark);
      return;
    }
    if (client.replyMode !== "on") this.#muteReply(client, mark);
    this.#unitDone(client);
    if (this.#engine.blocked.hasReady) this.#engine.blocked.serve();
  }

  /** The command that runs is about to call others, for a script. They are measured apart from it, and do not block. */
  enterScript(): void {
    this.#couldBlock = this.#context.canBlock;
    this.#context.canBlock = false;
    this.stopwatch.enter();
  }

  /** Back in the command that runs the script. */
  leaveScript(client: Client, entry: CommandEntry): void {
    const ctx = this.#context;
    this.stopwatch.leave();
    ctx.canBlock = this.#couldBlock;
    ctx.client = client;
    ctx.reply = client.reply;
    ctx.db = client.db;
    ctx.command = entry;
    // The script's commands have accounted for what they changed.
    ctx.dirty = 0;
  }

  /** Whether a script is stopped, and waits for `continueScript`. */
  get busy(): boolean {
    return this.#stopped !== undefined;
  }

  /** Lets the stopped script go on for a slice. Returns its client when it is over, and with it the command or EXEC that ran it. */
  continueScript(): Client | undefined {
    const { client, entry, args, rest } = this.#stopped!;
    const ctx = this.#context;
    ctx.args = args;
    ctx.client = client;
    ctx.reply = client.reply;
    ctx.now = this.#engine.now;
    const mark = client.reply.length;
    try {
      this.#engine.scripting.resume();
    } catch (error) {
      if (error !== SCRIPT_STOPPED) throw error;
      return undefined;
    }
    this.#stopped = undefined;
    this.#account(client, entry, args, client.db.index);
    this.transaction(client, rest);
    const muted = client.replyMode !== "on";
    if (this.busy) {
      if (muted) client.reply.truncate(mark);
      return undefined;
    }
    if (muted) this.#muteReply(client, mark);
    this.#unitDone(client);
    if (this.#engine.blocked.hasReady) this.#engine.blocked.serve();
    return client;
  }

  /** Forgets the stopped script: the server ends. What it has done so far counts. */
  abandonScript(): void {
    this.#stopped = undefined;
    this.#engine.effects.unitDone();
  }

  /** Effects leave; the client knows how far the history goes with them. */
  #unitDone(client: Client): void {
    this.#engine.pubsub.commandDone();
    const { effects, replication } = this.#engine;
    effects.unitDone();
    if (effects.active) client.writtenOffset = replication.offset;
  }

  /** Runs what MULTI queued, as one unit, with time standing still. */
  transaction(client: Client, queue: readonly QueuedCommand[]): void {
    const { acl } = this.#engine;
    const ctx = this.#context;
    const { args, command } = ctx;
    ctx.canBlock = false;
    for (const [at, queued] of queue.entries()) {
      const denial = acl.check(client.user, queued.entry, queued.args);
      if (denial !== undefined) {
        this.#engine.logDenial(client, queued.entry, queued.args, denial, "multi");
        this.replyError(client, denialAtExecText(denial));
        continue;
      }
      this.call(client, queued.entry, queued.args);
      if (this.#stopped !== undefined) {
        this.#stopped.rest = queue.slice(at + 1);
        break;
      }
    }
    ctx.canBlock = true;
    ctx.args = args;
    ctx.command = command;
    // EXEC itself changed nothing: its commands were counted.
    ctx.dirty = 0;
  }

  /** Runs a command out of an append-only file, as `client`. */
  replay(client: Client, entry: CommandEntry, args: Args): void {
    const ctx = this.#context;
    // It may be in the middle of another command, DEBUG LOADAOF, which goes on afterwards.
    const outer = { args: ctx.args, reply: ctx.reply, client: ctx.client, db: ctx.db, command: ctx.command };
    const { dirty } = ctx;
    ctx.canBlock = false;
    ctx.replaying = true;
    this.call(client, entry, args);
    ctx.replaying = false;
    ctx.canBlock = true;
    Object.assign(ctx, outer);
    ctx.dirty = dirty;
    client.reply.clear();
  }

  /** Runs a blocked client's command again: it either replies or goes on waiting. */
  retry(client: Client): void {
    const state = client.blocked!;
    const ctx = this.#context;
    ctx.retrying = true;
    const { db } = client;
    client.db = state.db;
    this.#engine.wrote(client);
    this.stopwatch.start();
    try {
      this.call(client, state.entry, state.args);
    } finally {
      ctx.retrying = false;
      client.db = db;
    }
    this.#unitDone(client);
  }

  /** Answers a command that may not run. */
  reject(client: Client, entry: CommandEntry | undefined, message: string): void {
    if (entry !== undefined) entry.rejectedCalls++;
    if (client.queue !== undefined) client.queueFailed = true;
    const mark = client.reply.length;
    if (entry?.fullName === "exec") {
      this.#engine.discardQueue(client);
      this.replyError(client, `EXECABORT Transaction discarded because of: ${message.replace(/^ERR /, "")}`);
    } else this.replyError(client, message);
    if (client.replyMode !== "on") this.#muteReply(client, mark);
  }

  /** Sends an error and counts it. */
  replyError(client: Client, message: string): void {
    client.reply.error(message);
    this.countError(message);
  }

  /** Counts an error that a client or a script got. */
  countError(message: string): void {
    const { stats } = this.#engine;
    stats.errorReplies++;
    const space = message.indexOf(" ");
    const code = space < 0 ? message : message.slice(0, space);
    stats.errors.set(code, (stats.errors.get(code) ?? 0) + 1);
  }

  /** CLIENT REPLY OFF and SKIP: the reply is made, and dropped. */
  #muteReply(client: Client, mark: number): void {
    if (client.replyMode === "skip-next") {
      client.replyMode = "skip";
      client.reply.truncate(mark);
      return;
    }
    client.reply.truncate(mark);
    if (client.replyMode === "skip") client.replyMode = "on";
  }
}
