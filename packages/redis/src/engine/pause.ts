/** CLIENT PAUSE: commands that are held back until a time, all of them or those that write, each with its client's pipeline behind it. */
import { FLAG, type CommandEntry } from "../commands/registry.ts";
import type { Args } from "../resp/args.ts";
import type { Client } from "./client.ts";

function mayWrite(bits: number): boolean {
  return (bits & (FLAG.write | FLAG.mayReplicate)) !== 0;
}

function isExecOfWrites(client: Client, entry: CommandEntry): boolean {
  return entry.row.name === "exec" && client.queue?.some((queued) => mayWrite(queued.entry.bits)) === true;
}

export class Pause {
  /** When it ends, in milliseconds since the epoch; 0: there is none. */
  untilMs = 0;
  #all = false;
  #clients: Client[] = [];

  /** Begins, or lasts longer and holds more: a pause that is on is never shortened. */
  extend(untilMs: number, all: boolean): void {
    this.#all = all || (this.untilMs > 0 && this.#all);
    this.untilMs = Math.max(this.untilMs, untilMs);
  }

  /** Keeps the command in `client.held` if the pause is for it; returns whether it did. `bits`: the command's FLAGs, as the request has them. */
  holdsBack(client: Client, entry: CommandEntry, args: Args, bits: number): boolean {
    if (!this.#all && !mayWrite(bits) && !isExecOfWrites(client, entry)) return false;
    client.paused = true;
    client.held = args.copy();
    this.#clients.push(client);
    return true;
  }

  /** It is over: the clients whose commands were held, first come first. */
  end(): readonly Client[] {
    this.untilMs = 0;
    const clients = this.#clients;
    this.#clients = [];
    return clients;
  }
}
