/** The compiled answers held against a reference that was written straight from the RFCs, on random zones. */
import { expect } from "vitest";
import { Authority, type Client } from "../../src/authority/authority.ts";
import { decodeMessage } from "../../src/message/decode.ts";
import type { Message } from "../../src/message/message.ts";
import { Name } from "../../src/name/name.ts";
import { typeText } from "../../src/rdata/types.ts";
import type { ResourceRecord } from "../../src/record.ts";
import { ZoneData } from "../../src/zone/zone-data.ts";
import { ServedZone, ZoneSet } from "../../src/zone/zone-set.ts";
import { queryBytes } from "./queries.ts";
import { type Draw, drawing } from "./random-messages.ts";
import { ASKED_TYPES, randomName, randomZone } from "./random-zones.ts";
import { identity, referenceAnswer, ReferenceZone } from "./reference-authority.ts";

const TCP: Client = { address: "127.0.0.1", port: 1, tcp: true };
const ORIGINS = ["example.", "a.example.", "test."].map((origin) => Name.parse(origin));
const out = new Uint8Array(65_535);

interface World {
  readonly references: ReferenceZone[];
  readonly zones: ZoneSet;
  readonly records: ResourceRecord[][];
}

function randomWorld(draw: Draw): World {
  const records = ORIGINS.map((origin) => randomZone(draw, origin, 14, ORIGINS));
  const zones = new ZoneSet();
  const references = records.map((zone, i) => {
    const served = new ServedZone(ORIGINS[i]!);
    served.replace(ZoneData.fromRecords(ORIGINS[i]!, zone));
    zones.add(served);
    return new ReferenceZone(ORIGINS[i]!, zone);
  });
  return { zones, references, records };
}

function randomCase(draw: Draw, name: Name): Name {
  return Name.fromWire(name.wire.map((byte) => (byte >= 0x61 && byte <= 0x7a && draw(2) === 0 ? byte - 32 : byte)));
}

const sorted = (records: readonly ResourceRecord[]): string[] =>
  records.map((record) => `${identity(record)} ${record.ttl} ${record.class}`).sort();

function told(message: Message | ReturnType<typeof referenceAnswer>): unknown {
  const { rcode, authoritative, answers, authorities, additionals } = message;
  return [rcode, authoritative, sorted(answers), sorted(authorities), sorted(additionals)];
}

function ask(authority: Authority, name: Name, type: number): Message {
  const query = queryBytes(name, type);
  const length = authority.answer(query, query.length, TCP, out);
  const message = decodeMessage(out.slice(0, length));
  expect(message.questions[0]!.name.wire).toEqual(name.wire);
  expect(message.truncated).toBe(false);
  return message;
}

export interface Comparison {
  readonly minimalResponses: boolean;
  /** Seeds from `firstSeed` on, three zones each. */
  readonly seeds: number;
  readonly firstSeed?: number;
}

function compare(authority: Authority, { references }: World, draw: Draw, minimal: boolean, where: string): void {
  const name = randomName(draw, ORIGINS[draw(ORIGINS.length)]!);
  const type = ASKED_TYPES[draw(ASKED_TYPES.length)]!;
  const answer = ask(authority, randomCase(draw, name), type);
  const expected = referenceAnswer(references, { name, type }, minimal);
  expect(told(answer), `${where}, ${name.toString()} ${typeText(type)}`).toEqual(told(expected));
}

function authorityOf({ zones }: World, minimalResponses: boolean): Authority {
  return new Authority({ zones, minimalResponses, udpPayload: 1232, elsewhere: false, now: () => 0 });
}

/** Asks 120 questions of the zones of each seed. */
export function compareAnswers({ minimalResponses, seeds, firstSeed = 1 }: Comparison): void {
  for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
    const draw = drawing(seed);
    const world = randomWorld(draw);
    const authority = authorityOf(world, minimalResponses);
    for (let i = 0; i < 120; i++) compare(authority, world, draw, minimalResponses, `seed ${seed}`);
  }
}

/** Asks 40 questions after each of a dozen changes to the zones of each seed. */
export function compareThroughChanges({ minimalResponses, seeds, firstSeed = 1 }: Comparison): void {
  for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
    const draw = drawing(seed);
    const world = randomWorld(draw);
    const authority = authorityOf(world, minimalResponses);
    for (let step = 0; step < 12; step++) {
      for (let i = 0; i < 40; i++) compare(authority, world, draw, minimalResponses, `seed ${seed}, step ${step}`);
      changeOne(draw, world);
    }
  }
}

/** Replaces about half of a zone's names. */
function changeOne(draw: Draw, { zones, references, records }: World): void {
  const at = draw(ORIGINS.length);
  const origin = ORIGINS[at]!;
  const next = randomZone(draw, origin, 14, ORIGINS).filter(() => draw(3) > 0);
  const kept = records[at]!.filter(({ name }) => draw(2) === 0 && !next.some((other) => other.name.equals(name)));
  const apex = randomZone(draw, origin, 0, ORIGINS);
  const after = [...apex, ...[...kept, ...next].filter(({ name }) => !name.equals(origin))];
  const served = zones.get(origin)!;
  const change = { removed: records[at]!, added: after };
  served.replace(served.current!.with(change), change);
  records[at] = after;
  references[at] = new ReferenceZone(origin, after);
}
