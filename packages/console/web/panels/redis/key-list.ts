/**
 * The keys of a database as the person scrolls through them: names come in pages from SCAN, facts only for what is in
 * sight. A hundred thousand names are a plain array that grows; nothing is drawn or sorted per page.
 */
import { type Signal, signal } from "@preact/signals";
import type { KeyFacts } from "../../../src/panels/redis/wire.ts";
import type { WireBytes } from "../../../src/protocol.ts";
import { identity } from "./bytes-text.ts";
import type { RedisApi } from "./redis-api.ts";

/** Keys per request when scrolling, and when scanning on through everything. */
const PAGE = 500;
const BULK_PAGE = 10_000;

/** More names than this a browser tab should not hold; a pattern finds the rest. */
export const MAX_KEYS = 1_000_000;

/** Facts are asked for this long after the scrolling stopped. */
const DESCRIBE_DELAY_MS = 60;
const MAX_DESCRIBED = 200;

export type ScanState = "idle" | "scanning" | "done" | "failed";

export class KeyList {
  /** Grows in place; `version` tells that it did. */
  readonly keys: WireBytes[] = [];
  readonly version: Signal<number> = signal(0);
  readonly state: Signal<ScanState> = signal<ScanState>("idle");
  readonly failure: Signal<string> = signal("");
  /** Keys in the database, whatever the pattern. */
  readonly total: Signal<number | undefined> = signal(undefined);
  readonly #api: RedisApi;
  readonly #match: string;
  readonly #type: string;
  /** SCAN may give a key more than once. */
  readonly #seen = new Set<string>();
  readonly #facts = new Map<string, KeyFacts>();
  readonly #abort = new AbortController();
  #cursor = "0";
  #describeTimer: number | undefined;

  constructor(api: RedisApi, match: string, type: string) {
    this.#api = api;
    this.#match = match;
    this.#type = type;
  }

  /** Scans on for another page, unless it is at it or at the end. */
  more(): Promise<void> {
    // The server's patience may end before a page is full, with a pattern that matches little: the next one must not wait for a scroll.
    const enough = this.keys.length + PAGE;
    return this.#scan(() => this.keys.length < enough, PAGE);
  }

  /** Scans on to the end, or until `stop`. */
  all(): Promise<void> {
    return this.#scan(() => this.keys.length < MAX_KEYS, BULK_PAGE);
  }

  #stopped = false;
  stop(): void {
    this.#stopped = true;
  }

  factsOf(key: WireBytes): KeyFacts | undefined {
    return this.#facts.get(identity(key));
  }

  /** Learns the facts about the keys `first` to `last` soon, unless others are asked for meanwhile. */
  describe(first: number, last: number): void {
    clearTimeout(this.#describeTimer);
    this.#describeTimer = setTimeout(() => void this.#describe(first, last), DESCRIBE_DELAY_MS);
  }

  /** A key was changed here: what is known about it is asked again. */
  async touch(key: WireBytes): Promise<void> {
    const [facts] = await this.#api.describe([key]);
    if (facts === undefined || facts.type === "none") return this.remove(key);
    this.#facts.set(identity(key), facts);
    this.version.value++;
  }

  /** Puts a key that was just made at the front. */
  add(key: WireBytes): void {
    if (this.#seen.has(identity(key))) return;
    this.#seen.add(identity(key));
    this.keys.unshift(key);
    this.version.value++;
  }

  remove(key: WireBytes): void {
    const index = this.keys.findIndex((candidate) => identity(candidate) === identity(key));
    if (index >= 0) this.keys.splice(index, 1);
    this.#seen.delete(identity(key));
    this.version.value++;
  }

  close(): void {
    this.#abort.abort();
    clearTimeout(this.#describeTimer);
  }

  async #scan(goOn: () => boolean, want: number): Promise<void> {
    if (this.state.value === "scanning" || this.state.value === "done") return;
    this.state.value = "scanning";
    this.#stopped = false;
    try {
      do {
        const before = this.keys.length;
        const request = { cursor: this.#cursor, match: this.#match, type: this.#type, want };
        const answer = await this.#api.scan(request, this.#abort.signal);
        for (const key of answer.keys) {
          const name = identity(key);
          if (this.#seen.has(name)) continue;
          this.#seen.add(name);
          this.keys.push(key);
        }
        this.#cursor = answer.cursor;
        this.total.value = answer.total;
        if (this.keys.length > before) this.version.value++;
        if (this.#stopped || !goOn()) break;
      } while (this.#cursor !== "0");
      this.state.value = this.#cursor === "0" ? "done" : "idle";
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      this.failure.value = error instanceof Error ? error.message : String(error);
      this.state.value = "failed";
    }
  }

  async #describe(first: number, last: number): Promise<void> {
    const unknown = this.keys
      .slice(first, Math.min(last + 1, first + MAX_DESCRIBED))
      .filter((key) => !this.factsOf(key));
    if (unknown.length === 0) return;
    try {
      const facts = await this.#api.describe(unknown);
      unknown.forEach((key, index) => {
        const fact = facts[index];
        if (fact !== undefined) this.#facts.set(identity(key), fact);
      });
      this.version.value++;
    } catch {
      // The rows stay without facts; the next range asks again.
    }
  }
}
