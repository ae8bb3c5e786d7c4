/** Messages in few words. */
import { blankMessage, type Message, type Question } from "../../src/message/message.ts";
import { encodeMessage } from "../../src/message/encode.ts";
import { Name } from "../../src/name/name.ts";
import { rdataFromText } from "../../src/rdata/rdata.ts";
import { classCode, typeCode } from "../../src/rdata/types.ts";
import type { ResourceRecord } from "../../src/record.ts";

/** `"www.example. A"`, class IN. */
export function question(text: string): Question {
  const [name = "", type = "A", questionClass = "IN"] = text.split(" ");
  return { name: Name.parse(name), type: typeCode(type)!, class: classCode(questionClass)! };
}

export function query(text: string, extra: Partial<Message> = {}): Message {
  return blankMessage({ id: 4242, recursionDesired: true, questions: [question(text)], ...extra });
}

export function queryBytes(text: string, extra: Partial<Message> = {}): Uint8Array {
  return encodeMessage(query(text, extra));
}

/** `"www.example. 60 IN A 192.0.2.1"`. */
export function record(text: string): ResourceRecord {
  const [name = "", ttl = "", recordClass = "", type = "", ...rest] = text.split(" ");
  const code = typeCode(type)!;
  return {
    name: Name.parse(name),
    ttl: Number(ttl),
    class: classCode(recordClass)!,
    type: code,
    rdata: rdataFromText(code, rest.join(" ")),
  };
}

export function answerTo(asked: Message, records: readonly string[], extra: Partial<Message> = {}): Message {
  return blankMessage({
    id: asked.id,
    response: true,
    recursionDesired: asked.recursionDesired,
    recursionAvailable: true,
    questions: asked.questions,
    answers: records.map(record),
    ...extra,
  });
}
