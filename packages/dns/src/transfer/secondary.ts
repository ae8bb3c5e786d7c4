/**
 * A zone that somebody else keeps (RFC 1034 §4.3.5, RFC 1995, RFC 1996).
 *
 * Every refresh interval of its SOA, and when a primary says that something is new, the primaries are asked for their serial, one after the
 * other until one has something to say. A newer one brings a transfer: incremental where we have a version to begin with, whole where that
 * does not work. When nobody answers, the retry interval counts; when nobody has for the expire interval, the zone is served no longer.
 * All of these run on the monotonic clock; what a restart needs of them is kept as wall time.
 *
 * Serials only go forward: what an older one would bring is not taken, whoever offers it.
 */
import { type Address, type Log, silentLog, type World } from "@tenon/kit";
import { UpstreamClient } from "../client/upstream-client.ts";
import type { StoredTimers, ZoneJournal } from "../journal/journal.ts";
import { TYPE } from "../rdata/types.ts";
import { condensed } from "../zone/changes.ts";
import { ZoneError } from "../zone/errors.ts";
import { isNewerSerial, soaNumbers, soaSerial } from "../zone/serial.ts";
import { type ZoneChange, ZoneData } from "../zone/zone-data.ts";
import type { ServedZone } from "../zone/zone-set.ts";
import { Alarm } from "./alarm.ts";
import { TransferError } from "./errors.ts";
import {
  ask,
  type Exchanger,
  type FetchOptions,
  fetchTransfer,
  fetchZone,
  isBadAnswer,
  type Remote,
  request,
} from "./exchange.ts";
import type { TransferLimits, TransferResult } from "./reader.ts";
import { TransferSlots } from "./slots.ts";

/** Whatever the SOA says, refreshes and retries are so far apart at least. */
export const DEFAULT_REFRESH_MIN_SECONDS = 2;
const RETRY_MIN_SECONDS = 1;
/** Before there is a SOA to go by: the first retry, doubled up to the last. */
const BOOTSTRAP_RETRY_MS = 1000;
const BOOTSTRAP_RETRY_MAX_MS = 60_000;
/** Wait for the answer to a SOA query. */
const SOA_TIMEOUT_MS = 5000;
/** So that a thousand zones do not refresh in the same moment: part of the interval by which each may come early. */
const JITTER = 0.1;
/** Part of the expire interval by which the stored one may be early. */
const TIMERS_MAY_LAG = 0.02;

export interface SecondaryOptions {
  readonly world: World;
  readonly zone: ServedZone;
  /** In the order of preference; at least one. */
  readonly primaries: readonly Remote[];
  /** Keeps the zone and its timers for the next start. Whoever opened it closes it, after `close` of this. */
  readonly journal?: ZoneJournal | undefined;
  readonly log?: Log | undefined;
  readonly client?: UpstreamClient | undefined;
  /** Shared with other zones: how many transfers come in at once. */
  readonly slots?: TransferSlots | undefined;
  readonly refreshMinSeconds?: number | undefined;
  readonly limits?: TransferLimits | undefined;
  readonly idleMs?: number | undefined;
}

/** How a secondary stands. */
export interface SecondaryState {
  /** `waiting`: never had the zone; `expired`: has it and may not serve it. */
  readonly phase: "waiting" | "served" | "expired";
  readonly serial: number | undefined;
  readonly isRefreshing: boolean;
  /** Infinity while refreshing. */
  readonly nextRefreshMs: number;
  /** Infinity when there is nothing to expire. */
  readonly expiresMs: number;
  /** Why the newest refresh failed; undefined when it did not. */
  readonly failure: string | undefined;
}

export class Secondary {
  readonly zone: ServedZone;
  readonly #exchanger: Exchanger;
  readonly #slots: TransferSlots;
  readonly #options: SecondaryOptions;
  readonly #log: Log;
  readonly #stop = new AbortController();
  readonly #refreshAlarm: Alarm;
  readonly #expireAlarm: Alarm;
  /** The newest version, served or expired. */
  #held: ZoneData | undefined;
  #refreshing: Promise<void> | undefined;
  /** A notification came while a refresh was under way, which may have asked too early. */
  #askAgain: Address | "anybody" | undefined;
  #bootstrapMs = BOOTSTRAP_RETRY_MS;
  #failure: string | undefined;

  constructor(options: SecondaryOptions) {
    const { world, zone, log = silentLog, client = new UpstreamClient(world) } = options;
    this.zone = zone;
    this.#options = options;
    this.#exchanger = { world, client };
    this.#slots = options.slots ?? new TransferSlots();
    this.#log = log.child(zone.origin.toString());
    this.#refreshAlarm = new Alarm(world.clock, () => this.#refresh());
    this.#expireAlarm = new Alarm(world.clock, () => this.#expire());
  }

