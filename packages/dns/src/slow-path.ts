/**
 * Queries that the compiled answers do not cover: signed ones, transfers, updates, notifications, names of others' zones, and whatever a
 * test wants to go wrong. Here a query becomes a value, is checked, and is handed to whom its opcode and type belong.
 */
import type { Authority, Client } from "./authority/authority.ts";
import { DnsError } from "./errors.ts";
import { decodeMessage } from "./message/decode.ts";
import { encodeMessage } from "./message/encode.ts";
import { HEADER_BYTES, type Message, OPCODE } from "./message/message.ts";
import { RCODES } from "./message/rcodes.ts";
import { headerOnly, replyTo } from "./message/reply.ts";
import { TYPE } from "./rdata/types.ts";
import { TsigContext } from "./tsig/context.ts";
import type { TsigKey } from "./tsig/key.ts";
import type { SlowAnswer } from "./transport/answerer.ts";
import type { SignedClient } from "./zone-table.ts";
import { MAX_MESSAGE_BYTES } from "./wire/writer.ts";

const LEAST_UDP_PAYLOAD = 512;
/** Questions that are answered one by one where a server does that at all. */
const MAX_QUESTIONS = 32;

/** A query that has been read, and what is known of who sent it. */
export interface Request {
  readonly bytes: Uint8Array;
  readonly message: Message;
  readonly client: Client;
  /** The key that signed it. */
  readonly key: TsigKey | undefined;
  /** The longest answer that the client takes. */
  readonly maxBytes: number;
  /** What its signature takes of it. */
  readonly signatureBytes: number;
}

/** Whoever answers what the zones here do not hold. */
export interface Elsewhere {
  /** Resolves to undefined for no answer at all. */
  resolve(query: Message, client: Client): Promise<Message | undefined>;
}

/** What the slow path asks of its server, each time anew, as a reload changes all of it. */
export interface SlowPathHost {
  authority(): Authority;
  udpPayload(): number;
  /** By `keyId`. */
  keys(): ReadonlyMap<string, TsigKey>;
  elsewhere(): Elsewhere | undefined;
  /** Answers queries with several questions question by question (the floor's manner), instead of with FORMERR. */
  readonly severalQuestions: boolean;
  /** Whether a query that was signed may be answered by who signed it. */
  allowsSigned(request: Request): boolean;
  /** AXFR and IXFR: encoded messages one after the other, each with the request's `signatureBytes` left free; or a refusal. */
  transfer(request: Request): Message | Iterable<Uint8Array>;
  update(request: Request): Promise<Message>;
  notify(request: Request): Promise<Message>;
  nowSeconds(): number;
}

/** One message, a stream of encoded ones, or none. */
type Outcome = Message | Iterable<Uint8Array> | undefined;

export class SlowPath {
  readonly #host: SlowPathHost;

  constructor(host: SlowPathHost) {
    this.#host = host;
  }

  /** Rejects only for a fault of ours. */
  async answer(bytes: Uint8Array, client: Client): Promise<SlowAnswer> {
    if (bytes.length < HEADER_BYTES || (bytes[2]! & 0x80) !== 0) return undefined;
    let message: Message;
    try {
      message = decodeMessage(bytes);
    } catch (error) {
      if (error instanceof DnsError) return headerOnly(bytes, error.rcode);
      throw error;
    }
    const maxBytes = this.#maxBytes(message, client);
    const request: Request = { bytes, message, client, key: undefined, maxBytes, signatureBytes: 0 };
    if (message.tsig === undefined) return this.#encode(request, await this.#dispatch(request), undefined);
    return this.#answerSigned(request);
  }

