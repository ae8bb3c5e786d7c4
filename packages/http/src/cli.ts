/** `tenon http [dir]`: serves a directory, or a module's fetch handler. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { createLog, type Log, realWorld } from "@tenon/kit";
import { CliError, Command, interrupted, Option, painter, port, runCli } from "@tenon/kit/cli";
import type { FetchHandler } from "./fetch/context.ts";
import { installIncomingRequest } from "./fetch/install-request.ts";
import { files } from "./files/files.ts";
import { compress } from "./handlers/compress.ts";
import { cors } from "./handlers/cors.ts";
import { ACCESS_LOG_FORMATS, type AccessLogFormat, accessLogLine } from "./log/access-log.ts";
import { HttpServer } from "./server.ts";

interface Options {
  readonly port: number;
  readonly host: string;
  readonly browse?: true;
  readonly spa?: true | string;
  readonly cors?: true;
  readonly compress?: true;
  readonly accessLog?: true | AccessLogFormat;
  readonly quiet?: true;
  readonly app?: string;
}

/** In the specification of this command, and still to come: asked for, they are refused rather than ignored. */
const NOT_YET = ["tls", "cert", "key", "auth", "proxy", "config", "check", "workers"] as const;
const TAKES_VALUE: ReadonlySet<string> = new Set(["cert", "key", "auth", "proxy", "config", "workers"]);

/** Runs `tenon http` with the arguments after that; resolves to the exit code. */
export function main(argv: string[]): Promise<number> {
  return runCli(program(), argv);
}

export function program(): Command {
  const command = new Command("tenon http")
    .description("Serve a directory, or a module with a fetch handler, over HTTP/1.1.")
    .argument("[dir]", "directory to serve", ".")
    .addOption(new Option("-p, --port <port>", "port; 0 picks a free one").argParser(port).default(8080))
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--browse", "list directories that have no index.html")
    .option("--spa [file]", "answer unknown pages with this file (index.html)")
    .option("--cors", "let pages of every origin read the answers")
    .option("--compress", "compress what a handler has not compressed")
    .addOption(
      new Option("--access-log [format]", "write a line per request").choices(ACCESS_LOG_FORMATS).preset("common"),
    )
    .option("--quiet", "say nothing but errors")
    .option("--app <file>", "module whose default export has `fetch`, instead of a directory")
    .action(serve);
  for (const name of NOT_YET) {
    command.addOption(new Option(TAKES_VALUE.has(name) ? `--${name} <value>` : `--${name}`).hideHelp());
  }
  return command;
}

async function serve(directory: string, options: Options): Promise<void> {
  for (const name of NOT_YET) {
    if (name in options) throw new CliError(`--${name} is not there yet (see the README's table)`);
  }
  const log = createLog({ level: options.quiet === true ? "error" : "warn", service: "http" });
  using cleanup = new DisposableStack();
  // The process is ours: what an application's middleware does with its requests shall work.
  if (options.app !== undefined) cleanup.defer(installIncomingRequest());
  let handler = options.app === undefined ? directoryHandler(directory, options) : await appHandler(options.app);
  if (options.compress === true) handler = compress(handler);
  if (options.cors === true) handler = cors(handler);
  await using server = await listen(handler, options, log);
  const format = options.accessLog === true ? "common" : options.accessLog;
  if (format !== undefined) server.onRequest((request) => process.stdout.write(`${accessLogLine(request, format)}\n`));
  if (options.quiet !== true) {
    const paint = painter(process.stderr);
    const what = options.app ?? (directory === "." ? "this directory" : directory);
    process.stderr.write(`${what} at ${paint("cyan", server.url)} (Ctrl-C stops)\n`);
  }
  await interrupted();
}

function directoryHandler(directory: string, options: Options): FetchHandler {
  const root = resolve(directory);
  let isDirectory: boolean;
  try {
    isDirectory = realWorld.disk.stat(root)?.kind === "directory";
    if (isDirectory) realWorld.disk.readDirectory(root);
  } catch (error) {
    throw new CliError(`cannot read ${directory}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
  if (!isDirectory) throw new CliError(`${directory} is not a directory`);
  return files(root, {
    listing: options.browse === true,
    ...(options.spa === undefined ? {} : { spa: options.spa === true ? "index.html" : options.spa }),
  });
}

async function appHandler(file: string): Promise<FetchHandler> {
  let module: unknown;
  try {
    module = await import(pathToFileURL(resolve(file)).href);
  } catch (error) {
    throw new CliError(`cannot load ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const app = (module as { default?: unknown }).default;
  const fetch = typeof app === "object" && app !== null && "fetch" in app ? app.fetch : undefined;
  if (typeof fetch !== "function") throw new CliError(`${file}: its default export has no function \`fetch\``);
  return (request, context) => (fetch as FetchHandler).call(app, request, context);
}

async function listen(fetch: FetchHandler, options: Options, log: Log): Promise<HttpServer> {
  const { host } = options;
  try {
    return await HttpServer.listen({ fetch, port: options.port, host, log });
  } catch (error) {
    const where = `${host}:${options.port}`;
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") throw new CliError(`${where} is in use`);
    if (code === "EACCES") throw new CliError(`not allowed to listen on ${where}`);
    throw new CliError(`cannot listen on ${where}: ${code ?? String(error)}`);
  }
}
