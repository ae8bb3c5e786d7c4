/**
 * The command table: what a command is, as data.
 *
 * A row says everything about a command, in one place: dispatch, the arity check, COMMAND INFO, DOCS, GETKEYS, ACL
 * categories and the command's code all come from it. A family of commands is one file that exports an array of rows; registry.ts lists
 * the families.
 */
import type { Args } from "../resp/args.ts";
import type { CommandContext } from "./context.ts";

export type CommandFlag =
  | "write"
  | "readonly"
  | "denyoom"
  | "admin"
  | "pubsub"
  | "noscript"
  | "blocking"
  | "loading"
  | "stale"
  | "skip_monitor"
  | "skip_slowlog"
  | "asking"
  | "fast"
  | "no_auth"
  | "may_replicate"
  | "no_async_loading"
  | "no_multi"
  | "no_mandatory_keys"
  | "allow_busy"
  | "sort_for_script";

/** Where keys are among the arguments (https://redis.io/docs/latest/develop/reference/key-specs/). */
export interface KeySpec {
  /** As COMMAND INFO prints them: "RO access", "RW access update", "OW update", … */
  readonly flags: string;
  readonly begin: { readonly index: number } | { readonly keyword: string; readonly startFrom: number } | "unknown";
  /**
   * From the beginning: `range` with the last key relative to the first (negative: from the end), or `keynum`: a count
   * of keys at `keynum`, the first of them at `first`.
   */
  readonly find:
    | { readonly lastKey: number; readonly step: number; readonly limit: number }
    | { readonly keynum: number; readonly first: number; readonly step: number }
    | "unknown";
  readonly notes?: string;
}

/** One key at argument `index`. */
export function key(flags: string, index = 1, notes?: string): KeySpec {
  return {
    flags,
    begin: { index },
    find: { lastKey: 0, step: 1, limit: 0 },
    ...(notes === undefined ? {} : { notes }),
  };
}

/** Keys from argument `first` on: to `last` relative to the first (-1: the last argument, -2: the one before), every `step`th. */
export function keys(flags: string, first = 1, last = -1, step = 1): KeySpec {
  return { flags, begin: { index: first }, find: { lastKey: last, step, limit: 0 } };
}

/** A count of keys at argument `index`, followed by the keys. */
export function countedKeys(flags: string, index = 1): KeySpec {
  return { flags, begin: { index }, find: { keynum: 0, first: 1, step: 1 } };
}

/** One key after `keyword`, searched from argument `startFrom`. */
export function keyAfter(flags: string, keyword: string, startFrom: number): KeySpec {
  return { flags, begin: { keyword, startFrom }, find: { lastKey: 0, step: 1, limit: 0 } };
}

export type Handler = (ctx: CommandContext) => void;

export interface CommandRow {
  /** Lower case. */
  readonly name: string;
  /** Number of arguments, the name included; negative: at least as many. Subcommands count the container too. */
  readonly arity: number;
  readonly flags: readonly CommandFlag[];
  /** ACL categories beyond those that follow from the flags (write, read, admin, dangerous, pubsub, fast/slow, blocking): "string", "keyspace", … */
  readonly categories: readonly string[];
  readonly keys?: readonly KeySpec[];
  /** For keys that no key spec describes: argument indexes of the keys, in order. */
  readonly findKeys?: (args: Args) => number[];
  readonly since: string;
  /** As in COMMAND DOCS: "string", "generic", "list", "hash", "set", "sorted-set", "pubsub", "transactions", "connection", "server", … */
  readonly group: string;
  readonly summary: string;
  readonly complexity: string;
  /** Arguments in the notation of syntax.ts, without the name. */
  readonly syntax?: string;
  /** Version → what changed. */
  readonly history?: readonly (readonly [string, string])[];
  readonly deprecated?: { readonly since: string; readonly replacedBy: string };
  /** COMMAND INFO's tips: "nondeterministic_output", "request_policy:all_shards", … */
  readonly tips?: readonly string[];
  /** Rows whose names are the second argument ("get" of CONFIG GET). A container's own handler may be left out. */
  readonly subcommands?: readonly CommandRow[];
  readonly handler?: Handler;
}
