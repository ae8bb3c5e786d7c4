/**
 * Questions about a zone, drawn from a seed: names that exist and their neighbours (below, beside, above, under a `*`, in other letters),
 * types that are there and types that are not, other classes, with and without EDNS.
 */
import { Name } from "../../../src/name/name.ts";
import { TYPE } from "../../../src/rdata/types.ts";
import { parseZone } from "../../../src/zonefile/parser.ts";
import type { WireQuestion } from "../peers/query.ts";
import { type Draw, drawing } from "../random-messages.ts";
import type { GeneratedZone } from "./zones.ts";

/** Of every kind: ordinary, answered by the parent, proofs that are no data of an unsigned zone, gone, unknown, and questions only. */
const TYPES: readonly number[] = [
  ...[TYPE.A, TYPE.A, TYPE.AAAA, TYPE.NS, TYPE.SOA, TYPE.CNAME, TYPE.DNAME, TYPE.MX, TYPE.TXT, TYPE.SRV, TYPE.PTR],
  ...[TYPE.DS, TYPE.NSEC, TYPE.RRSIG, TYPE.DNSKEY, TYPE.NSEC3, TYPE.NSEC3PARAM, TYPE.HTTPS, TYPE.HINFO, TYPE.MAILB],
  ...[TYPE.ANY, TYPE.ANY, 65_280, 0],
];

const LABELS = ["a", "b", "www", "*", "zz", "-", "ns", "\0", "_tcp", "A"].map((text) => Buffer.from(text, "latin1"));

interface Known {
  readonly name: Name;
  readonly types: readonly number[];
}

/** `count` questions about the zone; the same ones from the same seed. */
export function* questionsAbout(zone: GeneratedZone, seed: number, count: number): Generator<WireQuestion> {
  const draw = drawing(seed);
  const known = knownNames(zone);
  for (let i = 0; i < count; i++) {
    const from = known[draw(known.length)]!;
    const name = neighbour(draw, from.name);
    yield {
      name: draw(3) === 0 ? inRandomLetters(draw, name.wire) : name.wire,
      type: draw(2) === 0 && from.types.length > 0 ? from.types[draw(from.types.length)]! : TYPES[draw(TYPES.length)]!,
      class: questionClass(draw),
      recursionDesired: draw(3) === 0,
      checkingDisabled: draw(10) === 0,
      ...(draw(2) === 0 ? {} : { edns: { udpPayload: [0, 512, 600, 1232, 4096][draw(5)]!, dnssecOk: draw(3) === 0 } }),
    };
  }
}

/** Owners, the empty non-terminals above them, and what the zone asks for itself; each with the types that are there. */
function knownNames(zone: GeneratedZone): Known[] {
  const origin = Name.parse(zone.origin);
  const { records, errors } = parseZone(Buffer.from(zone.text), { origin, file: zone.origin });
  if (errors.length > 0) throw new Error(`the generated zone ${zone.origin} has errors`, { cause: errors[0] });
  const names = new Map<string, { name: Name; types: number[] }>();
  const at = (name: Name): { name: Name; types: number[] } => {
    const key = name.folded().toString();
    const known = names.get(key) ?? { name, types: [] };
    names.set(key, known);
    return known;
  };
  for (const { name, type } of records) {
    at(name).types.push(type);
    for (let above = name.parent(); above?.isAtOrBelow(origin); above = above.parent()) at(above);
  }
  for (const text of zone.alsoAsk ?? []) at(Name.parse(text));
  return [...names.values()];
}

function neighbour(draw: Draw, name: Name): Name {
  const label = (): Uint8Array => LABELS[draw(LABELS.length)]!;
  const kind = draw(10);
  try {
    if (kind < 4 || name.isRoot) return name;
    if (kind < 6) return name.prepend(label());
    if (kind === 6) return name.prepend(label()).prepend(label());
    if (kind === 7) return name.parent()!.prepend(label());
    if (kind === 8) return name.parent()!;
    const changed = [...name.labels()];
    changed[draw(changed.length)] = label();
    return Name.fromLabels(changed);
  } catch {
    return name; // too long for another label
  }
}

/** Letters only: a length byte is never above 63, below any letter. */
function inRandomLetters(draw: Draw, wire: Uint8Array): Uint8Array {
  return wire.map((byte) => {
    const lower = byte | 0x20;
    return lower >= 0x61 && lower <= 0x7a && byte > 63 && draw(2) === 0 ? byte ^ 0x20 : byte;
  });
}

function questionClass(draw: Draw): number {
  const kind = draw(40);
  return kind === 0 ? 255 : kind === 1 ? 3 : kind === 2 ? 4321 : 1;
}
