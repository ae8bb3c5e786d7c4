/** What tests of replication do with a server over its socket, ours or the original's: ask, load, compare. */
import { connect, type Socket } from "node:net";
import { expect } from "vitest";
import { Original } from "./original.ts";
import { preparations, type Draw, writes } from "./replication-load.ts";

/** A server that listens on this port, and a connection for questions. */
export class Peer {
  readonly port: number;
  readonly #connection: Original;

  private constructor(port: number, connection: Original) {
    this.port = port;
    this.#connection = connection;
  }

  static async at(port: number): Promise<Peer> {
    return new Peer(port, new Original(await open(port)));
  }

  /** Sends a command; resolves with its raw reply. */
  raw(...words: readonly (string | number)[]): Promise<string> {
    return this.#connection.raw(words.map(String));
  }

  /** Sends a command whose reply is one string or number. Throws for errors. */
  async text(...words: readonly (string | number)[]): Promise<string> {
    const raw = await this.raw(...words);
    if (raw.startsWith("-")) throw new Error(`${words.join(" ")}: ${raw.trim()}`);
    if (raw[0] === "$" || raw[0] === "=") return raw.slice(raw.indexOf("\r\n") + 2, -2);
    return raw.slice(1, -2);
  }

  /** A field of INFO; "" when it is not there. */
  async info(field: string): Promise<string> {
    const text = await this.text("INFO", "everything");
    return new RegExp(`^${field}:(.*?)\r?$`, "m").exec(text)?.[1] ?? "";
  }

  /** What comes unasked, up to where it has `text` in it. */
  gather(text: string): Promise<string> {
    return this.#connection.gather((gathered) => gathered.includes(text));
  }

  digest(): Promise<string> {
    return this.text("DEBUG", "DIGEST");
  }

  async follow(master: Peer): Promise<void> {
    await this.text("REPLICAOF", "127.0.0.1", master.port);
  }

  end(): void {
    this.#connection.end();
  }
}

export async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  return socket;
}

/** Resolves when `holds` does; fails when it does not for a long time. */
export async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  const started = performance.now();
  while (!(await holds())) {
    if (performance.now() - started > 30_000) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Waits until `replica` has all that `master` has: the same offset twice, and the same data. */
export async function expectEqual(master: Peer, replica: Peer): Promise<void> {
  await until("the link is up", async () => (await replica.info("master_link_status")) === "up");
  let theirs = "";
  let ours = "";
  await until("offsets and data are equal", async () => {
    const before = await master.info("master_repl_offset");
    [theirs, ours] = [await master.digest(), await replica.digest()];
    const same =
      before === (await replica.info("slave_repl_offset")) && before === (await master.info("master_repl_offset"));
    return same && theirs === ours;
  }).catch((error: unknown) => {
    expect(ours).toBe(theirs);
    throw error;
  });
  expect(ours).not.toBe("0".repeat(40));
}

/** A client that writes all the time, of everything, in batches of pipelined commands. */
export class Load {
  readonly #socket: Socket;
  readonly #draw: Draw;
  #received = "";
  #wake: (() => void) | undefined;
  #ending = false;
  #done: Promise<void> | undefined;
  written = 0;

  private constructor(socket: Socket, draw: Draw) {
    this.#socket = socket;
    this.#draw = draw;
    socket.on("error", () => (this.#ending = true));
    socket.on("close", () => {
      this.#ending = true;
      this.#wake?.();
    });
    socket.on("data", (chunk: Buffer) => {
      this.#received = (this.#received + chunk.toString("latin1")).slice(-100);
      this.#wake?.();
    });
  }

  static async on(port: number, draw: Draw): Promise<Load> {
    const load = new Load(await open(port), draw);
    await load.#batch(preparations());
    load.#done = load.#run();
    return load;
  }

  async #run(): Promise<void> {
    while (!this.#ending) {
      await this.#batch(Array.from({ length: 20 }, () => writes(this.#draw)).flat());
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  async #batch(commands: readonly (readonly string[])[]): Promise<void> {
    const mark = `mark ${this.written++}`;
    const all = [...commands, ["ECHO", mark]];
    const text = all.map(
      (words) => `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`,
    );
    this.#socket.write(text.join(""), "latin1");
    while (!this.#ending && !this.#received.includes(`${mark}\r\n`)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async end(): Promise<void> {
    const done = this.#done;
    this.#ending = true;
    await done;
    this.#socket.destroy();
  }
}
