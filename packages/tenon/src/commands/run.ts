/** `tenon run`: a stack for the length of a command, which finds it through its environment. */
import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { CliError, Command, Option } from "@tenon/kit/cli";
import { Stack } from "../stack.ts";
import { loadConfigOrExplain, printingSink, systemNames, withoutPassword } from "./stack-options.ts";

/** What the shell answers for a command that is not there, and for one that cannot be run. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;
/** How long the services may take to finish once the command has ended: nobody is left to wait for. */
const GRACE_MS = 500;

const FORWARDED: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR2", "SIGWINCH"];
/** The terminal itself sends these to the command as well, since it belongs to the same group. */
const FROM_TERMINAL: ReadonlySet<NodeJS.Signals> = new Set(["SIGINT", "SIGQUIT", "SIGWINCH"]);

interface Options {
  readonly config?: string;
  readonly only?: readonly string[];
  readonly verbose?: boolean;
}

export function runCommand(): Command {
  return new Command("run")
    .summary("run a command beside a stack")
    .description(
      "Starts a stack on free ports, runs the command with its addresses in the environment (REDIS_URL, HTTP_URL, …) " +
        "and ends with the command's exit code; 128 + n when signal n ended it.",
    )
    .usage("[options] -- <command...>")
    .argument("<command...>", "the command and its arguments")
    .option("--config <file>", "the config file, instead of the closest tenon.config.*")
    .addOption(
      new Option("--only <services>", "start these only, separated by commas").argParser((text) =>
        text
          .split(",")
          .map((name) => name.trim())
          .filter((name) => name !== ""),
      ),
    )
    .option("-v, --verbose", "say on standard error what is started, and log")
    .passThroughOptions()
    .action(run);
}

async function run(command: readonly string[], options: Options): Promise<void> {
  const only = systemNames(options.only ?? []);
  const { config, baseDir } = await loadConfigOrExplain(options.config);
  const verbose = options.verbose === true;
  const sinks = verbose ? [printingSink("info")] : [];
  const stack = await Stack.start(config, { only, baseDir, freePorts: true, sinks });
  let code: number;
  try {
    const environment = stack.environment();
    if (verbose) {
      for (const [name, value] of Object.entries(environment))
        process.stderr.write(`tenon: ${name}=${withoutPassword(value)}\n`);
    }
    code = await exitCodeOf(command, { ...process.env, ...environment });
  } finally {
    await stack.close({ graceMs: GRACE_MS });
  }
  if (code !== 0) throw new CliError("", code);
}

/** Runs `command` on this process's own terminal and streams; signals pass through to it. */
function exitCodeOf(command: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [file = "", ...args] = command;
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const child = spawn(file, args, { stdio: "inherit", env });
  const stopForwarding = forwardSignals(child);
  child.once("error", (error: NodeJS.ErrnoException) => {
    stopForwarding();
    const reason =
      error.code === "ENOENT" ? "command not found" : error.code === "EACCES" ? "not executable" : error.message;
    reject(new CliError(`${file}: ${reason}`, error.code === "EACCES" ? NOT_EXECUTABLE : NOT_FOUND, { cause: error }));
  });
  child.once("exit", (code, signal) => {
    stopForwarding();
    resolve(signal === null ? (code ?? 0) : 128 + constants.signals[signal]);
  });
  return promise;
}

function forwardSignals(child: ChildProcess): () => void {
  const onTerminal = process.stdin.isTTY || process.stderr.isTTY;
  const forward = (signal: NodeJS.Signals): void => {
    if (!(onTerminal && FROM_TERMINAL.has(signal))) child.kill(signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  return () => {
    for (const signal of FORWARDED) process.off(signal, forward);
  };
}
