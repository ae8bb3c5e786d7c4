/** Answers that nobody has to look up. */
import { blankMessage, FLAG, HEADER_BYTES, type Message } from "./message.ts";

/** An answer to `query` with its id and question and empty sections, but for what `parts` says; with EDNS where the query has it. */
export function replyTo(query: Message, parts: Partial<Message> = {}, udpPayload = 1232): Message {
  const { id, opcode, recursionDesired, questions, edns } = query;
  return blankMessage({
    id,
    response: true,
    opcode,
    recursionDesired,
    questions,
    ...(edns === undefined ? {} : { edns: { udpPayload, version: 0, dnssecOk: edns.dnssecOk, options: [] } }),
    ...parts,
  });
}

/** For a message that could not be read, or answered: its id and opcode, and the rcode. `query` has a header. */
export function headerOnly(query: Uint8Array, rcode: number): Uint8Array {
  const answer = new Uint8Array(HEADER_BYTES);
  answer[0] = query[0]!;
  answer[1] = query[1]!;
  answer[2] = (FLAG.QR >>> 8) | (query[2]! & 0x79);
  answer[3] = rcode & 15;
  return answer;
}
