/** Questions out to the servers of a forward or stub zone: which, how long, how often, and whose answer counts. */
import type { Address, World } from "@tenon/kit";
import { UpstreamError } from "../client/errors.ts";
import type { Reply, UpstreamClient } from "../client/upstream-client.ts";
import { RCODES } from "../message/rcodes.ts";
import { encodeMessage } from "../message/encode.ts";
import { blankMessage, type EdnsOption, type Message, type Question } from "../message/message.ts";
import { optionValue } from "../message/options.ts";
import { type Delegation, delegationOf } from "./delegation.ts";
import { EDE, type ExtendedError, extendedError } from "./outcome.ts";
import { type Scrubbed, scrub, type ScrubOptions } from "./scrub.ts";
import type { ForwardZone, ResolverSettings } from "./settings.ts";
import { chooseServer, UpstreamServer } from "./upstreams.ts";

/** Queries that one question of a client may send out, aliases and repetitions included. */
export const MAX_OUTGOING = 32;
/** How often one server is asked the same. */
const MOST_TRIES = 4;
/** After that, no further server is tried. */
const PATIENCE_MS = 8000;
/** To connect, ask and hear over TCP, at least. */
const LEAST_TCP_TIMEOUT_MS = 1500;
/** Servers whose times are remembered. */
const MAX_SERVERS = 10_000;

/** What a question goes out with. */
export interface Asking {
  readonly dnssecOk: boolean;
  readonly checkingDisabled: boolean;
  /** A client subnet to pass on. */
  readonly options: readonly EdnsOption[];
}

/** Counts down over all that one question of a client causes. */
export interface Budget {
  outgoing: number;
}

export interface ForwardedAnswer extends Scrubbed {
  /** For which addresses the answer holds, where the server says (RFC 7871 §7.2). */
  readonly subnet: EdnsOption | undefined;
  /** Who is to be asked instead, of a `referral`. */
  readonly delegation?: Delegation;
}

/** No server had an answer that counts. */
export class NoAnswerError extends Error {
  readonly errors: readonly ExtendedError[];

  constructor(errors: readonly ExtendedError[]) {
    super("no upstream has answered");
    this.name = "NoAnswerError";
    this.errors = errors;
  }
}

export interface ForwarderObserver {
  /** A query went out and came to this. */
  asked(result: "answered" | "failed" | "timeout"): void;
}

export class Forwarder {
  readonly #world: World;
  readonly #client: UpstreamClient;
  readonly #settings: ResolverSettings;
  readonly #observer: ForwarderObserver;
  /** By address: a server is the same in all zones. */
  readonly #servers = new Map<string, UpstreamServer>();

  constructor(world: World, client: UpstreamClient, settings: ResolverSettings, observer: ForwarderObserver) {
    this.#world = world;
    this.#client = client;
    this.#settings = settings;
    this.#observer = observer;
  }

