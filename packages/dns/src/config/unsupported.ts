/** Settings whose work is still to come. Asking for it is an error: a server that quietly did not sign would be worse than none. */
import type { ConfigProblem, ConfigPath } from "./errors.ts";

/** What a value of a key must be for nothing to be asked for; "absent": the key may not be there. */
type Harmless = "absent" | ((value: unknown) => boolean);

const isOff = (value: unknown): boolean => value === false || value === "off" || value === "no" || value === "false";
const isNone = (value: unknown): boolean => value === "none";
const isOne = (value: unknown): boolean => value === 1;

/** By path, `*` for the places of a list. */
const UNSUPPORTED: readonly (readonly [path: string, harmless: Harmless, what: string])[] = [
  ["server.listen-tls", "absent", "DNS over TLS"],
  ["server.listen-https", "absent", "DNS over HTTPS"],
  ["server.workers", isOne, "more than one worker"],
  ["remote.*.tls", isOff, "transfers over TLS"],
  ["policy", "absent", "signing"],
  ...["zone", "template", "view.*.zone"].flatMap((section) => [
    [`${section}.*.dnssec-signing`, isOff, "signing"] as const,
    [`${section}.*.dnssec-policy`, "absent", "signing"] as const,
    [`${section}.*.catalog-role`, isNone, "catalog zones"] as const,
    [`${section}.*.zonemd-generate`, isNone, "ZONEMD"] as const,
    [`${section}.*.zonemd-verify`, isOff, "ZONEMD"] as const,
  ]),
  ["resolver.root-hints", "absent", "resolving from the roots"],
  ["resolver.priming", isOff, "resolving from the roots"],
  ["resolver.qname-minimisation", isOff, "resolving from the roots"],
  ["resolver.harden-glue", isOff, "resolving from the roots"],
  ["resolver.target-fetch-policy", "absent", "resolving from the roots"],
  ["resolver.trust-anchor-file", "absent", "validation"],
  ["resolver.domain-insecure", "absent", "validation"],
  ["resolver.auto-trust-anchor", isOff, "validation"],
  ["resolver.trust-anchor-signaling", isOff, "validation"],
  ["resolver.dns64-prefix", "absent", "DNS64"],
  ["resolver.rpz", "absent", "response policy zones"],
  ["resolver.forward-zone.*.tls", isOff, "forwarding over TLS"],
  ["resolver.stub-zone.*.tls", isOff, "asking over TLS"],
];

/** What `config`, as it was written, asks for and does not get. */
export function unsupportedIn(config: unknown): ConfigProblem[] {
  return UNSUPPORTED.flatMap(([pattern, harmless, what]) =>
    placesOf(config, pattern.split("."), [])
      .filter(({ value }) => harmless === "absent" || !harmless(value))
      .map(({ path }) => ({ path, text: `not supported yet: ${what}` })),
  );
}

function placesOf(
  value: unknown,
  [key, ...rest]: readonly string[],
  path: ConfigPath,
): { path: ConfigPath; value: unknown }[] {
  if (key === undefined) return [{ path, value }];
  if (typeof value !== "object" || value === null) return [];
  if (key === "*") {
    return Array.isArray(value) ? value.flatMap((item, i) => placesOf(item, rest, [...path, i])) : [];
  }
  const inner: unknown = Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
  return inner === undefined ? [] : placesOf(inner, rest, [...path, key]);
}