  /** Serves what the journal has, unless that has expired, and begins to refresh. */
  start(): void {
    const { journal, world } = this.#options;
    try {
      this.#held = journal?.restore();
    } catch (error) {
      // The primaries have it.
      this.#log.error("the stored zone cannot be read", { error });
    }
    if (this.#held !== undefined) {
      const { expire } = soaNumbers(this.#held.soa.rdata);
      // A clock that was set back does not make a zone live longer.
      const leftMs = Math.min(expire * 1000, (journal?.timers?.expiresMs ?? 0) - world.clock.now());
      if (leftMs > 0) {
        this.zone.replace(this.#held);
        this.#expireAlarm.set(leftMs);
      }
    }
    this.#refresh();
  }

  /** A NOTIFY came from `from`, which has been found to be allowed. */
  notified(from?: Pick<Address, "address">, serial?: number): void {
    if (serial !== undefined && this.#held !== undefined && !isNewerSerial(serial, this.#held.serial)) return;
    const primary = this.#options.primaries.find(({ address }) => address.address === from?.address)?.address;
    this.#refresh(primary);
  }

  state(): SecondaryState {
    const phase = this.zone.current !== undefined ? "served" : this.#held === undefined ? "waiting" : "expired";
    return {
      phase,
      serial: this.#held?.serial,
      isRefreshing: this.#refreshing !== undefined,
      nextRefreshMs: this.#refreshAlarm.inMs,
      expiresMs: this.#expireAlarm.inMs,
      failure: this.#failure,
    };
  }

  /** Breaks off what is under way. The zone stays as it is. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#refreshAlarm.clear();
    this.#expireAlarm.clear();
    await this.#refreshing;
  }

  #refresh(first?: Address): void {
    if (this.#stop.signal.aborted) return;
    if (this.#refreshing !== undefined) {
      this.#askAgain = first ?? "anybody";
      return;
    }
    this.#refreshAlarm.clear();
    const refreshed = this.#refreshFromAnyone(first).catch((error: unknown) => {
      this.#log.error("a refresh has failed by a fault of ours", { error });
      if (!this.#stop.signal.aborted) this.#failed();
    });
    this.#refreshing = refreshed.then(() => {
      this.#refreshing = undefined;
      const again = this.#askAgain;
      this.#askAgain = undefined;
      if (again !== undefined) this.#refresh(again === "anybody" ? undefined : again);
    });
  }

  async #refreshFromAnyone(first: Address | undefined): Promise<void> {
    const { primaries } = this.#options;
    const failures: string[] = [];
    for (const primary of primaries.toSorted((a, b) => Number(b.address === first) - Number(a.address === first))) {
      try {
        await this.#refreshFrom(primary);
        this.#failure = undefined;
        break;
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        const { address, port } = primary.address;
        const why = error instanceof Error ? error.message : String(error);
        failures.push(why.includes(address) ? why : `${address}#${port}: ${why}`);
      }
    }
    if (this.#stop.signal.aborted) return;
    if (failures.length < primaries.length) return this.#succeeded();
    this.#failure = failures.join("; ");
    this.#log.warn("refresh failed", { failures });
    this.#failed();
  }

  /** Makes sure that we have what `primary` has. */
  async #refreshFrom(primary: Remote): Promise<void> {
    const held = this.#held;
    if (held !== undefined) {
      const serial = await this.#serialOf(primary);
      if (serial === held.serial) return;
      if (!isNewerSerial(serial, held.serial)) {
        throw new TransferError("protocol", `its serial ${serial} is older than ${held.serial}`);
      }
    }
    if (held !== undefined && (await this.#changesFrom(primary, held))) return;
    const options = this.#fetchOptions();
    await this.#takeWhole(await this.#inSlot(() => fetchZone(this.#exchanger, primary, options)));
  }

  async #serialOf(primary: Remote): Promise<number> {
    const { origin: name, class: zoneClass } = this.zone;
    const { message } = await ask(this.#exchanger, primary, request({ name, type: TYPE.SOA, class: zoneClass }), {
      timeoutMs: SOA_TIMEOUT_MS,
      attempts: 2,
      signal: this.#stop.signal,
    });
    const soa = message.answers.find((record) => record.type === TYPE.SOA && record.name.equals(name));
    if (message.rcode !== 0) throw new TransferError("refused", `SOA: rcode ${message.rcode}`, message.rcode);
    // A server that has the zone only in its cache does not know what is newest (RFC 1034 §4.3.5).
    if (soa === undefined || !message.authoritative) throw new TransferError("protocol", "no authoritative SOA");
    return soaSerial(soa.rdata);
  }

  /** Whether an IXFR has done; false when it takes an AXFR. */
  async #changesFrom(primary: Remote, held: ZoneData): Promise<boolean> {
    try {
      const options = { ...this.#fetchOptions(), type: TYPE.IXFR, current: held };
      await this.#take(await this.#inSlot(() => fetchTransfer(this.#exchanger, primary, options)));
      return true;
    } catch (error) {
      if (!isBadAnswer(error) && !(error instanceof ZoneError)) throw error;
      this.#log.info("no incremental transfer", { primary: primary.address, error });
      return false;
    }
  }

  #inSlot<T>(fetch: () => Promise<T>): Promise<T> {
    return this.#slots.run(fetch, this.#stop.signal);
  }

  #fetchOptions(): Omit<FetchOptions, "type"> {
    const { limits, idleMs } = this.#options;
    const { origin, class: zoneClass } = this.zone;
    return { origin, zoneClass, limits, idleMs, signal: this.#stop.signal };
  }

  /** Throws ZoneError for what is no zone or does not apply; then nothing has changed. */
  async #take(result: TransferResult): Promise<void> {
    if (result.kind === "current") return;
    if (result.kind === "full") {
      return this.#takeWhole(ZoneData.fromRecords(this.zone.origin, result.records, this.zone.class));
    }
    const change = condensed(result.changes);
    const next = this.#held!.with(change); // an IXFR begins with what we hold
    await this.#keep(next, result.changes);
    this.#serve(next, change);
  }

