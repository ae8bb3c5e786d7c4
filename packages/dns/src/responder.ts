/**
 * What stands behind the doors: at once from the zones' compiled answers or the resolver's cache, else by the slow path.
 *
 * A test may take queries away from both (faults, interceptors); while there is any of them, every query comes by the slow path and is
 * looked at there.
 */
import { type Authority, type Client, NOT_HERE } from "./authority/authority.ts";
import { RCODES } from "./message/rcodes.ts";
import { headerOnly } from "./message/reply.ts";
import type { SlowPath } from "./slow-path.ts";
import type { Traffic } from "./traffic.ts";
import type { Answerer, SlowAnswer } from "./transport/answerer.ts";
import { MAX_MESSAGE_BYTES } from "./wire/writer.ts";

/** A cache that answers by bytes: the length, or NOT_HERE. */
export interface AnswerCache {
  answer(query: Uint8Array, length: number, client: Client, out: Uint8Array): number;
}

/** Comes between a query and its answer; `proceed` makes the ordinary one. */
export type Diversion = (query: Uint8Array, client: Client, proceed: () => Promise<SlowAnswer>) => Promise<SlowAnswer>;

export interface ResponderParts {
  readonly authority: Authority;
  readonly cache: AnswerCache | undefined;
  readonly slowPath: SlowPath;
  readonly traffic: Traffic;
  readonly failed: (error: unknown) => void;
}

export class Responder implements Answerer {
  /** Set while there is a fault or an interceptor. */
  divert: Diversion | undefined;
  readonly failed: (error: unknown) => void;
  #authority: Authority;
  #cache: AnswerCache | undefined;
  readonly #slowPath: SlowPath;
  readonly #traffic: Traffic;
  readonly #scratch = new Uint8Array(MAX_MESSAGE_BYTES);

  constructor({ authority, cache, slowPath, traffic, failed }: ResponderParts) {
    this.#authority = authority;
    this.#cache = cache;
    this.#slowPath = slowPath;
    this.#traffic = traffic;
    this.failed = failed;
  }

  /** From the next query on. */
  use(authority: Authority, cache: AnswerCache | undefined): void {
    this.#authority = authority;
    this.#cache = cache;
  }

  /** Hot. */
  answer(query: Uint8Array, length: number, client: Client, out: Uint8Array): number {
    if (this.divert !== undefined) return NOT_HERE;
    return this.#atOnce(query, length, client, out);
  }

  #atOnce(query: Uint8Array, length: number, client: Client, out: Uint8Array): number {
    const written = this.#authority.answer(query, length, client, out);
    if (written !== NOT_HERE || this.#cache === undefined) return written;
    return this.#cache.answer(query, length, client, out);
  }

  async answerSlowly(query: Uint8Array, client: Client): Promise<SlowAnswer> {
    try {
      if (this.divert === undefined) return await this.#slowPath.answer(query, client);
      return await this.divert(query, client, () => this.#ordinary(query, client));
    } catch (error) {
      this.failed(error);
      return headerOnly(query, RCODES.SERVFAIL);
    }
  }

  /** For who asks from within the process. */
  async ask(query: Uint8Array, client: Client): Promise<SlowAnswer> {
    const proceed = (): Promise<SlowAnswer> => this.#ordinary(query, client);
    const answer = await (this.divert === undefined ? proceed() : this.divert(query, client, proceed));
    const bytes = answer instanceof Uint8Array ? answer : EMPTY;
    this.observe(query, query.length, client, bytes, bytes.length);
    return answer;
  }

  async #ordinary(query: Uint8Array, client: Client): Promise<SlowAnswer> {
    const length = this.#atOnce(query, query.length, client, this.#scratch);
    if (length === NOT_HERE) return this.#slowPath.answer(query, client);
    return length === 0 ? undefined : this.#scratch.slice(0, length);
  }

  /** Hot. */
  observe(query: Uint8Array, length: number, client: Client, answer: Uint8Array, answerLength: number): void {
    this.#traffic.observe(query, length, client, answer, answerLength);
  }
}

const EMPTY = new Uint8Array(0);
