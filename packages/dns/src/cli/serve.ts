/** `tenon dns serve`. */
import { readFileSync } from "node:fs";
import { createLog } from "@tenon/kit";
import { CliError, interrupted } from "@tenon/kit/cli";
import { DnsServer } from "../server.ts";
import { ZoneLoadError } from "../zone-source.ts";

export interface ServeOptions {
  readonly config?: string;
  readonly host: string;
  readonly port: number;
  /** `NAME=FILE` */
  readonly zone: readonly string[];
  readonly resolver?: string;
}

export async function serveCommand(options: ServeOptions): Promise<void> {
  const log = createLog({ level: "info", service: "dns" });
  const zones = Object.fromEntries(options.zone.map(zoneArgument));
  let server: DnsServer;
  try {
    server = await DnsServer.listen({ host: options.host, port: options.port, zones, log });
  } catch (error) {
    if (error instanceof ZoneLoadError) throw new CliError(error.message);
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") throw new CliError(`${options.host}:${options.port} is in use`);
    throw error;
  }
  await interrupted();
  await server.close();
}

function zoneArgument(text: string): [name: string, source: Uint8Array] {
  const [, name, file] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || file === undefined) throw new CliError(`--zone wants NAME=FILE, not ${text}`, 2);
  try {
    return [name, readFileSync(file)];
  } catch (error) {
    throw new CliError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
