/** Zones drawn from a seed, small enough that names meet: wildcards, cuts, DNAMEs, aliases, empty non-terminals, names out of sight. */
import type { Name } from "../../src/name/name.ts";
import { rdataFromText } from "../../src/rdata/rdata.ts";
import { CLASS, TYPE, typeCode } from "../../src/rdata/types.ts";
import type { ResourceRecord } from "../../src/record.ts";
import type { Draw } from "./random-messages.ts";

const LABELS = ["a", "b", "c", "*", "d"];

export function randomName(draw: Draw, origin: Name): Name {
  let name = origin;
  for (let labels = draw(4); labels > 0; labels--) name = name.prepend(Buffer.from(LABELS[draw(LABELS.length)]!));
  return name;
}

/** Records that are a zone, of about `size` names. `elsewhere` are other zones that aliases and servers lead to. */
export function randomZone(draw: Draw, origin: Name, size: number, elsewhere: readonly Name[] = []): ResourceRecord[] {
  const records: ResourceRecord[] = [];
  const put = (name: Name, type: string, text: string): void => {
    const code = typeCode(type)!;
    records.push({ name, type: code, class: CLASS.IN, ttl: 300 + code, rdata: rdataFromText(code, text, origin) });
  };
  const anyName = (): string => {
    const kind = draw(10);
    if (kind === 0) return "host.test.";
    const place = kind === 1 && elsewhere.length > 0 ? elsewhere[draw(elsewhere.length)]! : origin;
    return randomName(draw, place).toString();
  };
  put(origin, "SOA", `ns host ${1 + draw(100)} 2 3 4 ${draw(2) === 0 ? 100 : 1000}`);
  put(origin, "NS", anyName());
  if (draw(2) === 0) put(origin, "NS", anyName());
  const taken = new Set<string>([origin.toString()]);
  for (let i = 0; i < size; i++) {
    const name = randomName(draw, origin);
    if (taken.has(name.toString())) continue;
    taken.add(name.toString());
    const kind = draw(12);
    if (kind === 0) put(name, "CNAME", anyName());
    else if (kind === 1) put(name, "DNAME", anyName());
    else if (kind === 2) for (let servers = 1 + draw(3); servers > 0; servers--) put(name, "NS", anyName());
    if (kind === 2 && draw(3) === 0) put(name, "DS", "1 8 2 00AA");
    if (kind === 0) continue;
    if (draw(2) === 0) put(name, "A", `192.0.2.${draw(250)}`);
    if (draw(4) === 0) put(name, "A", `192.0.2.${draw(250)}`);
    if (draw(3) === 0) put(name, "AAAA", `2001:db8::${1 + draw(250)}`);
    if (draw(4) === 0) put(name, "MX", `${draw(9)} ${anyName()}`);
    if (draw(4) === 0) put(name, "TXT", `"t${draw(9)}"`);
    if (draw(6) === 0) put(name, "SRV", `1 2 3 ${anyName()}`);
    if (draw(8) === 0) put(name, "PTR", anyName());
  }
  // A record that was drawn twice is one.
  return [...new Map(records.map((record) => [keyOf(record), record])).values()];
}

function keyOf({ name, type, rdata }: ResourceRecord): string {
  return `${name.toString()} ${type} ${Buffer.from(rdata).toString("hex")}`;
}

export const ASKED_TYPES: readonly number[] = [
  TYPE.A,
  TYPE.AAAA,
  TYPE.MX,
  TYPE.TXT,
  TYPE.NS,
  TYPE.DS,
  TYPE.SOA,
  TYPE.CNAME,
  TYPE.DNAME,
  TYPE.SRV,
  TYPE.PTR,
  TYPE.ANY,
  TYPE.HTTPS,
];
