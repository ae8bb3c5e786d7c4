/** A configuration file: read, checked, and with the places of what is wrong. */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { DnsConfig } from "./config.ts";
import type { ConfigPath } from "./errors.ts";
import { checkConfig } from "./check.ts";
import { settingsOf } from "./settings.ts";
import { readYaml } from "./yaml.ts";

export interface ConfigFile {
  /** As it stands there; it is known to be right. */
  readonly config: DnsConfig;
  /** Folder of the file, where its relative paths start. */
  readonly baseDir: string;
  /** `file:line:column` */
  readonly placeOf: (path: ConfigPath) => string;
}

/** Throws DnsConfigError, or the system's error when it cannot be read. */
export function readConfigFile(file: string): ConfigFile {
  const { value, placeOf } = readYaml(readFileSync(file, "utf8"), file);
  const baseDir = dirname(resolve(file));
  settingsOf(checkConfig(value, placeOf), baseDir, placeOf);
  // checkConfig has found it to be one.
  return { config: (value ?? {}) as DnsConfig, baseDir, placeOf };
}
