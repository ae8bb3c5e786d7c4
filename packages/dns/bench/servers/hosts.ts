/** The hosts of the zone of data.ts, for servers that want them in a `Map`. */
import { HOSTS, ORIGIN } from "../data.ts";

export function hosts(): Map<string, string> {
  const suffix = ORIGIN.slice(0, -1);
  const entries = Array.from(
    { length: HOSTS },
    (_, i) => [`h${i}.${suffix}`, `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`] as const,
  );
  return new Map(entries);
}
