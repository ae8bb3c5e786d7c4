/** Answers by code: `server.intercept(q => …)`. */
import type { AskedQuery } from "./asked.ts";
import { encodeMessage } from "./message/encode.ts";
import type { Message } from "./message/message.ts";
import { replyTo } from "./message/reply.ts";
import { type RcodeName, RCODES } from "./message/rcodes.ts";
import { rdataFromText } from "./rdata/rdata.ts";
import type { ResourceRecord } from "./record.ts";
import type { SlowAnswer } from "./transport/answerer.ts";

/** An answer in few words. A text is rdata of the type that was asked for, for the name that was asked for. */
export interface ShortAnswer {
  readonly rcode?: RcodeName;
  readonly answers?: readonly (string | ResourceRecord)[];
  readonly authorities?: readonly ResourceRecord[];
  readonly additionals?: readonly ResourceRecord[];
  /** Seconds, for answers given as text. Default 60. */
  readonly ttl?: number;
  /** Default true. */
  readonly authoritative?: boolean;
}

/** The answer: texts alone, in few words, or the whole message; null: there is none; undefined: look it up as always. */
export type Interception = string | readonly string[] | ShortAnswer | Message | null | undefined;

export type Interceptor = (query: AskedQuery) => Interception | Promise<Interception>;

const DEFAULT_TTL = 60;

/** Asks one after the other, the newest first; the first that has something to say is heard. */
export async function intercepted(
  interceptors: readonly Interceptor[],
  query: AskedQuery,
  otherwise: () => Promise<SlowAnswer>,
): Promise<SlowAnswer> {
  for (const interceptor of interceptors.toReversed()) {
    const said = await interceptor(query);
    if (said === null) return undefined;
    if (said !== undefined) return encodeMessage(messageOf(query, said));
  }
  return otherwise();
}

function messageOf({ message }: AskedQuery, said: Exclude<Interception, null | undefined>): Message {
  if (typeof said === "string") return messageFrom(message, { answers: [said] });
  if (isTexts(said)) return messageFrom(message, { answers: said });
  return "questions" in said ? { ...said, id: message.id } : messageFrom(message, said);
}

function isTexts(said: object): said is readonly string[] {
  return Array.isArray(said);
}

function messageFrom(query: Message, said: ShortAnswer): Message {
  const { rcode, answers = [], authorities = [], additionals = [], ttl = DEFAULT_TTL, authoritative = true } = said;
  const { name, type, class: questionClass } = query.questions[0]!; // without one, nobody is asked
  return replyTo(query, {
    rcode: rcode === undefined ? RCODES.NOERROR : RCODES[rcode],
    authoritative,
    recursionAvailable: query.recursionDesired,
    answers: answers.map((answer) =>
      typeof answer === "string"
        ? { name, type, class: questionClass, ttl, rdata: rdataFromText(type, answer) }
        : answer,
    ),
    authorities,
    additionals,
  });
}
