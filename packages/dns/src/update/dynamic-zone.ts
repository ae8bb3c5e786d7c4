/**
 * A zone that changes while it is served: each change is decided on the newest version, made durable, and then served, in this order.
 *
 * What waits while a sync is under way is decided together and shares the next one. Whoever asked is answered when the change is durable
 * and served; if it cannot be made durable, it has not been made.
 */
import { type Log, silentLog } from "@tenon/kit";
import { JournalError, type ZoneJournal } from "../journal/journal.ts";
import type { Message } from "../message/message.ts";
import { RCODES } from "../message/rcodes.ts";
import { changeBetween } from "../zone/changes.ts";
import { ZoneError } from "../zone/errors.ts";
import { isNewerSerial } from "../zone/serial.ts";
import type { ZoneChange, ZoneData } from "../zone/zone-data.ts";
import type { ServedZone } from "../zone/zone-set.ts";
import { applyUpdate, type UpdateResult } from "./apply.ts";

export interface DynamicZoneOptions {
  readonly zone: ServedZone;
  /** Without it nothing is kept, and IXFR knows no past. */
  readonly journal?: ZoneJournal | undefined;
  readonly log?: Log | undefined;
}

interface Waiting {
  readonly decide: (zone: ZoneData) => UpdateResult;
  readonly resolve: (rcode: number) => void;
}

interface Step {
  readonly change: ZoneChange;
  readonly zone: ZoneData;
}

export class DynamicZone {
  readonly zone: ServedZone;
  readonly #journal: ZoneJournal | undefined;
  readonly #log: Log;
  #waiting: Waiting[] = [];
  #working: Promise<void> | undefined;

  constructor({ zone, journal, log = silentLog }: DynamicZoneOptions) {
    this.zone = zone;
    this.#journal = journal;
    this.#log = log;
  }

  /**
   * Serves what is newest: what the journal has, or `file`, the zone's master file, when that has a newer serial. Then its difference to
   * the journal's version is one more change where both are known, so that secondaries need not fetch all of it. Rejects with JournalError
   * when an older file is not the one that the changes began with, and with the disk's errors.
   */
  async load(file: ZoneData | undefined): Promise<void> {
    const journal = this.#journal;
    if (journal === undefined || file === undefined) return this.zone.replace(journal?.restore() ?? file);
    let kept: ZoneData | undefined;
    try {
      kept = journal.restore(file);
    } catch (error) {
      // The journal's changes are of a master file that was replaced. A newer one says what is meant to be.
      if (!(error instanceof JournalError && isNewerSerial(file.serial, journal.serial!))) throw error;
      this.#log.warn("the zone's file is newer than the changes that were kept", { serial: file.serial });
      await journal.store(file);
      return this.zone.replace(file);
    }
    if (kept === undefined || kept.serial === file.serial) return this.zone.replace(kept ?? file);
    if (!isNewerSerial(file.serial, kept.serial)) return this.zone.replace(kept);
    await journal.append([changeBetween(kept, file)], file);
    this.zone.replace(file);
  }

  /** Carries an UPDATE out whose sender may; resolves to the rcode of its answer when all of it is durable. Never rejects. */
  update(message: Message): Promise<number> {
    return this.submit((zone) => applyUpdate(zone, message));
  }

  /** Puts another version in place of the newest, as after the master file was edited; resolves to SERVFAIL when its serial is not newer. */
  replace(next: ZoneData): Promise<number> {
    return this.submit((zone) => {
      if (isNewerSerial(next.serial, zone.serial)) return { rcode: RCODES.NOERROR, change: changeBetween(zone, next) };
      return { rcode: RCODES.SERVFAIL };
    });
  }

  /** As `update`, for anything that decides from the newest version what is to change. */
  submit(decide: (zone: ZoneData) => UpdateResult): Promise<number> {
    return new Promise((resolve) => {
      this.#waiting.push({ decide, resolve });
      this.#working ??= this.#work();
    });
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    await this.#working;
  }

  async #work(): Promise<void> {
    // Whatever else is submitted in this turn of the event loop comes along.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      await this.#carryOut(batch);
    }
    this.#working = undefined;
  }

  async #carryOut(batch: readonly Waiting[]): Promise<void> {
    const steps: Step[] = [];
    const rcodes = batch.map(({ decide }) => this.#decided(decide, steps));
    const newest = steps.at(-1);
    let isDurable = true;
    if (newest !== undefined && this.#journal !== undefined) {
      try {
        await this.#journal.append(
          steps.map(({ change }) => change),
          newest.zone,
        );
      } catch (error) {
        this.#log.error("a change of a zone could not be kept", { zone: this.zone.origin.toString(), error });
        isDurable = false;
      }
    }
    if (isDurable) this.#serve(steps);
    // Those without a change have seen versions that are not there now.
    for (const [i, { resolve }] of batch.entries()) resolve(isDurable ? rcodes[i]! : RCODES.SERVFAIL);
  }

  /** What those who watch the zone do wrong is no reason to say that it has not changed. */
  #serve(steps: readonly Step[]): void {
    for (const { zone, change } of steps) {
      try {
        this.zone.replace(zone, change);
      } catch (error) {
        this.#log.error("a change of a zone was not heard by all", { zone: this.zone.origin.toString(), error });
      }
    }
  }

  #decided(decide: Waiting["decide"], steps: Step[]): number {
    const before = steps.at(-1)?.zone ?? this.zone.current;
    if (before === undefined) return RCODES.SERVFAIL;
    try {
      const { rcode, change } = decide(before);
      if (change !== undefined) steps.push({ change, zone: before.with(change) });
      return rcode;
    } catch (error) {
      const isLimit = error instanceof ZoneError;
      this.#log[isLimit ? "warn" : "error"]("an update fails", { zone: this.zone.origin.toString(), error });
      return RCODES.SERVFAIL;
    }
  }
}
