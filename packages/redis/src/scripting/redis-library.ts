/**
 * The table `redis` of scripts.
 *
 * What reaches the server goes through `state.recorded`, so that a script which is begun anew performs nothing twice (lua.ts). A reply is
 * turned into Lua's values by the caller's protocol at the time of the call, which is why the reply carries all that decides it.
 */
import {
  LuaError,
  type LuaFunction,
  type LuaState,
  LuaTable,
  type LuaValue,
  type LuaValues,
  plainText,
} from "../lua/lua.ts";
import { parseNumber } from "../lua/numbers.ts";
import { type CallReply, ErrorReply, StatusText, TableReply } from "./call-reply.ts";
import { cString, errorTable } from "./error-values.ts";
import { sha1Hex } from "./sha1.ts";

/** Where a script's writes go: the bits of redis.REPL_*. */
export const REPL = { none: 0, aof: 1, replicas: 2, all: 3 } as const;

const LOG_LEVELS = ["debug", "verbose", "notice", "warning"] as const;
export type ScriptLogLevel = (typeof LOG_LEVELS)[number];

/** What the library asks of the server. */
export interface RedisLibraryHost {
  readonly version: string;
  /** Runs a command for the script that is under way. */
  call(args: readonly LuaValue[]): CallReply;
  /** Whether the script's caller may run the command; undefined: there is no such command. Throws TypeError for what is no argument. */
  mayCall(args: readonly LuaValue[]): boolean | undefined;
  log(level: ScriptLogLevel, message: string): void;
  setProtocol(resp: 2 | 3): void;
  setReplication(targets: number): void;
}

/** A failure that the script may catch: `{ err = "ERR …" }`. */
function failure(state: LuaState, message: string): LuaError {
  return new LuaError(errorTable(message), state.vm.place());
}

function replyValue(reply: CallReply): LuaValue {
  if (typeof reply !== "object") return reply;
  return reply.table();
}

function replySize(reply: CallReply): number {
  if (reply instanceof TableReply) return reply.bytes.length;
  return typeof reply === "string" ? reply.length : 0;
}

/** `major * 65536 + minor * 256 + patch` */
function versionNumber(version: string): number {
  return version.split(".").reduce((number, part) => number * 256 + Number(part), 0);
}

/** The table for `state`. */
export function createRedisLibrary(state: LuaState, host: RedisLibraryHost): LuaTable {
  const redis = new LuaTable();
  const define = (name: string, value: LuaValue): void => redis.setString(name, value);

  /** A function that only makes a table or a text of its one string argument. */
  const ofString = (make: (text: string) => LuaValue): LuaFunction =>
    state.pure((args) => {
      const [text] = args;
      if (args.length !== 1 || typeof text !== "string") return [errorTable("wrong number or type of arguments")];
      return [make(text)];
    });
  /** A function that tells the server something. */
  const telling = <Told>(check: (args: readonly LuaValue[]) => Told, tell: (told: Told) => void): LuaFunction =>
    state.recorded(
      (args) => tell(check(args)),
      () => [],
    );

  define(
    "call",
    state.recorded(
      (args) => host.call(args),
      (reply): LuaValues => {
        if (reply instanceof ErrorReply) throw new LuaError(reply.table(), state.vm.place());
        return replyValue(reply);
      },
      replySize,
    ),
  );
  define(
    "pcall",
    state.recorded((args) => host.call(args), replyValue, replySize),
  );

  define(
    "error_reply",
    ofString((text) => errorTable(text.startsWith("-") ? text : `-${text}`)),
  );
  define(
    "status_reply",
    ofString((text) => new StatusText(text).table()),
  );
  define(
    "sha1hex",
    state.pure((args) => {
      if (args.length !== 1) throw failure(state, "wrong number of arguments");
      const [text] = args;
      const isText = typeof text === "string" || typeof text === "number";
      return [sha1Hex(isText ? state.vm.string(args, 0) : "")];
    }),
  );

  for (const [level, name] of LOG_LEVELS.entries()) define(`LOG_${name.toUpperCase()}`, level);
  define(
    "log",
    telling(
      (args) => {
        if (args.length < 2) throw failure(state, "redis.log() requires two arguments or more.");
        const level = numeric(args[0]);
        if (level === undefined) throw failure(state, "First argument must be a number (log level).");
        const name = LOG_LEVELS[Math.trunc(level)];
        if (name === undefined) throw failure(state, "Invalid log level.");
        const words = args.slice(1).flatMap((_, at) => (isText(args[at + 1]) ? [state.vm.string(args, at + 1)] : []));
        return { name, message: words.join(" ") };
      },
      ({ name, message }) => host.log(name, message),
    ),
  );

  define(
    "setresp",
    telling(
      (args) => {
        if (args.length !== 1) throw failure(state, "redis.setresp() requires one argument.");
        const resp = Math.trunc(numeric(args[0]) ?? 0);
        if (resp !== 2 && resp !== 3) throw failure(state, "RESP version must be 2 or 3.");
        return resp;
      },
      (resp) => host.setProtocol(resp),
    ),
  );

  define("REPL_NONE", REPL.none);
  define("REPL_AOF", REPL.aof);
  define("REPL_SLAVE", REPL.replicas);
  define("REPL_REPLICA", REPL.replicas);
  define("REPL_ALL", REPL.all);
  define(
    "set_repl",
    telling(
      (args) => {
        if (args.length !== 1) throw failure(state, "redis.set_repl() requires one argument.");
        const targets = Math.trunc(numeric(args[0]) ?? 0);
        if (targets < REPL.none || targets > REPL.all) {
          throw failure(state, "Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.");
        }
        return targets;
      },
      (targets) => host.setReplication(targets),
    ),
  );
  // Effects are all that is ever propagated, so there is nothing left to switch on.
  define(
    "replicate_commands",
    state.pure(() => [true]),
  );

  // The debugger's; outside of it they do nothing.
  define(
    "breakpoint",
    state.pure(() => [false]),
  );
  define(
    "debug",
    state.pure(() => []),
  );

  define(
    "acl_check_cmd",
    state.recorded(
      (args) => {
        if (args.length === 0) throw failure(state, "Please specify at least one argument for this redis lib call");
        if (!args.every(isText)) throw failure(state, "Lua redis lib command arguments must be strings or integers");
        return host.mayCall(args);
      },
      (allowed) => {
        if (allowed === undefined) throw failure(state, "Invalid command passed to redis.acl_check_cmd()");
        return allowed;
      },
    ),
  );

  define("REDIS_VERSION", host.version);
  define("REDIS_VERSION_NUM", versionNumber(host.version));
  return redis;
}

/** As lua_tonumber: undefined for what is no number. */
function numeric(value: LuaValue): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" ? parseNumber(value) : undefined;
}

function isText(value: LuaValue): boolean {
  return typeof value === "string" || typeof value === "number";
}

/** `__redis__err__handler`: what the original gives an error before the caller sees it; scripts find it among their globals. */
export function errorHandler(state: LuaState): LuaFunction {
  return state.pure(([error]) => {
    const table = error instanceof LuaTable ? error : errorTable(cString(plainText(error)));
    const place = state.vm.place();
    if (place !== undefined) {
      table.setString("source", place.source);
      table.setString("line", place.line);
    }
    return [table];
  });
}
