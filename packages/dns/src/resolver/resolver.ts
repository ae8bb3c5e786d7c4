/**
 * The resolver: questions about names of others, answered from local data, from the cache, or by the upstreams of the smallest forward or
 * stub zone around the name.
 *
 * There are two ways in. `answer` takes bytes and gives bytes, at once, for what the cache holds: it copies the packet and puts id,
 * question, flags, ages and OPT of this asker on it. What it has to leave comes in again through `resolve`, as a value, and may wait: for
 * one query to the outside that all who ask the same wait for together.
 *
 * Nothing here validates, so AD is never set; CD and DO are part of what is asked (RFC 4035 §3.2), and so of the cache's key. Resolving
 * from the roots would be one more kind of zone to ask.
 */
import type { Log, MetricSet, World } from "@tenon/kit";
import { type Client, NOT_HERE } from "../authority/authority.ts";
import { UpstreamClient } from "../client/upstream-client.ts";
import { RCODES } from "../message/rcodes.ts";
import { type Message, OPCODE, type Question } from "../message/message.ts";
import { replyTo } from "../message/reply.ts";
import { Name } from "../name/name.ts";
import { CLASS, isMetaType, TYPE, typeText } from "../rdata/types.ts";
import type { ResourceRecord } from "../record.ts";
import { AccessControl, ClientRate, mayAskCache } from "./access.ts";
import { CacheView } from "./cache-view.ts";
import { cachedAnswerBytes, MAX_UDP_BYTES, writeCachedAnswer } from "./cached-answer.ts";
import { Follower } from "./follower.ts";
import { type Asking, Forwarder, NoAnswerError, subnetOf } from "./forwarder.ts";
import { type Counts, countsIn } from "./counts.ts";
import { LocalZones } from "./local-zones.ts";
import { ENTRY, MessageCache } from "./message-cache.ts";
import { bareOutcome, EDE, errorOptions, extendedError, type Outcome } from "./outcome.ts";
import { outcomeOf, packetOf } from "./packet.ts";
import { privateFilter } from "./private-addresses.ts";
import { QueryView, VARIANT } from "./query-view.ts";
import type { ResolverSettings } from "./settings.ts";

/** Questions that are being asked outside at the same time; each takes a socket. */
export const MAX_FLIGHTS = 1024;
/** How long a failure is remembered (RFC 9520 §3.2: at least a second, at most five minutes). */
const FAILURE_TTL = 5;
/** After a failed try to refresh what is over, nobody tries for so long (RFC 8767 §5). Seconds. */
const STALE_RETRY = 30;
const MAX_QUESTIONS = 32;

export interface ResolverOptions {
  readonly world: World;
  readonly log: Log;
  readonly settings: ResolverSettings;
  readonly metrics: MetricSet;
}

export class Resolver {
  readonly cache: CacheView;
  readonly #world: World;
  readonly #log: Log;
  readonly #settings: ResolverSettings;
  readonly #messages: MessageCache;
  readonly #client: UpstreamClient;
  readonly #follower: Follower;
  readonly #local: LocalZones;
  readonly #access: AccessControl;
  readonly #rate: ClientRate;
  /** The query that is answered just now, and one for everything else. */
  readonly #asked: QueryView = new QueryView();
  readonly #view: QueryView = new QueryView();
  readonly #flights = new Map<string, Promise<Outcome>>();
  readonly #counts: Counts;

