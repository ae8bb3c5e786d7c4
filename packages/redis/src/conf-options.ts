/** What redis.conf says as options of a server, every line checked as redis-server checks it: in the order of the lines, and with its line. */
import { Config, ConfigError } from "./engine/config.ts";
import { BAD_DIRECTIVE, type Directive, RedisConfError } from "./redis-conf.ts";
import type { RedisServerOptions } from "./server.ts";

/** What the process does with its settings, beside the server. */
export interface ProcessSettings {
  readonly logLevel: string;
  /** "": standard output. */
  readonly logFile: string;
  /** "": none. */
  readonly pidFile: string;
  /** What SIGINT and SIGTERM mean: words like `save`, `nosave`, `now`, `force`, or `default`. */
  readonly onSigint: string;
  readonly onSigterm: string;
}

/** What can be asked of the world while reading. */
export interface ConfChecks {
  isDirectory(path: string): boolean;
  /** For rename-command. */
  commandNames(): Iterable<string>;
  /** What is wrong with a user's rules, `alice on >secret`. */
  complaintOfUser(definition: string): string | undefined;
}

const DAEMONIZE = "tenon stays in the foreground: start it in the background (&, systemd), or set daemonize no";
const MODULES = "modules are not supported";

/** Throws RedisConfError. */
export function optionsOf(
  directives: readonly Directive[],
  checks: ConfChecks,
): { readonly options: RedisServerOptions; readonly process: ProcessSettings } {
  const config = new Config();
  const options: Record<string, unknown> = {};
  const users: string[] = [];
  const renamed: (readonly [string, string])[] = [];
  let names: Set<string> | undefined;
  let save: string[] | undefined;
  for (const directive of directives) {
    const { name, values } = directive;
    const refuse = (reason: string): RedisConfError => new RedisConfError(reason, directive);
    if (name === "user") {
      if (values.length === 0) throw refuse(BAD_DIRECTIVE);
      users.push(values.join(" "));
      const complaint = checks.complaintOfUser(users.at(-1)!);
      if (complaint !== undefined) throw refuse(complaint);
      continue;
    }
    if (name === "rename-command") {
      if (values.length !== 2) throw refuse(BAD_DIRECTIVE);
      names ??= new Set(checks.commandNames());
      renamed.push(renaming(values, names, refuse));
      continue;
    }
    if (name === "loadmodule") throw refuse(values.length === 0 ? BAD_DIRECTIVE : MODULES);
    const row = config.row(name);
    if (row === undefined) throw refuse(name.includes(".") ? "Module config specified without value" : BAD_DIRECTIVE);
    if (values.length === 0 || (row.multiple !== true && values.length > 1)) throw refuse("wrong number of arguments");
    let value = values.join(" ");
    // Save points add up, from nothing: those that hold without any are left behind. Limits of clients add up, too.
    if (row.name === "save") {
      const words = values.length === 1 ? value.split(/\s+/) : values;
      if (value !== "" && (words.length % 2 !== 0 || words.some((word) => !/^\d+$/.test(word))))
        throw refuse("Invalid save parameters");
      save = value === "" ? [] : [...(save ?? []), value];
      value = save.join(" ");
    }
    if (row.name === "dir" && !checks.isDirectory(value)) throw refuse("No such file or directory");
    try {
      config.load(row.name, value);
    } catch (error) {
      if (error instanceof ConfigError) throw refuse(error.message);
      throw error;
    }
    if (row.name === "daemonize" && config.flag("daemonize")) throw refuse(DAEMONIZE);
    options[row.name] = row.name === "client-output-buffer-limit" ? config.text(row.name) : value;
  }
  // In a file, port 0 is no port at all.
  for (const port of ["port", "tls-port"]) {
    if (options[port] !== undefined) options[port] = Number(options[port]) || -1;
  }
  if (users.length > 0) options["user"] = users;
  if (renamed.length > 0) options["renamedCommands"] = renamed;
  // Whoever names what is to be kept means the folder that the server is started in, as with redis-server.
  const keeps = (save ?? []).length > 0 || config.flag("appendonly") || options["dbfilename"] !== undefined;
  if (keeps) options["dir"] ??= ".";
  return {
    options: options as RedisServerOptions,
    process: {
      logLevel: config.text("loglevel"),
      logFile: config.text("logfile"),
      pidFile: config.text("pidfile"),
      onSigint: config.text("shutdown-on-sigint"),
      onSigterm: config.text("shutdown-on-sigterm"),
    },
  };
}

/** Takes a name out of `names` and puts the other in; `""` is none. */
function renaming(
  values: readonly string[],
  names: Set<string>,
  refuse: (reason: string) => RedisConfError,
): readonly [string, string] {
  const [from, to] = values.map((value) => value.toLowerCase()) as [string, string];
  if (!names.delete(from)) throw refuse("No such command in rename-command");
  if (to !== "" && names.has(to)) throw refuse("Target command name already exists");
  if (to !== "") names.add(to);
  return [from, to];
}
