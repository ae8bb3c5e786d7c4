/** Outcomes as the packets that the cache keeps, and back. */
import { decodeMessage } from "../message/decode.ts";
import { encodeMessage } from "../message/encode.ts";
import { blankMessage, HEADER_BYTES, type Message, type Question } from "../message/message.ts";
import type { ResourceRecord } from "../record.ts";
import { MAX_MESSAGE_BYTES } from "../wire/writer.ts";
import { WireReader } from "../wire/reader.ts";
import type { Outcome } from "./outcome.ts";

/** Type, class, TTL and length. */
const FIXED_BYTES = 10;

/**
 * A message with the question in lower case, to which the owners that are the question's name point: whatever case is put there, they
 * follow. Id 0, no flags but QR and AA, no OPT. Undefined for what does not fit into a message.
 */
export function packetOf(
  question: Question,
  outcome: Outcome,
): { packet: Uint8Array; ttlOffsets: number[] } | undefined {
  const name = question.name.folded();
  const pointing = (records: readonly ResourceRecord[]): ResourceRecord[] =>
    records.map((record) => (record.name.equals(name) ? { ...record, name } : record));
  const packet = encodeMessage({
    ...EMPTY,
    authoritative: outcome.authoritative,
    rcode: outcome.rcode & 15,
    questions: [{ ...question, name }],
    answers: pointing(outcome.answers),
    authorities: pointing(outcome.authorities),
    additionals: pointing(outcome.additionals),
  });
  const isCut = (packet[2]! & 2) !== 0;
  return isCut || packet.length > MAX_MESSAGE_BYTES ? undefined : { packet, ttlOffsets: ttlOffsetsOf(packet) };
}

const EMPTY: Message = blankMessage({ response: true });

/** Where the TTLs of a packet with one question stand. */
function ttlOffsetsOf(packet: Uint8Array): number[] {
  const reader = new WireReader(packet, HEADER_BYTES);
  reader.name();
  reader.skip(4);
  const offsets: number[] = [];
  while (reader.remaining > 0) {
    reader.name();
    offsets.push(reader.at + 4);
    reader.skip(FIXED_BYTES - 2);
    reader.skip(reader.u16());
  }
  return offsets;
}

/** What a packet of the cache says, its TTLs made by `aged`. */
export function outcomeOf(
  packet: Uint8Array,
  aged: (ttl: number) => number,
): Omit<Outcome, "errors" | "ttl" | "subnet"> {
  const { rcode, authoritative, answers, authorities, additionals } = decodeMessage(packet);
  const withTtls = (records: readonly ResourceRecord[]): ResourceRecord[] =>
    records.map((record) => ({ ...record, ttl: aged(record.ttl) }));
  return {
    rcode,
    authoritative,
    answers: withTtls(answers),
    authorities: withTtls(authorities),
    additionals: withTtls(additionals),
  };
}