  constructor({ world, log, settings, metrics }: ResolverOptions) {
    this.#world = world;
    this.#log = log;
    this.#settings = settings;
    this.#messages = new MessageCache(settings.cacheBytes, settings.serveExpired?.ttl ?? 0);
    this.cache = new CacheView(this.#messages, world.clock);
    this.#counts = countsIn(metrics, this.cache, () => this.#flights.size);
    this.#client = new UpstreamClient(world);
    this.#follower = new Follower({
      forwarder: new Forwarder(world, this.#client, settings, {
        asked: (result) => this.#counts.upstream[result].add(),
      }),
      settings,
      allows: privateFilter(settings),
      known: (question, asking) => this.#knownTarget(question, asking),
    });
    this.#local = new LocalZones(settings.localZones, settings.localData, settings.localDefaults);
    this.#access = new AccessControl(settings.access);
    this.#rate = new ClientRate(settings.rateLimit);
  }

  /** Ends what is on its way to upstreams. */
  close(): void {
    this.#client.close();
  }

  // ------------------------------------------------------------------ by bytes

  /** Writes the cached answer to `query[0…length)` into `out`. Returns its length, 0 for no answer at all, NOT_HERE. Hot. */
  answer(query: Uint8Array, length: number, client: Client, out: Uint8Array): number {
    const view = this.#asked;
    if (!view.read(query, length)) return NOT_HERE;
    if (!mayAskCache(this.#access.actionFor(client.address), view.recursionDesired)) return NOT_HERE;
    const cache = this.#messages;
    const at = cache.find(view);
    if (at === -1) return NOT_HERE;
    const nowS = this.#nowS();
    const remaining = cache.remainingS(at, nowS);
    if (remaining <= 0) return NOT_HERE;
    const bytes = cachedAnswerBytes(cache, at, view);
    const room = client.tcp ? out.length : Math.min(view.udpPayload, MAX_UDP_BYTES);
    // What has to be cut is cut by RRsets, elsewhere.
    if (bytes > room) return NOT_HERE;
    if (this.#rate.isLimited && !this.#rate.admits(client.address, nowS)) return 0;
    if (this.#settings.prefetch && remaining * 10 <= cache.ttl(at)) this.#prefetch(at, view, nowS);
    this.#counts.hits.add();
    writeCachedAnswer(cache, at, view, query, nowS, out);
    return bytes;
  }

  /** Asks for an entry again that will be over soon, once. */
  #prefetch(at: number, view: QueryView, nowS: number): void {
    const cache = this.#messages;
    if ((cache.flags(at) & (ENTRY.FIXED | ENTRY.FAILURE)) !== 0 || cache.retryAtS(at) > nowS) return;
    cache.setRetryAtS(at, nowS + STALE_RETRY);
    this.#counts.prefetches.add();
    const name = Name.fromWire(view.question.slice(0, view.questionBytes - 4));
    void this.#flight({ name, type: view.type, class: CLASS.IN }, askingOf(view.variant));
  }

  // ----------------------------------------------------------------- by values

  /** The answer to a query that is no answer itself; undefined for none at all. Never rejects for what upstreams do. */
  async resolve(query: Message, client: Client): Promise<Message | undefined> {
    const { opcode, questions } = query;
    if (opcode !== OPCODE.QUERY) return this.#reply(query, bareOutcome(RCODES.NOTIMP));
    if (questions.length === 0 || questions.length > MAX_QUESTIONS)
      return this.#reply(query, bareOutcome(RCODES.FORMERR));
    if (this.#rate.isLimited && !this.#rate.admits(client.address, this.#nowS())) return undefined;
    const outcomes = await Promise.all(questions.map((question) => this.#admitted(query, question, client)));
    const given = outcomes.filter((outcome) => outcome !== undefined);
    if (given.length === 0) return undefined;
    return this.#reply(query, given.length === 1 ? given[0]! : merged(given));
  }

  /** What a client may be told of a question; undefined for no answer. */
  async #admitted(query: Message, question: Question, client: Client): Promise<Outcome | undefined> {
    const action = this.#access.actionFor(client.address);
    if (action === "deny") return undefined;
    if (action === "refuse") return PROHIBITED;
    const unasked = refusedType(question);
    if (unasked !== undefined) return unasked;
    const asking = this.#askingOf(query);
    const local = await this.#fromLocal(question, asking, client);
    if (local !== "elsewhere") return local;
    if (action === "deny_non_local") return undefined;
    if (action === "refuse_non_local") return PROHIBITED;
    if (!query.recursionDesired && action !== "allow_setrd") {
      if (action !== "allow_snoop") return PROHIBITED;
      return this.#cached(question, asking)?.outcome ?? bareOutcome(RCODES.NOERROR);
    }
    return this.#lookUp(question, asking);
  }

  #askingOf(query: Message): Asking {
    const subnet = this.#settings.sendClientSubnet ? subnetOf(query) : undefined;
    return {
      dnssecOk: query.edns?.dnssecOk ?? false,
      checkingDisabled: query.checkingDisabled,
      options: subnet === undefined ? [] : [subnet],
    };
  }

  /** Undefined: no answer at all. */
  async #fromLocal(question: Question, asking: Asking, client: Client): Promise<Outcome | undefined | "elsewhere"> {
    const { name, type } = question;
    const match = this.#local.find(name, type);
    if (match === undefined) return "elsewhere";
    const { answer } = match;
    if (match.isLogged) {
      const fields = { client: client.address, name: String(name), type: typeText(type), zone: String(match.zone) };
      this.#log.info("a query for a local zone", fields);
    }
    switch (answer.kind) {
      case "elsewhere":
        return "elsewhere";
      case "silence":
        return undefined;
      case "answer":
        // So that the next one is answered by bytes; but each is to be logged.
        if (!match.isLogged) this.#keep(question, asking, answer.outcome, ENTRY.FIXED);
        return answer.outcome;
      default: {
        const rest = await this.#lookUp({ ...question, name: answer.target }, asking);
        return { ...rest, authoritative: true, answers: [...answer.outcome.answers, ...rest.answers], ttl: 0 };
      }
    }
  }

  /** From the cache or from upstreams, or, when those take too long or fail, from what is over. */
  async #lookUp(question: Question, asking: Asking): Promise<Outcome> {
    const cached = this.#cached(question, asking);
    if (cached?.isFresh === true) {
      this.#counts.hits.add();
      return cached.outcome;
    }
    this.#counts.misses.add();
    if (cached === undefined) return this.#flight(question, asking);
    this.#counts.stale.add();
    if (cached.retryAtS > this.#nowS()) return cached.outcome;
    const flight = this.#flight(question, asking);
    const outcome = await this.#atMost(flight, this.#settings.serveExpired!.clientTimeoutMs);
    return outcome === undefined || outcome.rcode === RCODES.SERVFAIL ? cached.outcome : outcome;
  }

  /** Undefined when it takes longer. */
  async #atMost<T>(work: Promise<T>, timeoutMs: number): Promise<T | undefined> {
    const stop = new AbortController();
    const patience = this.#world.clock.sleep(timeoutMs, stop.signal).then(
      () => undefined,
      () => undefined,
    );
    try {
      return await Promise.race([work, patience]);
    } finally {
      stop.abort();
    }
  }

  /** What the cache has for a question, fresh or good enough for want of better. */
  #cached(
    { name, type }: Question,
    { dnssecOk, checkingDisabled, options }: Asking,
  ): { outcome: Outcome; isFresh: boolean; retryAtS: number } | undefined {
    if (options.length > 0) return undefined;
    const cache = this.#messages;
    const { serveExpired } = this.#settings;
    this.#view.set(name, type, variantOf(dnssecOk, checkingDisabled));
    const at = cache.find(this.#view);
    if (at === -1) return undefined;
    const nowS = this.#nowS();
    const remaining = cache.remainingS(at, nowS);
    const isFresh = remaining > 0;
    const flags = cache.flags(at);
    if (
      !isFresh &&
      (serveExpired === undefined || remaining + serveExpired.ttl <= 0 || (flags & ENTRY.FAILURE) !== 0)
    ) {
      return undefined;
    }
    const age = (flags & ENTRY.FIXED) !== 0 ? 0 : Math.max(0, nowS - cache.storedS(at));
    const start = cache.packetAt(at);
    const packet = cache.bytes.subarray(start, start + cache.packetLength(at));
    const kept = outcomeOf(packet, (ttl) => (isFresh ? ttl - age : serveExpired!.replyTtl));
    const staleness = kept.rcode === RCODES.NXDOMAIN ? EDE.STALE_NXDOMAIN : EDE.STALE_ANSWER;
    const errors = isFresh
      ? (flags & ENTRY.FAILURE) === 0
        ? []
        : [extendedError(EDE.CACHED_ERROR)]
      : [extendedError(staleness)];
    return { outcome: { ...kept, errors, ttl: Math.max(0, remaining) }, isFresh, retryAtS: cache.retryAtS(at) };
  }

  /** The one query that all who ask the same wait for. */
  #flight(question: Question, asking: Asking): Promise<Outcome> {
    // For one network only: nobody else's question.
    if (asking.options.length > 0) return this.#fetch(question, asking);
    this.#view.set(question.name, question.type, variantOf(asking.dnssecOk, asking.checkingDisabled));
    const { question: bytes, questionBytes, variant } = this.#view;
    const key = `${variant} ${Buffer.from(bytes.buffer, bytes.byteOffset, questionBytes).toString("latin1")}`;
    const under = this.#flights.get(key);
    if (under !== undefined) return under;
    if (this.#flights.size >= MAX_FLIGHTS) return Promise.resolve(OVERLOADED);
    const flight = this.#fetch(question, asking).finally(() => this.#flights.delete(key));
    this.#flights.set(key, flight);
    return flight;
  }

  /** Asks outside and keeps what comes of it. */
  async #fetch(question: Question, asking: Asking): Promise<Outcome> {
    try {
      const outcome = await this.#follower.follow(question, asking);
      if (outcome.ttl > 0 && outcome.rcode !== RCODES.SERVFAIL) this.#keep(question, asking, outcome, 0);
      return outcome;
    } catch (error) {
      if (!(error instanceof NoAnswerError)) throw error;
      const failure = bareOutcome(RCODES.SERVFAIL, error.errors, FAILURE_TTL);
      this.#keepFailure(question, asking, failure);
      return failure;
    }
  }

  /** Where an alias leads, when that is local data or cached. */
  #knownTarget(question: Question, asking: Asking): Outcome | undefined {
    const local = this.#local.find(question.name, question.type)?.answer;
    // Local data may be otherwise after the next start, so what holds it is not kept.
    if (local?.kind === "answer") return { ...local.outcome, authoritative: false, ttl: 0 };
    const cached = this.#cached(question, asking);
    return cached?.isFresh === true ? cached.outcome : undefined;
  }

  #keep(question: Question, asking: Asking, outcome: Outcome, flags: number): void {
    if (asking.options.length > 0 || outcome.errors.length > 0) return;
    const built = packetOf(question, outcome);
    if (built === undefined) return;
    this.#view.set(question.name, question.type, variantOf(asking.dnssecOk, asking.checkingDisabled));
    this.#messages.put(this.#view, { ...built, ttl: outcome.ttl, flags }, this.#nowS());
  }

  /** A failure is kept where nothing is, and where something is that is over, that waits for the next try (RFC 8767 §5). */
  #keepFailure(question: Question, asking: Asking, failure: Outcome): void {
    if (asking.options.length > 0) return;
    const cache = this.#messages;
    const nowS = this.#nowS();
    this.#view.set(question.name, question.type, variantOf(asking.dnssecOk, asking.checkingDisabled));
    const at = cache.find(this.#view);
    const isGood = at !== -1 && (cache.flags(at) & ENTRY.FAILURE) === 0;
    if (isGood && cache.remainingS(at, nowS) + (this.#settings.serveExpired?.ttl ?? 0) > 0) {
      return cache.setRetryAtS(at, nowS + STALE_RETRY);
    }
    const built = packetOf(question, failure);
    if (built !== undefined) cache.put(this.#view, { ...built, ttl: FAILURE_TTL, flags: ENTRY.FAILURE }, nowS);
  }

  /** An outcome as this asker is to see it. */
  #reply(query: Message, outcome: Outcome): Message {
    const { rcode, authoritative, answers, authorities, additionals, errors, subnet } = outcome;
    const reply = replyTo(query, {
      rcode,
      authoritative,
      recursionAvailable: true,
      answers: inCaseOf(query.questions, answers),
      authorities,
      additionals,
    });
    if (reply.edns === undefined) return reply;
    const options = [...errorOptions(errors), ...(subnet === undefined ? [] : [subnet])];
    return { ...reply, edns: { ...reply.edns, options } };
  }

  #nowS(): number {
    return Math.floor(this.#world.clock.now() / 1000);
  }
}

