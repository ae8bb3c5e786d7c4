/** What the Redis panel's two sides say to each other: plain JSON shapes, no code. */
import type { WireBytes } from "../../protocol.ts";

/**
 * One reply. A bulk string is its bytes and an array is an array; what a client of Redis can tell apart from them stays
 * apart. A double is text, because JSON has no infinities.
 */
export type WireReply =
  | null
  | WireBytes
  | readonly WireReply[]
  | { readonly status: string }
  | { readonly error: string }
  | { readonly integer: string }
  | { readonly double: string }
  | { readonly boolean: boolean }
  | { readonly map: readonly (readonly [WireReply, WireReply])[] }
  | { readonly set: readonly WireReply[] };

/** Route `commands`: several commands for one database, sent in one go; one reply each. */
export interface CommandsRequest {
  readonly db: number;
  readonly commands: readonly (readonly WireBytes[])[];
}

export interface CommandsAnswer {
  readonly replies: readonly WireReply[];
}

/** Route `scan`: the next keys from `cursor` on (`"0"` at first). */
export interface ScanRequest {
  readonly db: number;
  readonly cursor: string;
  /** Glob; absent: all keys. */
  readonly match?: string;
  readonly type?: string;
  /** How many keys are wanted; somewhat more or fewer may come. */
  readonly want: number;
}

export interface ScanAnswer {
  /** `"0"` when the iteration is complete. */
  readonly cursor: string;
  readonly keys: readonly WireBytes[];
  /** Keys in the database. */
  readonly total: number;
}

/** Route `describe`: facts about keys, in their order. */
export interface DescribeRequest {
  readonly db: number;
  readonly keys: readonly WireBytes[];
}

export interface KeyFacts {
  /** `none` when there is no such key any more. */
  readonly type: string;
  /** Milliseconds; −1: never expires. */
  readonly ttlMs: number;
  /** Bytes of a string, elements of everything else. */
  readonly size: number;
}

/** Route `memory`: measures the next keys from `cursor` on (`"0"` at first), for a fifth of a second. */
export interface MemoryRequest {
  readonly db: number;
  readonly cursor: string;
  /** Glob; absent: all keys. */
  readonly match?: string;
}

export interface MemoryAnswer {
  /** `"0"` when the iteration is complete. */
  readonly cursor: string;
  /** Keys that were measured for this answer. */
  readonly keys: number;
  /** Keys in the database. */
  readonly total: number;
  /** To be added to those of the answers before. */
  readonly groups: readonly MemoryGroup[];
}

/** Keys of one type whose names have a pattern in common. */
export interface MemoryGroup {
  readonly pattern: string;
  readonly type: string;
  readonly keys: number;
  /** How many of them have a time to live. */
  readonly expiring: number;
  /** By MEMORY USAGE, which samples large collections. */
  readonly bytes: number;
  readonly largest: { readonly name: WireBytes; readonly bytes: number };
}

/** One command of the server, for completion. */
export interface CommandEntry {
  /** Upper case; subcommands with their container: `CONFIG GET`. */
  readonly name: string;
  readonly summary: string;
  /** What follows the name, in the notation of the Redis documentation: `key [NX | XX]`. */
  readonly syntax: string;
  readonly since: string;
}

/** Topic `monitor`. */
export interface MonitorLine {
  readonly timeMs: number;
  readonly db: number;
  /** Address of the client, or `lua`. */
  readonly client: string;
  /** Command and arguments, quoted as the server quotes them. */
  readonly text: string;
  /** Sent by the console itself to show keys and values. */
  readonly own: boolean;
}
