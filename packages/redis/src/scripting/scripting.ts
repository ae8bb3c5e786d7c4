/**
 * EVAL: scripts, and the one that is under way.
 *
 * A script's commands run as a client of its own, `client`, which has the caller's database and user and speaks RESP2 until the script says
 * otherwise. What they did leaves as one unit when the script is over, as for MULTI; the request itself is never propagated. Time stands
 * still.
 *
 * A script that lasts longer than busy-reply-threshold is stopped (lua.ts says how) and goes on in slices: the engine has others answered
 * with BUSY in between, and SCRIPT KILL and SHUTDOWN NOSAVE come through.
 */
import type { CommandContext } from "../commands/context.ts";
import { CommandError } from "../commands/errors.ts";
import { FLAG, type CommandEntry } from "../commands/registry.ts";
import type { Client } from "../engine/client.ts";
import type { Engine } from "../engine/engine.ts";
import { LuaError, type LuaRun, type LuaValue, NOT_ENOUGH_MEMORY, type StartOptions } from "../lua/lua.ts";
import type { Args } from "../resp/args.ts";
import { denialText } from "../acl/denial.ts";
import { CallArguments } from "./call-arguments.ts";
import { type CallReply, callReply, ErrorReply } from "./call-reply.ts";
import { finalError } from "./error-values.ts";
import { REPL, type ScriptLogLevel } from "./redis-library.ts";
import { Sandbox, type SandboxHost } from "./sandbox.ts";
import { type Script, ScriptCache } from "./script-cache.ts";
import { parseDeclaration, SCRIPT_FLAG } from "./script-flags.ts";
import { writeScriptReply } from "./script-reply.ts";

/** See #stopAt. */
const NOT_ASKED = -1;
/** A script that has the process use more than this of its memory is out of memory itself. */
const MAX_HEAP_SHARE = 0.75;
/** Looking costs some microseconds, so that it is done every so many thousand steps only. */
const QUESTIONS_PER_LOOK = 4;
/** How long a stopped script goes on before others are let in again. */
const SLICE_MS = 5;
/** Replies that took more than this are not kept for the next call. */
const KEPT_REPLY_BYTES: number = 64 * 1024;
/** What the original's interpreter takes when it has nothing to do: there is no telling what ours does. */
const VM_BYTES: number = 32 * 1024;
const KILLED = "Script killed by user with SCRIPT KILL...";

const NOT_BUSY = new CommandError("NOTBUSY No scripts in execution right now.");
const UNKILLABLE = new CommandError(
  "UNKILLABLE Sorry the script already executed write commands against the dataset. You can either wait the script termination or kill the server in a hard way using the SHUTDOWN NOSAVE command.",
);
const WRITES_IN_READ_ONLY_COMMAND = new CommandError(
  "ERR Can not execute a script with write flag using *_ro command.",
);
const OUT_OF_MEMORY = new CommandError(
  "OOM allow-oom flag is not set on the script, can not run it when used memory > 'maxmemory'",
);

const NO_ARGUMENTS = new ErrorReply("ERR Please specify at least one argument for this redis lib call", false);
const NOT_ARGUMENTS = new ErrorReply("ERR Lua redis lib command arguments must be strings or integers", false);
const UNKNOWN_COMMAND = "ERR Unknown Redis command called from script";
const WRONG_NUMBER = "ERR Wrong number of args calling Redis command from script";
const NOT_FROM_SCRIPT = "ERR This Redis command is not allowed from script";
const READ_ONLY_SCRIPT = "ERR Write commands are not allowed from read-only scripts.";
const OOM_COMMAND = "OOM command not allowed when used memory > 'maxmemory'.";

