/**
 * The life of a name server by others: a temporary folder, a loopback port that is free for UDP and TCP, the process in the foreground,
 * waiting until it answers, and its end by pid. name-servers.ts knows each one's configuration.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { peer } from "../../../../../scripts/test-peer.ts";
import { queryBytes, type WireQuestion } from "./query.ts";

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;
const PORT_ATTEMPTS = 50;
/** What is kept of a daemon's own log. */
const LOG_LIMIT = 200_000;
/** What an error quotes of it. */
const QUOTED_LOG = 4000;

/** What a configuration is written for. */
export interface Place {
  readonly port: number;
  /** Everything that the daemon writes stays in it. */
  readonly folder: string;
}

export interface DaemonOptions {
  /** As scripts/peers.table names it. */
  readonly executable: string;
  /** Writes its files into the folder and returns its arguments. */
  prepare(place: Place): readonly string[];
  /** It has started when each of these is answered with NOERROR or NXDOMAIN. */
  readonly answers: readonly WireQuestion[];
  /** A port of the caller's instead of a free one: a daemon that starts again. */
  readonly port?: number | undefined;
  /** Likewise its folder, which then is the caller's to remove. */
  readonly folder?: string | undefined;
}

/** A running name server. */
export interface Daemon extends AsyncDisposable {
  readonly name: string;
  readonly host: "127.0.0.1";
  readonly port: number;
  readonly pid: number;
  readonly folder: string;
  /** What it has printed so far. */
  log(): string;
  /** SIGHUP: every one of them reads its configuration or zones again. */
  reload(): void;
  /** Ends it (by SIGKILL when asked to, as a crash would) and removes its folder, unless the caller gave that. */
  stop(signal?: "SIGTERM" | "SIGKILL"): Promise<void>;
}

/** Children that run, and how their folders go when this process ends without having stopped them. */
const alive = new Map<ChildProcess, () => void>();
let guarded = false;

function guardChildren(): void {
  if (guarded) return;
  guarded = true;
  process.on("exit", () => {
    for (const [child, removeFolder] of alive) {
      child.kill("SIGKILL");
      removeFolder();
    }
  });
}

/** Undefined when the program is not installed (`peer` says so); throws with its output when it does not come to answer. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon | undefined> {
  const command = peer(options.executable);
  if (command === undefined) return undefined;
  guardChildren();
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), `tenon-${options.executable}-`));
  const removeFolder = (): void => {
    if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
  };
  const port = options.port ?? (await freeDnsPort());
  const child = spawn(command, options.prepare({ port, folder }), { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  alive.set(child, removeFolder);
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      log = (log + chunk).slice(-LOG_LIMIT);
    });
  }
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      alive.delete(child);
      resolve();
    };
    child.once("exit", end);
    child.once("error", (error) => {
      log += error.message;
      end();
    });
  });
  const stop = async (signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> => {
    child.kill(signal);
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(timer);
    removeFolder();
  };
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (const question of options.answers) {
    while (!(await answersOnce(port, question))) {
      if (alive.has(child) && Date.now() < deadline) continue;
      await stop("SIGKILL");
      throw new Error(`${options.executable} does not answer for ${question.name}:\n${log.slice(-QUOTED_LOG)}`);
    }
  }
  return {
    name: options.executable,
    host: "127.0.0.1",
    port,
    pid: child.pid!, // it has answered, so it runs
    folder,
    log: () => log,
    reload: () => void child.kill("SIGHUP"),
    stop,
    [Symbol.asyncDispose]: () => stop(),
  };
}

/** One try of a tenth of a second; false for silence and for SERVFAIL or REFUSED. */
async function answersOnce(port: number, question: WireQuestion): Promise<boolean> {
  const socket = createSocket("udp4");
  try {
    const answer = new Promise<Buffer>((resolve, reject) => {
      socket.once("message", resolve);
      socket.once("error", reject); // ECONNREFUSED, before it listens
    });
    socket.connect(port, "127.0.0.1");
    await once(socket, "connect");
    socket.send(queryBytes(1, question));
    const bytes = await Promise.race([answer, sleep(100)]);
    return bytes !== undefined && (bytes[3]! & 15) % 3 === 0;
  } catch {
    await sleep(20);
    return false;
  } finally {
    socket.close();
  }
}

/** A port that a moment ago was free on 127.0.0.1 for UDP and TCP both. */
export async function freeDnsPort(): Promise<number> {
  for (let attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
    const udp = createSocket("udp4");
    const tcp = createServer();
    try {
      udp.bind(0, "127.0.0.1");
      await once(udp, "listening");
      const { port } = udp.address();
      tcp.listen(port, "127.0.0.1");
      await once(tcp, "listening");
      return port;
    } catch {
      continue; // taken by somebody's TCP
    } finally {
      udp.close();
      tcp.close();
    }
  }
  throw new Error(`no port that is free for UDP and TCP in ${PORT_ATTEMPTS} attempts`);
}

/** Writes a file into a place's folder and returns its path. */
export function placed(place: Place, name: string, contents: string | Uint8Array): string {
  const path = join(place.folder, name);
  writeFileSync(path, contents);
  return path;
}
