/** Content negotiation (RFC 9110 §12): what a client accepts, by quality. */

export interface Preference {
  /** In lower case. */
  readonly value: string;
  /** 0 to 1; 0: not acceptable. */
  readonly quality: number;
}

const QUALITY = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;

/** The members of an Accept, Accept-Encoding or Accept-Language field; parameters but `q` are left out, malformed weights count as 0. */
export function parsePreferences(field: string): Preference[] {
  const preferences: Preference[] = [];
  for (const member of field.split(",")) {
    const [value = "", ...parameters] = member.split(";").map((part) => part.trim().toLowerCase());
    if (value === "") continue;
    const weight = parameters.find((parameter) => /^q[ \t]*=/.test(parameter))?.replace(/^q[ \t]*=[ \t]*/, "");
    preferences.push({ value, quality: weight === undefined ? 1 : QUALITY.test(weight) ? Number(weight) : 0 });
  }
  return preferences;
}

export type ContentCoding = "zstd" | "br" | "gzip" | "deflate" | "identity";

/**
 * The best of `available` (in the server's order of preference) by an Accept-Encoding field; `identity` is always
 * available. Undefined when not even that is accepted. Without the field everything is, and the answer is identity.
 */
export function chooseCoding(field: string | null, available: readonly ContentCoding[]): ContentCoding | undefined {
  if (field === null) return "identity";
  const preferences = parsePreferences(field);
  const qualityOf = (coding: string): number | undefined =>
    preferences.find(({ value }) => value === coding || (coding === "gzip" && value === "x-gzip"))?.quality;
  const wildcard = qualityOf("*");
  // identity is acceptable unless it is ruled out, by name or by the wildcard (RFC 9110 §12.5.3).
  const identity = qualityOf("identity") ?? (wildcard === 0 ? 0 : undefined);
  let best: ContentCoding | undefined;
  let bestQuality = 0;
  for (const coding of available) {
    if (coding === "identity") continue;
    const quality = qualityOf(coding) ?? wildcard ?? 0;
    if (quality > bestQuality) {
      best = coding;
      bestQuality = quality;
    }
  }
  if (best !== undefined && bestQuality >= (identity ?? 0)) return best;
  return identity === 0 ? undefined : "identity";
}

/** The best of `available` media types by an Accept field; the first where the client has no preference, undefined where it accepts none. */
export function chooseType<T extends string>(field: string | null, available: readonly T[]): T | undefined {
  if (field === null) return available[0];
  const preferences = parsePreferences(field);
  let best: T | undefined;
  let bestQuality = 0;
  for (const type of available) {
    const range = `${type.split("/", 1)[0]!}/*`;
    const match = [type, range, "*/*"]
      .map((value) => preferences.find((p) => p.value === value))
      .find((p) => p !== undefined);
    if (match !== undefined && match.quality > bestQuality) {
      best = type;
      bestQuality = match.quality;
    }
  }
  return best;
}
