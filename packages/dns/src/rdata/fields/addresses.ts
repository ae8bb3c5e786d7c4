/** IPv4 and IPv6 addresses. */
import { DnsError } from "../../errors.ts";
import { badRdata, type Field } from "../format.ts";

/** The four bytes of dotted decimal numbers; undefined for anything else. */
export function ipv4Bytes(text: string): Uint8Array | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  const bytes = match.slice(1).map(Number);
  return bytes.every((byte, i) => byte <= 255 && String(byte) === match[i + 1]) ? Uint8Array.from(bytes) : undefined;
}

export function ipv4Text(bytes: Uint8Array): string {
  return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;
}

/** The sixteen bytes of an address in any of RFC 4291's forms, without a zone; undefined for anything else. */
export function ipv6Bytes(text: string): Uint8Array | undefined {
  let digits = text;
  const dotted = /^(.*:)([\d.]+\.[\d.]+)$/.exec(text);
  if (dotted !== null) {
    const tail = ipv4Bytes(dotted[2]!);
    if (tail === undefined) return undefined;
    digits = `${dotted[1]}${groupText(tail, 0)}:${groupText(tail, 2)}`;
  }
  const halves = digits.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const given = head!.length + (tail?.length ?? 0);
  if (tail === undefined ? given !== 8 : given > 7) return undefined;
  const groups = [...head!, ...new Array<string>(8 - given).fill("0"), ...(tail ?? [])];
  const bytes = new Uint8Array(16);
  for (const [i, group] of groups.entries()) {
    if (!/^[0-9a-f]{1,4}$/i.test(group)) return undefined;
    const value = Number.parseInt(group, 16);
    bytes[i * 2] = value >> 8;
    bytes[i * 2 + 1] = value;
  }
  return bytes;
}

function groupText(bytes: Uint8Array, at: number): string {
  return ((bytes[at]! << 8) | bytes[at + 1]!).toString(16);
}

/** RFC 5952: lower case, no leading zeros, `::` for the first longest run of zeros, dotted when the address maps an IPv4 one. */
export function ipv6Text(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => groupText(bytes, i * 2));
  let [runStart, runLength] = [-1, 1];
  for (let start = 0; start < 8; start++) {
    let end = start;
    while (end < 8 && groups[end] === "0") end += 1;
    if (end - start > runLength) [runStart, runLength] = [start, end - start];
    start = Math.max(start, end - 1);
  }
  const mapsIpv4 = runStart === 0 && ((runLength === 5 && groups[5] === "ffff") || runLength === 6);
  if (mapsIpv4) return `${runLength === 6 ? "::" : "::ffff:"}${ipv4Text(bytes.subarray(12))}`;
  if (runStart === -1) return groups.join(":");
  return `${groups.slice(0, runStart).join(":")}::${groups.slice(runStart + runLength).join(":")}`;
}

function address(
  length: number,
  bytesOf: (text: string) => Uint8Array | undefined,
  textOf: (bytes: Uint8Array) => string,
): Field<string> {
  return {
    read: (from) => textOf(from.take(length)),
    write(to, value) {
      const bytes = bytesOf(value);
      if (bytes === undefined) throw badRdata(`"${value}" is no address`);
      to.bytes(bytes);
    },
    parse(from, to, what) {
      const text = from.word(what);
      const bytes = bytesOf(text);
      if (bytes === undefined) throw new DnsError("syntax", `${what} is malformed: "${text}"`);
      to.bytes(bytes);
    },
    print: (from) => textOf(from.take(length)),
  };
}

export const ipv4: Field<string> = address(4, ipv4Bytes, ipv4Text);
export const ipv6: Field<string> = address(16, ipv6Bytes, ipv6Text);
