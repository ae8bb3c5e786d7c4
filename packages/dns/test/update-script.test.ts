import { expect, test } from "vitest";
import { classText, typeText } from "../src/rdata/types.ts";
import { rdataText } from "../src/rdata/rdata.ts";
import type { ResourceRecord } from "../src/record.ts";
import { ScriptError, UpdateScript } from "../src/update/script.ts";

function read(...lines: string[]): UpdateScript {
  const script = new UpdateScript();
  for (const line of lines) script.line(line);
  return script;
}

const text = ({ name, ttl, class: recordClass, type, rdata }: ResourceRecord): string =>
  `${name.toString()} ${ttl} ${classText(recordClass)} ${typeText(type)} ${rdata.length === 0 ? "" : rdataText(type, rdata)}`.trim();

test("prerequisites and updates become the message's sections, in order", () => {
  const message = read(
    "zone example.com",
    "ttl 300",
    "prereq nxdomain a.example.com",
    "yxdomain b.example.com",
    "prereq nxrrset c.example.com MX",
    "prereq yxrrset d.example.com IN TXT",
    "prereq yxrrset e.example.com A 192.0.2.1",
    "update add f.example.com A 192.0.2.2",
    'add g.example.com 60 IN TXT "two words" three',
    "update delete h.example.com",
    "delete i.example.com A",
    "del j.example.com 900 IN A 192.0.2.3",
    "add k.example.com 60 TYPE65280 \\# 2 0102",
  ).message();
  expect(message).toMatchObject({ opcode: 5, response: false });
  expect(message.questions.map(({ name, type }) => `${name.toString()} ${typeText(type)}`)).toEqual([
    "example.com. SOA",
  ]);
  expect(message.answers.map(text)).toEqual([
    "a.example.com. 0 NONE ANY",
    "b.example.com. 0 ANY ANY",
    "c.example.com. 0 NONE MX",
    "d.example.com. 0 ANY TXT",
    "e.example.com. 0 IN A 192.0.2.1",
  ]);
  expect(message.authorities.map(text)).toEqual([
    "f.example.com. 300 IN A 192.0.2.2",
    'g.example.com. 60 IN TXT "two words" "three"',
    "h.example.com. 0 ANY ANY",
    "i.example.com. 0 ANY A",
    "j.example.com. 0 NONE A 192.0.2.3",
    "k.example.com. 60 IN TYPE65280 \\# 2 0102",
  ]);
});

test("a message is cleared when it was sent, what it is sent by stays", () => {
  const script = read(
    "server 192.0.2.53 5353",
    "local 127.0.0.2",
    "zone example.com",
    "key hmac-sha512:k c2VjcmV0",
    "add a.example.com 60 A 192.0.2.1",
  );
  expect(script.line("")).toBe("send");
  expect(script.isEmpty).toBe(false);
  script.clear();
  expect(script.isEmpty).toBe(true);
  expect(script.server).toEqual({ host: "192.0.2.53", port: 5353 });
  expect(script.local).toEqual({ address: "127.0.0.2", port: 0 });
  expect(script.key).toMatchObject({ algorithm: "hmac-sha512" });
  expect(script.message().questions[0]!.name.toString()).toBe("example.com.");
});

test("what follows a line that is refused goes on from before it", () => {
  const script = read("add a.example.com 60 A 192.0.2.1");
  expect(() => script.line("add b.example.com 60 A 192.0.2")).toThrow(ScriptError);
  script.line("add c.example.com 60 A 192.0.2.3");
  expect(script.message().authorities.map(({ name }) => name.toString())).toEqual(["a.example.com.", "c.example.com."]);
  expect(() => script.line("gsstsig")).toThrow("GSS-TSIG is not supported");
});

test("hosts have hosts' names, unless that is not to be checked", () => {
  const script = new UpdateScript();
  for (const line of [
    "add a_b.example 60 A 192.0.2.1",
    "add x.example 60 MX 1 a_b.example",
    "add -x.example 60 AAAA ::1",
  ]) {
    expect(() => script.line(line)).toThrow(/^check-names failed/);
  }
  for (const line of [
    "add *.example 60 A 192.0.2.1",
    "add _sip._tcp.example 60 SRV 1 2 3 h.example",
    "add a_b.example 60 TXT x",
  ]) {
    expect(script.line(line)).toBe("more");
  }
  script.line("check-names off");
  expect(script.line("add a_b.example 60 A 192.0.2.1")).toBe("more");
});
