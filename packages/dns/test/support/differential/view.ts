/**
 * Answers as far as two servers have to agree on them: rcode, flags, the echoed question, and the sections as sets of records with their
 * TTLs. Left out: order, compression, letters of owners that RFC 4343 §4.1 lets a server choose, EDNS options, and the server's own payload size.
 */
import { decodeMessage } from "../../../src/message/decode.ts";
import { canonicalRdata, rdataText } from "../../../src/rdata/rdata.ts";
import { classText, typeText } from "../../../src/rdata/types.ts";
import type { ResourceRecord } from "../../../src/record.ts";

export interface AnswerView {
  readonly rcode: number;
  /** Of those that are set, in the header's order: "aa tc rd ra ad cd". */
  readonly flags: string;
  readonly opcode: number;
  /** As bytes: letters included. */
  readonly question: string;
  /** "none", or version and DO. */
  readonly edns: string;
  readonly answer: readonly string[];
  readonly authority: readonly string[];
  readonly additional: readonly string[];
}

const NO_ANSWER: AnswerView = {
  rcode: -1,
  flags: "no answer",
  opcode: 0,
  question: "",
  edns: "none",
  answer: [],
  authority: [],
  additional: [],
};

export function answerView(bytes: Uint8Array | undefined): AnswerView {
  if (bytes === undefined) return NO_ANSWER;
  const message = decodeMessage(bytes);
  const flags = [
    message.response ? "qr" : "",
    message.authoritative ? "aa" : "",
    message.truncated ? "tc" : "",
    message.recursionDesired ? "rd" : "",
    message.recursionAvailable ? "ra" : "",
    message.reserved ? "z" : "",
    message.authenticData ? "ad" : "",
    message.checkingDisabled ? "cd" : "",
  ];
  return {
    rcode: message.rcode,
    flags: flags.filter((flag) => flag !== "").join(" "),
    opcode: message.opcode,
    question: message.questions
      .map((q) => `${Buffer.from(q.name.wire).toString("latin1")} ${q.class} ${q.type}`)
      .join(),
    edns: message.edns === undefined ? "none" : `version ${message.edns.version}${message.edns.dnssecOk ? " do" : ""}`,
    answer: lines(message.answers),
    authority: lines(message.authorities),
    additional: lines(message.additionals),
  };
}

function lines(records: readonly ResourceRecord[]): string[] {
  return records
    .map(({ name, ttl, class: recordClass, type, rdata }) => {
      const data = rdataText(type, canonicalRdata(type, rdata)).toLowerCase();
      return `${name.folded().toString()} ${ttl} ${classText(recordClass)} ${typeText(type)} ${data}`;
    })
    .sort();
}

export function sameView(a: AnswerView, b: AnswerView): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/**
 * Without the additional data that a server may leave out: all but the glue of a referral (RFC 1034 §4.3.2 step 6, RFC 9471). A truncated
 * answer's sections are whatever fitted.
 */
export function essential(view: AnswerView): AnswerView {
  if (view.flags.includes("tc")) return { ...view, answer: [], authority: [], additional: [] };
  const isReferral = view.authority.some((line) => / IN NS /.test(line));
  return isReferral ? view : { ...view, additional: [] };
}
