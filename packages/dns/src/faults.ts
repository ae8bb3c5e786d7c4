/** Failures on demand: what a client sees of a server that is broken, overloaded or far away. */
import { type Clock, durationMs, type Random } from "@tenon/kit";
import type { AskedQuery } from "./asked.ts";
import { encodeMessage } from "./message/encode.ts";
import { replyTo } from "./message/reply.ts";
import { type RcodeName, RCODES } from "./message/rcodes.ts";
import type { SlowAnswer } from "./transport/answerer.ts";

/**
 * Which queries a fault meets: a name (`"www.example.com"`), all below one (`"*.example.com"`), all (`"*"`), each with a type behind it
 * if need be (`"www.example.com AAAA"`); what is given of these fields; or a function.
 */
export type FaultMatcher =
  | string
  | {
      /** A name or `*.name`; any case. */
      readonly name?: string;
      readonly type?: string;
      readonly transport?: "udp" | "tcp";
      /** The client's address. */
      readonly client?: string;
      /** Of the queries that match, this part: 0.2 is every fifth, at random. */
      readonly share?: number;
      /** Hits after which the fault is over. */
      readonly times?: number;
    }
  | ((query: AskedQuery) => boolean);

/** A fault that is in force. */
export interface Fault {
  /** How often it has struck. */
  readonly hits: number;
  remove(): void;
}

/** What becomes of a query: an answer, none (null), or what would become of it anyway (undefined). `proceed` makes that. */
type Strike = (query: AskedQuery, proceed: () => Promise<SlowAnswer>) => Promise<SlowAnswer | null>;

class ActiveFault implements Fault {
  hits = 0;
  readonly matches: (query: AskedQuery) => boolean;
  readonly strike: Strike;
  readonly #remove: (fault: ActiveFault) => void;

  constructor(
    matches: (query: AskedQuery, hits: number) => boolean,
    strike: Strike,
    remove: (fault: ActiveFault) => void,
  ) {
    this.matches = (query) => matches(query, this.hits);
    this.strike = strike;
    this.#remove = remove;
  }

  remove(): void {
    this.#remove(this);
  }
}

/** What a server lends to its faults. */
export interface FaultHost {
  readonly clock: Clock;
  readonly random: Random;
  dropConnections(): number;
  /** There are faults now, or none any more. */
  changed(): void;
}

export class Faults {
  readonly #host: FaultHost;
  readonly #active = new Set<ActiveFault>();

  constructor(host: FaultHost) {
    this.#host = host;
  }

  /** Whether any fault is in force. */
  get active(): boolean {
    return this.#active.size > 0;
  }

  /** Answers with `rcode` and empty sections, without looking anything up. */
  fail(matcher: FaultMatcher, rcode: RcodeName = "SERVFAIL"): Fault {
    return this.#add(matcher, async ({ message }) => encodeMessage(replyTo(message, { rcode: RCODES[rcode] })));
  }

  servfail(matcher: FaultMatcher): Fault {
    return this.fail(matcher, "SERVFAIL");
  }

  refused(matcher: FaultMatcher): Fault {
    return this.fail(matcher, "REFUSED");
  }

  nxdomain(matcher: FaultMatcher): Fault {
    return this.fail(matcher, "NXDOMAIN");
  }

  /** Answers by `duration` (milliseconds, or "250ms") late, of the server's clock. */
  delay(matcher: FaultMatcher, duration: number | string): Fault {
    const ms = durationMs(duration);
    return this.#add(matcher, async (_query, proceed) => {
      await this.#host.clock.sleep(ms);
      return proceed();
    });
  }

  /** Does not answer. */
  drop(matcher: FaultMatcher): Fault {
    return this.#add(matcher, async () => null);
  }

  /** Over UDP says that the answer did not fit (TC), and nothing else; over TCP answers as always. */
  truncate(matcher: FaultMatcher): Fault {
    return this.#add(matcher, async ({ message, client }, proceed) =>
      client.transport === "tcp" ? proceed() : encodeMessage(replyTo(message, { truncated: true })),
    );
  }

  /** Answers under an id that was not asked with: a resolver has to go on waiting. */
  wrongId(matcher: FaultMatcher): Fault {
    return this.#add(matcher, async (_query, proceed) => {
      const answer = await proceed();
      if (!(answer instanceof Uint8Array)) return answer;
      const changed = Uint8Array.from(answer);
      changed[0]! ^= 0x55;
      return changed;
    });
  }

  /** Answers queries with EDNS as a server that has never heard of it: FORMERR, without EDNS. */
  ednsBroken(matcher: FaultMatcher): Fault {
    return this.#add(matcher, async ({ message }, proceed) => {
      const { edns, ...plain } = message;
      return edns === undefined ? proceed() : encodeMessage(replyTo(plain, { rcode: RCODES.FORMERR }));
    });
  }

  /** Resets every open TCP connection; returns how many there were. */
  dropConnections(): number {
    return this.#host.dropConnections();
  }

  /** Ends every fault. */
  clear(): void {
    this.#active.clear();
    this.#host.changed();
  }

  /** Lets the newest fault that matches strike, else what is in `otherwise`. */
  async apply(query: AskedQuery, otherwise: () => Promise<SlowAnswer>): Promise<SlowAnswer> {
    const fault = [...this.#active].findLast((candidate) => candidate.matches(query));
    if (fault === undefined) return otherwise();
    fault.hits += 1;
    return (await fault.strike(query, otherwise)) ?? undefined;
  }

  #add(matcher: FaultMatcher, strike: Strike): Fault {
    const fault = new ActiveFault(predicate(matcher, this.#host.random), strike, (removed) => {
      this.#active.delete(removed);
      this.#host.changed();
    });
    this.#active.add(fault);
    this.#host.changed();
    return fault;
  }
}

function predicate(matcher: FaultMatcher, random: Random): (query: AskedQuery, hits: number) => boolean {
  if (typeof matcher === "function") return matcher;
  if (typeof matcher === "string") {
    const [name = "*", type] = matcher.trim().split(/\s+/);
    return predicate({ name, ...(type === undefined ? {} : { type }) }, random);
  }
  const { name = "*", type, transport, client, share = 1, times = Infinity } = matcher;
  const fits = nameMatcher(name);
  return (query, hits) =>
    hits < times &&
    fits(query.name) &&
    (type === undefined || query.type === type.toUpperCase()) &&
    (transport === undefined || query.client.transport === transport) &&
    (client === undefined || query.client.address === client) &&
    (share >= 1 || random.float() < share);
}

function nameMatcher(pattern: string): (name: string) => boolean {
  const plain = pattern.replace(/(?<=.)\.$/, "").toLowerCase();
  if (plain === "*") return () => true;
  if (plain.startsWith("*.")) return (name) => name.endsWith(plain.slice(1));
  return (name) => name === plain;
}
