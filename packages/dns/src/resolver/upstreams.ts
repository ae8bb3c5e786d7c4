/**
 * Which server of several is asked, by how they have answered so far (as Unbound does): smoothed round-trip times (RFC 6298), a random one of
 * those that are nearly as quick as the quickest, now and then any, and rest for those that stay silent.
 */
import type { Address } from "@tenon/kit";

/** Of a server that nobody has asked yet: soon enough asked to be known. */
const UNKNOWN_RTO_MS = 376;
/** Forwarders have to ask others, so that a shorter wait would give up answers that are on their way. */
const LEAST_RTO_MS = 400;
const MOST_RTO_MS = 4000;
/** Servers that answer as quickly as the quickest but for so much are as good. */
const BAND_MS = 50;
/** How often another one is asked, so that it is known when it has become quicker. */
const CURIOSITY = 1 / 20;
/** Timeouts in a row before a server is left alone … */
const SILENT_AFTER = 3;
/** … at first for so long, each time twice as long. */
const FIRST_REST_MS = 1000;
const LONGEST_REST_MS = 60_000;
/** How long a server that could not read EDNS is asked without. */
const EDNS_BROKEN_MS = 15 * 60_000;

/** What is known of a server. Times are the monotonic clock's, milliseconds. */
export class UpstreamServer {
  readonly address: Address;
  #smoothedMs: number | undefined;
  #deviationMs = 0;
  /** Doubles with silence (RFC 6298 §5.5). */
  #backoff = 1;
  /** When it was last heard of, or last found silent. */
  #lastNewsMs = Number.NEGATIVE_INFINITY;
  #timeoutsInRow = 0;
  #restUntilMs = 0;
  #noEdnsUntilMs = Number.NEGATIVE_INFINITY;

  constructor(address: Address) {
    this.address = address;
  }

  /** How long to wait for its answer at this attempt of a question, counted from 1: each time longer, and longer after silence. */
  waitMs(attempt: number): number {
    const base = this.#smoothedMs === undefined ? UNKNOWN_RTO_MS : this.#smoothedMs + 4 * this.#deviationMs;
    return Math.min(MOST_RTO_MS, Math.max(LEAST_RTO_MS, base) * Math.max(this.#backoff, 2 ** (attempt - 1)));
  }

  /** How long its answers take; 0 before the first, so that everybody is asked once. */
  get expectedMs(): number {
    return (this.#smoothedMs ?? 0) * this.#backoff;
  }

  get restUntilMs(): number {
    return this.#restUntilMs;
  }

  answered(rttMs: number, nowMs: number): void {
    this.#lastNewsMs = nowMs;
    if (this.#smoothedMs === undefined) {
      this.#smoothedMs = rttMs;
      this.#deviationMs = rttMs / 2;
    } else {
      this.#deviationMs = 0.75 * this.#deviationMs + 0.25 * Math.abs(this.#smoothedMs - rttMs);
      this.#smoothedMs = 0.875 * this.#smoothedMs + 0.125 * rttMs;
    }
    this.#backoff = 1;
    this.#timeoutsInRow = 0;
    this.#restUntilMs = 0;
  }

  /**
   * It stayed silent to a query that was sent at `sentMs`, or nobody listens there. Of many queries that were under way at the same time the
   * first alone counts, and none when another of them was answered: that is loss, and not silence.
   */
  failed(sentMs: number, nowMs: number): void {
    if (sentMs < this.#lastNewsMs) return;
    this.#lastNewsMs = nowMs;
    this.#timeoutsInRow += 1;
    this.#backoff = Math.min(this.#backoff * 2, 16);
    if (this.#timeoutsInRow < SILENT_AFTER) return;
    this.#restUntilMs = nowMs + Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** (this.#timeoutsInRow - SILENT_AFTER));
  }

  takesEdns(nowMs: number): boolean {
    return nowMs >= this.#noEdnsUntilMs;
  }

  /** It answered FORMERR or NOTIMP to a query with EDNS, without EDNS of its own (RFC 6891 §7). */
  cannotEdns(nowMs: number): void {
    this.#noEdnsUntilMs = nowMs + EDNS_BROKEN_MS;
  }
}

/**
 * One of `servers`, of those that were asked least often for this question: `asked` counts. When all of them rest, the one whose rest
 * ends first: a question is always worth a try. Undefined when each was asked `mostTries` times.
 */
export function chooseServer(
  servers: readonly UpstreamServer[],
  asked: ReadonlyMap<UpstreamServer, number>,
  { mostTries, nowMs, random }: { readonly mostTries: number; readonly nowMs: number; readonly random: () => number },
): UpstreamServer | undefined {
  const timesAsked = (server: UpstreamServer): number => asked.get(server) ?? 0;
  const left = servers.filter((server) => timesAsked(server) < mostTries);
  if (left.length === 0) return undefined;
  const awake = left.filter((server) => server.restUntilMs <= nowMs);
  if (awake.length === 0) return left.reduce((a, b) => (b.restUntilMs < a.restUntilMs ? b : a));
  const least = Math.min(...awake.map(timesAsked));
  const fresh = awake.filter((server) => timesAsked(server) === least);
  const limitMs = random() < CURIOSITY ? Infinity : Math.min(...fresh.map(({ expectedMs }) => expectedMs)) + BAND_MS;
  const band = fresh.filter(({ expectedMs }) => expectedMs <= limitMs);
  return band[Math.floor(random() * band.length)];
}
