/** What a server tells of the queries that it answers: counters and the query log. */
import type { Clock, Counter, MetricSet } from "@tenon/kit";
import type { Client } from "./authority/authority.ts";
import { rcodeName } from "./message/rcodes.ts";
import { QueryLog } from "./query-log.ts";

/** What a header can say. */
const RCODE_COUNT = 16;

export class Traffic {
  readonly log: QueryLog = new QueryLog();
  readonly #clock: Clock;
  readonly #udpQueries: Counter;
  readonly #tcpQueries: Counter;
  readonly #responses: Counter[];
  readonly #unanswered: Counter;
  readonly #truncated: Counter;
  readonly #received: Counter;
  readonly #sent: Counter;

  constructor(metrics: MetricSet, clock: Clock) {
    this.#clock = clock;
    const queries = metrics.counterFamily("dns_queries_total", "Messages received.", "transport");
    const udp = (this.#udpQueries = queries.label("udp"));
    const tcp = (this.#tcpQueries = queries.label("tcp"));
    metrics.counter(
      "dns_operations_total",
      "Messages received, as every system counts its work.",
      () => udp.value + tcp.value,
    );
    const responses = metrics.counterFamily("dns_responses_total", "Answers by their rcode.", "rcode");
    this.#responses = Array.from({ length: RCODE_COUNT }, (_, rcode) =>
      responses.label(rcodeName(rcode) ?? `RCODE${rcode}`),
    );
    this.#unanswered = metrics.counter("dns_unanswered_total", "Messages that got no answer.");
    this.#truncated = metrics.counter("dns_truncated_total", "Answers that did not fit and say so (TC).");
    this.#received = metrics.counter("dns_received_bytes_total", "Bytes of messages received.");
    this.#sent = metrics.counter("dns_sent_bytes_total", "Bytes of answers, of transfers the first message.");
  }

  /** Hot. Notes a query and its answer; `answerLength` 0: there was none. */
  observe(query: Uint8Array, length: number, client: Client, answer: Uint8Array, answerLength: number): void {
    (client.tcp ? this.#tcpQueries : this.#udpQueries).add();
    this.#received.add(length);
    if (answerLength >= 4) {
      this.#responses[answer[3]! & 15]!.add();
      if ((answer[2]! & 2) !== 0) this.#truncated.add();
      this.#sent.add(answerLength);
    } else {
      this.#unanswered.add();
    }
    if (length >= 12) this.log.record(this.#clock.now(), client, query, length, answer, answerLength);
  }
}
