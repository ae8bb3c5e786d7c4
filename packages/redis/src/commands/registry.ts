/**
 * All command families, compiled for dispatch: names are found by their bytes, in any case, without making a string.
 *
 * A new family is one line here.
 */
import type { Args } from "../resp/args.ts";
import { LatencyHistogram } from "../observe/latency-histogram.ts";
import { aclCommands } from "./acl.ts";
import { bitmapCommands } from "./bitmaps.ts";
import { geoCommands } from "./geo.ts";
import { hashFieldCommands } from "./hash-fields.ts";
import { hashCommands } from "./hashes.ts";
import { hyperLogLogCommands } from "./hyperloglogs.ts";
import { listMovingCommands } from "./lists-moving.ts";
import { listCommands } from "./lists.ts";
import { setAlgebraCommands } from "./sets-algebra.ts";
import { setCommands } from "./sets.ts";
import { sortedSetAlgebraCommands } from "./sorted-sets-algebra.ts";
import { sortedSetPoppingCommands } from "./sorted-sets-popping.ts";
import { sortedSetRangeCommands } from "./sorted-sets-ranges.ts";
import { sortedSetCommands } from "./sorted-sets.ts";
import { clientCommands } from "./clients.ts";
import { clusterCommands } from "./cluster.ts";
import { debugCommands } from "./debug.ts";
import { connectionCommands } from "./connection.ts";
import { infoCommands } from "./info.ts";
import { latencyCommands } from "./latency.ts";
import { introspectionCommands } from "./introspection.ts";
import { keyCommands } from "./keys.ts";
import { expiryCommands } from "./keys-expiry.ts";
import { objectCommands } from "./object.ts";
import { memoryCommands } from "./memory.ts";
import { migrateCommands } from "./migrate.ts";
import { persistenceCommands } from "./persistence.ts";
import { pubsubCommands } from "./pubsub.ts";
import { replicationCommands } from "./replication.ts";
import { scriptingCommands } from "./scripting.ts";
import { serverCommands } from "./server.ts";
import { sortCommands } from "./sort.ts";
import { transactionCommands } from "./transactions.ts";
import { streamGroupCommands } from "./streams-groups.ts";
import { streamInfoCommands } from "./streams-info.ts";
import { streamPendingCommands } from "./streams-pending.ts";
import { streamReadingCommands } from "./streams-reading.ts";
import { streamCommands } from "./streams.ts";
import { stringCommands } from "./strings.ts";
import { stringRangeCommands } from "./strings-ranges.ts";
import type { CommandFlag, CommandRow, Handler } from "./table.ts";

const FAMILIES: readonly (readonly CommandRow[])[] = [
  listCommands,
  listMovingCommands,
  hashCommands,
  hashFieldCommands,
  setCommands,
  setAlgebraCommands,
  sortedSetCommands,
  sortedSetRangeCommands,
  sortedSetAlgebraCommands,
  sortedSetPoppingCommands,
  streamCommands,
  streamReadingCommands,
  streamGroupCommands,
  streamPendingCommands,
  streamInfoCommands,
  stringCommands,
  bitmapCommands,
  hyperLogLogCommands,
  geoCommands,
  stringRangeCommands,
  aclCommands,
  clientCommands,
  clusterCommands,
  connectionCommands,
  debugCommands,
  infoCommands,
  introspectionCommands,
  keyCommands,
  expiryCommands,
  objectCommands,
  latencyCommands,
  memoryCommands,
  migrateCommands,
  persistenceCommands,
  pubsubCommands,
  replicationCommands,
  scriptingCommands,
  serverCommands,
  sortCommands,
  transactionCommands,
];

/** Flags that dispatch asks for, as bits. */
export const FLAG = {
  write: 1,
  readonly: 2,
  denyoom: 4,
  noAuth: 8,
  noMulti: 16,
  blocking: 32,
  skipMonitor: 64,
  skipSlowlog: 128,
  mayReplicate: 256,
  admin: 512,
  pubsub: 1024,
  loading: 2048,
  stale: 4096,
  noscript: 8192,
  allowBusy: 16384,
} as const;

const FLAG_BITS: Partial<Record<CommandFlag, number>> = {
  write: FLAG.write,
  readonly: FLAG.readonly,
  denyoom: FLAG.denyoom,
  no_auth: FLAG.noAuth,
  no_multi: FLAG.noMulti,
  blocking: FLAG.blocking,
  skip_monitor: FLAG.skipMonitor,
  skip_slowlog: FLAG.skipSlowlog,
  may_replicate: FLAG.mayReplicate,
  admin: FLAG.admin,
  pubsub: FLAG.pubsub,
  loading: FLAG.loading,
  stale: FLAG.stale,
  noscript: FLAG.noscript,
  allow_busy: FLAG.allowBusy,
};

