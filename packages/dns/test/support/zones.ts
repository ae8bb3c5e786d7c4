/** Zones for tests of what changes them: small ones from text, and changes drawn from a seed. */
import { Name } from "../../src/name/name.ts";
import { canonicalRdata, rdataFromText } from "../../src/rdata/rdata.ts";
import { CLASS, TYPE, typeCode } from "../../src/rdata/types.ts";
import { recordText, type ResourceRecord } from "../../src/record.ts";
import { type UpdateResult } from "../../src/update/apply.ts";
import { applyUpdate } from "../../src/update/apply.ts";
import { blankMessage, type Message, OPCODE } from "../../src/message/message.ts";
import { ZoneData } from "../../src/zone/zone-data.ts";
import type { Draw } from "./random-messages.ts";

export const ORIGIN: Name = Name.parse("example.");

export const ZONE_TEXT = `$TTL 300
@ SOA ns root 10 3600 600 86400 60
@ NS ns
ns A 192.0.2.1
www A 192.0.2.2
www TXT "hello"
alias CNAME www
`;

export function zoneOf(text: string, origin: Name = ORIGIN): ZoneData {
  const { zone, errors } = ZoneData.load(Buffer.from(text), { origin, file: "zone" });
  if (zone === undefined) throw new Error(errors.join("\n"));
  return zone;
}

/** All records as lines in their canonical form, sorted: equal for equal zones, however their servers write names. */
export function linesOf(zone: ZoneData | Iterable<ResourceRecord>): string[] {
  const records = zone instanceof ZoneData ? zone.records() : zone;
  return [...records]
    .map((record) =>
      recordText({ ...record, name: record.name.folded(), rdata: canonicalRdata(record.type, record.rdata) }),
    )
    .sort();
}

/** `name TTL class type rdata`, as update messages have it: class ANY and NONE too, rdata missing. */
export function updateRecord(text: string, origin: Name = ORIGIN): ResourceRecord {
  const [name, ttl, recordClass, type, ...rdata] = text.split(" ");
  const code = typeCode(type!)!;
  return {
    name: Name.parse(name!, origin),
    type: code,
    class: CLASS[recordClass as keyof typeof CLASS],
    ttl: Number(ttl),
    rdata: rdata.length === 0 ? new Uint8Array(0) : rdataFromText(code, rdata.join(" "), origin),
  };
}

/** An UPDATE message. */
export function updateMessage(
  prerequisites: readonly string[],
  updates: readonly string[],
  origin: Name = ORIGIN,
): Message {
  return blankMessage({
    id: 1,
    opcode: OPCODE.UPDATE,
    questions: [{ name: origin, type: TYPE.SOA, class: CLASS.IN }],
    answers: prerequisites.map((text) => updateRecord(text, origin)),
    authorities: updates.map((text) => updateRecord(text, origin)),
  });
}

/** One to five changes of a few names, all sorts of them; now and then one that comes to nothing. */
export function randomUpdates(draw: Draw): string[] {
  return Array.from({ length: 1 + draw(5) }, () => {
    const name = ["a", "b", "c.d", "e", "*.w", "F"][draw(6)]!;
    switch (draw(8)) {
      case 0:
        return `${name} 0 ANY ANY`;
      case 1:
        return `${name} 0 ANY A`;
      case 2:
        return `${name} 0 NONE A 192.0.2.${draw(5)}`;
      case 3:
        return `${name} ${60 * (1 + draw(3))} IN TXT "${draw(1000)}"`;
      case 4:
        return `${name} 300 IN MX ${draw(3)} Mail.example.`;
      case 5:
        return `alias${draw(3)} 300 IN CNAME ${name}`;
      default:
        return `${name} ${60 * (1 + draw(2))} IN A 192.0.2.${draw(5)}`;
    }
  });
}

export function update(zone: ZoneData, updates: readonly string[]): UpdateResult {
  return applyUpdate(zone, updateMessage([], updates, zone.origin));
}