const PROHIBITED = bareOutcome(RCODES.REFUSED, [extendedError(EDE.PROHIBITED)]);
const OVERLOADED = bareOutcome(RCODES.SERVFAIL, [extendedError(EDE.NOT_READY, "too many questions are under way")]);

function variantOf(dnssecOk: boolean, checkingDisabled: boolean): number {
  return (dnssecOk ? VARIANT.DO : 0) | (checkingDisabled ? VARIANT.CD : 0);
}

function askingOf(variant: number): Asking {
  return { dnssecOk: (variant & VARIANT.DO) !== 0, checkingDisabled: (variant & VARIANT.CD) !== 0, options: [] };
}

/** Questions that no resolver answers: transfers, and types that stand in no zone. */
function refusedType({ type, class: questionClass }: Question): Outcome | undefined {
  if (questionClass !== CLASS.IN || type === TYPE.AXFR || type === TYPE.IXFR) return bareOutcome(RCODES.REFUSED);
  const isMeta = type === TYPE.OPT || (isMetaType(type) && type !== TYPE.ANY && type !== TYPE.NXNAME);
  return isMeta || type === 0 ? bareOutcome(RCODES.FORMERR) : undefined;
}

/** Several questions' answers one behind the other, under the first rcode that is an error. */
function merged(outcomes: readonly Outcome[]): Outcome {
  return {
    ...bareOutcome(outcomes.find(({ rcode }) => rcode !== RCODES.NOERROR)?.rcode ?? RCODES.NOERROR),
    authoritative: outcomes.every(({ authoritative }) => authoritative),
    answers: outcomes.flatMap(({ answers }) => answers),
    authorities: outcomes.flatMap(({ authorities }) => authorities),
    errors: outcomes.flatMap(({ errors }) => errors),
  };
}

/** Owners that are a question's name, spelt as there: others may have asked for the same in another case. */
function inCaseOf(questions: readonly Question[], records: readonly ResourceRecord[]): ResourceRecord[] {
  return records.map((record) => {
    const asked = questions.find(({ name }) => name.equals(record.name));
    return asked === undefined ? record : { ...record, name: asked.name };
  });
}
