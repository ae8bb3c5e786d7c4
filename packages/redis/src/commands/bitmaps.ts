/** Bits and bit fields in strings. */
import { Buffer } from "node:buffer";
import {
  type BitOperation,
  combineBits,
  countBits,
  type FieldType,
  findBit,
  fitField,
  getBit,
  getField,
  type Overflow,
  setBit,
  setField,
} from "../types/bitmap.ts";
import { INT64_MAX, parseInt64 } from "../types/numbers.ts";
import { Collection, type StringValue } from "../types/value.ts";
import { type CommandContext, EVENT } from "./context.ts";
import { CommandError, SYNTAX_ERROR, WRONG_TYPE } from "./errors.ts";
import { stringBytes, stringLength, writableString } from "./string-value.ts";
import { type CommandRow, key, keys } from "./table.ts";

const BAD_OFFSET = new CommandError("ERR bit offset is not an integer or out of range");
const BAD_BIT = new CommandError("ERR bit is not an integer or out of range");
const BIT_ARGUMENT = new CommandError("ERR The bit argument must be 1 or 0.");
const BAD_TYPE = new CommandError(
  "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.",
);
const BAD_OVERFLOW = new CommandError("ERR Invalid OVERFLOW type specified");
const READ_ONLY = new CommandError("ERR BITFIELD_RO only supports the GET subcommand");
const NOT_TAKES_ONE = new CommandError("ERR BITOP NOT must be called with a single source key.");

const NOTHING: Buffer = Buffer.alloc(0);

/** The bytes of the string at the key in argument `i`, for reading; undefined when it is missing. */
function bytesAt(ctx: CommandContext, i: number): Buffer | undefined {
  const value = ctx.lookup(i);
  if (value instanceof Collection) throw WRONG_TYPE;
  return value === undefined ? undefined : stringBytes(value);
}

/** The bit offset in argument `i`; with a `width`, `#n` counts in fields of that width. */
function bitOffset(ctx: CommandContext, i: number, width = 0): number {
  const text = ctx.args.string(i);
  const counted = width > 0 && text.startsWith("#");
  const given = parseInt64(counted ? text.slice(1) : text);
  if (given === undefined) throw BAD_OFFSET;
  const offset = counted ? Number(given) * width : Number(given);
  if (offset < 0 || Math.floor(offset / 8) >= ctx.engine.limits.maxBulkBytes) throw BAD_OFFSET;
  return offset;
}

/** The string at argument 1 as bytes to write to, long enough for bit `at`, stored; and whether that made or lengthened it. */
function bytesForBit(ctx: CommandContext, at: number): { bytes: Buffer; grown: boolean } {
  const value: StringValue | undefined = stringForWrite(ctx);
  const bytes = writableString(value, Math.floor(at / 8) + 1);
  ctx.put(1, bytes, true);
  return { bytes, grown: value === undefined || stringLength(value) < bytes.length };
}

function stringForWrite(ctx: CommandContext): StringValue | undefined {
  const value = ctx.lookupForWrite(1);
  if (value instanceof Collection) throw WRONG_TYPE;
  return value;
}

function setbit(ctx: CommandContext): void {
  const at = bitOffset(ctx, 2);
  const bit = ctx.args.integer(3, BAD_BIT);
  if (bit !== 0 && bit !== 1) throw BAD_BIT;
  const { bytes, grown } = bytesForBit(ctx, at);
  const before = getBit(bytes, at);
  if (grown || before !== bit) {
    setBit(bytes, at, bit);
    ctx.changed(1, EVENT.string, "setbit");
  }
  ctx.reply.integer(before);
}

function getbit(ctx: CommandContext): void {
  const at = bitOffset(ctx, 2);
  ctx.reply.integer(getBit(bytesAt(ctx, 1) ?? NOTHING, at));
}

/** BIT or BYTE in argument `i`: bits in one unit. */
function unitBits(ctx: CommandContext, i: number): number {
  if (ctx.args.is(i, "BIT")) return 1;
  if (ctx.args.is(i, "BYTE")) return 8;
  throw SYNTAX_ERROR;
}

/** Bits from the `start`th unit to the `end`th, negative ones counted from the end of `length` bytes; may be empty. */
function bitRange(length: number, unit: number, start: number, end: number): { from: number; to: number } {
  const total = (length * 8) / unit;
  const from = Math.max(0, start < 0 ? total + start : start);
  const to = Math.min(total - 1, Math.max(0, end < 0 ? total + end : end));
  return from > to ? { from: 1, to: 0 } : { from: from * unit, to: (to + 1) * unit - 1 };
}

