/** Byte ranges (RFC 9110 §14). */

/** First and last byte, both included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** Ranges that one answer may have; a request for more gets everything. */
export const MAX_RANGES = 32;

/**
 * What a Range field asks of a representation of `size` bytes: ranges in the order asked for, `unsatisfiable` (416: none
 * of them exists, or the field is malformed), or undefined where the whole is to be sent: another unit, more ranges than
 * `MAX_RANGES`, or ranges that together are longer than the whole, which is how overlapping ones make work (RFC 9110 §17.15).
 */
export function parseByteRanges(field: string, size: number): ByteRange[] | "unsatisfiable" | undefined {
  const equals = field.indexOf("=");
  if (equals < 0 || field.slice(0, equals).trim().toLowerCase() !== "bytes") return undefined;
  const specs = field
    .slice(equals + 1)
    .split(",")
    .map((spec) => spec.trim())
    .filter((spec) => spec !== "");
  if (specs.length === 0) return "unsatisfiable";
  if (specs.length > MAX_RANGES) return undefined;
  const ranges: ByteRange[] = [];
  let total = 0;
  for (const spec of specs) {
    const match = /^(\d*)-(\d*)$/.exec(spec);
    if (match === null || spec === "-") return "unsatisfiable";
    const [, from = "", to = ""] = match;
    if (from !== "" && to !== "" && Number(from) > Number(to)) return "unsatisfiable";
    const first = from === "" ? Math.max(0, size - Number(to)) : Number(from);
    const last = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
    if (first > last) continue;
    ranges.push({ first, last });
    total += last - first + 1;
  }
  if (ranges.length === 0) return "unsatisfiable";
  return total > size ? undefined : ranges;
}

/** `bytes 0-99/1234`. */
export function contentRange({ first, last }: ByteRange, size: number): string {
  return `bytes ${first}-${last}/${size}`;
}
