/** Answers that nobody has to look up. */
import { RCODE } from "../errors.ts";
import type { Message } from "./message.ts";

/** An answer to `query` with its id and question and empty sections, but for what `parts` says; with EDNS where the query has it. */
export function replyTo(query: Message, parts: Partial<Message> = {}, udpPayload = 1232): Message {
  const { id, opcode, recursionDesired, questions, edns } = query;
  return {
    id,
    response: true,
    opcode,
    authoritative: false,
    truncated: false,
    recursionDesired,
    recursionAvailable: false,
    reserved: false,
    authenticData: false,
    checkingDisabled: false,
    rcode: RCODE.NOERROR,
    questions,
    answers: [],
    authorities: [],
    additionals: [],
    ...(edns === undefined ? {} : { edns: { udpPayload, version: 0, dnssecOk: edns.dnssecOk, options: [] } }),
    ...parts,
  };
}
