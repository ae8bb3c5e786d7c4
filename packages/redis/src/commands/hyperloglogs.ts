/** HyperLogLogs, which are strings of a certain form. */
import { Buffer } from "node:buffer";
import {
  cardinality,
  CorruptHyperLogLogError,
  denseRegister,
  HyperLogLog,
  isHyperLogLog,
  observe,
  REGISTERS,
} from "../types/hyperloglog.ts";
import { Collection, type StringValue } from "../types/value.ts";
import { type CommandContext, EVENT } from "./context.ts";
import { CommandError, WRONG_TYPE } from "./errors.ts";
import { stringBytes, writableString } from "./string-value.ts";
import { type CommandRow, key, keys } from "./table.ts";

const NOT_ONE = new CommandError("WRONGTYPE Key is not a valid HyperLogLog string value.");
const CORRUPT = new CommandError("INVALIDOBJ Corrupted HLL object detected");
const NO_KEY = new CommandError("ERR The specified key does not exist");

/** The string as it is stored, or undefined; throws when it is no HyperLogLog. */
function checked(value: ReturnType<CommandContext["lookup"]>): StringValue | undefined {
  if (value === undefined) return undefined;
  if (value instanceof Collection) throw WRONG_TYPE;
  if (!isHyperLogLog(stringBytes(value))) throw NOT_ONE;
  return value;
}

function over(ctx: CommandContext, bytes: Buffer): HyperLogLog {
  return new HyperLogLog(bytes, ctx.engine.config.number("hll-sparse-max-bytes"), writableString);
}

/** The one at the key in argument `i`, for reading. */
function readAt(ctx: CommandContext, i: number): HyperLogLog | undefined {
  const value = checked(ctx.lookup(i));
  return value === undefined ? undefined : over(ctx, stringBytes(value));
}

/** The one at the key in argument `i` in memory that may be changed; call `store` when done. */
function writableAt(ctx: CommandContext, i: number): HyperLogLog | undefined {
  const value = checked(ctx.lookupForWrite(i));
  if (value === undefined) return undefined;
  const bytes = writableString(value, stringBytes(value).length);
  // From now on it is kept as bytes, changed or not, as OBJECT ENCODING shows.
  if (bytes !== value) ctx.put(i, bytes, true);
  return over(ctx, bytes);
}

/** Runs what reads registers; throws INVALIDOBJ where they are corrupt. */
function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof CorruptHyperLogLogError ? CORRUPT : error;
  }
}

function pfadd(ctx: CommandContext): void {
  const { args } = ctx;
  const existing = writableAt(ctx, 1);
  const log = existing ?? over(ctx, HyperLogLog.empty());
  let changes = existing === undefined ? 1 : 0;
  const store = (): void => {
    log.invalidate();
    ctx.put(1, log.bytes, true);
  };
  try {
    for (let i = 2; i < args.length; i++) {
      if (log.raise(observe(args.buffer, args.starts[i]!, args.ends[i]!))) changes++;
    }
  } catch (error) {
    // What came before the corrupt part is in.
    if (changes > 0) store();
    throw error instanceof CorruptHyperLogLogError ? CORRUPT : error;
  }
  if (changes > 0) {
    store();
    ctx.changed(1, EVENT.string, "pfadd", changes);
  }
  ctx.reply.integer(changes > 0 ? 1 : 0);
}

function pfcount(ctx: CommandContext): void {
  const { args, reply } = ctx;
  const registers = new Uint8Array(REGISTERS);
  if (args.length > 2) {
    for (let i = 1; i < args.length; i++) {
      const log = readAt(ctx, i);
      guarded(() => log?.mergeInto(registers));
    }
    reply.integer(cardinality(registers));
    return;
  }
  const log = readAt(ctx, 1);
  const cached = log === undefined ? 0n : log.cached;
  if (cached !== undefined) {
    reply.integer(cached);
    return;
  }
  // The count is kept in the string, which so changes although nothing was added.
  const stored = writableAt(ctx, 1)!;
  guarded(() => stored.mergeInto(registers));
  const count = cardinality(registers);
  stored.cache(BigInt(count));
  ctx.put(1, stored.bytes, true);
  ctx.touch(1);
  ctx.dirty++;
  reply.integer(count);
}

function pfmerge(ctx: CommandContext): void {
  const { args } = ctx;
  const registers = new Uint8Array(REGISTERS);
  let dense = false;
  for (let i = 1; i < args.length; i++) {
    const log = readAt(ctx, i);
    if (log === undefined) continue;
    if (!log.isSparse) dense = true;
    guarded(() => log.mergeInto(registers));
  }
  const log = writableAt(ctx, 1) ?? over(ctx, HyperLogLog.empty());
  guarded(() => {
    if (dense) log.toDense();
    for (let register = 0; register < REGISTERS; register++) {
      const count = registers[register]!;
      if (count > 0) log.raise({ register, count });
    }
  });
  log.invalidate();
  ctx.put(1, log.bytes, true);
  ctx.changed(1, EVENT.string, "pfadd");
  ctx.reply.ok();
}