/** The script that is under way. */
class Running implements StartOptions {
  readonly sandbox: Sandbox;
  readonly script: Script;
  readonly caller: Client;
  /** The caller's command, for what it writes. */
  readonly entry: CommandEntry;
  readOnly = false;
  /** A file or a master has it run: what it writes is written. */
  obeyed = false;
  /** Commands that need memory may have it, whether there is any. */
  mayGrow = true;
  run: LuaRun | undefined = undefined;
  /** Who gets what it does. */
  targets: number = REPL.all;
  /** It has called a command that writes: it can be refused nothing any more, and not be killed. */
  wrote = false;
  killed = false;
  readonly #keys: string[] = [];
  readonly #args: string[] = [];
  #begun = false;

  /** `args` are those of EVAL: from 3 on `keyCount` keys, then what the script gets as ARGV. */
  constructor(sandbox: Sandbox, script: Script, caller: Client, entry: CommandEntry, args: Args, keyCount: number) {
    this.sandbox = sandbox;
    this.script = script;
    this.caller = caller;
    this.entry = entry;
    for (let i = 3; i < args.length; i++) (i < 3 + keyCount ? this.#keys : this.#args).push(args.string(i));
  }

  begin(): readonly LuaValue[] {
    this.sandbox.stage(this.#keys, this.#args, this.#begun);
    this.#begun = true;
    return NO_VALUES;
  }
}

const NO_VALUES: readonly LuaValue[] = [];

/** Thrown out of EVAL's handler: the script was stopped, its reply comes later. */
export const SCRIPT_STOPPED: unique symbol = Symbol("the script was stopped to let others in");

export class Scripting implements SandboxHost {
  readonly cache: ScriptCache;
  readonly #engine: Engine;
  readonly #clock: () => number;
  readonly #arguments = new CallArguments();
  #client: Client | undefined;
  #sandbox: Sandbox | undefined;
  /** Where math.random was when the last interpreter was let go: the original's generator outlives them. */
  #chance: bigint | undefined;
  #running: Running | undefined;
  /**
   * When the script, or its slice, is to be stopped, by #clock. Infinity: never, where a file or a master says what is to be done. NOT_ASKED:
   * busy-reply-threshold after the first question, some 20,000 steps from the beginning.
   */
  #stopAt = Infinity;
  #questions = 0;

  /** `clock`: milliseconds of real time, fractional, never going back. */
  constructor(engine: Engine, clock: () => number) {
    this.#engine = engine;
    this.#clock = clock;
    this.cache = new ScriptCache(() => engine.stats.evictedScripts++);
  }

  /** Forgets all scripts, and with them whatever they left in their interpreter (SCRIPT FLUSH). */
  flush(): void {
    this.cache.clear();
    this.#chance = this.#sandbox?.state.random.state ?? this.#chance;
    this.#sandbox = undefined;
  }

  /** What the interpreter takes, in bytes. */
  get vmBytes(): number {
    return VM_BYTES + this.cache.byteSize;
  }

  /** FLAG bits of a request to run a script: a script that declares what it does is judged by that, before it runs. */
  declaredBits(entry: CommandEntry, args: Args): number {
    const declared = this.#declaredFlags(entry, args);
    if ((declared & SCRIPT_FLAG.undeclared) !== 0) return entry.bits;
    let bits = entry.bits & ~(FLAG.stale | FLAG.denyoom | FLAG.write | FLAG.mayReplicate);
    if ((declared & (SCRIPT_FLAG.allowOom | SCRIPT_FLAG.noWrites)) === 0) bits |= FLAG.denyoom;
    if ((declared & SCRIPT_FLAG.noWrites) === 0) bits |= FLAG.write;
    if ((declared & SCRIPT_FLAG.allowStale) !== 0) bits |= FLAG.stale;
    return bits;
  }

  #declaredFlags(entry: CommandEntry, args: Args): number {
    const { name } = entry.row;
    if (!name.startsWith("eval")) return SCRIPT_FLAG.undeclared;
    if (name.startsWith("evalsha")) return this.cache.ofSha(args.string(1))?.flags ?? SCRIPT_FLAG.undeclared;
    try {
      return parseDeclaration(args.string(1)).flags;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      return SCRIPT_FLAG.undeclared;
    }
  }

  // Running

  /**
   * Runs a script for the command in `ctx`, whose arguments from 3 on are `keyCount` keys and then the script's arguments, and replies.
   * Throws CommandError when it may not run, and SCRIPT_STOPPED.
   */
  evaluate(ctx: CommandContext, script: Script, keyCount: number, readOnlyCommand: boolean): void {
    if (!ctx.replaying) this.#check(script, readOnlyCommand);
    const { client: caller, command: entry } = ctx;
    const { flags } = script;
    const sandbox = (this.#sandbox ??= this.#newSandbox());
    const running = new Running(sandbox, script, caller, entry, ctx.args, keyCount);
    running.readOnly = readOnlyCommand || (flags & SCRIPT_FLAG.noWrites) !== 0;
    running.obeyed = ctx.replaying;
    running.mayGrow = (flags & SCRIPT_FLAG.allowOom) !== 0 || !this.#engine.scripts.outOfMemory;
    const client = this.#scriptClient();
    client.db = ctx.db;
    client.user = caller.user;
    client.noTouch = caller.noTouch;
    client.reply.resp = 2;
    this.#running = running;
    // Most scripts are over before anybody asks for the time.
    this.#stopAt = ctx.replaying ? Infinity : NOT_ASKED;
    this.#step();
  }

  #newSandbox(): Sandbox {
    const sandbox = new Sandbox(this);
    if (this.#chance !== undefined) sandbox.state.random.state = this.#chance;
    return sandbox;
  }

  /** Lets a stopped script go on for a slice. Throws SCRIPT_STOPPED if that did not end it. */
  resume(): void {
    this.#stopAt = this.#clock() + SLICE_MS;
    this.#step();
  }

  /** Has a stopped script end with its next slice. Throws CommandError. */
  kill(): void {
    const running = this.#running;
    if (running === undefined) throw NOT_BUSY;
    if (running.wrote) throw UNKILLABLE;
    running.killed = true;
  }

  /** Drops the script that is under way: nobody waits for its reply any more. */
  abandon(): void {
    this.#running?.run?.kill(KILLED);
    this.#running = undefined;
  }

  /** One piece of a run, from the beginning or where it was stopped, up to its end or the next stop. */
  #step(): void {
    const engine = this.#engine;
    const running = this.#running!;
    engine.scripts.enter();
    engine.effects.targets = running.targets;
    try {
      const { run } = running;
      if (run === undefined) running.run = running.sandbox.state.start(running.script.chunk, running);
      else if (running.killed) run.kill(KILLED);
      else run.resume();
    } catch (bug) {
      this.#running = undefined;
      throw bug;
    } finally {
      engine.effects.targets = REPL.all;
      engine.scripts.leave(running.caller, running.entry);
    }
    const run = running.run!;
    if (run.status === "suspended") throw SCRIPT_STOPPED;
    this.#running = undefined;
    this.#arguments.release();
    this.#reply(running, run);
  }

  #reply({ script, caller, entry }: Running, run: LuaRun): void {
    const engine = this.#engine;
    if (run.status === "done") {
      const { resp } = this.#client!.reply;
      if (writeScriptReply(caller.reply, resp, run.values[0], engine) > 0) entry.failedCalls++;
      return;
    }
    entry.failedCalls++;
    const { message, counted } = finalError(run.error!, script.sha);
    caller.reply.error(message);
    if (!counted) engine.countError(message);
  }

