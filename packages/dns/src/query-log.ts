/**
 * The newest queries, for whoever looks: the console, a test.
 *
 * A ring of bytes: recording copies the question and a few numbers, which costs some dozens of nanoseconds and allocates nothing. Names and
 * types become text when somebody reads.
 */
import { DnsError } from "./errors.ts";
import { HEADER_BYTES } from "./message/message.ts";
import { classText, typeText } from "./rdata/types.ts";
import { WireReader } from "./wire/reader.ts";

/** Entries that are kept. */
export const QUERY_LOG_ENTRIES = 1024;
/** The longest name, its type and class. */
const QUESTION_BYTES = 255 + 4;

export interface LoggedQuery {
  /** When it was answered, milliseconds since the epoch. */
  readonly timeMs: number;
  readonly client: { readonly address: string; readonly port: number };
  readonly transport: "udp" | "tcp";
  /** Of the query. */
  readonly id: number;
  readonly opcode: number;
  /** In the syntax of master files, absolute; empty where the query holds none that can be read. */
  readonly name: string;
  /** Mnemonic, or TYPEn; empty as `name`. */
  readonly type: string;
  readonly class: string;
  /** Of the answer; undefined when there was none. EDNS's upper bits are not in it. */
  readonly rcode: number | undefined;
  /** Records in the answer section. */
  readonly answers: number;
  /** Bytes of the answer; 0 when there was none. */
  readonly bytes: number;
}

export interface LoggedClient {
  readonly address: string;
  readonly port: number;
  readonly tcp: boolean;
}

export class QueryLog {
  readonly #questions = new Uint8Array(QUERY_LOG_ENTRIES * QUESTION_BYTES);
  readonly #questionLengths = new Uint16Array(QUERY_LOG_ENTRIES);
  readonly #timesMs = new Float64Array(QUERY_LOG_ENTRIES);
  readonly #addresses = new Array<string>(QUERY_LOG_ENTRIES).fill("");
  readonly #ports = new Uint16Array(QUERY_LOG_ENTRIES);
  readonly #ids = new Uint16Array(QUERY_LOG_ENTRIES);
  readonly #flags = new Uint16Array(QUERY_LOG_ENTRIES);
  readonly #isTcp = new Uint8Array(QUERY_LOG_ENTRIES);
  readonly #rcodes = new Uint8Array(QUERY_LOG_ENTRIES);
  readonly #answers = new Uint16Array(QUERY_LOG_ENTRIES);
  readonly #answerBytes = new Uint16Array(QUERY_LOG_ENTRIES);
  /** Queries recorded since the start. */
  #count = 0;
  readonly #listeners = new Set<(query: LoggedQuery) => void>();

  /** Hot. Both are messages; `answerLength` 0: there was no answer. */
  record(
    timeMs: number,
    client: LoggedClient,
    query: Uint8Array,
    length: number,
    answer: Uint8Array,
    answerLength: number,
  ): void {
    const slot = this.#count % QUERY_LOG_ENTRIES;
    this.#count += 1;
    this.#timesMs[slot] = timeMs;
    this.#addresses[slot] = client.address;
    this.#ports[slot] = client.port;
    this.#isTcp[slot] = client.tcp ? 1 : 0;
    this.#ids[slot] = (query[0]! << 8) | query[1]!;
    this.#flags[slot] = (query[2]! << 8) | query[3]!;
    const questionLength = Math.min(Math.max(0, length - HEADER_BYTES), QUESTION_BYTES);
    this.#questionLengths[slot] = questionLength;
    const questions = this.#questions;
    const at = slot * QUESTION_BYTES;
    for (let i = 0; i < questionLength; i++) questions[at + i] = query[HEADER_BYTES + i]!;
    this.#answerBytes[slot] = answerLength;
    const isAnswered = answerLength >= HEADER_BYTES;
    this.#rcodes[slot] = isAnswered ? answer[3]! & 15 : 0;
    this.#answers[slot] = isAnswered ? (answer[6]! << 8) | answer[7]! : 0;
    if (this.#listeners.size === 0) return;
    const described = this.#describe(slot);
    for (const listener of this.#listeners) listener(described);
  }

  /** Oldest first. */
  list(): LoggedQuery[] {
    const kept = Math.min(this.#count, QUERY_LOG_ENTRIES);
    return Array.from({ length: kept }, (_, i) => this.#describe((this.#count - kept + i) % QUERY_LOG_ENTRIES));
  }

  clear(): void {
    this.#count = 0;
  }

  /** Tells `listener` of every query from now on; returns what ends it. It must not throw. */
  subscribe(listener: (query: LoggedQuery) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #describe(slot: number): LoggedQuery {
    const bytes = this.#answerBytes[slot]!;
    return {
      timeMs: this.#timesMs[slot]!,
      client: { address: this.#addresses[slot]!, port: this.#ports[slot]! },
      transport: this.#isTcp[slot] === 1 ? "tcp" : "udp",
      id: this.#ids[slot]!,
      opcode: (this.#flags[slot]! >> 11) & 15,
      ...this.#questionOf(slot),
      rcode: bytes === 0 ? undefined : this.#rcodes[slot]!,
      answers: this.#answers[slot]!,
      bytes,
    };
  }

  #questionOf(slot: number): { name: string; type: string; class: string } {
    const at = slot * QUESTION_BYTES;
    const reader = new WireReader(this.#questions.slice(at, at + this.#questionLengths[slot]!));
    try {
      return { name: reader.name().toString(), type: typeText(reader.u16()), class: classText(reader.u16()) };
    } catch (error) {
      if (!(error instanceof DnsError)) throw error;
      return { name: "", type: "", class: "" };
    }
  }
}
