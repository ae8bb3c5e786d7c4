/** Strings by their parts: appending, ranges, the longest common subsequence. */
import { Buffer } from "node:buffer";
import { Collection } from "../types/value.ts";
import { EVENT, type CommandContext } from "./context.ts";
import { CommandError, STRING_TOO_LONG, SYNTAX_ERROR } from "./errors.ts";
import { readString, stringBytes, stringForWrite, stringLength, writableString } from "./string-value.ts";
import { key, keys, type CommandRow } from "./table.ts";

const OFFSET_OUT_OF_RANGE = new CommandError("ERR offset is out of range");

function append(ctx: CommandContext): void {
  const { args } = ctx;
  const value = stringForWrite(ctx, 1);
  if (value === undefined) {
    const made = args.value(2);
    ctx.put(1, made);
    ctx.changed(1, EVENT.string, "append");
    ctx.reply.integer(args.size(2));
    return;
  }
  const before = stringLength(value);
  const length = before + args.size(2);
  if (length > ctx.engine.limits.maxBulkBytes) throw STRING_TOO_LONG;
  const grown = writableString(value, length);
  args.buffer.copy(grown, before, args.starts[2]!, args.ends[2]!);
  ctx.put(1, grown, true);
  ctx.changed(1, EVENT.string, "append");
  ctx.reply.integer(length);
}

function setrange(ctx: CommandContext): void {
  const { args } = ctx;
  const offset = args.integer(2);
  if (offset < 0) throw OFFSET_OUT_OF_RANGE;
  const size = args.size(3);
  const value = stringForWrite(ctx, 1);
  if (size === 0) {
    ctx.reply.integer(value === undefined ? 0 : stringLength(value));
    return;
  }
  if (offset + size > ctx.engine.limits.maxBulkBytes) throw STRING_TOO_LONG;
  const written = writableString(value, offset + size);
  args.buffer.copy(written, offset, args.starts[3]!, args.ends[3]!);
  ctx.put(1, written, true);
  ctx.changed(1, EVENT.string, "setrange");
  ctx.reply.integer(written.length);
}

function getrange(ctx: CommandContext): void {
  const { args, reply } = ctx;
  let start = args.integer(2);
  let end = args.integer(3);
  const value = readString(ctx, 1);
  if (value === undefined) {
    reply.bulk("");
    return;
  }
  const length = stringLength(value);
  if (start < 0 && end < 0 && start > end) {
    reply.bulk("");
    return;
  }
  if (start < 0) start = Math.max(0, length + start);
  if (end < 0) end = Math.max(0, length + end);
  if (end >= length) end = length - 1;
  if (start > end || length === 0) reply.bulk("");
  else if (typeof value === "object") reply.bulkBytes(value, start, end + 1);
  else reply.bulk(String(value).slice(start, end + 1));
}