  /** What a script declares decides whether it may run at all. */
  #check({ flags }: Script, readOnlyCommand: boolean): void {
    if ((flags & SCRIPT_FLAG.undeclared) !== 0) return;
    if ((flags & SCRIPT_FLAG.noWrites) !== 0) return;
    if (readOnlyCommand) throw WRITES_IN_READ_ONLY_COMMAND;
    if ((flags & SCRIPT_FLAG.allowOom) === 0 && this.#engine.scripts.outOfMemory) throw OUT_OF_MEMORY;
  }

  // What the script asks for

  mayStop(): boolean {
    if (++this.#questions % QUESTIONS_PER_LOOK === 0 && this.#engine.facts.heapIsShort(MAX_HEAP_SHARE)) {
      throw new LuaError(NOT_ENOUGH_MEMORY);
    }
    const now = this.#clock();
    if (this.#stopAt === NOT_ASKED) {
      const threshold = this.#engine.config.number("busy-reply-threshold");
      this.#stopAt = threshold <= 0 ? Infinity : now + threshold;
    }
    return now >= this.#stopAt;
  }

  processorSeconds(): number {
    return this.#clock() / 1000;
  }

  get version(): string {
    return this.#engine.version;
  }

  call(values: readonly LuaValue[]): CallReply {
    if (values.length === 0) return NO_ARGUMENTS;
    const writer = this.#arguments;
    if (!writer.write(values)) return NOT_ARGUMENTS;
    const { args } = writer;
    const engine = this.#engine;
    const entry = engine.commands.command(args);
    const client = this.#client!;
    const refusal = this.#refusal(entry, args, client);
    if (refusal !== undefined) {
      if (entry !== undefined) entry.rejectedCalls++;
      engine.countError(refusal);
      return new ErrorReply(refusal, true);
    }
    if ((entry!.bits & FLAG.write) !== 0) this.#running!.wrote = true;
    engine.call(client, entry!, args);
    const { reply } = client;
    const result = callReply(reply.buffer, reply.length);
    if (reply.length > KEPT_REPLY_BYTES) reply.clear();
    else reply.truncate(0);
    return result;
  }

