/** The panel's requests, and readers for the replies that it expects. */
import type { WireBytes } from "../../../src/protocol.ts";
import type {
  CommandEntry,
  CommandsAnswer,
  CommandsRequest,
  DescribeRequest,
  KeyFacts,
  MemoryAnswer,
  MemoryRequest,
  ScanAnswer,
  ScanRequest,
  WireReply,
} from "../../../src/panels/redis/wire.ts";
import { post } from "../../live/api.ts";

export type Command = readonly WireBytes[];

/** The server refused a command; `message` is its text. */
export class ReplyError extends Error {
  override readonly name = "ReplyError";
}

export class RedisApi {
  readonly #base: string;
  readonly db: number;

  constructor(service: string, db: number) {
    this.#base = `services/${encodeURIComponent(service)}/panel`;
    this.db = db;
  }

  /** Sends the commands in one go. Rejects with ReplyError when any of them was refused. */
  async run(...commands: readonly Command[]): Promise<readonly WireReply[]> {
    const body: CommandsRequest = { db: this.db, commands };
    const { replies } = await post<CommandsAnswer>(`${this.#base}/commands`, body);
    for (const reply of replies) {
      const refusal = errorOf(reply);
      if (refusal !== undefined) throw new ReplyError(refusal);
    }
    return replies;
  }

  scan(request: Omit<ScanRequest, "db">, signal: AbortSignal): Promise<ScanAnswer> {
    return post(`${this.#base}/scan`, { ...request, db: this.db } satisfies ScanRequest, signal);
  }

  memory(request: Omit<MemoryRequest, "db">, signal: AbortSignal): Promise<MemoryAnswer> {
    return post(`${this.#base}/memory`, { ...request, db: this.db } satisfies MemoryRequest, signal);
  }

  describe(keys: readonly WireBytes[]): Promise<readonly KeyFacts[]> {
    return post(`${this.#base}/describe`, { keys, db: this.db } satisfies DescribeRequest);
  }

  /** Ends the script that runs. Rejects with the server's words when none does, or it has written. */
  async killScript(): Promise<void> {
    await post(`${this.#base}/kill-script`);
  }

  table(): Promise<readonly CommandEntry[]> {
    return post(`${this.#base}/table`);
  }
}

type Tagged = Exclude<WireReply, null | string | readonly WireReply[]>;

export function isObject(reply: WireReply | undefined): reply is Tagged {
  return typeof reply === "object" && reply !== null && !Array.isArray(reply);
}

export function integerOf(reply: WireReply | undefined): number {
  return isObject(reply) && "integer" in reply ? Number(reply.integer) : 0;
}

/** The bytes of a bulk or simple string; of a number its text. Undefined for nil and for everything else. */
export function bytesOf(reply: WireReply | undefined): WireBytes | undefined {
  if (typeof reply === "string") return reply;
  if (!isObject(reply)) return undefined;
  if ("base64" in reply) return reply;
  if ("status" in reply) return reply.status;
  if ("integer" in reply) return reply.integer;
  if ("double" in reply) return reply.double;
  return undefined;
}

/** The items of an array or set; of a map its names and values in turn, as RESP2 has them. */
export function itemsOf(reply: WireReply | undefined): readonly WireReply[] {
  if (Array.isArray(reply)) return reply as readonly WireReply[];
  if (!isObject(reply)) return [];
  if ("set" in reply) return reply.set;
  return "map" in reply ? reply.map.flat() : [];
}

/** The text of a refusal, or undefined when `reply` is an answer. */
export function errorOf(reply: WireReply): string | undefined {
  return isObject(reply) && "error" in reply ? reply.error : undefined;
}
