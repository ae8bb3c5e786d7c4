/** From a question to its outcome by asking others: alias by alias, referral by referral. */
import { RCODES } from "../message/rcodes.ts";
import type { Question } from "../message/message.ts";
import type { Name } from "../name/name.ts";
import { CLASS, TYPE } from "../rdata/types.ts";
import type { ResourceRecord } from "../record.ts";
import { addressesIn, type Delegation } from "./delegation.ts";
import { type Asking, type Budget, type Forwarder, MAX_OUTGOING, NoAnswerError } from "./forwarder.ts";
import { withLifetimes } from "./lifetime.ts";
import { bareOutcome, EDE, extendedError, type Outcome } from "./outcome.ts";
import type { ForwardZone, ResolverSettings } from "./settings.ts";

/** Aliases and referrals that one question leads through. */
const MAX_STEPS = 16;
/** Name servers whose addresses are found by way of name servers whose addresses are found … */
const MAX_DEPTH = 3;
const PLAIN: Asking = { dnssecOk: false, checkingDisabled: false, options: [] };
const UNCHARTED = extendedError(EDE.NOT_SUPPORTED, "no forward or stub zone holds the name, and roots are not asked");

export interface FollowerOptions {
  readonly forwarder: Forwarder;
  readonly settings: ResolverSettings;
  /** Whether a record may be believed; undefined: every one. */
  readonly allows: ((record: ResourceRecord) => boolean) | undefined;
  /** What is known of a question without asking, in local data or in the cache. */
  readonly known: (question: Question, asking: Asking) => Outcome | undefined;
}

export class Follower {
  readonly #forwarder: Forwarder;
  readonly #settings: ResolverSettings;
  readonly #allows: FollowerOptions["allows"];
  readonly #known: FollowerOptions["known"];

  constructor({ forwarder, settings, allows, known }: FollowerOptions) {
    this.#forwarder = forwarder;
    this.#settings = settings;
    this.#allows = allows;
    this.#known = known;
  }

  /**
   * From alias to alias, each asked of its own zone's servers, and from authorities to those that they refer to, until something answers.
   * `depth` counts name servers whose addresses have to be found first. Throws NoAnswerError.
   */
  async follow(
    question: Question,
    asking: Asking,
    budget: Budget = { outgoing: MAX_OUTGOING },
    depth = 0,
  ): Promise<Outcome> {
    const scrubbing = {
      dnssecOk: asking.dnssecOk,
      ...(this.#allows === undefined ? {} : { allows: this.#allows }),
    };
    const answers: ResourceRecord[] = [];
    let { name } = question;
    let zone = this.#zoneFor(name, question.type);
    for (let steps = 0; steps <= MAX_STEPS; steps++) {
      if (zone === undefined) return bareOutcome(RCODES.REFUSED, [UNCHARTED]);
      const step = await this.#forwarder.ask(zone, { ...question, name }, asking, budget, scrubbing);
      answers.push(...step.answers);
      if (step.delegation !== undefined) {
        zone = await this.#delegated(step.delegation, budget, depth);
        continue;
      }
      if (step.kind !== "alias") {
        const kept = withLifetimes(answers, step.authorities, step.kind === "denial", this.#settings);
        return { ...bareOutcome(step.rcode), ...kept, subnet: step.subnet };
      }
      name = step.next;
      zone = this.#zoneFor(name, question.type);
      const known = this.#known({ ...question, name }, asking);
      if (known !== undefined) {
        const kept = withLifetimes(answers, [], false, this.#settings);
        return { ...known, answers: [...kept.answers, ...known.answers], ttl: Math.min(kept.ttl, known.ttl) };
      }
    }
    throw new NoAnswerError([extendedError(EDE.INVALID_DATA, `more than ${MAX_STEPS} aliases and referrals`)]);
  }

  /** The zone that was referred to, with its servers' addresses: from glue, else asked for. Throws NoAnswerError. */
  async #delegated({ zone, servers, unknown }: Delegation, budget: Budget, depth: number): Promise<ForwardZone> {
    if (servers.length > 0) return { name: zone, kind: "stub", servers, tcp: false };
    for (const host of depth < MAX_DEPTH ? unknown : []) {
      const question = { name: host, type: TYPE.A, class: CLASS.IN };
      const known = this.#known(question, PLAIN);
      const { answers } = known ?? (await this.follow(question, PLAIN, budget, depth + 1));
      const found = addressesIn(answers);
      if (found.length > 0) return { name: zone, kind: "stub", servers: found, tcp: false };
    }
    throw new NoAnswerError([
      extendedError(EDE.NO_REACHABLE_AUTHORITY, `no address of a name server of ${String(zone)}`),
    ]);
  }

  /** The smallest zone around the name; a DS is asked above the name that has it (RFC 4035 §3.1.4.1). */
  #zoneFor(name: Name, type: number): ForwardZone | undefined {
    const within = type === TYPE.DS ? (name.parent() ?? name) : name;
    let smallest: ForwardZone | undefined;
    for (const zone of this.#settings.zones) {
      if (!within.isAtOrBelow(zone.name)) continue;
      if (smallest === undefined || zone.name.labelCount > smallest.name.labelCount) smallest = zone;
    }
    return smallest;
  }
}
