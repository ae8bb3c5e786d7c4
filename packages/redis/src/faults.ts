/**
 * Faults on demand: what a client sees when a server is slow, is still loading, or goes away between doing and answering.
 */
import type { CommandEntry } from "./commands/registry.ts";
import type { Client } from "./engine/client.ts";
import type { Engine } from "./engine/engine.ts";
import type { Args } from "./resp/args.ts";

/** Which commands a fault meets: a command's name, or what is given of name, key and number of times; or a function of the arguments. */
export type FaultMatcher =
  | string
  | {
      /** "get", "config|set"; any case. */
      readonly command?: string;
      /** The first argument behind the name. */
      readonly key?: string;
      /** Hits after which the fault is over. */
      readonly times?: number;
    }
  | ((args: readonly string[]) => boolean);

export interface Fault {
  /** How often it has struck. */
  readonly hits: number;
  remove(): void;
}

type Strike = (client: Client, entry: CommandEntry, args: Args) => void;

class ActiveFault implements Fault {
  hits = 0;
  readonly #faults: Faults;
  readonly #matcher: FaultMatcher;
  readonly strike: Strike;

  constructor(faults: Faults, matcher: FaultMatcher, strike: Strike) {
    this.#faults = faults;
    this.#matcher = matcher;
    this.strike = strike;
  }

  matches(entry: CommandEntry, args: Args): boolean {
    const matcher = this.#matcher;
    if (typeof matcher === "function") return matcher(args.strings());
    if (typeof matcher === "string") return isNamed(entry, matcher);
    if (matcher.times !== undefined && this.hits >= matcher.times) return false;
    if (matcher.command !== undefined && !isNamed(entry, matcher.command)) return false;
    return matcher.key === undefined || (args.length > 1 && args.string(1) === matcher.key);
  }

  remove(): void {
    this.#faults.remove(this);
  }
}

function isNamed(entry: CommandEntry, name: string): boolean {
  const lower = name.toLowerCase();
  return entry.fullName === lower || entry.row.name === lower || lower === "*";
}

/** What a server lends to its faults. */
export interface FaultHost {
  readonly engine: Engine;
  /** Calls back on the server's clock. */
  later(delayMs: number, callback: () => void): void;
  dropConnections(): void;
}

export class Faults {
  readonly #host: FaultHost;
  readonly #active: ActiveFault[] = [];

  constructor(host: FaultHost) {
    this.#host = host;
  }

  /** Matching commands run `delayMs` later; the client's pipeline waits with them. */
  delay(matcher: FaultMatcher, delayMs: number): Fault {
    return this.#add(matcher, (client, _entry, args) => {
      const { engine } = this.#host;
      const held = args.copy();
      client.paused = true;
      this.#host.later(delayMs, () => engine.resumeHeld(client, held));
    });
  }

  /** The connection ends instead of an answer: after the command was done, or with "before", without doing it. */
  cut(matcher: FaultMatcher, when: "before" | "after" = "after"): Fault {
    return this.#add(matcher, (client, entry, args) => {
      const mark = client.reply.length;
      if (when === "after") this.#host.engine.run(client, entry, args);
      client.reply.truncate(mark);
      client.closing = true;
    });
  }

  /** Matching commands are not run and answer with `message`; without one, as a server does that is still loading. */
  fail(matcher: FaultMatcher, message = "LOADING Redis is loading the dataset in memory"): Fault {
    return this.#add(matcher, (client) => this.#host.engine.replyError(client, message));
  }

  /** Ends every connection at once, without a word. */
  dropConnections(): void {
    this.#host.dropConnections();
  }

  /** Removes all faults. */
  clear(): void {
    this.#active.length = 0;
    this.#update();
  }

  remove(fault: ActiveFault): void {
    const index = this.#active.indexOf(fault);
    if (index >= 0) this.#active.splice(index, 1);
    this.#update();
  }

  #add(matcher: FaultMatcher, strike: Strike): Fault {
    const fault = new ActiveFault(this, matcher, strike);
    this.#active.push(fault);
    this.#update();
    return fault;
  }

  /** Without faults the engine asks nobody. */
  #update(): void {
    this.#host.engine.intercept =
      this.#active.length === 0
        ? undefined
        : (client, entry, args) => {
            const fault = this.#active.find((active) => active.matches(entry, args));
            if (fault === undefined) return false;
            fault.hits++;
            fault.strike(client, entry, args);
            return true;
          };
  }
}
