/** Topic `monitor`: what the server's MONITOR says, in batches. */
import type { Timer, World } from "@tenon/kit";
import type { Subscriber, Topic } from "../panel.ts";
import type { RedisConnection } from "./redis-connection.ts";
import type { MonitorLine, MonitorMessage } from "./wire.ts";

const BATCH_MS = 100;

/** More lines than this in one batch nobody reads, and no browser needs to draw. */
const MAX_LINES_PER_BATCH = 1000;

export interface MonitorOptions {
  readonly world: World;
  readonly subscriber: Subscriber;
  /** Opens a connection for MONITOR alone; `onLine` gets what comes unasked. */
  readonly connect: (onLine: (line: string) => void, onClose: () => void) => Promise<RedisConnection>;
  /** Address of the connection by which the console itself asks. */
  readonly ownAddress: () => Promise<string | undefined>;
}

export async function openMonitor({ world, subscriber, connect, ownAddress }: MonitorOptions): Promise<Topic> {
  let lines: MonitorLine[] = [];
  let dropped = 0;
  let timer: Timer | undefined;
  const own = await ownAddress();

  const flush = (): void => {
    timer = undefined;
    subscriber.send({ lines, dropped } satisfies MonitorMessage);
    lines = [];
    dropped = 0;
  };
  const connection = await connect(
    (text) => {
      const line = parseMonitorLine(text, own);
      if (line === undefined) return;
      if (lines.length < MAX_LINES_PER_BATCH) lines.push(line);
      else dropped++;
      timer ??= world.clock.setTimeout(flush, BATCH_MS);
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
      timer?.close();
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
