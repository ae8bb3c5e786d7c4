import { expect, test } from "vitest";
import type { Message } from "../src/message/message.ts";
import { Name } from "../src/name/name.ts";
import { CLASS, TYPE } from "../src/rdata/types.ts";
import { recordText, type ResourceRecord } from "../src/record.ts";
import { applyUpdate } from "../src/update/apply.ts";
import { updateMessage, zoneOf } from "./support/zones.ts";

const zone = zoneOf(`$TTL 300
@ SOA ns root 10 3600 600 86400 60
@ NS ns
@ NS ns.other.
ns A 192.0.2.1
www A 192.0.2.2
www A 192.0.2.3
www TXT "hello"
alias CNAME www
a.b.deep A 192.0.2.4
d DNAME target
w WKS 192.0.2.1 TCP smtp
mail MX 10 Mail.Example.
`);

const lines = (records: Iterable<ResourceRecord>): string[] => [...records].map(recordText).sort();

/** What an update takes away and brings, without the SOAs; undefined when it does nothing. */
function outcome(updates: readonly string[], prerequisites: readonly string[] = []) {
  const { rcode, change } = applyUpdate(zone, updateMessage(prerequisites, updates));
  if (change === undefined) return { rcode, change };
  // The change has to be exact.
  const after = zone.with(change);
  const before = after.with({ removed: change.added, added: change.removed });
  expect(lines(before.records())).toEqual(lines(zone.records()));
  const without = (records: readonly ResourceRecord[]): string[] =>
    lines(records.filter(({ type }) => type !== TYPE.SOA));
  return { rcode, serial: after.serial, removed: without(change.removed), added: without(change.added) };
}

const PREREQUISITE = "probe 0 NONE ANY"; // holds

test.each<[string, string, number]>([
  ["name in use", "www 0 ANY ANY", 0],
  ["name not in use", "nobody 0 ANY ANY", 3],
  ["an empty non-terminal is not in use", "deep 0 ANY ANY", 3],
  ["nor is a wildcard's match", "b.deep 0 NONE ANY", 0],
  ["name free", "nobody 0 NONE ANY", 0],
  ["name not free", "WWW 0 NONE ANY", 6],
  ["set exists", "www 0 ANY TXT", 0],
  ["set does not exist", "www 0 ANY MX", 8],
  ["set free", "www 0 NONE MX", 0],
  ["set not free", "www 0 NONE A", 7],
  ["set with this data, upper case in names or not", "mail 0 IN MX 10 mail.EXAMPLE.", 0],
  ["set with other data", "mail 0 IN MX 20 mail.example.", 8],
  ["part of a set", "www 0 IN A 192.0.2.2", 8],
  ["set that is not there", "nobody 0 IN A 192.0.2.2", 8],
  ["TTL not 0", "www 5 ANY ANY", 1],
  ["outside", "www.elsewhere. 0 ANY ANY", 10],
  ["class CH", "www 0 CH TXT x", 1],
  ["data with class ANY", "www 0 ANY A 192.0.2.2", 1],
  ["type AXFR", "www 0 ANY AXFR", 1],
])("prerequisite: %s", (_, prerequisite, rcode) => {
  const result = outcome(["new 60 IN A 192.0.2.9"], [PREREQUISITE, prerequisite]);
  expect(result.rcode).toBe(rcode);
  expect(result.serial).toBe(rcode === 0 ? 11 : undefined);
});

test("a set with data is compared as a whole, whatever the order", () => {
  const all = ["www 0 IN A 192.0.2.3", "www 0 IN A 192.0.2.2", "www 0 IN TXT hello"];
  expect(outcome([], all).rcode).toBe(0);
  expect(outcome([], [...all, "www 0 IN A 192.0.2.9"]).rcode).toBe(8);
});

test.each<[string, string, number]>([
  ["outside of the zone", "other. 60 IN A 192.0.2.9", 10],
  ["meta type", "x 60 IN ANY", 1],
  ["TTL with class ANY", "www 60 ANY A", 1],
  ["data with class ANY", "www 0 ANY A 192.0.2.2", 1],
  ["AXFR with class ANY", "www 0 ANY AXFR", 1],
  ["TTL with class NONE", "www 60 NONE A 192.0.2.2", 1],
  ["ANY with class NONE", "www 0 NONE ANY", 1],
  ["another class", "www 60 CH TXT x", 1],
])("nothing of an update is made when one record is malformed: %s", (_, update, rcode) => {
  expect(outcome(["new 60 IN A 192.0.2.9", update])).toEqual({ rcode, change: undefined });
});

const A2 = "www.example. 300 IN A 192.0.2.2";
const A3 = "www.example. 300 IN A 192.0.2.3";

