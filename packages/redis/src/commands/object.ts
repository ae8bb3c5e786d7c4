/** OBJECT: how the original would hold a key's value. Nothing here marks an access. */
import { isCanonicalInt64 } from "../types/numbers.ts";
import { Collection, type Value } from "../types/value.ts";
import type { CommandContext } from "./context.ts";
import { CommandError } from "./errors.ts";
import { subcommandHelp } from "./help.ts";
import { key, type CommandRow } from "./table.ts";

/** Longest string that Redis keeps in one allocation with its object. */
const EMBEDDED_STRING_BYTES = 44;

/** As OBJECT ENCODING reports it. */
export function encodingOf(value: Value): string {
  if (value instanceof Collection) return value.encoding();
  if (typeof value === "number") return "int";
  if (typeof value === "string") {
    if (value.length >= 16 && value.length <= 20 && isCanonicalInt64(value)) return "int";
    return value.length <= EMBEDDED_STRING_BYTES ? "embstr" : "raw";
  }
  return "raw";
}

/** Looks a key up as OBJECT does: it counts as a hit or miss, but is no access, and a miss is not announced. */
function peek(ctx: CommandContext, i: number): { id: number; value: Value } | undefined {
  const id = ctx.db.find(ctx.args, i);
  if (id === 0) ctx.engine.stats.keyspaceMisses++;
  else ctx.engine.stats.keyspaceHits++;
  return id === 0 ? undefined : { id, value: ctx.db.value(id) };
}

function objectEncoding(ctx: CommandContext): void {
  const found = peek(ctx, 2);
  if (found === undefined) ctx.reply.nil();
  else ctx.reply.bulk(encodingOf(found.value));
}

function objectRefcount(ctx: CommandContext): void {
  const found = peek(ctx, 2);
  if (found === undefined) ctx.reply.nil();
  // Integers below 10,000 are shared objects in the original.
  else ctx.reply.integer(isShared(found.value, ctx) ? 2147483647 : 1);
}

function isShared(value: Value, ctx: CommandContext): boolean {
  return typeof value === "number" && value >= 0 && value < 10_000 && ctx.engine.sharesIntegers;
}

function objectIdletime(ctx: CommandContext): void {
  const found = peek(ctx, 2);
  if (found === undefined) ctx.reply.nil();
  else if (ctx.engine.countsFrequency) {
    throw new CommandError(
      "ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.",
    );
  } else ctx.reply.integer(ctx.engine.idleSeconds(ctx.db, found.id));
}

function objectFreq(ctx: CommandContext): void {
  const found = peek(ctx, 2);
  if (found === undefined) ctx.reply.nil();
  else if (ctx.engine.countsFrequency) ctx.reply.integer(ctx.engine.frequency(ctx.db, found.id));
  else {
    throw new CommandError(
      "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.",
    );
  }
}

const OBJECT_SUBCOMMANDS: readonly CommandRow[] = [
  {
    name: "encoding",
    arity: 3,
    flags: ["readonly"],
    categories: ["keyspace"],
    keys: [key("RO", 2)],
    since: "2.2.3",
    group: "generic",
    summary: "Returns the internal encoding of a Redis object.",
    complexity: "O(1)",
    syntax: "key",
    tips: ["nondeterministic_output"],
    handler: objectEncoding,
  },
  {
    name: "refcount",
    arity: 3,
    flags: ["readonly"],
    categories: ["keyspace"],
    keys: [key("RO", 2)],
    since: "2.2.3",
    group: "generic",
    summary: "Returns the reference count of a value of a key.",
    complexity: "O(1)",
    syntax: "key",
    tips: ["nondeterministic_output"],
    handler: objectRefcount,
  },
  {
    name: "idletime",
    arity: 3,
    flags: ["readonly"],
    categories: ["keyspace"],
    keys: [key("RO", 2)],
    since: "2.2.3",
    group: "generic",
    summary: "Returns the time since the last access to a Redis object.",
    complexity: "O(1)",
    syntax: "key",
    tips: ["nondeterministic_output"],
    handler: objectIdletime,
  },
  {
    name: "freq",
    arity: 3,
    flags: ["readonly"],
    categories: ["keyspace"],
    keys: [key("RO", 2)],
    since: "4.0.0",
    group: "generic",
    summary: "Returns the logarithmic access frequency counter of a Redis object.",
    complexity: "O(1)",
    syntax: "key",
    tips: ["nondeterministic_output"],
    handler: objectFreq,
  },
  subcommandHelp(
    "object",
    "2.2.3",
    "generic",
    ["keyspace"],
    [
      [
        "ENCODING <key>",
        "Return the kind of internal representation used in order to store the value associated with a <key>.",
      ],
      [
        "FREQ <key>",
        "Return the access frequency index of the <key>. The returned integer is proportional to the logarithm of the recent access frequency of the key.",
      ],
      [
        "IDLETIME <key>",
        "Return the idle time of the <key>, that is the approximated number of seconds elapsed since the last access to the key.",
      ],
      ["REFCOUNT <key>", "Return the number of references of the value associated with the specified <key>."],
    ],
  ),
];

export const objectCommands: readonly CommandRow[] = [
  {
    name: "object",
    arity: -2,
    flags: [],
    categories: [],
    since: "2.2.3",
    group: "generic",
    summary: "A container for object introspection commands.",
    complexity: "Depends on subcommand.",
    subcommands: OBJECT_SUBCOMMANDS,
  },
];
