/** Topic `monitor`: what the server's MONITOR says, in batches. */
import type { World } from "@tenon/kit";
import { Batches } from "../../live/batches.ts";
import type { Subscriber, Topic } from "../panel.ts";
import type { RedisConnection } from "./redis-connection.ts";
import type { MonitorLine } from "./wire.ts";

export interface MonitorOptions {
  readonly world: World;
  readonly subscriber: Subscriber;
  /** Opens a connection for MONITOR alone; `onLine` gets what comes unasked. */
  readonly connect: (onLine: (line: string) => void, onClose: () => void) => Promise<RedisConnection>;
  /** Address of the connection by which the console itself asks. */
  readonly ownAddress: () => Promise<string | undefined>;
}

export async function openMonitor({ world, subscriber, connect, ownAddress }: MonitorOptions): Promise<Topic> {
  const own = await ownAddress();
  const batches = new Batches<MonitorLine>(world.clock, subscriber);
  const connection = await connect(
    (text) => {
      const line = parseMonitorLine(text, own);
      if (line !== undefined) batches.push(line);
    },
    () => subscriber.end("The server closed the connection."),
  );
  const reply = await connection.send(["MONITOR"]);
  if (typeof reply === "object" && reply !== null && "error" in reply) {
    connection.close();
    subscriber.end(reply.error);
  }
  return {
    close: () => {
      batches.close();
      connection.close();
    },
  };
}

/** `1339518083.107412 [0 127.0.0.1:60866] "keys" "*"`; `undefined` when it is not of that form. */
export function parseMonitorLine(text: string, ownAddress?: string): MonitorLine | undefined {
  const match = /^(\d+\.\d+) \[(\d+) ([^\]]*(?:\]:\d+)?)\] (.*)$/s.exec(text);
  if (match === null) return undefined;
  const [, seconds = "", db = "", client = "", command = ""] = match;
  return { timeMs: Number(seconds) * 1000, db: Number(db), client, text: command, own: client === ownAddress };
}
