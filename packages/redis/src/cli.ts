/**
 * `tenon redis [redis.conf] [--option value]…`: redis-server's manner of being started. Arguments in, exit code out.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import process from "node:process";
import { CliError, Command, interrupted, runCli } from "@tenon/kit/cli";
import { createLog, type World, realWorld } from "@tenon/kit";
import { AclFileError } from "./acl/acl.ts";
import { ConfigError } from "./engine/config.ts";
import { LoadError } from "./persistence/persistence.ts";
import { parseRedisConf, RedisConfError, type Setting } from "./redis-conf.ts";
import { RedisServer, type RedisServerOptions } from "./server.ts";

const DEFAULT_PORT = 6379;

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
      "\nEvery setting of redis.conf may be given as --name value.\nWithout anything: port 6379 on loopback, in memory. With --dir, --save or\n--appendonly yes it keeps what it has on disk, as redis-server does.",
    )
    .action(async (_config: string | undefined, _settings: string[], _options: unknown, command: Command) => {
      await serve(command.args, realWorld);
    });
}

export function main(argv: string[]): Promise<number> {
  return runCli(program(), argv);
}

/** `[file] [--name value…]…` → settings, later ones winning. */
function settingsOf(args: readonly string[]): Setting[] {
  const settings: Setting[] = [];
  const read = (path: string): string => readFileSync(path, "latin1");
  let at = 0;
  const [file] = args;
  if (file !== undefined && (file === "-" || !file.startsWith("-"))) {
    settings.push(...parseRedisConf(file === "-" ? readFileSync(0, "latin1") : read(file), read));
    at = 1;
  }
  while (at < args.length) {
    const name = args[at++]!;
    if (name === "-") {
      settings.push(...parseRedisConf(readFileSync(0, "latin1"), read));
      continue;
    }
    if (!name.startsWith("--")) throw new CliError(`not a setting: ${name} (settings begin with --)`, 1);
    const values: string[] = [];
    while (at < args.length && !args[at]!.startsWith("--")) values.push(args[at++]!);
    settings.push([name.slice(2).toLowerCase(), values.join(" ")]);
  }
  return settings;
}

/** What RedisServer.listen takes, from redis.conf's settings. */
function optionsOf(settings: readonly Setting[], world: World): RedisServerOptions {
  const options: Record<string, unknown> = { world, port: DEFAULT_PORT, log: createLog({ service: "redis" }) };
  const users: string[] = [];
  let save: string | undefined;
  for (const [name, value] of settings) {
    if (name === "port") options["port"] = portOf(value);
    else if (name === "user") users.push(value);
    else if (name === "bind") options["host"] = hostOf(value);
    else if (name === "save") save = value === "" || save === undefined ? value : `${save} ${value}`;
    else if (name === "logfile" || name === "daemonize") {
      if (name === "daemonize" && value === "yes")
        throw new CliError("daemonize: run me in the background instead (&, systemd)", 1);
    } else options[name] = value;
  }
  if (users.length > 0) options["user"] = users;
  if (save !== undefined) options["save"] = save;
  // Whoever names what is to be kept means the folder that the server is started in, as with redis-server.
  const keeps = (save ?? "") !== "" || options["appendonly"] === "yes" || options["dbfilename"] !== undefined;
  if (keeps) options["dir"] ??= ".";
  return options as RedisServerOptions;
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new CliError(`port: argument must be between 0 and 65535 inclusive`, 1);
  // redis-server takes port 0 to mean: no TCP at all.
  return port === 0 ? -1 : port;
}

/** The first address of `bind`; `*` is every one. */
function hostOf(text: string): string {
  const [first = "127.0.0.1"] = text.split(/\s+/).map((address) => address.replace(/^-/, ""));
  return first === "*" ? "0.0.0.0" : first;
}

async function serve(args: readonly string[], world: World): Promise<void> {
  const { server } = await start(args, world);
  await Promise.race([interrupted(), server.ended]);
  await server.close();
}

async function start(args: readonly string[], world: World): Promise<{ server: RedisServer }> {
  try {
    const [file] = args;
    const configFile = file === undefined || file.startsWith("-") ? undefined : resolve(file);
    const options = optionsOf(settingsOf(args), world);
    const server = await RedisServer.listen(configFile === undefined ? options : { ...options, configFile });
    process.stdout.write(`Redis is ready: ${server.url}\n`);
    return { server };
  } catch (error) {
    throw explained(error);
  }
}

/** The one line that says what was wrong. */
function explained(error: unknown): unknown {
  if (error instanceof RedisConfError) return new CliError(error.message, 1);
  if (error instanceof AclFileError) return new CliError(`*** FATAL CONFIG FILE ERROR ***\n${error.message}`, 1);
  if (error instanceof LoadError) return new CliError(error.message, 1);
  if (error instanceof ConfigError) return new CliError(`${error.setting}: ${error.message}`, 1);
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "EADDRINUSE") return new CliError(`the port is in use: ${(error as Error).message}`, 1);
  if (code === "EACCES") return new CliError(`not allowed: ${(error as Error).message}`, 1);
  if (code === "ENOENT") return new CliError(`no such file: ${(error as Error).message}`, 1);
  return error;
}
