/**
 * Which of the datagrams that come are the answer (RFC 5452 §4.2, §9.1): the query's id, its question, and QR set. Address and port are
 * the socket's to see to, which is bound to its peer.
 *
 * All here works on bytes: what does not fit is to cost as little as it can.
 */
import { DnsError } from "../errors.ts";
import { RCODES } from "../message/rcodes.ts";
import { foldedByte } from "../name/limits.ts";
import { FLAG, HEADER_BYTES } from "../message/message.ts";
import { WireReader } from "../wire/reader.ts";

/** `case`: the answer but for upper and lower case in the question. */
export type Match = "answer" | "case" | "id" | "question" | "not-a-response";

export function idOf(message: Uint8Array): number {
  return (message[0]! << 8) | message[1]!;
}

export function setId(message: Uint8Array, id: number): void {
  message[0] = id >> 8;
  message[1] = id;
}

/** TC, of a message that has its header. */
export function isTruncated(message: Uint8Array): boolean {
  return ((message[2]! << 8) & FLAG.TC) !== 0;
}

/** How `reply` answers `query`, which is well formed. */
export function matchReply(query: Uint8Array, reply: Uint8Array): Match {
  if (reply.length < HEADER_BYTES || ((reply[2]! << 8) & FLAG.QR) === 0) return "not-a-response";
  if (idOf(query) !== idOf(reply)) return "id";
  const questions = (query[4]! << 8) | query[5]!;
  const echoed = (reply[4]! << 8) | reply[5]!;
  // Who could not read a question, or would not, need not repeat it.
  if (echoed === 0 && questions > 0) return (reply[3]! & 15) === RCODES.NOERROR ? "question" : "answer";
  if (echoed !== questions) return "question";
  const end = questionsEnd(query);
  if (end > reply.length) return "question";
  let differsInCase = false;
  for (let i = HEADER_BYTES; i < end; i++) {
    if (query[i] === reply[i]) continue;
    // Type and class have no letters, but this loop does not know where they are: sameQuestions does.
    if (foldedByte(query[i]!) !== foldedByte(reply[i]!)) return sameQuestions(query, reply, questions);
    differsInCase = true;
  }
  return differsInCase ? sameQuestions(query, reply, questions) : "answer";
}

/** Slower: as names and numbers, for questions that are compressed in another way, or differ in case. */
function sameQuestions(query: Uint8Array, reply: Uint8Array, count: number): Match {
  const asked = new WireReader(query, HEADER_BYTES);
  const echoed = new WireReader(reply, HEADER_BYTES);
  let match: Match = "answer";
  try {
    for (let i = 0; i < count; i++) {
      const [name, echo] = [asked.name(), echoed.name()];
      if (!name.equals(echo) || asked.u32() !== echoed.u32()) return "question";
      if (name.wire.some((byte, at) => byte !== echo.wire[at])) match = "case";
    }
  } catch (error) {
    if (!(error instanceof DnsError)) throw error;
    return "question";
  }
  return match;
}

/** Where the questions of a message end. Throws DnsError. */
export function questionsEnd(message: Uint8Array): number {
  const reader = new WireReader(message, HEADER_BYTES);
  for (let count = (message[4]! << 8) | message[5]!; count > 0; count--) {
    reader.name();
    reader.skip(4);
  }
  return reader.at;
}

/**
 * Upper and lower case at random in the name of the first question (draft-vixie-dnsext-dns0x20): a forger has to guess these bits as
 * well. `random` gives a byte for each eight letters.
 */
export function randomiseCase(message: Uint8Array, random: (length: number) => Uint8Array): void {
  if (message[4] === 0 && message[5] === 0) return;
  const end = questionsEnd(message);
  const bits = random(32);
  let letter = 0;
  for (let at = HEADER_BYTES; at < end && message[at] !== 0; at += message[at]! + 1) {
    if (message[at]! >= 0xc0) return;
    for (let i = at + 1; i <= at + message[at]!; i++) {
      const lower = message[i]! | 0x20;
      if (lower < 0x61 || lower > 0x7a) continue;
      const upper = (bits[letter >> 3]! >> (letter & 7)) & 1;
      message[i] = upper === 1 ? lower & ~0x20 : lower;
      letter += 1;
    }
  }
}

/** Puts the id and the questions as they were asked into an answer that fits, so that names that point at them come back in their case. */
export function restoreQuestion(reply: Uint8Array, query: Uint8Array): void {
  setId(reply, idOf(query));
  if (reply[4] !== query[4] || reply[5] !== query[5]) return;
  const end = questionsEnd(query);
  for (let i = HEADER_BYTES; i < end; i++) {
    // Only the case may differ; elsewhere the answer's questions are compressed in another way.
    if (foldedByte(reply[i]!) !== foldedByte(query[i]!)) return;
  }
  reply.set(query.subarray(HEADER_BYTES, end), HEADER_BYTES);
}
