/** `tenon dns serve`: a server until it is told to stop. SIGHUP reads the configuration and the zones again. */
import { readFileSync } from "node:fs";
import process from "node:process";
import { createLog, type Log } from "@tenon/kit";
import { CliError, EXIT_USAGE, interrupted } from "@tenon/kit/cli";
import { DnsConfigError } from "../config/errors.ts";
import type { ConfigFile } from "../config/file.ts";
import { DnsError } from "../errors.ts";
import type { DnsServerOptions } from "../options.ts";
import { DnsServer } from "../server.ts";
import { ZoneLoadError } from "../zone-source.ts";

export interface ServeOptions {
  readonly config?: string;
  readonly host?: string;
  readonly port?: number;
  /** `NAME=FILE` */
  readonly zone: readonly string[];
  readonly resolver?: string;
  readonly resolve?: true;
}

const DEFAULT_PORT = 5300;

export async function serveCommand(options: ServeOptions): Promise<void> {
  if (options.resolve === true) throw new CliError("--resolve: not supported yet: resolving from the roots");
  const log = createLog({ service: "dns" });
  const stopped = interrupted();
  const file = options.config === undefined ? undefined : await configFile(options.config);
  const server = await listen(options, file, log);
  // Whoever started us may wait for this line.
  for (const address of server.addresses) process.stdout.write(`listening on ${address} (UDP and TCP)\n`);
  const reloading = (): void => void reload(server, options, log);
  process.on("SIGHUP", reloading);
  await stopped;
  process.off("SIGHUP", reloading);
  await server.close();
}

async function listen(options: ServeOptions, file: ConfigFile | undefined, log: Log): Promise<DnsServer> {
  try {
    return await DnsServer.listen({ ...serverOptions(options, file), log });
  } catch (error) {
    throw explained(error);
  }
}

function serverOptions({ host, port, zone, resolver }: ServeOptions, file: ConfigFile | undefined): DnsServerOptions {
  const zones = Object.fromEntries(zone.map(zoneArgument));
  const listens = file?.config.server?.listen !== undefined;
  return {
    zones,
    ...(file === undefined ? {} : { config: file.config, baseDir: file.baseDir, placeOf: file.placeOf }),
    ...(host === undefined ? {} : { host }),
    ...(port === undefined && listens ? {} : { port: port ?? DEFAULT_PORT }),
    ...(resolver === undefined ? {} : { forward: resolver }),
    // With nothing to serve, it is the server that the course asks for.
    anyName: file === undefined && zone.length === 0 && resolver === undefined,
    severalQuestions: file === undefined,
  };
}

async function configFile(path: string): Promise<ConfigFile> {
  const { readConfigFile } = await import("../config/file.ts");
  try {
    return readConfigFile(path);
  } catch (error) {
    throw explained(error);
  }
}

/** What is wrong with the new settings is logged, and the old ones stay. */
async function reload(server: DnsServer, { config, zone }: ServeOptions, log: Log): Promise<void> {
  try {
    if (config !== undefined) {
      const file = await configFile(config);
      await server.reconfigure(file.config, file);
    }
    for (const [name, source] of zone.map(zoneArgument)) await server.zone(name).replace(source);
    log.info("reloaded");
  } catch (error) {
    log.error("the settings stay as they were", { error });
  }
}

function zoneArgument(text: string): [name: string, source: Uint8Array] {
  const [, name, file] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || file === undefined) throw new CliError(`--zone wants NAME=FILE, not ${text}`, EXIT_USAGE);
  try {
    return [name, readFileSync(file)];
  } catch (error) {
    throw new CliError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Complaints about settings and zones come a line each, as they are. */
function explained(error: unknown): unknown {
  if (error instanceof DnsConfigError || error instanceof ZoneLoadError) {
    process.stderr.write(`${error.message}\n`);
    return new CliError("");
  }
  if (error instanceof DnsError) return new CliError(error.message);
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") return new CliError(`the port is in use: ${message}`);
  if (code === "EACCES") return new CliError(`not allowed: ${message}`);
  if (code === "ENOENT") return new CliError(`no such file: ${message}`);
  return error;
}
