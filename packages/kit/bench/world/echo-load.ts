/** Connections that each send a message, wait until all of it is back, and send the next. */
import { connect, type Socket } from "node:net";
import type { Load } from "@tenon/bench";

export interface EchoLoad {
  readonly connections: number;
  readonly bytes: number;
}

export function echoLoad({ connections, bytes }: EchoLoad): Load {
  return async ({ host, port, seconds }) => {
    const message = Buffer.alloc(bytes, "m");
    let operations = 0;
    let stopped = false;
    const start = performance.now();
    const talk = (): Promise<void> =>
      new Promise((resolve, reject) => {
        const socket: Socket = connect({ host, port, noDelay: true }, () => socket.write(message));
        let missing = bytes;
        socket.on("data", (chunk) => {
          missing -= chunk.length;
          if (missing > 0) return;
          if (missing < 0) socket.destroy(new Error("more came back than was sent"));
          operations++;
          missing = bytes;
          if (stopped) socket.end();
          else socket.write(message);
        });
        socket.on("error", reject);
        socket.on("close", () => resolve());
      });
    const timer = setTimeout(() => (stopped = true), seconds * 1000);
    await Promise.all(Array.from({ length: connections }, talk));
    clearTimeout(timer);
    return { operations, seconds: (performance.now() - start) / 1000 };
  };
}
