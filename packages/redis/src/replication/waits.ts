/**
 * WAIT and WAITAOF: clients that wait until what they wrote is at so many replicas, or on so many disks.
 *
 * They are blocked clients without keys. Being served early and running out of time give the same reply, the number there is by then.
 */
import type { CommandContext } from "../commands/context.ts";
import type { BlockedClients } from "../engine/blocked.ts";
import type { Client } from "../engine/client.ts";
import type { ReplyWriter } from "../resp/reply-writer.ts";

export interface WaitRequest {
  readonly timeoutMs: number;
  /** Whether there is nothing left to wait for. */
  isMet(): boolean;
  reply(reply: ReplyWriter): void;
}

export class Waits {
  readonly #blocked: () => BlockedClients;
  readonly #waiting = new Map<Client, WaitRequest>();

  constructor(blocked: () => BlockedClients) {
    this.#blocked = blocked;
  }

  /**
   * Replies at once when the request is met, or where nothing may block; else when it is met, or its time is over. Returns whether it
   * waits.
   */
  wait(ctx: CommandContext, request: WaitRequest): boolean {
    if (request.isMet() || !ctx.canBlock) {
      request.reply(ctx.reply);
      return false;
    }
    const { client } = ctx;
    this.#waiting.set(client, request);
    ctx.block({
      keys: [],
      type: "list",
      timeoutMs: request.timeoutMs,
      timedOut: (reply) => {
        this.#waiting.delete(client);
        request.reply(reply);
      },
    });
    return true;
  }

  /** Whether anybody waits. */
  get waiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** Something was acknowledged: answers those who have what they waited for. */
  check(): void {
    if (this.#waiting.size === 0) return;
    for (const [client, request] of Array.from(this.#waiting)) {
      if (client.blocked === undefined) this.#waiting.delete(client);
      else if (request.isMet()) this.#blocked().timeOut(client);
    }
  }
}
