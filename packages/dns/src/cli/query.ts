/** `tenon dns query`: dig's arguments, dig's output, dig's exit codes. */
import { lookup } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { realWorld } from "@tenon/kit";
import { CliError } from "@tenon/kit/cli";
import { Dig } from "../dig/dig.ts";

const STANDARD_INPUT = 0;

/** `words`: all behind `query`, as they stand. Throws CliError with dig's exit code when that is not 0. */
export async function queryCommand(words: readonly string[]): Promise<void> {
  const dig = new Dig(realWorld, {
    print: (text) => void process.stdout.write(text),
    warn: (text) => void process.stderr.write(text),
    readFile: (path) => textOf(path === "-" ? STANDARD_INPUT : path),
    resolvConf: textOf("/etc/resolv.conf") ?? "",
    digrc: textOf(join(homedir(), ".digrc")) ?? "",
    addressesOf: async (host) => {
      try {
        return (await lookup(host, { all: true })).map(({ address }) => address);
      } catch {
        // dig says itself that it has no address.
        return [];
      }
    },
  });
  const code = await dig.run(words);
  if (code !== 0) throw new CliError("", code);
}

function textOf(path: string | number): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
