/** A redis-server of our own for a test, and a connection that answers one command at a time. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface OriginalServer {
  readonly port: number;
  open(): Promise<Original>;
  stop(): Promise<void>;
}

/** `settings` are further arguments: `--name value …`. */
export async function startOriginal(executable: string, settings: readonly string[] = []): Promise<OriginalServer> {
  const probe = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => probe.once("listening", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  const folder = mkdtempSync(join(tmpdir(), "tenon-redis-"));
  const own = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder];
  const child = spawn(executable, [...own, ...settings]);
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.stdout.on("data", (chunk: Buffer) => {
      if (chunk.includes("Ready to accept connections")) resolve();
    });
  });
  return {
    port,
    async open() {
      const socket = connect({ port, host: "127.0.0.1", noDelay: true });
      await new Promise((resolve) => socket.once("connect", resolve));
      return new Original(socket);
    },
    async stop() {
      if (child.exitCode === null) {
        const ended = new Promise((resolve) => child.once("exit", resolve));
        child.kill();
        await ended;
      }
      rmSync(folder, { recursive: true });
    },
  };
}

export class Original {
  readonly #socket: Socket;
  #received = "";
  #waiting: (() => void) | undefined;
  #closed = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#received += chunk.toString("latin1");
      this.#waiting?.();
    });
    socket.on("close", () => {
      this.#closed = true;
      this.#waiting?.();
    });
  }

  /** Sends words of one-byte strings; resolves with the raw reply. */
  async raw(words: readonly string[]): Promise<string> {
    const parts = words.map((word) => `$${word.length}\r\n${word}\r\n`);
    this.#received = "";
    this.#socket.write(Buffer.from(`*${words.length}\r\n${parts.join("")}`, "latin1"));
    while (!isComplete(this.#received)) {
      if (this.#closed) throw new Error(`redis-server hung up at ${JSON.stringify(words)}`);
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
    return this.#received;
  }

  /** What comes unasked, when `isEnough`. */
  async gather(isEnough: (text: string) => boolean): Promise<string> {
    while (!isEnough(this.#received)) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
    return this.#received;
  }

  /** Drops what was gathered. */
  forget(): void {
    this.#received = "";
  }

  end(): void {
    this.#socket.destroy();
  }
}

/** Whether `text` is one whole reply. */
function isComplete(text: string): boolean {
  let at = 0;
  for (let left = 1; left > 0; left--) {
    const end = text.indexOf("\r\n", at);
    if (end < 0) return false;
    const mark = text[at]!;
    const head = Number(text.slice(at + 1, end));
    at = end + 2;
    if ("$=".includes(mark) && head >= 0) at += head + 2;
    if ("*~%".includes(mark) && head >= 0) left += mark === "%" ? head * 2 : head;
  }
  return at <= text.length;
}
