/** `tenon up`: the stack in the foreground, until Ctrl-C. */
import { resolve } from "node:path";
import type { Console } from "@tenon/console";
import { Argument, Command, interrupted, jsonOption, Option, painter, port } from "@tenon/kit/cli";
import { createLog } from "@tenon/kit";
import type { StackConfig } from "../config/config.ts";
import type { Service } from "../service.ts";
import { ServiceError } from "../service.ts";
import { DATA_DIR, Stack } from "../stack.ts";
import { SYSTEM_NAMES } from "../systems.ts";
import { VERSION } from "../version.ts";
import { loadConfigOrExplain, printingSink, systemNames, withoutPassword } from "./stack-options.ts";

/** Where the console listens unless told otherwise and unless it is taken. */
export const CONSOLE_PORT = 4000;

interface Options {
  readonly config?: string;
  readonly data?: string | true;
  readonly portOffset?: number;
  readonly console: boolean;
  readonly consolePort?: number;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

export function upCommand(): Command {
  const services = new Argument("[service...]", "start these only").choices(SYSTEM_NAMES);
  // Choices are for completion; a wrong name gets a better answer than commander's.
  services.argParser((word: string, before: string[] | undefined) => [...(before ?? []), word]);
  return new Command("up")
    .summary("start the stack and its web console")
    .description(
      "Starts what the config names, or everything there is, in this process. Each service gets the port that the " +
        "config says, else the original's, else a free one. Ctrl-C closes gracefully, a second one at once.",
    )
    .addArgument(services)
    .option("--config <file>", "the config file, instead of the closest tenon.config.*")
    .option("--data [dir]", `keep data on disk (default dir: ${DATA_DIR}); without it, in memory`)
    .addOption(new Option("--port-offset <n>", "add this to every port").argParser(port))
    .addOption(
      new Option("--console-port <port>", `the console's port (default: ${CONSOLE_PORT}, or a free one)`).argParser(
        port,
      ),
    )
    .option("--no-console", "without the web console")
    .addOption(jsonOption())
    .option("-v, --verbose", "log on standard error, not only warnings")
    .action(up);
}

async function up(words: readonly string[] | undefined, options: Options): Promise<void> {
  const only = systemNames(words ?? []);
  const loaded = await loadConfigOrExplain(options.config);
  // A folder typed on the command line starts where the user stands, one in the config beside the config.
  const data = typeof options.data === "string" ? resolve(options.data) : (options.data ?? loaded.config.data ?? false);
  const config = { ...loaded.config, data };
  const printer = printingSink(options.verbose === true ? "info" : "warn");
  // What goes wrong before the stack is up is said once, by the error or on the screen.
  let printing = options.verbose === true;
  const stack = await Stack.start(config, {
    only,
    baseDir: loaded.baseDir,
    portOffset: options.portOffset ?? 0,
    sinks: [{ push: (record) => printing && printer.push(record) }],
  });
  const stop = interrupted();
  let page: Console | undefined;
  try {
    page = await openConsole(stack, config, loaded.baseDir, options);
    const readyMs = Math.round(performance.now());
    process.stdout.write(
      options.json === true
        ? `${JSON.stringify(report(stack, page, readyMs))}\n`
        : screen(stack, page, readyMs, data !== false),
    );
    printing = true;
    // Where everything is external and there is no console, nothing else keeps the process alive.
    const alive = setInterval(() => undefined, 2 ** 30);
    await stop;
    clearInterval(alive);
    if (options.json !== true) process.stdout.write("\nstopping …\n");
  } finally {
    await Promise.all([page?.close(), stack.close()]);
  }
}

async function openConsole(
  stack: Stack,
  config: StackConfig,
  baseDir: string,
  options: Options,
): Promise<Console | undefined> {
  if (!options.console || (config.console === false && options.consolePort === undefined)) return undefined;
  const { Console } = await import("@tenon/console");
  const settings = typeof config.console === "object" ? config.console : {};
  const wanted = options.consolePort ?? settings.port;
  const offset = options.portOffset ?? 0;
  const usual =
    wanted === undefined
      ? CONSOLE_PORT + offset
      : wanted === 0
        ? 0
        : wanted + (options.consolePort === undefined ? offset : 0);
  const log = createLog({ format: "none", service: "console", sinks: [stack.logs] });
  const search = settings.search === undefined ? {} : { searchFolder: resolve(baseDir, settings.search) };
  const paths = Object.entries(config.sqlite?.databases ?? {}).map(([name, path]) => [name, resolve(baseDir, path)]);
  const databases: Record<string, string> = Object.fromEntries(paths);
  const listen = (port: number): Promise<Console> => Console.listen({ stack, port, log, databases, ...search });
  try {
    return await listen(usual);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    if (wanted !== undefined) throw new ServiceError("console", `port ${usual} is in use by another process`, error);
    return listen(0);
  }
}

/** For programs. */
function report(stack: Stack, page: Console | undefined, readyMs: number): object {
  const services = stack.services.map((service) => ({
    name: service.name,
    kind: service.kind,
    state: service.state,
    url: service.url,
    host: service.address?.host,
    port: service.address?.port,
    connect: service.connect,
    ...(service.failure !== undefined && { failure: service.failure }),
  }));
  return {
    services,
    console: page === undefined ? null : { url: page.url },
    environment: stack.environment(),
    readyMs,
  };
}

/** For people: one line per service. */
function screen(stack: Stack, page: Console | undefined, readyMs: number, asksForData: boolean): string {
  const paint = painter(process.stdout);
  const rows = stack.services.map((service) => ({
    name: service.name,
    url: withoutPassword(service.url ?? ""),
    connect: service.state === "external" ? "" : (service.connect ?? ""),
    note: noteOf(service),
  }));
  if (page !== undefined) rows.push({ name: "console", url: page.url, connect: "", note: "" });
  const nameWidth = Math.max(...rows.map(({ name }) => name.length));
  const urlWidth = Math.max(...rows.filter(({ name }) => name !== "console").map(({ url }) => url.length));
  const lines = rows.map(({ name, url, connect, note }) =>
    `  ${paint("bold", name.padEnd(nameWidth))}  ${paint("cyan", url)}${" ".repeat(Math.max(0, urlWidth - url.length))}  ${connect}${note === "" ? "" : `  ${paint("yellow", `(${note})`)}`}`.trimEnd(),
  );
  const kept = stack.services
    .filter((service) => service.durable)
    .map((service) => `${service.name} in ${service.dataDir}`);
  const where =
    kept.length > 0
      ? `Data is kept: ${kept.join(", ")}. `
      : asksForData
        ? "Everything is in memory: no service of this stack keeps data on disk. "
        : "Everything is in memory. ";
  return `${paint("bold", "tenon")} ${VERSION} is up, ${readyMs} ms after its start\n\n${lines.join("\n")}\n\n${where}Ctrl-C to stop.\n`;
}

function noteOf(service: Service): string {
  if (service.state === "external") return service.failure === undefined ? "external" : `external, ${service.failure}`;
  return service.insteadOfPort === undefined ? "" : `${service.insteadOfPort} is taken`;
}
