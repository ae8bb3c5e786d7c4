/** MONITOR: who listens, and the lines that they get. */
import { FLAG, type CommandEntry } from "../commands/registry.ts";
import type { Args } from "../resp/args.ts";
import type { Client } from "./client.ts";
import type { Outbox } from "./outbox.ts";
import { redacted } from "./redacted.ts";

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  '"': '\\"',
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\x07": "\\a",
  "\b": "\\b",
};

export class Monitors {
  readonly #outbox: Outbox;
  readonly #clients = new Set<Client>();

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  /** Whether anybody listens: lets commands skip the rest. */
  get listening(): boolean {
    return this.#clients.size > 0;
  }

  set(client: Client, on: boolean): void {
    client.monitor = on;
    if (on) this.#clients.add(client);
    else this.#clients.delete(client);
  }

  remove(client: Client): void {
    this.#clients.delete(client);
  }

  /** Tells that `client` ran a command, unless it is one that monitors do not see. */
  tell(now: number, client: Client, entry: CommandEntry, args: Args): void {
    if ((entry.bits & (FLAG.skipMonitor | FLAG.admin)) === 0) this.announce(now, client, entry, args);
  }

  /** Tells of a command, whichever it is: EVAL does so itself, before those of its script. */
  announce(now: number, client: Client, entry: CommandEntry, args: Args): void {
    const address = client.runsScripts ? "lua" : client.address.remote;
    const line = monitorLine(now, client.db.index, address, redacted(entry, args));
    for (const monitor of this.#clients) {
      monitor.reply.simple(line);
      this.#outbox.wrote(monitor);
    }
  }
}

/** `1339518083.107412 [0 127.0.0.1:60866] "keys" "*"`. */
function monitorLine(now: number, database: number, address: string, args: Args): string {
  const seconds = Math.floor(now / 1000);
  const microseconds = String(Math.floor((now % 1000) * 1000)).padStart(6, "0");
  const words = args.strings().map(quote).join(" ");
  return `${seconds}.${microseconds} [${database} ${address}] ${words}`;
}

/** A one-byte string in quotes, with escapes for what cannot be printed. */
function quote(text: string): string {
  let quoted = '"';
  for (const character of text) {
    const code = character.charCodeAt(0);
    quoted +=
      ESCAPES[character] ?? (code >= 0x20 && code < 0x7f ? character : `\\x${code.toString(16).padStart(2, "0")}`);
  }
  return `${quoted}"`;
}
