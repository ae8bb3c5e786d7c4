/** Failures on demand, for tests of what depends on this server. */
import { HttpProtocolError } from "./h1/errors.ts";
import type { Clock } from "@tenon/kit";

/**
 * Which requests: a path prefix (`"/api"`), a method and a path prefix (`"POST /api"`), a regular expression over method,
 * space, path and query, or a function.
 */
export type FaultMatcher = string | RegExp | ((request: Request) => boolean);

/** A fault that is in force. */
export interface Fault {
  /** How many requests it has hit. */
  readonly hits: number;
  remove(): void;
}

/** What is to happen to a request instead of, or before, being handled. */
type Effect =
  | { readonly kind: "delay"; readonly ms: number }
  | { readonly kind: "cut" }
  | { readonly kind: "fail"; readonly status: number };

class ActiveFault implements Fault {
  hits = 0;
  readonly matches: (request: Request) => boolean;
  readonly effect: Effect;
  readonly #remove: (fault: ActiveFault) => void;

  constructor(matcher: FaultMatcher, effect: Effect, remove: (fault: ActiveFault) => void) {
    this.matches = predicate(matcher);
    this.effect = effect;
    this.#remove = remove;
  }

  remove(): void {
    this.#remove(this);
  }
}

/** Thrown through the pipeline to say that the connection is to be cut. */
export class ConnectionCut extends Error {
  override readonly name = "ConnectionCut";
}

export class Faults {
  readonly #clock: Clock;
  readonly #drop: () => number;
  readonly #active = new Set<ActiveFault>();

  constructor(clock: Clock, drop: () => number) {
    this.#clock = clock;
    this.#drop = drop;
  }

  /** Whether any fault is in force. */
  get active(): boolean {
    return this.#active.size > 0;
  }

  /** Handles matching requests `ms` milliseconds late. */
  delay(matcher: FaultMatcher, ms: number): Fault {
    return this.#add(matcher, { kind: "delay", ms });
  }

  /** Cuts the connection of matching requests with a reset, without an answer. */
  cut(matcher: FaultMatcher): Fault {
    return this.#add(matcher, { kind: "cut" });
  }

  /** Answers matching requests with `status`, without handling them. */
  fail(matcher: FaultMatcher, status: number): Fault {
    return this.#add(matcher, { kind: "fail", status });
  }

  /** Resets every open connection; returns how many there were. */
  dropConnections(): number {
    return this.#drop();
  }

  /** Ends every fault. */
  clear(): void {
    this.#active.clear();
  }

  /** Lets the faults that match happen; what it resolves to, if anything, is the answer. Rejects with ConnectionCut. */
  async apply(request: Request): Promise<Response | undefined> {
    for (const fault of [...this.#active]) {
      if (!fault.matches(request)) continue;
      fault.hits++;
      const { effect } = fault;
      if (effect.kind === "cut") throw new ConnectionCut();
      if (effect.kind === "fail") {
        const { message } = new HttpProtocolError("fault-injected");
        return new Response(`${message}\n`, { status: effect.status });
      }
      await this.#clock.sleep(effect.ms, request.signal);
    }
    return undefined;
  }

  #add(matcher: FaultMatcher, effect: Effect): Fault {
    const fault = new ActiveFault(matcher, effect, (removed) => this.#active.delete(removed));
    this.#active.add(fault);
    return fault;
  }
}

function predicate(matcher: FaultMatcher): (request: Request) => boolean {
  if (typeof matcher === "function") return matcher;
  const subject = (request: Request): string => {
    const { pathname, search } = new URL(request.url);
    return `${request.method} ${pathname}${search}`;
  };
  if (typeof matcher === "string") {
    return (request) => {
      const line = subject(request);
      return (matcher.startsWith("/") ? line.slice(line.indexOf(" ") + 1) : line).startsWith(matcher);
    };
  }
  return (request) => {
    matcher.lastIndex = 0;
    return matcher.test(subject(request));
  };
}
