/**
 * The messages of a transfer → a zone or its changes (RFC 5936 §2.2, RFC 1995 §4), as a state machine over records.
 *
 *     start ──SOA (new)──► second ──SOA (ours)────► removed ──SOA──► added ──SOA (new)──► done
 *                            │ ──SOA (new)──► done      ▲               │
 *                            │ ──else──► zone ──SOA──► done             └──SOA──► removed
 *
 * The answer to an IXFR may be all of these: nothing but the newest SOA (there is nothing to fetch), changes, or the zone. That is decided
 * by the second record, which may come with the second message.
 */
import type { Message, Question } from "../message/message.ts";
import type { Name } from "../name/name.ts";
import { CLASS, TYPE } from "../rdata/types.ts";
import type { ResourceRecord } from "../record.ts";
import { isSoa } from "../zone/changes.ts";
import { isNewerSerial, soaSerial } from "../zone/serial.ts";
import type { ZoneChange } from "../zone/zone-data.ts";
import { TransferError } from "./errors.ts";

export interface TransferLimits {
  readonly records: number;
  /** Of rdata and owners. */
  readonly bytes: number;
}

export const DEFAULT_TRANSFER_LIMITS: TransferLimits = { records: 10_000_000, bytes: 2 ** 31 };

export type TransferResult =
  /** The SOA first, and once. */
  | { readonly kind: "full"; readonly records: readonly ResourceRecord[] }
  /** Each with its SOAs, the oldest first. */
  | { readonly kind: "incremental"; readonly changes: readonly ZoneChange[] }
  | { readonly kind: "current" };

type State = "start" | "second" | "zone" | "removed" | "added" | "done";

export class TransferReader {
  readonly #question: Question;
  readonly #currentSerial: number | undefined;
  readonly #limits: TransferLimits;
  #state: State = "start";
  #messages = 0;
  #records = 0;
  #bytes = 0;
  /** The SOA that began it all. */
  #soa: ResourceRecord | undefined;
  #zone: ResourceRecord[] = [];
  #changes: { removed: ResourceRecord[]; added: ResourceRecord[] }[] = [];
  #isIncremental = false;
  #isCurrent = false;

  /** `type` is AXFR, or IXFR beside the serial that the zone has here. */
  constructor(
    zone: Name,
    type: number,
    currentSerial?: number,
    { zoneClass = CLASS.IN, limits = DEFAULT_TRANSFER_LIMITS }: { zoneClass?: number; limits?: TransferLimits } = {},
  ) {
    this.#question = { name: zone, type, class: zoneClass };
    this.#currentSerial = type === TYPE.IXFR ? currentSerial : undefined;
    this.#limits = limits;
  }

  /** The newest serial, once the first message has said it. */
  get serial(): number | undefined {
    return this.#soa === undefined ? undefined : soaSerial(this.#soa.rdata);
  }

