/** Points in time: seconds since 1970 in 32 bits, printed YYYYMMDDHHmmSS in UTC (RFC 4034 §3.2). */
import { DnsError } from "../../errors.ts";
import type { Field } from "../format.ts";
import { u32 } from "./numbers.ts";

export const timestamp: Field<number> = {
  ...u32,
  parse(from, to, what) {
    const text = from.word(what);
    to.u32(secondsOf(text) ?? refuse(what, text));
  },
  print: (from) => timeText(from.u32()),
};

function refuse(what: string, text: string): never {
  throw new DnsError("syntax", `${what} is no time: "${text}"`);
}

/** `YYYYMMDDHHmmSS` in UTC. */
export function timeText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replaceAll(/[-T:]/g, "");
}

/** Fourteen digits are a date, up to ten are seconds. */
function secondsOf(text: string): number | undefined {
  if (/^\d{1,10}$/.test(text)) return Number(text) <= 0xffff_ffff ? Number(text) : undefined;
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]; // six groups
  const seconds = Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
  // Serial arithmetic lets times beyond 2106 wrap; a date that does not come back (a 31st of June) is none.
  const written = new Date(seconds * 1000).toISOString().slice(0, 19).replaceAll(/[-T:]/g, "");
  return written === text && year >= 1970 ? seconds % 2 ** 32 : undefined;
}