  /** Throws NoAnswerError. */
  async ask(
    zone: ForwardZone,
    question: Question,
    asking: Asking,
    budget: Budget,
    scrubbing: Omit<ScrubOptions, "zone">,
  ): Promise<ForwardedAnswer> {
    const { clock, random } = this.#world;
    const servers = zone.servers.map((address) => this.#server(address));
    const asked = new Map<UpstreamServer, number>();
    const errors: ExtendedError[] = [];
    const endMs = clock.monotonic() + PATIENCE_MS;
    for (;;) {
      const nowMs = clock.monotonic();
      const choice = { mostTries: MOST_TRIES, nowMs, random: () => random.float() };
      const server = budget.outgoing > 0 && nowMs < endMs ? chooseServer(servers, asked, choice) : undefined;
      if (server === undefined) throw new NoAnswerError(errors.length === 0 ? [NOBODY] : unique(errors));
      budget.outgoing -= 1;
      asked.set(server, (asked.get(server) ?? 0) + 1);
      const reply = await this.#once(zone, server, question, { ...asking, attempt: asked.get(server)! }, errors);
      if (reply === undefined) continue;
      const judged = this.#judge(reply, zone, server, question, scrubbing, errors);
      if (judged === "again") asked.set(server, asked.get(server)! - 1);
      else if (judged !== undefined) return { ...judged, subnet: subnetOf(reply.message) };
      // Whoever has said something useless once says so again.
      else asked.set(server, MOST_TRIES);
    }
  }

  /** One query to one server; undefined when it has no answer, whose reason is put among `errors`. */
  async #once(
    zone: ForwardZone,
    server: UpstreamServer,
    question: Question,
    asking: Asking & { readonly attempt: number },
    errors: ExtendedError[],
  ): Promise<Reply | undefined> {
    const { clock, random } = this.#world;
    const { randomCase, localAddresses } = this.#settings;
    const family = localAddresses.filter(
      ({ address }) => address.includes(":") === server.address.address.includes(":"),
    );
    const local = family.length === 0 ? undefined : family[random.integer(family.length)]!;
    const query = encodeMessage(this.#query(zone, server, question, asking));
    const waitMs = server.waitMs(asking.attempt);
    const sentMs = clock.monotonic();
    try {
      const reply = await this.#client.query(query, server.address, {
        tcp: zone.tcp,
        timeoutMs: zone.tcp ? Math.max(LEAST_TCP_TIMEOUT_MS, waitMs) : waitMs,
        randomCase,
        ...(local === undefined ? {} : { local }),
      });
      server.answered(reply.elapsedMs, clock.monotonic());
      return reply;
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      const { address, port } = error.server;
      if (error.code === "bad-reply") errors.push(extendedError(EDE.INVALID_DATA, `${address}#${port}`));
      else {
        server.failed(sentMs, clock.monotonic());
        errors.push(
          extendedError(error.code === "timeout" ? EDE.NO_REACHABLE_AUTHORITY : EDE.NETWORK_ERROR, error.message),
        );
      }
      this.#observer.asked(error.code === "timeout" ? "timeout" : "failed");
      return undefined;
    }
  }

  /** What the reply is worth; undefined for nothing, "again" when the same server is to be asked in another way. */
  #judge(
    { message, server: { address, port } }: Reply,
    zone: ForwardZone,
    server: UpstreamServer,
    question: Question,
    scrubbing: Omit<ScrubOptions, "zone">,
    errors: ExtendedError[],
  ): (Scrubbed & Pick<ForwardedAnswer, "delegation">) | "again" | undefined {
    const { rcode, edns } = message;
    const nowMs = this.#world.clock.monotonic();
    if ((rcode === RCODES.FORMERR || rcode === RCODES.NOTIMP) && edns === undefined && server.takesEdns(nowMs)) {
      server.cannotEdns(nowMs);
      return "again";
    }
    if (rcode !== RCODES.NOERROR && rcode !== RCODES.NXDOMAIN && message.answers.length === 0) {
      // Why it failed there is why it fails here (RFC 8914 §3).
      errors.push(...extendedErrorsOf(message), extendedError(EDE.NETWORK_ERROR, `${address}#${port}: rcode ${rcode}`));
      this.#observer.asked("failed");
      return undefined;
    }
    const scrubbed = scrub(message, question, { ...scrubbing, zone: zone.name });
    const isEmpty = scrubbed.kind === "useless" && scrubbed.rcode === RCODES.NOERROR && scrubbed.answers.length === 0;
    // A forwarder may have a name without data of the type, and leave the SOA out. An authority that does so is lame.
    if (isEmpty && (zone.kind === "forward" || message.authoritative)) {
      this.#observer.asked("answered");
      return { ...scrubbed, kind: "denial" };
    }
    // Forwarders answer themselves.
    const delegation =
      zone.kind === "stub" && scrubbed.kind === "referral" ? delegationOf(message, question, zone.name) : undefined;
    if (delegation !== undefined) {
      this.#observer.asked("answered");
      return { ...scrubbed, delegation };
    }
    if (scrubbed.kind === "useless" || scrubbed.kind === "referral") {
      errors.push(extendedError(EDE.INVALID_DATA, `${address}#${port}: lame`));
      this.#observer.asked("failed");
      return undefined;
    }
    this.#observer.asked("answered");
    return scrubbed;
  }

  /** OPT is made anew at every hop (RFC 6891 §6.1.1). */
  #query(zone: ForwardZone, server: UpstreamServer, question: Question, asking: Asking): Message {
    const { dnssecOk, options, checkingDisabled } = asking;
    const edns = { udpPayload: this.#settings.udpPayload, version: 0, dnssecOk, options };
    return blankMessage({
      recursionDesired: zone.kind === "forward",
      checkingDisabled,
      questions: [question],
      ...(server.takesEdns(this.#world.clock.monotonic()) ? { edns } : {}),
    });
  }

  #server(address: Address): UpstreamServer {
    const key = `${address.address} ${address.port}`;
    const known = this.#servers.get(key);
    if (known !== undefined) return known;
    const server = new UpstreamServer(address);
    // Referrals may name as many as they like; what was learnt is learnt again.
    if (this.#servers.size >= MAX_SERVERS) this.#servers.clear();
    this.#servers.set(key, server);
    return server;
  }
}

const NOBODY = extendedError(EDE.NO_REACHABLE_AUTHORITY);

function extendedErrorsOf({ edns }: Message): ExtendedError[] {
  const values = (edns?.options ?? []).map((option) => optionValue(option));
  return values.filter((value) => value.option === "EXTENDED-ERROR");
}

const CLIENT_SUBNET = 8;

/** The option that says for whom a message is. */
export function subnetOf({ edns }: Message): EdnsOption | undefined {
  return edns?.options.find(({ code }) => code === CLIENT_SUBNET);
}

/** Each said once, in the order of first mention. */
function unique(errors: readonly ExtendedError[]): ExtendedError[] {
  const seen = new Map(errors.map((error) => [`${error.infoCode} ${error.text}`, error]));
  return [...seen.values()];
}