  /** What has been counted so far. */
  get progress(): { readonly messages: number; readonly records: number; readonly bytes: number } {
    return { messages: this.#messages, records: this.#records, bytes: this.#bytes };
  }

  /** Takes the next message of the answer. Throws TransferError, after which nothing that came is good for anything. */
  push(message: Message): "more" | "done" {
    this.#checkHeader(message);
    this.#messages += 1;
    for (const record of message.answers) this.#record(record);
    // A lone SOA that is not newer than ours: that is all there will be.
    const serial = this.serial;
    if (this.#state === "second" && this.#currentSerial !== undefined && serial !== undefined) {
      if (!isNewerSerial(serial, this.#currentSerial)) {
        this.#isCurrent = true;
        this.#state = "done";
      }
    }
    return this.#state === "done" ? "done" : "more";
  }

  /** After "done". */
  get result(): TransferResult {
    if (this.#state !== "done") throw new TransferError("protocol", "the transfer has not come to its end");
    if (this.#isCurrent) return { kind: "current" };
    if (this.#isIncremental) return { kind: "incremental", changes: this.#changes };
    return { kind: "full", records: this.#zone };
  }

  #checkHeader({ response, opcode, rcode, questions, truncated }: Message): void {
    if (this.#state === "done") throw new TransferError("protocol", "a message after the last");
    if (!response || opcode !== 0) throw new TransferError("protocol", "not an answer");
    if (rcode !== 0) throw new TransferError("refused", `the server answers with rcode ${rcode}`, rcode);
    if (truncated) throw new TransferError("protocol", "a truncated message");
    // RFC 5936 §2.2.2: the first message repeats the question; older servers leave it out, and later messages need not.
    const { name, type, class: zoneClass } = this.#question;
    const isWrong = questions.some((q) => !q.name.equals(name) || q.class !== zoneClass || q.type !== type);
    if (isWrong || questions.length > 1) throw new TransferError("protocol", "an answer to another question");
  }

  #record(record: ResourceRecord): void {
    const { name, rdata } = record;
    this.#records += 1;
    this.#bytes += name.wire.length + rdata.length + 10;
    if (this.#records > this.#limits.records) {
      throw new TransferError("limit", `more than ${this.#limits.records} records`);
    }
    if (this.#bytes > this.#limits.bytes) throw new TransferError("limit", `more than ${this.#limits.bytes} bytes`);
    if (isSoa(record)) return this.#soaRecord(record);
    if (this.#state === "start") throw new TransferError("protocol", "the first record is no SOA");
    if (this.#state === "done") throw new TransferError("protocol", "a record after the last SOA");
    if (this.#state === "second") this.#beginZone();
    // What is not of this zone is nobody's to say here (RFC 5936 §3.5 keeps glue, which is below the apex).
    if (record.class !== this.#question.class || !name.isAtOrBelow(this.#question.name)) return;
    if (this.#state === "zone") this.#zone.push(record);
    else this.#changes.at(-1)![this.#state === "removed" ? "removed" : "added"].push(record);
  }

  #soaRecord(record: ResourceRecord): void {
    const { name, class: zoneClass } = this.#question;
    if (!record.name.equals(name) || record.class !== zoneClass) {
      throw new TransferError("protocol", `a SOA of ${record.name.toString()}`);
    }
    const serial = soaSerial(record.rdata);
    switch (this.#state) {
      case "start":
        this.#soa = record;
        this.#state = "second";
        return;
      case "second":
        return this.#secondSoa(record, serial);
      case "zone":
        return this.#close(serial);
      case "removed":
        this.#changes.at(-1)!.added.push(record);
        this.#state = "added";
        return;
      case "added":
        if (serial === this.serial && this.#newestSerial() === serial) return this.#close(serial);
        if (serial !== this.#newestSerial()) {
          throw new TransferError("protocol", `a change from serial ${serial} after one to ${this.#newestSerial()}`);
        }
        return this.#beginChange(record);
      default:
        throw new TransferError("protocol", "a SOA after the last");
    }
  }

  #secondSoa(record: ResourceRecord, serial: number): void {
    if (this.#currentSerial !== undefined && serial === this.#currentSerial && serial !== this.serial) {
      this.#isIncremental = true;
      return this.#beginChange(record);
    }
    // A zone of nothing but its SOA.
    if (serial !== this.serial) throw new TransferError("protocol", `a SOA of serial ${serial} that nobody asked for`);
    this.#beginZone();
    this.#close(serial);
  }

  #beginZone(): void {
    this.#zone = [this.#soa!];
    this.#state = "zone";
  }

  #beginChange(soa: ResourceRecord): void {
    this.#changes.push({ removed: [soa], added: [] });
    this.#state = "removed";
  }

  #close(serial: number): void {
    if (serial !== this.serial) {
      throw new TransferError("protocol", `it began with serial ${this.serial} and ends with ${serial}`);
    }
    this.#state = "done";
  }

  /** To which the newest change leads. */
  #newestSerial(): number {
    return soaSerial(this.#changes.at(-1)!.added[0]!.rdata);
  }
}
