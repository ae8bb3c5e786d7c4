/** The settings as types: as they are written, and as they are after they were checked. Their meaning is Knot's (knot.conf) and Unbound's (unbound.conf). */

type OneOrMore<T> = T | readonly T[];
type Text = string | number;
/** Knot's `on` and `off` beside YAML's own. */
type Flag = boolean | "on" | "off" | "yes" | "no" | "true" | "false";
/** Seconds, or `30m`, `12h`, `7d`. */
type Time = number | string;
/** Bytes, or `64k`, `16m`, `1g`. */
type Size = number | string;
export type AclAction = "transfer" | "notify" | "update" | "query";
export type CatalogRole = "none" | "interpret" | "generate" | "member";

/** The keys of a group, with what each kind of value is: as written, or as checked. */
interface Kinds {
  text: unknown;
  texts: unknown;
  flag: unknown;
  time: unknown;
  size: unknown;
  actions: unknown;
  checks: unknown;
}

interface Written extends Kinds {
  text: Text;
  texts: OneOrMore<Text>;
  flag: Flag;
  time: Time;
  size: Size;
  actions: OneOrMore<AclAction>;
  checks: Flag | "soft";
}

interface Checked extends Kinds {
  text: string;
  texts: string[];
  flag: boolean;
  time: number;
  size: number;
  actions: AclAction[];
  checks: boolean | "soft";
}

interface ServerGroup<K extends Kinds> {
  /** `127.0.0.1@5300`, `::1@5300`; port 53 without. */
  readonly listen?: K["texts"] | undefined;
  readonly "listen-tls"?: K["texts"] | undefined;
  readonly "listen-https"?: K["texts"] | undefined;
  /** Leaves out what answers do not need. Default true. */
  readonly "minimal-responses"?: K["flag"] | undefined;
  /** Most bytes of an answer over UDP. Default 1232. */
  readonly "udp-max-payload"?: number | undefined;
  /** Text, or bytes as `0x…`. */
  readonly nsid?: K["text"] | undefined;
  /** What version.bind says. */
  readonly version?: K["text"] | undefined;
  /** What id.server and hostname.bind say. */
  readonly identity?: K["text"] | undefined;
  readonly workers?: number | undefined;
  readonly "tcp-max-clients"?: number | undefined;
  readonly "tcp-idle-timeout"?: K["time"] | undefined;
}

/** Response rate limiting, as of Knot's module. The one called `default` holds for the server. */
interface RateLimitGroup<K extends Kinds> {
  readonly id: K["text"];
  /** Equal answers to a network in a second; 0: any number. Default 200. */
  readonly "rate-limit"?: number | undefined;
  /** Of the answers above, every so manieth is sent, truncated; 0: none. Default 2. */
  readonly slip?: number | undefined;
  /** Networks and answers that are told apart; made a power of two. */
  readonly "table-size"?: number | undefined;
}

interface KeyGroup<K extends Kinds> {
  readonly id: K["text"];
  readonly algorithm: K["text"];
  /** Base64. */
  readonly secret: K["text"];
}

interface RemoteGroup<K extends Kinds> {
  readonly id: K["text"];
  readonly address: K["texts"];
  readonly key?: K["text"] | undefined;
  readonly tls?: K["flag"] | undefined;
}

interface AclGroup<K extends Kinds> {
  readonly id: K["text"];
  /** Addresses, networks `10.0.0.0/8` and ranges `10.0.0.1-10.0.0.9`; without, any. */
  readonly address?: K["texts"] | undefined;
  /** The query must be signed by one of these; without, it must not be signed. */
  readonly key?: K["texts"] | undefined;
  readonly action?: K["actions"] | undefined;
  readonly deny?: K["flag"] | undefined;
}

interface PolicyGroup<K extends Kinds> {
  readonly id: K["text"];
  readonly algorithm?: K["text"] | undefined;
  readonly nsec3?: K["flag"] | undefined;
  readonly "nsec3-iterations"?: number | undefined;
  readonly "nsec3-salt-length"?: number | undefined;
  readonly "nsec3-opt-out"?: K["flag"] | undefined;
  readonly "single-type-signing"?: K["flag"] | undefined;
  readonly "ksk-lifetime"?: K["time"] | undefined;
  readonly "zsk-lifetime"?: K["time"] | undefined;
  readonly "rrsig-lifetime"?: K["time"] | undefined;
  readonly "rrsig-refresh"?: K["time"] | undefined;
  readonly "cds-cdnskey-publish"?: K["text"] | undefined;
}

