/** Starting and stopping the processes under test. */
import { type ChildProcess, spawn } from "node:child_process";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** How long a server may take until it answers, and how long until it has ended, in milliseconds. */
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 5_000;

/** A server that can take part in a scenario. */
export interface Server {
  readonly name: string;
  /** Throws MissingPeerError when its program is not installed. */
  start(): Promise<RunningServer>;
}

export interface RunningServer {
  readonly host: string;
  readonly port: number;
  /** The process under test; the CPU time of its whole tree counts. */
  readonly pid: number;
  stop(): Promise<void>;
}

export interface ProgramOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** The port that it was told to listen on: it is ready when this port accepts. Without it, it must print `ready <host>:<port>`. */
  readonly port?: number | undefined;
}

/** Every child that is alive, so that none outlives the harness. */
const alive = new Set<ChildProcess>();
let guarded = false;

/** At the first child, not at import: the servers under test import this package, too, and end as they please. */
function guardChildren(): void {
  if (guarded) return;
  guarded = true;
  process.on("exit", () => {
    for (const child of alive) child.kill("SIGKILL");
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));
}

/** Starts a program and waits until it listens. Rejects with its output when it ends before. */
export async function startProgram(options: ProgramOptions): Promise<RunningServer> {
  guardChildren();
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  alive.add(child);
  let output = "";
  const collect = (chunk: string): void => {
    output = (output + chunk).slice(-10_000);
  };
  child.stdout.setEncoding("utf8").on("data", collect);
  child.stderr.setEncoding("utf8").on("data", collect);
  const exited = new Promise<void>((resolve) => {
    const end = (): void => {
      alive.delete(child);
      resolve();
    };
    child.once("exit", end);
    child.once("error", (error) => {
      output += error.message;
      end();
    });
  });

  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(timer);
  };
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    if (!alive.has(child)) throw new Error(`${options.command} ended before it was ready:\n${output}`);
    const address = options.port === undefined ? announced(output) : await accepting(options.port);
    if (address !== undefined && child.pid !== undefined) return { ...address, pid: child.pid, stop };
    if (Date.now() > deadline) {
      await stop();
      throw new Error(`${options.command} was not ready within ${START_TIMEOUT_MS} ms:\n${output}`);
    }
    await sleep(10);
  }
}

interface HostPort {
  readonly host: string;
  readonly port: number;
}

function announced(output: string): HostPort | undefined {
  const match = /^ready (\S+):(\d+)$/m.exec(output);
  return match === null ? undefined : { host: match[1]!, port: Number(match[2]) };
}

function accepting(port: number): Promise<HostPort | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve({ host: "127.0.0.1", port });
    });
    socket.once("error", () => resolve(undefined));
  });
}

/** A port on the loopback interface that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo; // a TCP server's address is always one
      server.close(() => resolve(port));
    });
  });
}