  /** Why the script may not run the command; in the original's order. */
  #refusal(entry: CommandEntry | undefined, args: Args, client: Client): string | undefined {
    if (entry === undefined) return UNKNOWN_COMMAND;
    if (!entry.accepts(args.length) || entry.handler === undefined) return WRONG_NUMBER;
    const { bits } = entry;
    if ((bits & FLAG.noscript) !== 0) return NOT_FROM_SCRIPT;
    if (!client.user.unrestricted) {
      const engine = this.#engine;
      const denial = engine.acl.check(client.user, entry, args);
      if (denial !== undefined) {
        engine.logDenial(this.#running!.caller, entry, args, denial, "lua");
        return `ERR ACL failure in script: ${denialText(client.user, entry, denial).replace(/^NOPERM /, "")}`;
      }
    }
    const running = this.#running!;
    if (running.readOnly && (bits & (FLAG.write | FLAG.mayReplicate)) !== 0) return READ_ONLY_SCRIPT;
    if ((bits & FLAG.write) === 0 || running.wrote || running.obeyed) return undefined;
    // Once it has written, a script is not stopped halfway.
    const refusal = this.#engine.scripts.refusal(entry);
    if (refusal !== undefined) return refusal;
    return (bits & FLAG.denyoom) !== 0 && !running.mayGrow ? OOM_COMMAND : undefined;
  }

  mayCall(values: readonly LuaValue[]): boolean | undefined {
    this.#arguments.write(values);
    const { args } = this.#arguments;
    const entry = this.#engine.commands.command(args);
    if (entry === undefined) return undefined;
    const { user } = this.#client!;
    return user.unrestricted || this.#engine.acl.check(user, entry, args) === undefined;
  }

  log(level: ScriptLogLevel, message: string): void {
    this.#engine.log(level, message);
  }

  setProtocol(resp: 2 | 3): void {
    this.#client!.reply.resp = resp;
  }

  setReplication(targets: number): void {
    this.#running!.targets = targets;
    this.#engine.effects.targets = targets;
  }

  /** The client as which scripts run commands. It is no connection, and CLIENT LIST does not know it. */
  #scriptClient(): Client {
    return (this.#client ??= this.#engine.scripts.connect());
  }
}