test.each<[string, string[], string[], string[]]>([
  ["add a record", ["new 60 IN A 192.0.2.9"], [], ["new.example. 60 IN A 192.0.2.9"]],
  ["add to a set", ["www 300 IN A 192.0.2.9"], [], ["www.example. 300 IN A 192.0.2.9"]],
  [
    "add to a set with another TTL: all of it gets that",
    ["www 60 IN A 192.0.2.9"],
    [A2, A3],
    ["www.example. 60 IN A 192.0.2.2", "www.example. 60 IN A 192.0.2.3", "www.example. 60 IN A 192.0.2.9"],
  ],
  ["delete a record", ["www 0 NONE A 192.0.2.2"], [A2], []],
  ["delete a set", ["www 0 ANY A"], [A2, A3], []],
  ["delete a name", ["www 0 ANY ANY"], [A2, A3, 'www.example. 300 IN TXT "hello"'], []],
  ["delete and add again: nothing but what differs", ["www 0 ANY A", "www 300 IN A 192.0.2.3"], [A2], []],
  [
    "replace a CNAME",
    ["alias 300 IN CNAME ns"],
    ["alias.example. 300 IN CNAME www.example."],
    ["alias.example. 300 IN CNAME ns.example."],
  ],
  [
    "replace a DNAME",
    ["d 300 IN DNAME other"],
    ["d.example. 300 IN DNAME target.example."],
    ["d.example. 300 IN DNAME other.example."],
  ],
  [
    "a CNAME after the other data went",
    ["www 0 ANY ANY", "www 300 IN CNAME ns"],
    [A2, A3, 'www.example. 300 IN TXT "hello"'],
    ["www.example. 300 IN CNAME ns.example."],
  ],
  [
    "replace the WKS of the same address and protocol",
    ["w 300 IN WKS 192.0.2.1 TCP http", "w 300 IN WKS 192.0.2.1 UDP domain"],
    ["w.example. 300 IN WKS 192.0.2.1 6 25"],
    ["w.example. 300 IN WKS 192.0.2.1 17 53", "w.example. 300 IN WKS 192.0.2.1 6 80"],
  ],
  ["one of two NS at the apex", ["@ 0 NONE NS ns"], ["example. 300 IN NS ns.example."], []],
  ["but not the last of them", ["@ 0 NONE NS ns", "@ 0 NONE NS ns.other."], ["example. 300 IN NS ns.example."], []],
  [
    "case does not make a record another",
    ["mail 0 NONE MX 10 MAIL.example."],
    ["mail.example. 300 IN MX 10 Mail.Example."],
    [],
  ],
])("update: %s", (_, updates, removed, added) => {
  expect(outcome(updates)).toEqual({ rcode: 0, serial: 11, removed, added });
});

test.each<[string, string[]]>([
  ["a CNAME beside other data", ["www 300 IN CNAME ns"]],
  ["other data beside a CNAME", ["alias 300 IN A 192.0.2.9"]],
  ["a SOA that is not at the apex", ["www 300 IN SOA ns root 99 1 1 1 1"]],
  ["a SOA with an older serial", ["@ 300 IN SOA other root 9 1 1 1 1"]],
  ["the apex' SOA as a record", ["@ 0 NONE SOA ns root 10 3600 600 86400 60"]],
  ["the apex' SOA and NS as sets", ["@ 0 ANY SOA", "@ 0 ANY NS", "@ 0 ANY ANY"]],
  ["a record that is there", ["www 300 IN A 192.0.2.2"]],
  ["a record that is not there", ["www 0 NONE A 192.0.2.9", "nobody 0 ANY ANY", "www 0 ANY MX"]],
  ["there and back", ["new 60 IN A 192.0.2.9", "new 0 ANY ANY"]],
])("an update that comes to nothing has no new serial: %s", (_, updates) => {
  expect(outcome(updates)).toEqual({ rcode: 0, change: undefined });
});

test("the serial is raised once, or is the one that the update says when that is newer", () => {
  const { change } = applyUpdate(zone, updateMessage([], ["a 60 IN A 192.0.2.9", "b 60 IN A 192.0.2.9"]));
  expect(change!.removed[0]).toEqual(zone.soa);
  expect(zone.with(change!).serial).toBe(11);
  expect(outcome(["@ 300 IN SOA ns root 4000 3600 600 86400 60"]).serial).toBe(4000);
  expect(outcome(["@ 300 IN SOA ns root 10 3600 600 86400 61"]).serial).toBe(11);
  // Half the circle away is not newer (RFC 1982 §3.2).
  expect(outcome([`@ 300 IN SOA ns root ${10 + 2 ** 31} 3600 600 86400 60`]).change).toBe(undefined);
  expect(outcome([`@ 300 IN SOA ns root ${9 + 2 ** 31} 3600 600 86400 60`]).serial).toBe(9 + 2 ** 31);
});

test("the serial after the highest is 1", () => {
  let version = zone;
  for (const update of [
    `@ 300 IN SOA ns root ${2 ** 31 + 5} 3600 600 86400 60`,
    `@ 300 IN SOA ns root ${2 ** 32 - 1} 3600 600 86400 60`,
    "a 60 IN A 192.0.2.9",
  ]) {
    version = version.with(applyUpdate(version, updateMessage([], [update])).change!);
  }
  expect(version.serial).toBe(1);
});

test("the zone section has to name the zone", () => {
  const good = updateMessage([], []);
  const asked = (question: Partial<Message["questions"][number]>): Message => ({
    ...good,
    questions: [{ ...good.questions[0]!, ...question }],
  });
  expect(applyUpdate(zone, asked({ type: TYPE.A })).rcode).toBe(1);
  expect(applyUpdate(zone, { ...good, questions: [] }).rcode).toBe(1);
  expect(applyUpdate(zone, { ...good, questions: [good.questions[0]!, good.questions[0]!] }).rcode).toBe(1);
  expect(applyUpdate(zone, asked({ name: Name.parse("sub.example.") })).rcode).toBe(9);
  expect(applyUpdate(zone, asked({ class: CLASS.CH })).rcode).toBe(9);
});
