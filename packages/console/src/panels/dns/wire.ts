/** What the DNS panel's two sides say to each other: plain JSON shapes, no code. */
import type { LoggedQuery, MessageField } from "@tenon/dns";

/** A TSIG key as configurations have it; sent with each request that needs it, and kept by the page alone. */
export interface WireKey {
  readonly name: string;
  readonly algorithm: string;
  /** Base64. */
  readonly secret: string;
}

export interface ZoneFacts {
  /** Absolute. */
  readonly name: string;
  /** Absent while the zone is not loaded, or has expired. */
  readonly serial?: number;
  readonly records?: number;
}

/** Answer of route `zones`. */
export interface ZonesAnswer {
  /** False: the server is somebody else's, and does not say; zones are read by transfer. */
  readonly known: boolean;
  readonly zones: readonly ZoneFacts[];
}

/** A record as text, in the syntax of master files, names absolute. */
export interface WireRecord {
  readonly name: string;
  readonly ttl: number;
  readonly class: string;
  readonly type: string;
  readonly data: string;
}

/** Route `records`: looks through a zone from record `from` on. */
export interface RecordsRequest {
  readonly zone: string;
  /** Part of an owner's name, in any case; empty for all. */
  readonly name: string;
  /** A mnemonic; empty for all. */
  readonly type: string;
  readonly from: number;
  /** About how many to answer with. */
  readonly want: number;
  readonly key?: WireKey;
}

export interface RecordsAnswer {
  /** Of the version that was looked through: another one begins anew. */
  readonly serial: number;
  /** Records of the whole zone. */
  readonly total: number;
  readonly records: readonly WireRecord[];
  /** Where to go on; absent at the end. */
  readonly next?: number;
}

/** Route `update`: removals, then additions, as one dynamic update (RFC 2136). */
export interface UpdateRequest {
  readonly zone: string;
  readonly remove: readonly WireRecord[];
  /** Names relative to the zone. */
  readonly add: readonly WireRecord[];
  readonly key?: WireKey;
}

export interface UpdateAnswer {
  /** Mnemonic. */
  readonly rcode: string;
  /** The server's answer as dig prints it. */
  readonly text: string;
}

export const QUERY_FLAGS = ["rd", "cd", "ad"] as const;
export type QueryFlag = (typeof QUERY_FLAGS)[number];

/** Route `query`: asks a server. */
export interface QueryRequest {
  /** `address`, `address:port`, `[address]:port`; empty for the service itself. */
  readonly server: string;
  readonly name: string;
  readonly type: string;
  readonly class: string;
  readonly flags: readonly QueryFlag[];
  readonly tcp: boolean;
  /** Absent: none. */
  readonly edns?: QueryEdns;
}

export interface QueryEdns {
  readonly udpPayload: number;
  readonly version: number;
  readonly dnssecOk: boolean;
  readonly nsid: boolean;
  readonly cookie: boolean;
  /** `192.0.2.0/24`; empty for none. */
  readonly subnet: string;
}

/** A message with its fields, whatever is wrong with it. */
export interface WirePacket {
  readonly base64: string;
  readonly fields: MessageField;
  /** As dig prints it; absent when it cannot be read. */
  readonly text?: string;
}

export interface QueryAnswer {
  readonly query: WirePacket;
  /** Absent when none came. */
  readonly reply?: WirePacket;
  /** Why there is none, or none that is a message. */
  readonly failure?: string;
  /** `127.0.0.1#5300`. */
  readonly server: string;
  readonly transport: "udp" | "tcp";
  readonly elapsedMs: number;
  /** The same for dig. */
  readonly command: string;
}

/** Topic `queries`: a query that was answered, or not. */
export interface WireQuery extends Omit<LoggedQuery, "opcode" | "rcode"> {
  /** Mnemonic. */
  readonly opcode: string;
  /** Mnemonic, EDNS's upper bits not counted; absent when there was no answer. */
  readonly rcode?: string;
}

export interface CacheRow {
  readonly name: string;
  readonly type: string;
  /** Answers to queries with DO or CD are kept apart. */
  readonly flags: readonly ("do" | "cd")[];
  readonly rcode: string;
  readonly origin: "upstream" | "local" | "failure";
  /** Seconds; below 0: only good to be served stale. Absent: for ever. */
  readonly remainingS?: number;
  readonly bytes: number;
  readonly answers: readonly WireRecord[];
  readonly authorities: readonly WireRecord[];
}

/** Answer of route `cache`. */
export interface CacheAnswer {
  readonly entries: readonly CacheRow[];
  /** In the cache; `entries` are those that match, up to a limit. */
  readonly total: number;
  readonly usedBytes: number;
  readonly capacityBytes: number;
}

/** Answer of route `flush`. */
export interface FlushAnswer {
  readonly entries: number;
}