  async #answerSigned(request: Request): Promise<SlowAnswer> {
    const { bytes, message } = request;
    const verified = TsigContext.verifyRequest(bytes, message, this.#host.keys(), this.#host.nowSeconds());
    if ("rcode" in verified) {
      if (verified.rcode !== RCODES.NOTAUTH) return headerOnly(bytes, verified.rcode);
      return verified.sign(encodeMessage(replyTo(message, { rcode: RCODES.NOTAUTH }, this.#host.udpPayload())));
    }
    const signed = { ...request, key: verified.key, signatureBytes: verified.context.recordBytes };
    return this.#encode(signed, await this.#dispatch(signed), verified.context);
  }

  async #dispatch(request: Request): Promise<Outcome> {
    const host = this.#host;
    const { message } = request;
    switch (message.opcode) {
      case OPCODE.QUERY:
        return this.#query(request);
      case OPCODE.NOTIFY:
        return host.notify(request);
      case OPCODE.UPDATE:
        return host.update(request);
      default:
        return this.#refusal(message, RCODES.NOTIMP);
    }
  }

  async #query(request: Request): Promise<Outcome> {
    const host = this.#host;
    const { message, client, key } = request;
    const { questions, edns } = message;
    if (edns !== undefined && edns.version !== 0) return this.#refusal(message, RCODES.BADVERS);
    if (questions.length !== 1) {
      const isFine = host.severalQuestions && questions.length > 0 && questions.length <= MAX_QUESTIONS;
      return isFine ? this.#oneByOne(request) : this.#refusal(message, RCODES.FORMERR);
    }
    const { type } = questions[0]!;
    if (type === TYPE.AXFR || type === TYPE.IXFR) return host.transfer(request);
    if (key !== undefined && !host.allowsSigned(request)) return this.#refusal(message, RCODES.REFUSED);
    const asking: SignedClient = key === undefined ? client : { ...client, key };
    const local = host.authority().answerMessage(message, asking);
    const elsewhere = host.elsewhere();
    if (elsewhere === undefined || local.rcode !== RCODES.REFUSED) return local;
    return elsewhere.resolve(message, client);
  }

  /** Each question as a query of its own; the answers come back in one message, in the order of the questions. */
  async #oneByOne(request: Request): Promise<Message> {
    const { message } = request;
    const replies = await Promise.all(
      message.questions.map(async (question) => {
        const reply = await this.#query({ ...request, message: { ...message, questions: [question] } });
        return reply === undefined || Symbol.iterator in reply ? this.#refusal(message, RCODES.SERVFAIL) : reply;
      }),
    );
    const failed = replies.find(({ rcode }) => rcode !== RCODES.NOERROR);
    return replyTo(
      message,
      {
        rcode: failed?.rcode ?? RCODES.NOERROR,
        authoritative: replies.every(({ authoritative }) => authoritative),
        recursionAvailable: replies.some(({ recursionAvailable }) => recursionAvailable),
        answers: replies.flatMap(({ answers }) => answers),
        authorities: replies.flatMap(({ authorities }) => authorities),
      },
      this.#host.udpPayload(),
    );
  }

  #maxBytes({ edns }: Message, { tcp }: Client): number {
    if (tcp) return MAX_MESSAGE_BYTES;
    return Math.min(this.#host.udpPayload(), Math.max(LEAST_UDP_PAYLOAD, edns?.udpPayload ?? 0));
  }

  #refusal(message: Message, rcode: number): Message {
    // Rcodes above 15 need EDNS, and are sent to those alone who have it.
    return replyTo(message, { rcode }, this.#host.udpPayload());
  }

  #encode({ maxBytes }: Request, answer: Outcome, context: TsigContext | undefined): SlowAnswer {
    if (answer === undefined) return undefined;
    if (Symbol.iterator in answer) return this.#encodeAll(answer, context);
    return this.#encodeOne(answer, maxBytes, context);
  }

  /** Where not even the questions fit, only the header goes out, with TC. */
  #encodeOne(answer: Message, limit: number, context: TsigContext | undefined): Uint8Array {
    try {
      return this.#encodeWhole(answer, limit, context);
    } catch (error) {
      if (!(error instanceof DnsError) || error.code !== "too-long" || answer.questions.length === 0) throw error;
      return this.#encodeWhole({ ...answer, truncated: true, questions: [], answers: [] }, limit, context);
    }
  }

  #encodeWhole(answer: Message, limit: number, context: TsigContext | undefined): Uint8Array {
    if (context === undefined) return encodeMessage(answer, { maxBytes: limit });
    const bytes = encodeMessage(answer, { maxBytes: limit - context.recordBytes });
    return context.sign(bytes, this.#host.nowSeconds());
  }

  *#encodeAll(answers: Iterable<Uint8Array>, context: TsigContext | undefined): Generator<Uint8Array> {
    for (const answer of answers) {
      yield context === undefined ? answer : context.sign(answer, this.#host.nowSeconds());
    }
  }
}
