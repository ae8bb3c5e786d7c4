/** Whole zones from mutated master files: what loads has to come out as it went in, and to be answered from. */
import { Authority, decodeMessage, Name, recordText, ServedZone, ZoneData, ZoneSet } from "../../src/index.ts";
import { questionsAbout } from "./differential/questions.ts";
import { type GeneratedZone, zoneSet } from "./differential/zones.ts";
import { mutated } from "./mutations.ts";
import { queryBytes } from "./peers/query.ts";
import { type Draw, drawing } from "./random-messages.ts";

const QUESTIONS = 6;
const CLIENT = { address: "192.0.2.1", port: 5353, tcp: true };

/** Loads `count` mutated zones. Returns how many of them were zones all the same. Throws with the file when one is not what it says. */
export function fuzzZones(count: number, seed: number): number {
  const draw = drawing(seed);
  // The large ones take their time and say the same over and over.
  const zones = zoneSet(seed).filter(({ text }) => text.length < 10_000);
  const questions = new Map(
    zones.map((zone) => [zone, [...questionsAbout(zone, seed, 200)].map((q) => queryBytes(1, q))]),
  );
  let loaded = 0;
  for (let i = 0; i < count; i++) {
    const zone = zones[draw(zones.length)]!;
    const source = mutatedText(draw, Buffer.from(zone.text, "latin1"));
    try {
      if (isWhole(draw, zone, source, questions.get(zone)!)) loaded += 1;
    } catch (error) {
      throw new Error(`seed ${seed}, zone ${zone.origin}:\n${source.toString("latin1")}`, { cause: error });
    }
  }
  return loaded;
}

/** One changed byte or a line moved leaves most files readable; `mutated` does its worst. */
function mutatedText(draw: Draw, text: Buffer): Buffer {
  const kind = draw(4);
  if (kind === 0) return Buffer.from(mutated(draw, text));
  if (kind === 1) {
    const copy = Buffer.from(text);
    copy[draw(copy.length)] = draw(256);
    return copy;
  }
  const lines = text.toString("latin1").split("\n");
  const [line] = lines.splice(draw(lines.length), 1);
  lines.splice(draw(lines.length), 0, ...(kind === 2 ? [line!] : [line!, line!.toUpperCase()]));
  return Buffer.from(lines.join("\n"), "latin1");
}

function isWhole(draw: Draw, { origin }: GeneratedZone, source: Buffer, questions: readonly Buffer[]): boolean {
  const name = Name.parse(origin);
  const { zone, errors } = ZoneData.load(source, { origin: name, file: "zone" });
  if (zone === undefined) {
    if (errors.length === 0) throw new Error("no zone, and no error that says why");
    return false;
  }
  const lines = [...zone.records()].map(recordText);
  const again = ZoneData.load(Buffer.from(`${lines.join("\n")}\n`, "latin1"), { origin: name, file: "again" });
  if (again.zone === undefined) throw new Error("what was written is refused", { cause: again.errors[0] });
  const [written, read] = [folded(lines), folded([...again.zone.records()].map(recordText))];
  const differing = written.findIndex((line, at) => line !== read[at]);
  if (differing !== -1 || written.length !== read.length) {
    throw new Error(`what was written reads as something else: ${written[differing]}, ${read[differing]}`);
  }
  const served = new ServedZone(name);
  served.replace(zone);
  const zones = new ZoneSet();
  zones.add(served);
  const authority = new Authority({ zones, minimalResponses: false, udpPayload: 1232, elsewhere: false, now: () => 0 });
  const out = new Uint8Array(65_535);
  for (let i = 0; i < QUESTIONS; i++) {
    const query = questions[draw(questions.length)]!;
    const length = authority.answer(query, query.length, CLIENT, out);
    if (length > 0) decodeMessage(out.slice(0, length));
  }
  return true;
}

/** A name keeps the letters of its first record, and the order of records is nobody's promise. */
function folded(lines: readonly string[]): string[] {
  return lines.map((line) => line.toLowerCase()).sort();
}