interface ZoneKeys<K extends Kinds> {
  /** Folder that `file` starts from. */
  readonly storage?: K["text"] | undefined;
  /** `%s` stands for the zone's name. Default `%s.zone`, but for a zone with a `master`. */
  readonly file?: K["text"] | undefined;
  readonly master?: K["texts"] | undefined;
  readonly notify?: K["texts"] | undefined;
  readonly acl?: K["texts"] | undefined;
  readonly "refresh-min-interval"?: K["time"] | undefined;
  readonly "dnssec-signing"?: K["flag"] | undefined;
  readonly "dnssec-policy"?: K["text"] | undefined;
  readonly "catalog-role"?: CatalogRole | undefined;
  readonly "zonemd-generate"?: K["text"] | undefined;
  readonly "zonemd-verify"?: K["flag"] | undefined;
  readonly "journal-max-depth"?: number | undefined;
  readonly "journal-max-usage"?: K["size"] | undefined;
  /** What breaks answers (no SOA, data beside a CNAME, …) is refused whatever this says; nothing beyond that is looked for. */
  readonly "semantic-checks"?: K["checks"] | undefined;
}

interface TemplateGroup<K extends Kinds> extends ZoneKeys<K> {
  /** `default` holds for zones that name none. */
  readonly id: K["text"];
}

interface ZoneGroup<K extends Kinds> extends ZoneKeys<K> {
  readonly domain: K["text"];
  readonly template?: K["text"] | undefined;
}

interface ViewGroup<K extends Kinds> {
  readonly id: K["text"];
  /** As of an ACL: whose queries get these zones. */
  readonly address: K["texts"];
  /** In the place of the zones of the same names, and beside the others. */
  readonly zone: readonly ZoneGroup<K>[];
}

interface UpstreamGroup<K extends Kinds> {
  readonly name: K["text"];
  readonly address: K["texts"];
  readonly tls?: K["flag"] | undefined;
}

interface ResolverGroup<K extends Kinds> {
  readonly "root-hints"?: K["text"] | undefined;
  readonly "trust-anchor-file"?: K["texts"] | undefined;
  readonly "domain-insecure"?: K["texts"] | undefined;
  readonly "auto-trust-anchor"?: K["flag"] | undefined;
  readonly "trust-anchor-signaling"?: K["flag"] | undefined;
  readonly priming?: K["flag"] | undefined;
  readonly "qname-minimisation"?: K["flag"] | undefined;
  readonly "harden-glue"?: K["flag"] | undefined;
  readonly "do-ip4"?: K["flag"] | undefined;
  readonly "do-ip6"?: K["flag"] | undefined;
  readonly "do-not-query-localhost"?: K["flag"] | undefined;
  readonly "outgoing-interface"?: K["texts"] | undefined;
  readonly "edns-buffer-size"?: number | undefined;
  readonly "target-fetch-policy"?: K["text"] | undefined;
  readonly "cache-min-ttl"?: K["time"] | undefined;
  readonly "cache-max-ttl"?: K["time"] | undefined;
  readonly "cache-max-negative-ttl"?: K["time"] | undefined;
  readonly "cache-size"?: K["size"] | undefined;
  readonly prefetch?: K["flag"] | undefined;
  readonly "serve-expired"?: K["flag"] | undefined;
  readonly "serve-expired-ttl"?: K["time"] | undefined;
  readonly "serve-expired-reply-ttl"?: K["time"] | undefined;
  /** Milliseconds. */
  readonly "serve-expired-client-timeout"?: number | undefined;
  readonly "use-caps-for-id"?: K["flag"] | undefined;
  readonly "dns64-prefix"?: K["text"] | undefined;
  readonly "local-defaults"?: K["flag"] | undefined;
  /** `example.test static` */
  readonly "local-zone"?: K["texts"] | undefined;
  /** `www.example.test 300 A 192.0.2.1` */
  readonly "local-data"?: K["texts"] | undefined;
  readonly "private-address"?: K["texts"] | undefined;
  readonly "private-domain"?: K["texts"] | undefined;
  /** `127.0.0.0/8 allow`; the most specific one decides. */
  readonly "access-control"?: K["texts"] | undefined;
  readonly "forward-zone"?: readonly UpstreamGroup<K>[] | undefined;
  readonly "stub-zone"?: readonly UpstreamGroup<K>[] | undefined;
  readonly rpz?: readonly { readonly name: K["text"]; readonly zone: K["text"] }[] | undefined;
  readonly ratelimit?: number | undefined;
}

interface Groups<K extends Kinds> {
  readonly server?: ServerGroup<K> | undefined;
  readonly database?: { readonly storage?: K["text"] | undefined } | undefined;
  readonly key?: readonly KeyGroup<K>[] | undefined;
  readonly remote?: readonly RemoteGroup<K>[] | undefined;
  readonly acl?: readonly AclGroup<K>[] | undefined;
  readonly policy?: readonly PolicyGroup<K>[] | undefined;
  readonly "mod-rrl"?: readonly RateLimitGroup<K>[] | undefined;
  readonly template?: readonly TemplateGroup<K>[] | undefined;
  readonly zone?: readonly ZoneGroup<K>[] | undefined;
  readonly view?: readonly ViewGroup<K>[] | undefined;
  readonly resolver?: ResolverGroup<K> | undefined;
}

/** As a file or a program writes it. */
export interface DnsConfig extends Groups<Written> {}
/** With each value in one form. */
export interface CheckedConfig extends Groups<Checked> {}
export interface CheckedZone extends ZoneGroup<Checked> {}
export interface CheckedZoneKeys extends ZoneKeys<Checked> {}
