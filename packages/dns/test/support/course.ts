/** The course's side of the stages: the program in a process of its own, the resolver that it forwards to, and packets as the course sends them. */
import { type ChildProcess, spawn } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { decodeMessage } from "../../src/message/decode.ts";
import type { Message } from "../../src/message/message.ts";
import { wireName } from "./peers/query.ts";

const MAIN = fileURLToPath(new URL("../../../tenon/src/main.ts", import.meta.url));
const ANSWER_TIMEOUT_MS = 20_000;

/** `tenon dns serve` on an ephemeral port. */
export class Program implements AsyncDisposable {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #socket: Socket;

  private constructor(child: ChildProcess, port: number, socket: Socket) {
    this.#child = child;
    this.port = port;
    this.#socket = socket;
  }

  static async start(...args: string[]): Promise<Program> {
    const child = spawn(process.execPath, [MAIN, "dns", "serve", "--port", "0", ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const port = await listeningPort(child);
    const socket = createSocket("udp4");
    socket.connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new Program(child, port, socket);
  }

  /** The next packet that comes back. */
  async exchange(packet: Uint8Array): Promise<Buffer> {
    const answer = once(this.#socket, "message", { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    this.#socket.send(packet);
    return (await answer)[0] as Buffer; // the event's first argument
  }

  async ask(packet: Uint8Array): Promise<Message> {
    return decodeMessage(await this.exchange(packet));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill();
    await ended;
  }
}

/** As the program says it. Rejects with its output when it ends instead. */
function listeningPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = "";
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        output += chunk;
        const port = /127\.0\.0\.1:(\d+)\b/.exec(output)?.[1];
        if (port !== undefined) resolve(Number(port));
      });
    }
    child.once("exit", () => reject(new Error(`it ended:\n${output}`)));
  });
}

/**
 * The course's resolver: knows A records of some names, answers without EDNS, and keeps silent when a packet has several questions.
 * Names that it does not know have an empty answer.
 */
export class CourseResolver implements AsyncDisposable {
  readonly address: string;
  /** Questions per packet that came in. */
  readonly questionCounts: number[] = [];
  readonly #socket: Socket;

  private constructor(socket: Socket, records: Readonly<Record<string, string>>) {
    this.#socket = socket;
    this.address = `127.0.0.1:${socket.address().port}`;
    socket.on("message", (query, from) => {
      this.questionCounts.push(query.readUInt16BE(4));
      if (this.questionCounts.at(-1) === 1) socket.send(answered(query, records), from.port, from.address);
    });
  }

  static async start(records: Readonly<Record<string, string>>): Promise<CourseResolver> {
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    return new CourseResolver(socket, records);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await once(this.#socket, "close");
  }
}

function answered(query: Buffer, records: Readonly<Record<string, string>>): Buffer {
  const { questions } = decodeMessage(query);
  const name = questions[0]!.name;
  const address = records[name.folded().toString()];
  const header = Buffer.from([
    query[0]!,
    query[1]!,
    0x80 | (query[2]! & 0x79),
    0x80,
    0,
    1,
    0,
    address === undefined ? 0 : 1,
    0,
    0,
    0,
    0,
  ]);
  // The question as it came, whatever the letters; and the owner spelled out, as the course's resolver does not compress.
  const question = query.subarray(12, 12 + name.wire.length + 4);
  if (address === undefined) return Buffer.concat([header, question]);
  const fixed = Buffer.from([0, 1, 0, 1, 0, 0, 0x0e, 0x10, 0, 4, ...address.split(".").map(Number)]);
  return Buffer.concat([header, question, question.subarray(0, -4), fixed]);
}

export interface CourseQuery {
  readonly id: number;
  readonly opcode?: number;
  readonly recursionDesired?: boolean;
  /** Names that are asked for their A records; each part after the first may point back: `["def", 16]` is the label and an offset. */
  readonly names: readonly (string | readonly [label: string, pointer: number])[];
}

/** Without OPT, as the course's library sends it. */
export function coursePacket({ id, opcode = 0, recursionDesired = true, names }: CourseQuery): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE((opcode << 11) | (recursionDesired ? 0x100 : 0), 2);
  header.writeUInt16BE(names.length, 4);
  const questions = names.map((name) => {
    if (typeof name === "string") return Buffer.concat([wireName(name), Buffer.from([0, 1, 0, 1])]);
    const [label, pointer] = name;
    return Buffer.from([label.length, ...Buffer.from(label), 0xc0, pointer, 0, 1, 0, 1]);
  });
  return Buffer.concat([header, ...questions]);
}