function bitcount(ctx: CommandContext): void {
  const { args } = ctx;
  if (args.length !== 2 && args.length !== 4 && args.length !== 5) throw SYNTAX_ERROR;
  const ranged = args.length > 2;
  const start = ranged ? args.integer(2) : 0;
  const end = ranged ? args.integer(3) : -1;
  const unit = args.length === 5 ? unitBits(ctx, 4) : 8;
  const bytes = bytesAt(ctx, 1) ?? NOTHING;
  const { from, to } = bitRange(bytes.length, unit, start, end);
  // Clamped, both may come to the first byte; but that is not what was asked for.
  const isReversed = start < 0 && end < 0 && start > end;
  ctx.reply.integer(isReversed ? 0 : countBits(bytes, from, to));
}

function bitpos(ctx: CommandContext): void {
  const { args, reply } = ctx;
  const bit = args.integer(2);
  if (bit !== 0 && bit !== 1) throw BIT_ARGUMENT;
  if (args.length > 6) throw SYNTAX_ERROR;
  const start = args.length > 3 ? args.integer(3) : 0;
  const unit = args.length === 6 ? unitBits(ctx, 5) : 8;
  const hasEnd = args.length > 4;
  const end = hasEnd ? args.integer(4) : -1;
  const bytes = bytesAt(ctx, 1);
  if (bytes === undefined) {
    reply.integer(bit === 1 ? -1 : 0);
    return;
  }
  // Without an end, a start before the beginning is no reason to find nothing.
  const { from, to } = bitRange(bytes.length, unit, hasEnd ? start : Math.max(start, -bytes.length), end);
  if (from > to) {
    reply.integer(-1);
    return;
  }
  const found = findBit(bytes, bit, from, to);
  // Behind a string without an end of the range are zeros.
  reply.integer(found < 0 && bit === 0 && !hasEnd ? to + 1 : found);
}

const OPERATIONS: ReadonlySet<string> = new Set<BitOperation>(["AND", "OR", "XOR", "NOT"]);

function bitop(ctx: CommandContext): void {
  const { args } = ctx;
  const operation = args.upper(1);
  if (!OPERATIONS.has(operation)) throw SYNTAX_ERROR;
  if (operation === "NOT" && args.length !== 4) throw NOT_TAKES_ONE;
  const sources: Uint8Array[] = [];
  for (let i = 3; i < args.length; i++) sources.push(bytesAt(ctx, i) ?? NOTHING);
  const result = combineBits(operation as BitOperation, sources);
  if (result.length > 0) {
    ctx.put(2, Buffer.from(result.buffer));
    ctx.changed(2, EVENT.string, "set");
  } else if (ctx.removeKept(2)) ctx.changed(2, EVENT.generic, "del");
  ctx.reply.integer(result.length);
}

interface FieldOperation {
  readonly kind: "GET" | "SET" | "INCRBY";
  readonly type: FieldType;
  /** In bits. */
  readonly at: number;
  readonly operand: number | bigint;
  readonly overflow: Overflow;
}

function fieldType(text: string): FieldType {
  const signed = text.startsWith("i");
  const bits = parseInt64(text.slice(1));
  if ((!signed && !text.startsWith("u")) || typeof bits !== "number" || bits < 1 || bits > (signed ? 64 : 63)) {
    throw BAD_TYPE;
  }
  return { signed, bits };
}

function fieldOperations(ctx: CommandContext): FieldOperation[] {
  const { args } = ctx;
  const operations: FieldOperation[] = [];
  let overflow: Overflow = "WRAP";
  for (let i = 2; i < args.length;) {
    const more = args.length - 1 - i;
    if (args.is(i, "OVERFLOW") && more > 0) {
      const name = args.upper(i + 1);
      if (name !== "WRAP" && name !== "SAT" && name !== "FAIL") throw BAD_OVERFLOW;
      overflow = name;
      i += 2;
      continue;
    }
    const kind = args.is(i, "GET") ? "GET" : args.is(i, "SET") ? "SET" : args.is(i, "INCRBY") ? "INCRBY" : undefined;
    if (kind === undefined || more < (kind === "GET" ? 2 : 3)) throw SYNTAX_ERROR;
    const type = fieldType(args.string(i + 1));
    const at = bitOffset(ctx, i + 2, type.bits);
    operations.push({ kind, type, at, operand: kind === "GET" ? 0 : args.int64(i + 3), overflow });
    i += kind === "GET" ? 3 : 4;
  }
  return operations;
}

function bitfield(ctx: CommandContext): void {
  runFields(ctx, fieldOperations(ctx));
}

function bitfieldRo(ctx: CommandContext): void {
  const operations = fieldOperations(ctx);
  if (operations.some(({ kind }) => kind !== "GET")) throw READ_ONLY;
  runFields(ctx, operations);
}

