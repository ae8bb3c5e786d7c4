/** A connection to a Redis, ours or any other, that speaks in the page's own form of replies. */
import type { World } from "@tenon/kit";
import {
  DoubleReply,
  PushReply,
  RedisClient,
  RedisError,
  type RespValue,
  StatusReply,
  VerbatimReply,
} from "@tenon/redis";
import type { WireReply } from "./wire.ts";
import { toWireBytes } from "./wire-bytes.ts";

const CONNECT_TIMEOUT_MS = 5000;

export interface RedisConnection {
  /** The reply; a refusal is `{ error }`. Rejects when the connection has ended. Commands of one turn leave together, in order. */
  send(command: readonly (string | Buffer)[]): Promise<WireReply>;
  close(): void;
}

export interface ConnectionHandlers {
  /** A message of pub/sub. */
  readonly onPush?: (push: WireReply) => void;
  /** A line of MONITOR. */
  readonly onLine?: (line: string) => void;
  /** Called once, whichever side closed. */
  readonly onClose: () => void;
}

/** Rejects with the system's code, or with the server's refusal. */
export async function connectRedis(url: string, handlers: ConnectionHandlers, world: World): Promise<RedisConnection> {
  const { onPush, onLine, onClose } = handlers;
  const client = await RedisClient.connect(url, {
    world,
    timeoutMs: CONNECT_TIMEOUT_MS,
    onPush: (items) => {
      const [kind, line] = items;
      if (kind instanceof StatusReply && kind.text === "monitor" && line instanceof StatusReply) {
        onLine?.(line.text);
        return;
      }
      const push = items.map(toWireReply);
      // What confirms a subscription is the answer to the command that asked for it.
      if (!String(push[0]).endsWith("subscribe")) onPush?.(push);
    },
  });
  void client.closed.then(onClose);
  return {
    send: async (command) => {
      try {
        return toWireReply(await client.command(...command));
      } catch (error) {
        if (error instanceof RedisError) return toWireReply(error);
        throw error;
      }
    },
    close: () => client.close(),
  };
}

function toWireReply(value: RespValue): WireReply {
  if (value === null) return null;
  if (value instanceof Uint8Array) return toWireBytes(value);
  if (typeof value === "boolean") return { boolean: value };
  if (typeof value === "bigint" || typeof value === "number") return { integer: String(value) };
  if (value instanceof DoubleReply) return { double: doubleText(value.value) };
  if (value instanceof StatusReply) return { status: value.text };
  if (value instanceof RedisError) return { error: value.message };
  if (value instanceof VerbatimReply) return toWireBytes(value.bytes);
  if (value instanceof PushReply) return value.items.map(toWireReply);
  if (value instanceof Map) return { map: [...value].map(([name, item]) => [toWireReply(name), toWireReply(item)]) };
  if (value instanceof Set) return { set: [...value].map(toWireReply) };
  return value.map(toWireReply);
}

/** As Redis writes it. */
function doubleText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  return Number.isFinite(value) ? String(value) : value > 0 ? "inf" : "-inf";
}
