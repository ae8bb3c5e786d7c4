/**
 * `tenon redis [redis.conf] [--option value]… [-]`: redis-server's manner of being started. Arguments in, exit code out.
 */
import { appendFileSync, globSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import process from "node:process";
import { CliError, Command, runCli } from "@tenon/kit/cli";
import { type Log, realWorld } from "@tenon/kit";
import { Acl, AclFileError } from "./acl/acl.ts";
import { parseCommandLine } from "./command-line.ts";
import { buildCommandIndex } from "./commands/registry.ts";
import { type ConfChecks, optionsOf, type ProcessSettings } from "./conf-options.ts";
import { ConfigError } from "./engine/config.ts";
import { REDIS_VERSION } from "./engine/version.ts";
import { LoadError } from "./persistence/persistence.ts";
import { type ConfFiles, parseRedisConf, RedisConfError } from "./redis-conf.ts";
import { redisLog } from "./redis-log.ts";
import { RedisServer, type RedisServerOptions } from "./server.ts";
import { TlsSettingsError } from "./tls-settings.ts";

const DEFAULT_PORT = 6379;

/** What redis-server does instead of serving, when it is the first argument. */
const INSTEAD: Readonly<Record<string, () => void>> = {
  "-v": printVersion,
  "--version": printVersion,
  "--test-memory": () => {
    throw new CliError(
      "--test-memory: a process that does not manage its memory cannot test it; use memtest86 or redis-server",
      1,
    );
  },
  "--check-system": () => {
    throw new CliError("--check-system: the kernel's settings that it looks for do not matter here: nothing forks", 1);
  },
  "--sentinel": () => {
    throw new CliError("--sentinel: there is no Sentinel here", 1);
  },
};

/** The command, unparsed: for `tenon`'s completion. */
export function program(): Command {
  return new Command("tenon redis")
    .description("a Redis server in this process")
    .argument("[config]", "redis.conf, or - to read it from standard input")
    .argument("[settings...]", "settings as redis-server takes them: --port 6380 --requirepass secret")
    .allowUnknownOption()
    .passThroughOptions()
    .helpOption("-h, --help", "show this help")
    .addHelpText(
      "after",
      "\n-v, --version shows the version of Redis that this is one of.\nEvery setting of redis.conf may be given as --name value; a - at the end reads more of them from standard input.\nWithout anything: port 6379 on loopback, in memory. With --dir, --save or\n--appendonly yes it keeps what it has on disk, as redis-server does.",
    )
    .action(async (_config: string | undefined, _settings: string[], _options: unknown, command: Command) => {
      const instead = INSTEAD[command.args[0] ?? ""];
      if (instead === undefined) await serve(command.args);
      else instead();
    });
}

export function main(argv: string[]): Promise<number> {
  return runCli(program(), argv);
}

function printVersion(): void {
  process.stdout.write(`Redis server v=${REDIS_VERSION} sha=00000000:0 malloc=v8 bits=64 build=tenon\n`);
}

async function serve(args: readonly string[]): Promise<void> {
  let signals: Signals | undefined;
  try {
    const { options, process: own } = settingsOf(args);
    const directory = resolve(options.dir ?? ".");
    const log = redisLog(own.logLevel, own.logFile === "" ? undefined : logFile(resolve(directory, own.logFile)));
    if (options.port === -1 && (options["tls-port"] ?? -1) === -1 && (options.unixsocket ?? "") === "") {
      throw new CliError("Configured to not listen anywhere, exiting.", 1);
    }
    signals = new Signals();
    const server = await RedisServer.listen({ ...options, log });
    const pidFile = own.pidFile === "" ? undefined : resolve(directory, own.pidFile);
    if (pidFile !== undefined) writePidFile(pidFile, log);
    await untilStopped(server, signals, own, log);
    if (pidFile !== undefined) rmSync(pidFile, { force: true });
    log.warn("Redis is now ready to exit, bye bye...");
  } catch (error) {
    throw explained(error);
  } finally {
    signals?.close();
  }
}

/** The files, standard input and the arguments, later lines winning. */
function settingsOf(args: readonly string[]): { options: RedisServerOptions; process: ProcessSettings } {
  const { configFile, readsStdin, options: lines } = parseCommandLine(args);
  const path = configFile === undefined ? undefined : resolve(configFile);
  let text = path === undefined ? "" : CONF_FILES.read(path);
  if (readsStdin) text += readFileSync(0, "latin1");
  if (lines !== "") text += `\n${lines}`;
  const { options, process: own } = optionsOf(parseRedisConf(text, CONF_FILES), checks());
  return {
    options: {
      port: DEFAULT_PORT,
      bind: "127.0.0.1 -::1",
      ...options,
      world: realWorld,
      ...(path === undefined ? {} : { configFile: path }),
    },
    process: own,
  };
}

const CONF_FILES: ConfFiles = {
  read(path) {
    try {
      return readFileSync(path, "latin1");
    } catch (error) {
      throw new CliError(`Fatal error, can't open config file '${path}': ${reasonOf(error)}`, 1);
    }
  },
  match: (pattern) => globSync(pattern).toSorted(),
};

function checks(): ConfChecks {
  return {
    isDirectory: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true,
    commandNames: () => buildCommandIndex().entries.map((entry) => entry.calledAs),
    complaintOfUser: (definition) => {
      try {
        new Acl(buildCommandIndex()).defineUsers([definition]);
        return undefined;
      } catch (error) {
        if (error instanceof AclFileError) return error.message;
        throw error;
      }
    },
  };
}

/** Makes sure that the log can be written. */
function logFile(path: string): string {
  try {
    appendFileSync(path, "");
  } catch (error) {
    throw new RedisConfError(`Can't open the log file: ${reasonOf(error)}`);
  }
  return path;
}

function writePidFile(path: string, log: Log): void {
  try {
    writeFileSync(path, `${process.pid}\n`);
  } catch (error) {
    log.warn(`Failed to write PID file: ${reasonOf(error)}`);
  }
}

/** Serves until SHUTDOWN, SIGINT or SIGTERM. When the last save fails, it goes on, and the next signal tries again. */
async function untilStopped(server: RedisServer, signals: Signals, own: ProcessSettings, log: Log): Promise<void> {
  for (;;) {
    const signal = await Promise.race([signals.next(), server.ended]);
    if (typeof signal !== "string") return;
    log.warn(`Received ${signal} scheduling shutdown...`);
    const words = (signal === "SIGINT" ? own.onSigint : own.onSigterm).split(" ");
    try {
      const saves = words.includes("save") ? "save" : words.includes("nosave") ? "nosave" : "configured";
      await server.shutdown({ saves, force: words.includes("force") });
      return;
    } catch (error) {
      log.warn("Errors trying to shut down the server. Check the logs for more information.", { error });
    }
  }
}

type Signal = "SIGINT" | "SIGTERM";

/** SIGINT and SIGTERM from now on, none lost: they no longer end the process by themselves. */
class Signals {
  readonly #heard: Signal[] = [];
  #tell: ((signal: Signal) => void) | undefined;

  constructor() {
    process.on("SIGINT", this.#hear).on("SIGTERM", this.#hear);
  }

  next(): Promise<Signal> {
    const signal = this.#heard.shift();
    if (signal !== undefined) return Promise.resolve(signal);
    return new Promise((tell) => {
      this.#tell = tell;
    });
  }

  close(): void {
    process.off("SIGINT", this.#hear).off("SIGTERM", this.#hear);
  }

  readonly #hear = (signal: Signal): void => {
    if (this.#tell === undefined) this.#heard.push(signal);
    this.#tell?.(signal);
    this.#tell = undefined;
  };
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "No such file or directory",
  EACCES: "Permission denied",
  EISDIR: "Is a directory",
  ENOTDIR: "Not a directory",
};

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ""] ?? message;
}

/** What was wrong, on standard error: one line or, of the configuration, redis-server's own several. */
function explained(error: unknown): unknown {
  if (error instanceof RedisConfError) {
    process.stderr.write(`${error.message}\n`);
    return new CliError("", 1);
  }
  if (error instanceof AclFileError) {
    return new CliError(`Aborting Redis startup because of ACL errors: ${error.message}`, 1);
  }
  if (error instanceof TlsSettingsError) return new CliError(`Failed to configure TLS: ${error.message}`, 1);
  if (error instanceof LoadError) return new CliError(error.message, 1);
  if (error instanceof ConfigError) return new CliError(`${error.setting}: ${error.message}`, 1);
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "EADDRINUSE") return new CliError(`the port is in use: ${(error as Error).message}`, 1);
  if (code === "EACCES") return new CliError(`not allowed: ${(error as Error).message}`, 1);
  if (code === "ENOENT") return new CliError(`no such file: ${(error as Error).message}`, 1);
  return error;
}