function runFields(ctx: CommandContext, operations: readonly FieldOperation[]): void {
  const { reply } = ctx;
  let reach = -1;
  for (const { kind, type, at } of operations) if (kind !== "GET") reach = Math.max(reach, at + type.bits - 1);
  const { bytes, grown } = reach < 0 ? { bytes: bytesAt(ctx, 1) ?? NOTHING, grown: false } : bytesForBit(ctx, reach);
  let changes = 0;
  reply.array(operations.length);
  for (const { kind, type, at, operand, overflow } of operations) {
    const before = getField(bytes, type, at);
    if (kind === "GET") {
      reply.integer(before);
      continue;
    }
    const wanted = kind === "SET" ? settable(type, operand, overflow) : BigInt(before) + BigInt(operand);
    const after = fitField(type, wanted, overflow);
    if (after === undefined) {
      reply.nil();
      continue;
    }
    setField(bytes, type.bits, at, after);
    if (grown || after !== BigInt(before)) changes++;
    reply.integer(kind === "SET" ? before : after);
  }
  if (changes > 0) ctx.changed(1, EVENT.string, "setbit", changes);
}

/**
 * What SET writes, with C's integers: for a field without a sign, a negative number is a very large one; and the distance from the
 * largest value to a very negative number wraps, so that with SAT it counts as too large.
 */
function settable({ signed, bits }: FieldType, operand: number | bigint, overflow: Overflow): bigint {
  const value = BigInt(operand);
  if (!signed) return BigInt.asUintN(64, value);
  const max = (1n << BigInt(bits - 1)) - 1n;
  return overflow === "SAT" && bits < 64 && max - value > INT64_MAX ? max : value;
}

export const bitmapCommands: readonly CommandRow[] = [
  {
    name: "setbit",
    arity: 4,
    flags: ["write", "denyoom"],
    categories: ["bitmap"],
    keys: [key("RW access update")],
    since: "2.2.0",
    group: "bitmap",
    summary: "Sets or clears the bit at offset of the string value. Creates the key if it doesn't exist.",
    complexity: "O(1)",
    syntax: "key offset:integer value:integer",
    handler: setbit,
  },
  {
    name: "getbit",
    arity: 3,
    flags: ["readonly", "fast"],
    categories: ["bitmap"],
    keys: [key("RO access")],
    since: "2.2.0",
    group: "bitmap",
    summary: "Returns a bit value by offset.",
    complexity: "O(1)",
    syntax: "key offset:integer",
    handler: getbit,
  },
  {
    name: "bitcount",
    arity: -2,
    flags: ["readonly"],
    categories: ["bitmap"],
    keys: [key("RO access")],
    since: "2.6.0",
    group: "bitmap",
    summary: "Counts the number of set bits (population counting) in a string.",
    complexity: "O(N)",
    syntax: "key [index:{start:integer end:integer [index-unit:(BYTE | BIT)]}]",
    history: [["7.0.0", "Added the `BYTE|BIT` option."]],
    handler: bitcount,
  },
  {
    name: "bitpos",
    arity: -3,
    flags: ["readonly"],
    categories: ["bitmap"],
    keys: [key("RO access")],
    since: "2.8.7",
    group: "bitmap",
    summary: "Finds the first set (1) or clear (0) bit in a string.",
    complexity: "O(N)",
    syntax: "key bit:integer [index:{start:integer [end-index:{end:integer [index-unit:(BYTE | BIT)]}]}]",
    history: [["7.0.0", "Added the `BYTE|BIT` option."]],
    handler: bitpos,
  },
  {
    name: "bitop",
    arity: -4,
    flags: ["write", "denyoom"],
    categories: ["bitmap"],
    keys: [key("OW update", 2), keys("RO access", 3)],
    since: "2.6.0",
    group: "bitmap",
    summary: "Performs bitwise operations on multiple strings, and stores the result.",
    complexity: "O(N)",
    syntax: "operation destkey:key key...",
    handler: bitop,
  },
  {
    name: "bitfield",
    arity: -2,
    flags: ["write", "denyoom"],
    categories: ["bitmap"],
    keys: [key("RW access update variable_flags", 1, "This command allows both access and modification of the key")],
    since: "3.2.0",
    group: "bitmap",
    summary: "Performs arbitrary bitfield integer operations on strings.",
    complexity: "O(1) for each subcommand specified",
    syntax:
      "key [operation:(GET encoding-offset:{encoding offset:integer} | write:{[OVERFLOW wrap-sat-fail:(WRAP | SAT | FAIL)] write-operation:(SET encoding-offset-value:{encoding offset:integer value:integer} | INCRBY encoding-offset-increment:{encoding offset:integer increment:integer})})...]",
    handler: bitfield,
  },
  {
    name: "bitfield_ro",
    arity: -2,
    flags: ["readonly", "fast"],
    categories: ["bitmap"],
    keys: [key("RO access")],
    since: "6.0.0",
    group: "bitmap",
    summary: "Performs arbitrary read-only bitfield integer operations on strings.",
    complexity: "O(1) for each subcommand specified",
    syntax: "key [GET encoding-offset:{encoding offset:integer}]...",
    handler: bitfieldRo,
  },
];