function lcs(ctx: CommandContext): void {
  const { args, reply } = ctx;
  const first = ctx.lookup(1);
  const second = ctx.lookup(2);
  if (first instanceof Collection || second instanceof Collection) {
    throw new CommandError("ERR The specified keys must contain string values");
  }
  let wantsIndexes = false;
  let wantsLength = false;
  let withMatchLength = false;
  let minimum = 0;
  for (let i = 3; i < args.length; i++) {
    if (args.is(i, "IDX")) wantsIndexes = true;
    else if (args.is(i, "LEN")) wantsLength = true;
    else if (args.is(i, "WITHMATCHLEN")) withMatchLength = true;
    else if (args.is(i, "MINMATCHLEN") && i + 1 < args.length) minimum = Math.max(0, args.integer(++i));
    else throw SYNTAX_ERROR;
  }
  if (wantsIndexes && wantsLength) {
    throw new CommandError("ERR If you want both the length and indexes, please just use IDX.");
  }
  const a = stringBytes(first ?? "");
  const b = stringBytes(second ?? "");
  const width = b.length + 1;
  if ((a.length + 1) * width * Uint32Array.BYTES_PER_ELEMENT > ctx.engine.limits.maxBulkBytes) {
    throw new CommandError("ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len");
  }
  const table = new Uint32Array((a.length + 1) * width);
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      table[i * width + j] =
        a[i - 1] === b[j - 1]
          ? table[(i - 1) * width + j - 1]! + 1
          : Math.max(table[(i - 1) * width + j]!, table[i * width + j - 1]!);
    }
  }
  const length = table[a.length * width + b.length]!;
  if (wantsLength) {
    reply.integer(length);
    return;
  }
  const common = Buffer.allocUnsafeSlow(length);
  /** Runs that match, last first: [start in a, start in b, length]. */
  const runs: [number, number, number][] = [];
  let at = length;
  for (let i = a.length, j = b.length; i > 0 && j > 0;) {
    if (a[i - 1] === b[j - 1]) {
      common[--at] = a[i - 1]!;
      const run = runs.at(-1);
      if (run !== undefined && run[0] === i && run[1] === j) {
        run[0]--;
        run[1]--;
        run[2]++;
      } else runs.push([i - 1, j - 1, 1]);
      i--;
      j--;
    } else if (table[(i - 1) * width + j]! > table[i * width + j - 1]!) i--;
    else j--;
  }
  if (!wantsIndexes) {
    reply.bulkBytes(common);
    return;
  }
  const shown = runs.filter((run) => run[2] >= minimum);
  reply.map(2);
  reply.bulk("matches");
  reply.array(shown.length);
  for (const [inA, inB, size] of shown) {
    reply.array(withMatchLength ? 3 : 2);
    for (const start of [inA, inB]) {
      reply.array(2);
      reply.integer(start);
      reply.integer(start + size - 1);
    }
    if (withMatchLength) reply.integer(size);
  }
  reply.bulk("len");
  reply.integer(length);
}

export const stringRangeCommands: readonly CommandRow[] = [
  {
    name: "append",
    arity: 3,
    flags: ["write", "denyoom", "fast"],
    categories: ["string"],
    keys: [key("RW insert")],
    since: "2.0.0",
    group: "string",
    summary: "Appends a string to the value of a key. Creates the key if it doesn't exist.",
    complexity: "O(1), amortized.",
    syntax: "key value",
    handler: append,
  },
  {
    name: "setrange",
    arity: 4,
    flags: ["write", "denyoom"],
    categories: ["string"],
    keys: [key("RW update")],
    since: "2.2.0",
    group: "string",
    summary: "Overwrites a part of a string value with another by an offset. Creates the key if it doesn't exist.",
    complexity: "O(1), not counting the copying of the new string; O(M) with M its length where that is large.",
    syntax: "key offset:integer value",
    handler: setrange,
  },
  {
    name: "getrange",
    arity: 4,
    flags: ["readonly"],
    categories: ["string"],
    keys: [key("RO access")],
    since: "2.4.0",
    group: "string",
    summary: "Returns a substring of the string stored at a key.",
    complexity: "O(N) where N is the length of the returned string.",
    syntax: "key start:integer end:integer",
    handler: getrange,
  },
  {
    name: "substr",
    arity: 4,
    flags: ["readonly"],
    categories: ["string"],
    keys: [key("RO access")],
    since: "1.0.0",
    group: "string",
    summary: "Returns a substring from a string value.",
    complexity: "O(N) where N is the length of the returned string.",
    syntax: "key start:integer end:integer",
    deprecated: { since: "2.0.0", replacedBy: "`GETRANGE`" },
    handler: getrange,
  },
  {
    name: "lcs",
    arity: -3,
    flags: ["readonly"],
    categories: ["string"],
    keys: [keys("RO access", 1, 1)],
    since: "7.0.0",
    group: "string",
    summary: "Finds the longest common substring.",
    complexity: "O(N*M) where N and M are the lengths of the two strings.",
    syntax: "key1:key@0 key2:key@0 [LEN] [IDX] [MINMATCHLEN min-match-len:integer] [WITHMATCHLEN]",
    handler: lcs,
  },
];
