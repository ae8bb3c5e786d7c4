/** A zone from what a program or a file gives: master-file text, bytes, or data that is ready. */
import type { Name } from "./name/name.ts";
import { ZoneData } from "./zone/zone-data.ts";
import type { ZoneFileOptions } from "./zonefile/parser.ts";

/** TTL of records in texts that give none. */
const DEFAULT_TTL = 3600;

export type ZoneSource = string | Uint8Array | ZoneData;

/** A zone's text is refused; the message has all complaints, a line each. */
export class ZoneLoadError extends Error {
  override readonly name = "ZoneLoadError";
}

/** Throws ZoneLoadError. */
export function loadZone(source: Uint8Array, options: ZoneFileOptions): ZoneData {
  const { zone, errors } = ZoneData.load(source, options);
  if (zone === undefined) throw new ZoneLoadError(errors.map(({ message }) => message).join("\n"));
  return zone;
}

/**
 * A zone that a program brings. A text may leave out SOA and NS at the apex, and TTLs: what a test has to say of a zone is a few addresses.
 * Throws ZoneLoadError.
 */
export function zoneFrom(origin: Name, source: ZoneSource): ZoneData {
  if (source instanceof ZoneData) return source;
  const file = origin.toString();
  if (typeof source !== "string") return loadZone(source, { origin, file });
  const text = `${source}\n${impliedRecords(origin, source)}`;
  return loadZone(Buffer.from(text), { origin, file, defaultTtl: DEFAULT_TTL });
}

/**
 * Whether a source says which version of its zone it is. One that does not is the zone itself, each time that it is given: what changed it
 * since cannot be told from what it says anew, and is not kept.
 */
export function hasSerial(source: ZoneSource): boolean {
  return typeof source !== "string" || SOA_WORD.test(source);
}

const SOA_WORD = /\sSOA\s/i;

/** The two sets that every zone has at its apex, where the text has not the word. */
function impliedRecords(origin: Name, text: string): string {
  const apex = origin.toString();
  const server = origin.isRoot ? "ns." : `ns.${apex}`;
  const soa = `${apex} ${DEFAULT_TTL} IN SOA ${server} ${server.replace("ns", "hostmaster")} 1 3600 600 604800 60\n`;
  const ns = `${apex} ${DEFAULT_TTL} IN NS ${server}\n`;
  return (SOA_WORD.test(text) ? "" : soa) + (/\sNS\s/i.test(text) ? "" : ns);
}