/** A row, ready to run, with its statistics. */
export class CommandEntry {
  readonly row: CommandRow;
  /** What clients call it: its name, unless it was renamed. Lower case. */
  calledAs: string;
  /** "get", or "config|get" for a subcommand. */
  readonly fullName: string;
  readonly parent: CommandEntry | undefined;
  readonly arity: number;
  readonly bits: number;
  /** Takes about as long as reading a clock, given few arguments. */
  readonly brief: boolean;
  readonly handler: Handler | undefined;
  readonly subcommands: CommandIndex | undefined;
  calls = 0;
  microseconds = 0;
  rejectedCalls = 0;
  failedCalls = 0;
  latency: LatencyHistogram = new LatencyHistogram();

  constructor(row: CommandRow, parent?: CommandEntry) {
    this.row = row;
    this.calledAs = row.name;
    this.parent = parent;
    this.fullName = parent === undefined ? row.name : `${parent.fullName}|${row.name}`;
    this.arity = row.arity;
    this.bits = row.flags.reduce((bits, flag) => bits | (FLAG_BITS[flag] ?? 0), 0);
    this.brief = row.flags.includes("fast") || row.name === "set";
    this.handler = row.handler;
    this.subcommands =
      row.subcommands === undefined
        ? undefined
        : new CommandIndex(row.subcommands.map((subcommand) => new CommandEntry(subcommand, this)));
  }

  resetStats(): void {
    this.calls = 0;
    this.microseconds = 0;
    this.rejectedCalls = 0;
    this.failedCalls = 0;
    this.latency = new LatencyHistogram();
  }

  /** Whether a call with `count` arguments is allowed. */
  accepts(count: number): boolean {
    return this.arity >= 0 ? count === this.arity : count >= -this.arity;
  }
}

/** Entries by name: open addressing over a hash of the name's letters. */
export class CommandIndex {
  #slots: (CommandEntry | undefined)[] = [];
  #mask = 0;
  #entries: readonly CommandEntry[] = [];

  constructor(entries: readonly CommandEntry[]) {
    this.#fill(entries);
  }

  get entries(): readonly CommandEntry[] {
    return this.#entries;
  }

  /**
   * redis.conf's rename-command: the command that is called `from` is called `to` from now on, or by no name when `to` is empty. Keeps its
   * own name in all that is said of it. Throws when there is no such command, or another is called `to`.
   */
  rename(from: string, to: string): void {
    const called = (name: string): CommandEntry | undefined =>
      this.#entries.find((entry) => entry.calledAs === name.toLowerCase());
    const entry = called(from);
    if (entry === undefined) throw new Error("No such command in rename-command");
    if (to !== "" && called(to) !== undefined) throw new Error("Target command name already exists");
    entry.calledAs = to.toLowerCase();
    this.#fill(this.#entries.filter(({ calledAs }) => calledAs !== ""));
  }

  #fill(entries: readonly CommandEntry[]): void {
    this.#entries = entries;
    let size = 8;
    while (size < entries.length * 4) size *= 2;
    this.#slots = new Array<CommandEntry | undefined>(size).fill(undefined);
    this.#mask = size - 1;
    for (const entry of entries) {
      const name = entry.calledAs;
      let hash = 0;
      for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 31) + (name.charCodeAt(i) | 0x20)) | 0;
      let slot = (hash ^ (hash >>> 15)) & this.#mask;
      while (this.#slots[slot] !== undefined) slot = (slot + 1) & this.#mask;
      this.#slots[slot] = entry;
    }
  }

  /** The entry of a request: of a container the subcommand that it names, undefined when there is none of that name. */
  command(args: Args): CommandEntry | undefined {
    const entry = this.find(args, 0);
    if (entry?.subcommands === undefined || args.length < 2) return entry;
    return entry.subcommands.find(args, 1);
  }

  /** The entry whose name argument `i` is. */
  find(args: Args, i: number): CommandEntry | undefined {
    const { buffer } = args;
    const start = args.starts[i]!;
    const end = args.ends[i]!;
    let hash = 0;
    for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + (buffer[at]! | 0x20)) | 0;
    let slot = (hash ^ (hash >>> 15)) & this.#mask;
    for (;;) {
      const entry = this.#slots[slot];
      if (entry === undefined) return undefined;
      const name = entry.calledAs;
      if (name.length === end - start) {
        let k = 0;
        while (k < name.length) {
          const byte = buffer[start + k]!;
          const lower = byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte;
          if (lower !== name.charCodeAt(k)) break;
          k++;
        }
        if (k === name.length) return entry;
      }
      slot = (slot + 1) & this.#mask;
    }
  }
}

/** A fresh table: every engine has its own, as entries hold statistics. */
export function buildCommandIndex(): CommandIndex {
  return new CommandIndex(FAMILIES.flat().map((row) => new CommandEntry(row)));
}