function pfdebug(ctx: CommandContext): void {
  const { args, reply } = ctx;
  const log = writableAt(ctx, 2);
  if (log === undefined) throw NO_KEY;
  const becomesDense = (): boolean => {
    if (!log.isSparse) return false;
    guarded(() => log.toDense());
    ctx.put(2, log.bytes, true);
    ctx.dirty++;
    return true;
  };
  if (args.is(1, "GETREG")) {
    becomesDense();
    reply.array(REGISTERS);
    for (let i = 0; i < REGISTERS; i++) reply.integer(denseRegister(log.bytes, i));
  } else if (args.is(1, "DECODE")) {
    if (!log.isSparse) throw new CommandError("ERR HLL encoding is not sparse");
    reply.bulk(log.decoded());
  } else if (args.is(1, "ENCODING")) reply.simple(log.isSparse ? "sparse" : "dense");
  else if (args.is(1, "TODENSE")) reply.integer(becomesDense() ? 1 : 0);
  else throw new CommandError(`ERR Unknown PFDEBUG subcommand '${args.string(1)}'`);
}

/** Elements that PFSELFTEST counts. */
const SELF_TEST_ELEMENTS = 10_000;
/** Four standard errors of the estimate, which is 1.04 / √16384. */
const SELF_TEST_TOLERANCE = 0.0325;

/** Adds known elements to a sparse and a dense one: they must agree in every register, and with the truth within the error. */
function pfselftest(ctx: CommandContext): void {
  const sparse = over(ctx, HyperLogLog.empty());
  const dense = over(ctx, HyperLogLog.empty());
  dense.toDense();
  const element = Buffer.alloc(4);
  for (let i = 0; i < SELF_TEST_ELEMENTS; i++) {
    element.writeUInt32LE(i);
    const observation = observe(element, 0, element.length);
    if (sparse.raise(observation) !== dense.raise(observation)) throw new CommandError("TESTFAILED Encodings disagree");
  }
  const [a, b] = [new Uint8Array(REGISTERS), new Uint8Array(REGISTERS)];
  sparse.mergeInto(a);
  dense.mergeInto(b);
  if (Buffer.compare(a, b) !== 0) throw new CommandError("TESTFAILED Registers disagree");
  if (Math.abs(cardinality(a) / SELF_TEST_ELEMENTS - 1) > SELF_TEST_TOLERANCE) {
    throw new CommandError("TESTFAILED Too big error");
  }
  ctx.reply.ok();
}

export const hyperLogLogCommands: readonly CommandRow[] = [
  {
    name: "pfadd",
    arity: -2,
    flags: ["write", "denyoom", "fast"],
    categories: ["hyperloglog"],
    keys: [key("RW insert")],
    since: "2.8.9",
    group: "hyperloglog",
    summary: "Adds elements to a HyperLogLog key. Creates the key if it doesn't exist.",
    complexity: "O(1) to add every element.",
    syntax: "key [element...]",
    handler: pfadd,
  },
  {
    name: "pfcount",
    arity: -2,
    flags: ["readonly", "may_replicate"],
    categories: ["hyperloglog"],
    keys: [keys("RW access")],
    since: "2.8.9",
    group: "hyperloglog",
    summary: "Returns the approximated cardinality of the set(s) observed by the HyperLogLog key(s).",
    complexity:
      "O(1) with a very small average constant time when called with a single key. O(N) with N being the number of keys, and much bigger constant times, when called with multiple keys.",
    syntax: "key...",
    handler: pfcount,
  },
  {
    name: "pfmerge",
    arity: -2,
    flags: ["write", "denyoom"],
    categories: ["hyperloglog"],
    keys: [key("RW access insert"), keys("RO access", 2)],
    since: "2.8.9",
    group: "hyperloglog",
    summary: "Merges one or more HyperLogLog values into a single key.",
    complexity: "O(N) to merge N HyperLogLogs, but with high constant times.",
    syntax: "destkey:key sourcekey:key...",
    handler: pfmerge,
  },
  {
    name: "pfdebug",
    arity: 3,
    flags: ["write", "denyoom", "admin"],
    categories: ["hyperloglog"],
    keys: [key("RW access", 2)],
    since: "2.8.9",
    group: "hyperloglog",
    summary: "Internal commands for debugging HyperLogLog values.",
    complexity: "N/A",
    syntax: "subcommand key",
    handler: pfdebug,
  },
  {
    name: "pfselftest",
    arity: 1,
    flags: ["admin"],
    categories: ["hyperloglog"],
    since: "2.8.9",
    group: "hyperloglog",
    summary: "An internal command for testing HyperLogLog values.",
    complexity: "N/A",
    handler: pfselftest,
  },
];
