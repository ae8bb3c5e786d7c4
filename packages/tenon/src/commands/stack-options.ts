/** What `tenon up` and `tenon run` have in common: which config, which services, what is said of what happens. */
import { CliError, EXIT_FAILURE, EXIT_USAGE } from "@tenon/kit/cli";
import { createLog, type LogLevel, type LogSink } from "@tenon/kit";
import { ConfigError } from "../config/config-error.ts";
import { loadConfig, type LoadedConfig } from "../config/load.ts";
import { didYouMean } from "../did-you-mean.ts";
import { SYSTEM_NAMES, systemNamed, type SystemName } from "../systems.ts";

/** The config, or its problems on standard error, one a line, and the end of the command. */
export async function loadConfigOrExplain(file: string | undefined): Promise<LoadedConfig> {
  try {
    return await loadConfig({ cwd: process.cwd(), file });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`tenon: ${error.message}\n`);
    throw new CliError("", EXIT_FAILURE, { cause: error });
  }
}

/** Names of systems as a user typed them. Throws a usage error that knows which one was meant. */
export function systemNames(words: readonly string[]): SystemName[] {
  return words.map((word) => {
    if (systemNamed(word) !== undefined) return word as SystemName;
    const meant = didYouMean(word, SYSTEM_NAMES);
    const hint = meant === undefined ? `there are: ${SYSTEM_NAMES.join(", ")}` : `did you mean '${meant}'?`;
    throw new CliError(`there is no service '${word}'; ${hint}`, EXIT_USAGE);
  });
}

const SEVERITY: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** Prints records from `level` up on standard error: pretty on a terminal, else JSON. */
export function printingSink(level: LogLevel): LogSink {
  const log = createLog({ level });
  return {
    push: (record) => {
      if (SEVERITY[record.level] >= SEVERITY[level])
        log.child(record.service)[record.level](record.message, record.fields);
    },
  };
}

/** `text` without the password that a URL may carry: for screens, not for programs. */
export function withoutPassword(text: string): string {
  if (!URL.canParse(text)) return text;
  const url = new URL(text);
  if (url.password === "") return text;
  url.password = "***";
  return url.href;
}
