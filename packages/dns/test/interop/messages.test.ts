/** Random messages both ways between our codec and dnspython's. */
import { expect, test } from "vitest";
import { decodeMessage } from "../../src/message/decode.ts";
import { encodeMessage } from "../../src/message/encode.ts";
import type { Message } from "../../src/message/message.ts";
import { canonicalRdata } from "../../src/rdata/rdata.ts";
import { TYPE } from "../../src/rdata/types.ts";
import type { ResourceRecord } from "../../src/record.ts";
import { drawing, randomMessage } from "../support/random-messages.ts";
import { dnspython } from "./dnspython.ts";

/**
 * Types of which dnspython refuses samples, wanting more than their format; those with compressed names that it does not know; and two
 * whose names it compresses, against RFC 3597 §4 and RFC 6742 §2.4 (BIND refuses that as well).
 */
const LEFT_OUT = new Set<number>(
  (["TLSA", "SMIMEA", "SVCB", "HTTPS", "TKEY", "MD", "MF", "MB", "MG", "MR", "MINFO", "LP", "NSAP-PTR"] as const).map(
    (name) => TYPE[name],
  ),
);

/** Records as dnspython.py writes them. */
function rows(records: readonly ResourceRecord[]): unknown[] {
  return records.map(({ name, ttl, class: recordClass, type, rdata }) => [
    name.toString(),
    ttl,
    recordClass,
    type,
    Buffer.from(rdata).toString("hex"),
  ]);
}

/** dnspython compresses in any letters, so that only folded names compare. */
function folded(message: Message): unknown {
  const fold = (records: readonly ResourceRecord[]): unknown[] =>
    records.map(({ name, type, rdata, ...rest }) => [
      name.folded().toString(),
      type,
      rest,
      Buffer.from(canonicalRdata(type, rdata)).toString("hex"),
    ]);
  const { questions, answers, authorities, additionals, ...rest } = message;
  return {
    rest,
    questions: questions.map(({ name, ...question }) => [name.folded().toString(), question]),
    sections: [answers, authorities, additionals].map(fold),
  };
}

test("dnspython reads what we write, and we what it writes", async () => {
  using python = dnspython();
  if (python === undefined) return;
  const draw = drawing(42);
  for (let i = 0; i < 400; i++) {
    const message = randomMessage(draw, (type) => !LEFT_OUT.has(type));
    const wire = encodeMessage(message, { compress: i % 4 !== 0 });
    const answer = await python.ask({ op: "decode", wire: Buffer.from(wire).toString("hex") });
    expect(answer["error"], Buffer.from(wire).toString("hex")).toBeUndefined();
    const { id, rcode, questions, edns } = message;
    expect(answer).toMatchObject({
      id,
      rcode,
      flags: (wire[2]! << 8) | wire[3]!,
      questions: questions.map((question) => [question.name.toString(), question.class, question.type]),
      answers: rows(message.answers),
      authorities: rows(message.authorities),
      additionals: rows(message.additionals),
    });
    if (edns === undefined) expect(answer["edns"]).toBeNull();
    else {
      expect(answer["edns"]).toMatchObject({
        version: 0,
        payload: edns.udpPayload,
        flags: edns.dnssecOk ? 0x8000 : 0,
        options: edns.options.map(({ code, data }) => [code, Buffer.from(data).toString("hex")]),
      });
    }
    expect(folded(decodeMessage(Buffer.from(answer["wire"] as string, "hex")))).toEqual(folded(message));
  }
});
