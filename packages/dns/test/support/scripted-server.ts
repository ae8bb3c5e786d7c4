/** A name server of the simulated net that does what a test says, faults included. */
import type { Address, Connection, DatagramSocket, World } from "@tenon/kit";
import { decodeMessage } from "../../src/message/decode.ts";
import { encodeMessage } from "../../src/message/encode.ts";
import type { Message } from "../../src/message/message.ts";
import { FrameReader, frame } from "../../src/client/frames.ts";

export interface Asked {
  readonly query: Message;
  readonly bytes: Uint8Array;
  readonly tcp: boolean;
  readonly from: Address;
  /** On TCP: which connection, counted from 1. */
  readonly connection: number;
  /** Sends something more, or from elsewhere. */
  readonly send: (bytes: Uint8Array) => void;
  readonly hangUp: () => void;
}

/** Messages or bytes to send, in this order; nothing for silence. */
export type Script = (asked: Asked) => (Message | Uint8Array)[] | Message | Uint8Array | undefined;

export class ScriptedServer {
  readonly log: Asked[] = [];
  readonly address: Address;
  readonly #socket: DatagramSocket;
  readonly #connections: Connection[];
  #script: Script;

  private constructor(address: Address, socket: DatagramSocket, connections: Connection[], script: Script) {
    this.address = address;
    this.#socket = socket;
    this.#connections = connections;
    this.#script = script;
  }

  static async start(world: World, host: string, script: Script, port = 53): Promise<ScriptedServer> {
    const connections: Connection[] = [];
    const socket = await world.net.bind(
      { host, port },
      {
        message: (bytes, from) => {
          const send = (reply: Uint8Array): void => void socket.send(reply, from);
          server.#asked({ bytes, tcp: false, from, connection: 0, send, hangUp() {} });
        },
      },
    );
    await world.net.listen({ host, port: socket.address.port }, (connection) => {
      const number = connections.push(connection);
      const frames = new FrameReader();
      connection.handle({
        data: (chunk) => {
          for (const bytes of frames.push(chunk)) {
            server.#asked({
              bytes,
              tcp: true,
              from: connection.remote,
              connection: number,
              send: (reply) => void connection.write(frame(reply)),
              hangUp: () => connection.end(),
            });
          }
        },
        end: () => connection.end(),
        drain: () => {},
        close: () => {},
      });
    });
    const server = new ScriptedServer(socket.address, socket, connections, script);
    return server;
  }

  /** From now on. */
  script(script: Script): void {
    this.#script = script;
  }

  resetConnections(): void {
    for (const connection of this.#connections) connection.reset();
  }

  #asked(facts: Omit<Asked, "query">): void {
    const asked = { ...facts, query: decodeMessage(facts.bytes) };
    this.log.push(asked);
    const replies = this.#script(asked);
    for (const reply of replies === undefined ? [] : Array.isArray(replies) ? replies : [replies]) {
      asked.send(reply instanceof Uint8Array ? reply : encodeMessage(reply));
    }
  }

  /** Datagrams to anybody, from this server's port. */
  sendTo(bytes: Uint8Array, to: Address): void {
    this.#socket.send(bytes, to);
  }
}
