/** TTLs and SOA timers: seconds, or numbers with units, "1w2d3h4m5s" in any order and case (BIND's syntax). */
import { DnsError } from "../errors.ts";

/** RFC 2181 §8: 31 bits. */
export const MAX_TTL = 0x7fff_ffff;

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** The seconds that `text` says; undefined when it is no duration at all. Throws DnsError("syntax") above `max`. */
export function parseDuration(text: string, max: number): number | undefined {
  if (!/^(?:\d+|(?:\d+[smhdw])+)$/i.test(text)) return undefined;
  let seconds = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)([smhdw]?)/gi)) {
    seconds += Number(count) * (SECONDS[unit!.toLowerCase()] ?? 1);
  }
  if (seconds > max) throw new DnsError("syntax", `${text} is above ${max} seconds`);
  return seconds;
}
