/** Answers as dig reads them: also what is broken, as far as it goes (`+besteffort`). */
import { DnsError } from "../errors.ts";
import { decodeMessage } from "../message/decode.ts";
import { HEADER_BYTES, type Message } from "../message/message.ts";
import { WireReader } from "../wire/reader.ts";
import type { MessageFacts } from "./print.ts";

export interface ReadMessage {
  readonly message: Message;
  readonly facts: MessageFacts;
  /** Something in it cannot be read. */
  readonly isMalformed: boolean;
}

/** Throws DnsError for what has not even a header. */
export function readMessage(bytes: Uint8Array): ReadMessage {
  try {
    return { message: decodeMessage(bytes), facts: {}, isMalformed: false };
  } catch (error) {
    if (!(error instanceof DnsError) || bytes.length < HEADER_BYTES) throw error;
    return readInPart(bytes);
  }
}

/** The longest beginning of the message, of whole questions and records, that can be read. */
function readInPart(bytes: Uint8Array): ReadMessage {
  const ends = entryEnds(bytes);
  const header = new WireReader(bytes, 4);
  const said = [header.u16(), header.u16(), header.u16(), header.u16()] as const;
  for (let kept = ends.length; kept >= 0; kept--) {
    const message = decodedPrefix(bytes, kept === 0 ? HEADER_BYTES : ends[kept - 1]!, kept, said);
    if (message === undefined) continue;
    const isWhole = kept === said.reduce((sum, count) => sum + count, 0);
    const extraBytes = isWhole ? bytes.length - (ends.at(-1) ?? HEADER_BYTES) : 0;
    return { message, facts: { counts: said, extraBytes }, isMalformed: !isWhole };
  }
  throw new DnsError("truncated", "not even a header");
}

function decodedPrefix(
  bytes: Uint8Array,
  end: number,
  entries: number,
  said: readonly [number, number, number, number],
): Message | undefined {
  const prefix = Uint8Array.from(bytes.subarray(0, end));
  let left = entries;
  for (const [i, count] of said.entries()) {
    const here = Math.min(left, count);
    left -= here;
    prefix[4 + i * 2] = here >> 8;
    prefix[5 + i * 2] = here;
  }
  try {
    return decodeMessage(prefix);
  } catch (error) {
    if (!(error instanceof DnsError)) throw error;
    return undefined;
  }
}

/** Where each question and record ends, as far as their lengths can be followed. */
function entryEnds(bytes: Uint8Array): number[] {
  const reader = new WireReader(bytes, 4);
  const questions = reader.u16();
  const records = reader.u16() + reader.u16() + reader.u16();
  const ends: number[] = [];
  try {
    for (let i = 0; i < questions + records; i++) {
      reader.name();
      reader.skip(i < questions ? 4 : 8);
      if (i >= questions) reader.skip(reader.u16());
      ends.push(reader.at);
    }
  } catch (error) {
    if (!(error instanceof DnsError)) throw error;
  }
  return ends;
}
