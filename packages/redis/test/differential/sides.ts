/** The two servers under comparison: an engine of ours, and the original over sockets. Both take commands from numbered clients. */
import { connect, type Socket } from "node:net";
import { Config } from "../../src/engine/config.ts";
import type { Client, ClientSink } from "../../src/engine/client.ts";
import { Engine } from "../../src/engine/engine.ts";
import { seededRandom } from "../engine-client.ts";
import type { OriginalServer } from "../original.ts";
import { type Frame, FrameReader } from "./replies.ts";

/** Waits further off than this count as endless. */
const NEAR_MS = 2000;
/** How often the original's loop turns, and how far apart, before what it has not said will not come. */
const TURNS = 30;
const TURN_MS = 5;
/** Its answer to a PING comes, or it is dead. */
const PATIENCE_MS = 60_000;

/** Commands of one-byte strings, in one write. */
function requests(commands: readonly (readonly string[])[]): Buffer {
  const bulk = (word: string): string => `$${word.length}\r\n${word}\r\n`;
  return Buffer.from(commands.map((words) => `*${words.length}\r\n${words.map(bulk).join("")}`).join(""), "latin1");
}

class OurConnection implements ClientSink {
  readonly queuedBytes = 0;
  readonly client: Client;
  readonly reader = new FrameReader();
  closed = false;

  constructor(engine: Engine, number: number) {
    this.client = engine.connect(this, { remote: `127.0.0.1:${number}`, local: "127.0.0.1:6379", descriptor: number });
  }

  flush(client: Client): void {
    this.reader.push(client.reply.take().toString("latin1"));
  }

  close(): void {
    this.closed = true;
  }
}

/** Ours. Its clock is the machine's, as the original's: times given absolutely lie on the same side of it. */
export class OurSide {
  readonly #engine: Engine;
  readonly #connections: OurConnection[] = [];

  constructor() {
    const config = new Config();
    config.load("enable-debug-command", "yes");
    this.#engine = new Engine({ random: seededRandom(1), now: Date.now(), monotonic: () => 0, config });
    this.#engine.activeExpire = false;
  }

  open(number: number): string {
    const connection = new OurConnection(this.#engine, number);
    this.#connections[number] = connection;
    return String(connection.client.id);
  }

  send(number: number, commands: readonly (readonly string[])[]): void {
    const connection = this.#connections[number]!;
    this.#engine.receive(connection.client, requests(commands), Date.now());
    this.#engine.flush();
  }

  /** Lets the time come that waiting clients wait for, if it is near. */
  async settle(): Promise<void> {
    for (;;) {
      const leftMs = this.#engine.nextWakeMs - Date.now();
      if (leftMs > NEAR_MS) return;
      if (leftMs >= 0) await new Promise((resolve) => setTimeout(resolve, leftMs + 1));
      this.#engine.tick(Date.now());
      this.#engine.flush();
    }
  }

  /** What goes on in the background in a server: tables grow and shrink. */
  cron(): void {
    this.#engine.cron(Date.now());
    this.#engine.flush();
  }

  take(number: number): Frame[] {
    return [...(this.#connections[number]?.reader.take() ?? [])];
  }

  isClosed(number: number): boolean {
    const connection = this.#connections[number];
    return connection !== undefined && (connection.closed || connection.client.closed);
  }

  /** Whether the client has a command under way. */
  isBusy(number: number): boolean {
    const client = this.#connections[number]?.client;
    return client !== undefined && (client.blocked !== undefined || client.paused);
  }

  /** Whether a command of one client may say something to another, or end its connection. */
  get mayTellOthers(): boolean {
    return this.#connections.some(
      ({ client }) =>
        client.blocked !== undefined ||
        client.paused ||
        client.monitor ||
        client.subscriptions + client.shardChannels.size > 0,
    );
  }

  end(number: number): void {
    const connection = this.#connections[number];
    if (connection !== undefined && !connection.client.closed) this.#engine.disconnect(connection.client);
  }
}

class TheirConnection {
  readonly socket: Socket;
  readonly reader = new FrameReader();
  readonly frames: Frame[] = [];
  closed = false;
  #arrived: () => void;

  constructor(socket: Socket, arrived: () => void) {
    this.socket = socket;
    this.#arrived = arrived;
    socket.on("data", (chunk: Buffer) => {
      this.reader.push(chunk.toString("latin1"));
      for (const frame of this.reader.take()) this.frames.push(frame);
      this.#arrived();
    });
    socket.on("close", () => {
      this.closed = true;
      this.#arrived();
    });
    socket.on("error", () => {});
  }
}

/** The original. */
export class TheirSide {
  readonly #server: OriginalServer;
  readonly #connections: TheirConnection[] = [];
  readonly #control: TheirConnection;
  #arrived = (): void => {};

  private constructor(server: OriginalServer, control: Socket) {
    this.#server = server;
    this.#control = this.#connection(control);
  }

  static async open(server: OriginalServer): Promise<TheirSide> {
    return new TheirSide(server, await connected(server.port));
  }

  #connection(socket: Socket): TheirConnection {
    return new TheirConnection(socket, () => this.#arrived());
  }

  async open(number: number): Promise<string> {
    const connection = this.#connection(await connected(this.#server.port));
    this.#connections[number] = connection;
    connection.socket.write(requests([["CLIENT", "ID"]]));
    await this.waitFor([[number, 1]]);
    return String(connection.frames.shift()!.reply).slice(1);
  }

  send(number: number, commands: readonly (readonly string[])[]): void {
    this.#connections[number]!.socket.write(requests(commands));
  }

  /** Resolves when each of the clients has so many frames, or after some patience. */
  async waitFor(counts: readonly (readonly [number: number, frames: number])[]): Promise<void> {
    const isEnough = (): boolean =>
      counts.every(([number, frames]) => {
        const connection = this.#connections[number]!;
        return connection.closed || connection.frames.length >= frames;
      });
    await this.#turnUntil(isEnough);
  }

  async waitForEnd(number: number): Promise<void> {
    await this.#turnUntil(() => this.#connections[number]!.closed);
  }

  async #turnUntil(isEnough: () => boolean): Promise<void> {
    await this.#until(isEnough, TURN_MS);
    for (let turn = 0; turn < TURNS && !isEnough(); turn++) {
      await this.barrier();
      await this.#until(isEnough, TURN_MS);
    }
  }

  async #until(isEnough: () => boolean, patienceMs: number = PATIENCE_MS): Promise<void> {
    if (isEnough()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patienceMs);
      this.#arrived = () => {
        if (!isEnough()) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#arrived = () => {};
  }

  /** Resolves when all that was sent before has been done, and what it made was sent. */
  async barrier(): Promise<void> {
    for (let round = 0; round < 2; round++) {
      this.#control.socket.write("PING\r\n");
      await this.#until(() => this.#control.frames.length > 0 || this.#control.closed);
      if (this.#control.closed) throw new Error("the original has ended");
      this.#control.frames.length = 0;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }

  take(number: number): Frame[] {
    return this.#connections[number]?.frames.splice(0) ?? [];
  }

  isClosed(number: number): boolean {
    return this.#connections[number]?.closed === true;
  }

  end(number: number): void {
    this.#connections[number]?.socket.destroy();
  }

  close(): void {
    this.#control.socket.destroy();
    for (const { socket } of this.#connections) socket.destroy();
  }
}

async function connected(port: number): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  return socket;
}
