/** Records of a zone as far as they have been looked at: they come page by page, as the list is scrolled. */
import { type Signal, signal } from "@preact/signals";
import type { RecordsRequest, WireRecord } from "../../../src/panels/dns/wire.ts";
import type { DnsApi } from "./dns-api.ts";

const FIRST_PAGE = 500;
/** Whoever scrolls that far scrolls further. */
const NEXT_PAGE = 5000;
/** More than this nobody scrolls through. */
export const MAX_RECORDS = 100_000;

export interface RecordListState {
  readonly records: readonly WireRecord[];
  readonly phase: "reading" | "idle" | "done" | "failed";
  readonly total?: number;
  readonly serial?: number;
  readonly failure?: string;
}

export class RecordList {
  readonly state: Signal<RecordListState> = signal({ records: [], phase: "reading" });
  readonly #api: DnsApi;
  readonly #request: Omit<RecordsRequest, "from" | "want">;
  readonly #left = new AbortController();
  #next = 0;
  #isReading = false;

  /** Shows `before` until the first page is there. */
  constructor(api: DnsApi, request: Omit<RecordsRequest, "from" | "want">, before: readonly WireRecord[] = []) {
    this.#api = api;
    this.#request = request;
    this.state.value = { records: before, phase: "reading" };
  }

  close(): void {
    this.#left.abort();
  }

  /** Reads on until there is a page more, or all. */
  async more(): Promise<void> {
    if (this.#isReading || this.#left.signal.aborted || this.state.value.phase === "done") return;
    this.#isReading = true;
    try {
      await this.#read();
    } catch (error) {
      if (this.#left.signal.aborted) return;
      const failure = error instanceof Error ? error.message : String(error);
      this.state.value = { ...this.state.value, records: [], phase: "failed", failure };
    } finally {
      this.#isReading = false;
    }
  }

  async #read(): Promise<void> {
    let records = this.#next === 0 ? [] : this.state.value.records;
    const want = records.length === 0 ? FIRST_PAGE : NEXT_PAGE;
    for (let found = 0; found < want;) {
      const page = { ...this.#request, from: this.#next, want: want - found };
      const answer = await this.#api.records(page, this.#left.signal);
      const { serial, total } = answer;
      if (this.#next > 0 && serial !== this.state.value.serial) {
        // Another version of the zone: what was read may be gone, and places have moved.
        this.#next = 0;
        records = [];
        found = 0;
        continue;
      }
      found += answer.records.length;
      records = [...records, ...answer.records];
      if (answer.next === undefined || records.length >= MAX_RECORDS) {
        this.state.value = { records, phase: "done", total, serial };
        return;
      }
      this.#next = answer.next;
      this.state.value = { records, phase: found < want ? "reading" : "idle", total, serial };
    }
  }
}