  async #takeWhole(next: ZoneData): Promise<void> {
    if (this.#held !== undefined && next.serial === this.#held.serial) return;
    if (this.#held !== undefined && !isNewerSerial(next.serial, this.#held.serial)) {
      throw new TransferError("protocol", `a transfer of serial ${next.serial}, older than ${this.#held.serial}`);
    }
    await this.#keep(next);
    this.#serve(next);
  }

  #serve(next: ZoneData, change?: ZoneChange): void {
    const wasServed = this.zone.current === this.#held;
    this.#held = next;
    this.zone.replace(next, wasServed ? change : undefined);
    this.#log.info("transferred", {
      serial: next.serial,
      records: next.recordCount,
      incremental: change !== undefined,
    });
  }

  /** What cannot be kept is served all the same: the primaries have it. */
  async #keep(next: ZoneData, changes?: readonly ZoneChange[]): Promise<void> {
    const { journal } = this.#options;
    try {
      if (changes !== undefined && journal?.serial === this.#held?.serial) await journal?.append(changes, next);
      else await journal?.store(next, this.#timersOf(next));
    } catch (error) {
      this.#log.error("the zone could not be kept", { serial: next.serial, error });
    }
  }

  #timersOf(zone: ZoneData): StoredTimers {
    const nowMs = this.#exchanger.world.clock.now();
    return { refreshedMs: nowMs, expiresMs: nowMs + soaNumbers(zone.soa.rdata).expire * 1000 };
  }

  /** A primary has said that what we hold is the newest. */
  async #succeeded(): Promise<void> {
    const held = this.#held!; // the first transfer has brought it
    const { refresh, expire } = soaNumbers(held.soa.rdata);
    const { refreshMinSeconds = DEFAULT_REFRESH_MIN_SECONDS, journal, world } = this.#options;
    this.#expireAlarm.set(expire * 1000);
    if (this.zone.current === undefined) this.zone.replace(held);
    this.#bootstrapMs = BOOTSTRAP_RETRY_MS;
    const earlier = 1 - JITTER * world.random.float();
    this.#refreshAlarm.set(Math.max(refreshMinSeconds, refresh * earlier) * 1000);
    const timers = this.#timersOf(held);
    const stored = journal?.timers?.expiresMs ?? Number.NEGATIVE_INFINITY;
    // A sync for each refresh of each zone would be too much. What is kept may expire a little early, never late.
    const isGoodEnough = timers.expiresMs >= stored && timers.expiresMs - stored < expire * 1000 * TIMERS_MAY_LAG;
    if (isGoodEnough) return;
    try {
      await journal?.setTimers(timers, held);
    } catch (error) {
      this.#log.error("the zone's timers could not be kept", { error });
    }
  }

  #failed(): void {
    if (this.#held !== undefined) {
      const { retry } = soaNumbers(this.#held.soa.rdata);
      return this.#refreshAlarm.set(Math.max(RETRY_MIN_SECONDS, retry) * 1000);
    }
    this.#refreshAlarm.set(this.#bootstrapMs);
    this.#bootstrapMs = Math.min(BOOTSTRAP_RETRY_MAX_MS, this.#bootstrapMs * 2);
  }

  #expire(): void {
    this.#log.error("expired: no primary has answered for the time that its SOA allows", {
      serial: this.#held?.serial,
    });
    this.zone.replace(undefined);
  }
}
