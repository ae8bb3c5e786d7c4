/** A small command with the parts that real ones have; run by tests, in this process and in one of its own. */
import { appendFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import {
  addCompletion,
  Argument,
  CliError,
  Command,
  integer,
  interrupted,
  jsonOption,
  Option,
  port,
  printResult,
  runCli,
} from "../../src/cli.ts";
import type { CliStreams } from "../../src/cli/run.ts";

/** `demo`, whose `lazy` subcommand is another program that is made only when it is needed. */
export function demo(streams: CliStreams = process): Command {
  const program = new Command("demo").description("Shows how commands behave.").version("1.2.3");
  program
    .command("serve")
    .description("Serve things.")
    .addArgument(new Argument("[dir]"))
    .option("-p, --port <port>", "where to listen", port, 8080)
    .option("--workers <count>", "how many", integer(1, 8))
    .addOption(new Option("--level <level>", "what to log").choices(["debug", "info", "error"]))
    .option("--config-file <file>", "settings")
    .addOption(jsonOption())
    .action((dir: string | undefined, { port, json }: { port: number; json?: boolean }) => {
      printResult({ dir, port }, () => `${dir ?? "."} on ${port}`, { json: json === true, stdout: streams.stdout });
    });
  program
    .command("fail")
    .description("Fail in one of several ways.")
    .addArgument(new Argument("<how>").choices(["plainly", "silently", "unexpectedly", "by-system"]))
    .action((how: string) => {
      if (how === "plainly") throw new CliError("port 8080 is taken:\n  try another", 3);
      if (how === "silently") throw new CliError("", 7);
      if (how === "by-system") appendFileSync("/nonexistent/file", "");
      throw new TypeError("x is not a function");
    });
  program.command("flood").action(async () => {
    for (let i = 0; i < 100_000; i++) {
      if (!process.stdout.write(`${i}\n`)) await new Promise((resolve) => process.stdout.once("drain", resolve));
    }
  });
  program.command("late").action(async () => {
    await pause(300);
    process.stdout.write("too late\n");
  });
  program.command("wait").action(async () => {
    const alive = setInterval(() => {}, 1000);
    const signal = interrupted();
    process.stdout.write("waiting\n");
    process.stdout.write(`${await signal}\n`);
    if (process.env["DEMO_HURRY"] !== undefined) clearInterval(alive);
  });
  program.command("lazy").description("Loaded when used.").argument("[rest...]");
  addCompletion(program, async (command) => (command.name() === "lazy" ? lazy() : undefined), streams.stdout);
  return program;
}

function lazy(): Command {
  const program = new Command("demo lazy");
  program.command("inner").description("Comes late.").option("--depth <n>", "how deep");
  program.command("touch").argument("<file>");
  return program;
}

if (import.meta.url === pathToFileURL(process.argv[1]!).href) {
  process.exitCode = await runCli(demo(), process.argv.slice(2));
}
