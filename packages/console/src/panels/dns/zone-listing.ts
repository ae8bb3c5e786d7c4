/**
 * A zone looked through piece by piece: a zone can have millions of records, of which a filter keeps three.
 *
 * A listing stays with its version of the zone and goes on where it was left; a page that asks for another place gets there by a new walk.
 */
import { parseRdata, type ResourceRecord, typeCode } from "@tenon/dns";
import type { Clock } from "@tenon/kit";
import { wireRecord } from "./records.ts";
import type { RecordsAnswer, RecordsRequest } from "./wire.ts";

/** One answer takes no longer than this, so that the page can show progress and the stack goes on. */
const BUDGET_MS = 50;
/** Between two looks at the clock. */
const RECORDS_A_LOOK = 1000;

/** One version of a zone. */
export interface ZoneVersion {
  readonly serial: number;
  readonly recordCount: number;
  records(): Iterable<ResourceRecord>;
}

export class ZoneListing {
  readonly #version: ZoneVersion;
  readonly #clock: Clock;
  #walk: Iterator<ResourceRecord> | undefined;
  #position = 0;

  constructor(version: ZoneVersion, clock: Clock) {
    this.#version = version;
    this.#clock = clock;
  }

  /** Whether it is of this version. */
  isOf(version: ZoneVersion): boolean {
    return this.#version === version;
  }

  page({ name, type, from, want }: Pick<RecordsRequest, "name" | "type" | "from" | "want">): RecordsAnswer {
    const { serial, recordCount } = this.#version;
    const records: ReturnType<typeof wireRecord>[] = [];
    const wantedType = type === "" ? undefined : typeCode(type);
    const wantedName = name.toLowerCase();
    const deadline = this.#clock.monotonic() + BUDGET_MS;
    this.#goTo(from);
    for (;;) {
      const { done, value } = this.#walk!.next();
      if (done === true) {
        this.#walk = undefined;
        return { serial, total: recordCount, records };
      }
      this.#position++;
      const fits =
        (wantedType === undefined || value.type === wantedType) &&
        (wantedName === "" || value.name.toString().toLowerCase().includes(wantedName));
      if (fits) records.push(wireRecord(value));
      const isLate = this.#position % RECORDS_A_LOOK === 0 && this.#clock.monotonic() >= deadline;
      if (records.length >= want || isLate) return { serial, total: recordCount, records, next: this.#position };
    }
  }

  #goTo(from: number): void {
    if (this.#walk !== undefined && this.#position === from) return;
    this.#walk = this.#version.records()[Symbol.iterator]();
    for (this.#position = 0; this.#position < from; this.#position++) {
      if (this.#walk.next().done === true) return;
    }
  }
}

/** A zone that came by transfer, its SOA first. */
export function transferredVersion(records: readonly ResourceRecord[]): ZoneVersion {
  const [soa] = records;
  const value = soa === undefined ? undefined : parseRdata(soa.type, soa.rdata);
  const serial = value?.type === "SOA" ? value.serial : 0;
  return { serial, recordCount: records.length, records: () => records };
}
