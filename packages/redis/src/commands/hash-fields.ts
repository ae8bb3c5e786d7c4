/** Fields of hashes that expire (7.4), and reading or writing them together with their times (8.0). */
import type { Args } from "../resp/args.ts";
import { HashValue } from "../types/hash.ts";
import { type CommandContext, EVENT } from "./context.ts";
import { CommandError, SYNTAX_ERROR } from "./errors.ts";
import { type ExpiryOption, expiryTime, invalidExpire, parseExpiry } from "./expiry.ts";
import { type CommandRow, key } from "./table.ts";

const FIELDS_MISSING = new CommandError("ERR Mandatory argument FIELDS is missing or not at the right position");
const FIELDS_NOT_MATCHING = new CommandError("ERR The `numfields` parameter must match the number of arguments");
const FIELDS_NOT_POSITIVE = new CommandError("ERR Number of fields must be a positive integer");
const FIELDS_NOT_ABOVE_ZERO = new CommandError("ERR Parameter `numFields` should be greater than 0");
const NEGATIVE_TIME = new CommandError("ERR invalid expire time, must be >= 0");

/** What the original can keep: a quarter of 48 bits of milliseconds. */
const MAX_FIELD_TIME_MS = 2 ** 46 - 1;

/** What the commands answer for each field. */
const NO_FIELD = -2;
const NO_TIME = -1;
const NOT_DONE = 0;
const DONE = 1;
const DELETED = 2;

/** The range of arguments [from, to) after `FIELDS numfields` at argument `i`, each field taking `width` of them. */
function fieldRange(args: Args, i: number, width = 1, notPositive = FIELDS_NOT_POSITIVE): { from: number; to: number } {
  if (i >= args.length || !args.is(i, "FIELDS")) throw FIELDS_MISSING;
  if (i + 1 >= args.length) throw FIELDS_NOT_MATCHING;
  const count = args.integerWithin(i + 1, 1, Number.MAX_SAFE_INTEGER, notPositive);
  if (count * width !== args.length - i - 2) throw FIELDS_NOT_MATCHING;
  return { from: i + 2, to: args.length };
}

/** Changes to the fields of one hash, gathered so that each kind is announced and propagated once. */
class FieldChanges {
  readonly #ctx: CommandContext;
  readonly #hash: HashValue;
  readonly #timed: string[] = [];
  readonly #persisted: string[] = [];
  readonly #deleted: string[] = [];
  #atMs = 0;

  constructor(ctx: CommandContext, hash: HashValue) {
    this.#ctx = ctx;
    this.#hash = hash;
  }

  /** Gives a field that is there a time, or deletes it when that is past. */
  expire(field: string, atMs: number): void {
    if (atMs <= this.#ctx.now) {
      this.delete(field);
      return;
    }
    this.#hash.setExpiresAt(field, atMs);
    this.#atMs = atMs;
    this.#timed.push(field);
  }

  persist(field: string): void {
    if (this.#hash.persist(field)) this.#persisted.push(field);
  }

  delete(field: string): void {
    this.#hash.delete(field);
    this.#deleted.push(field);
  }

  /** Tells everybody. The hash is the one at argument 1. */
  announce(): void {
    const ctx = this.#ctx;
    const name = ctx.args.string(1);
    if (this.#timed.length > 0) {
      ctx.db.noteFieldExpiry(ctx.db.find(ctx.args, 1), this.#hash);
      ctx.changed(1, EVENT.hash, "hexpire", this.#timed.length);
      this.#say("HPEXPIREAT", name, this.#atMs, "FIELDS", this.#timed.length, ...this.#timed);
    }
    if (this.#persisted.length > 0) {
      ctx.changed(1, EVENT.hash, "hpersist", this.#persisted.length);
      this.#say("HPERSIST", name, "FIELDS", this.#persisted.length, ...this.#persisted);
    }
    if (this.#deleted.length > 0) {
      ctx.changed(1, EVENT.hash, "hdel", this.#deleted.length);
      this.#say("HDEL", name, ...this.#deleted);
      ctx.removeIfEmpty(1, this.#hash);
    }
  }

  #say(...command: (string | number)[]): void {
    if (this.#ctx.propagating) this.#ctx.effect(...command);
  }
}

/** `amount` of the argument at 2 as a time since the epoch. */
function fieldTime(ctx: CommandContext, unitMs: number, relative: boolean): number {
  const amount = ctx.args.int64(2);
  if (amount < 0) throw NEGATIVE_TIME;
  const atMs = expiryTime(amount, unitMs, relative ? ctx.now : 0);
  if (atMs === undefined || atMs > MAX_FIELD_TIME_MS) throw invalidExpire(ctx.command.fullName);
  return atMs;
}

type Condition = "NX" | "XX" | "GT" | "LT";

function conditionAt(args: Args, i: number): Condition | undefined {
  const word = args.upper(i);
  return word === "NX" || word === "XX" || word === "GT" || word === "LT" ? word : undefined;
}

/** Whether a field that expires at `before`, or never when that is -1, may be given `atMs`. */
function isMet(condition: Condition | undefined, before: number, atMs: number): boolean {
  if (condition === undefined) return true;
  if (before < 0) return condition === "NX" || condition === "LT";
  if (condition === "GT") return atMs > before;
  if (condition === "LT") return atMs < before;
  return condition === "XX";
}

function expireFields(ctx: CommandContext, unitMs: number, relative: boolean): void {
  const { args, reply } = ctx;
  const hash = ctx.collectionForWrite(1, HashValue);
  const atMs = fieldTime(ctx, unitMs, relative);
  const condition = conditionAt(args, 3);
  const { from, to } = fieldRange(args, condition === undefined ? 3 : 4, 1, FIELDS_NOT_ABOVE_ZERO);
  reply.array(to - from);
  if (hash === undefined) {
    for (let i = from; i < to; i++) reply.integer(NO_FIELD);
    return;
  }
  hash.prepareToExpire();
  const changes = new FieldChanges(ctx, hash);
  for (let i = from; i < to; i++) {
    const field = args.string(i);
    if (!hash.has(field)) reply.integer(NO_FIELD);
    else if (!isMet(condition, hash.expiresAt(field), atMs)) reply.integer(NOT_DONE);
    else {
      changes.expire(field, atMs);
      reply.integer(atMs <= ctx.now ? DELETED : DONE);
    }
  }
  changes.announce();
}

function hexpire(ctx: CommandContext): void {
  expireFields(ctx, 1000, true);
}

function hpexpire(ctx: CommandContext): void {
  expireFields(ctx, 1, true);
}

function hexpireat(ctx: CommandContext): void {
  expireFields(ctx, 1000, false);
}

function hpexpireat(ctx: CommandContext): void {
  expireFields(ctx, 1, false);
}

/** What is left of the fields' times, or the times themselves, in units rounded up. */
function replyTimes(ctx: CommandContext, unitMs: number, relative: boolean): void {
  const { args, reply } = ctx;
  const hash = ctx.collection(1, HashValue);
  const { from, to } = fieldRange(args, 2);
  reply.array(to - from);
  for (let i = from; i < to; i++) {
    const field = args.string(i);
    if (hash === undefined || !hash.has(field)) reply.integer(NO_FIELD);
    else {
      const atMs = hash.expiresAt(field);
      reply.integer(atMs < 0 ? NO_TIME : Math.ceil((relative ? atMs - ctx.now : atMs) / unitMs));
    }
  }
}

function httl(ctx: CommandContext): void {
  replyTimes(ctx, 1000, true);
}

function hpttl(ctx: CommandContext): void {
  replyTimes(ctx, 1, true);
}

function hexpiretime(ctx: CommandContext): void {
  replyTimes(ctx, 1000, false);
}

function hpexpiretime(ctx: CommandContext): void {
  replyTimes(ctx, 1, false);
}

function hpersist(ctx: CommandContext): void {
  const { args, reply } = ctx;
  const hash = ctx.collectionForWrite(1, HashValue);
  const { from, to } = fieldRange(args, 2);
  reply.array(to - from);
  const changes = hash === undefined ? undefined : new FieldChanges(ctx, hash);
  for (let i = from; i < to; i++) {
    const field = args.string(i);
    if (hash === undefined || !hash.has(field)) reply.integer(NO_FIELD);
    else if (hash.expiresAt(field) < 0) reply.integer(NO_TIME);
    else {
      changes!.persist(field);
      reply.integer(DONE);
    }
  }
  changes?.announce();
}

function replyValue({ reply }: CommandContext, value: string | undefined): void {
  if (value === undefined) reply.nil();
  else reply.bulk(value);
}

function hgetdel(ctx: CommandContext): void {
  const { args, reply } = ctx;
  const { from, to } = fieldRange(args, 2);
  const hash = ctx.collectionForWrite(1, HashValue);
  reply.array(to - from);
  const changes = hash === undefined ? undefined : new FieldChanges(ctx, hash);
  for (let i = from; i < to; i++) {
    const field = args.string(i);
    const value = hash?.get(field);
    replyValue(ctx, value);
    if (value !== undefined) changes!.delete(field);
  }
  changes?.announce();
}

/** The time that the options of HGETEX and HSETEX give; a field's may be in the past, which deletes it. */
function optionTime(ctx: CommandContext, option: ExpiryOption | undefined): number | undefined {
  const atMs = option?.at(ctx.now, ctx.command.fullName);
  if (atMs !== undefined && atMs > MAX_FIELD_TIME_MS) throw invalidExpire(ctx.command.fullName);
  return atMs;
}

function hgetex(ctx: CommandContext): void {
  const { args, reply } = ctx;
  let i = 2;
  const persists = args.is(i, "PERSIST");
  const option = persists ? undefined : parseExpiry(args, i);
  i += persists ? 1 : option === undefined ? 0 : 2;
  const { from, to } = fieldRange(args, i);
  const atMs = optionTime(ctx, option);
  const hash = ctx.collectionForWrite(1, HashValue);
  reply.array(to - from);
  const changes = hash === undefined ? undefined : new FieldChanges(ctx, hash);
  for (let n = from; n < to; n++) {
    const field = args.string(n);
    const value = hash?.get(field);
    replyValue(ctx, value);
    if (value === undefined) continue;
    if (persists) changes!.persist(field);
    else if (atMs !== undefined) changes!.expire(field, atMs);
  }
  changes?.announce();
}

function hsetex(ctx: CommandContext): void {
  const { args, reply } = ctx;
  let i = 2;
  let onlyNew = false;
  let onlyExisting = false;
  let keeps = false;
  let option: ExpiryOption | undefined;
  for (; i < args.length && !args.is(i, "FIELDS"); i++) {
    const parsed = parseExpiry(args, i);
    if (args.is(i, "FNX") && !onlyExisting && !onlyNew) onlyNew = true;
    else if (args.is(i, "FXX") && !onlyExisting && !onlyNew) onlyExisting = true;
    else if (args.is(i, "KEEPTTL") && !keeps && option === undefined) keeps = true;
    else if (parsed !== undefined && !keeps && option === undefined) {
      option = parsed;
      i++;
    } else throw SYNTAX_ERROR;
  }
  const { from, to } = fieldRange(args, i, 2);
  const atMs = optionTime(ctx, option);
  const existing = ctx.collectionForWrite(1, HashValue);
  for (let n = from; n < to; n += 2) {
    const isThere = existing?.has(args.string(n)) === true;
    if (onlyNew ? isThere : onlyExisting && !isThere) {
      reply.integer(NOT_DONE);
      return;
    }
  }
  const hash = existing ?? new HashValue(ctx.engine.collections);
  const count = (to - from) / 2;
  hash.prepareToSet(count);
  for (let n = from; n < to; n += 2) hash.set(args.string(n), args.string(n + 1), keeps);
  if (existing === undefined) ctx.put(1, hash);
  ctx.changed(1, EVENT.hash, "hset", count);
  if (ctx.propagating) {
    if (keeps) ctx.effect(...args.strings());
    else ctx.effect("HSET", args.string(1), ...args.strings(from));
  }
  if (atMs !== undefined) {
    const changes = new FieldChanges(ctx, hash);
    for (let n = from; n < to; n += 2) if (hash.has(args.string(n))) changes.expire(args.string(n), atMs);
    changes.announce();
  }
  reply.integer(DONE);
}

const EXPIRY_SYNTAX =
  "EX seconds:integer | PX milliseconds:integer | EXAT unix-time-seconds:unix-time | PXAT unix-time-milliseconds:unix-time";
const FIELDS_SYNTAX = "FIELDS fields:{numfields:integer field...}";

/** Rows that differ only in units: name, what it does, and its handler. */
function row(
  name: string,
  summary: string,
  handler: (ctx: CommandContext) => void,
  rest: Pick<CommandRow, "arity" | "flags" | "syntax" | "since"> & { readonly access: string },
): CommandRow {
  const { access, ...facts } = rest;
  const complexity = "O(N) where N is the number of specified fields";
  return { name, ...facts, categories: ["hash"], keys: [key(access)], group: "hash", summary, complexity, handler };
}

const SETS_TIME = { arity: -6, flags: ["write", "denyoom", "fast"], since: "7.4.0", access: "RW update" } as const;
const READS_TIME = {
  arity: -5,
  flags: ["readonly", "fast"],
  since: "7.4.0",
  access: "RO access",
  syntax: `key ${FIELDS_SYNTAX}`,
} as const;

const setsTime = (amount: string): typeof SETS_TIME & { syntax: string } => ({
  ...SETS_TIME,
  syntax: `key ${amount} [condition:(NX | XX | GT | LT)] ${FIELDS_SYNTAX}`,
});

export const hashFieldCommands: readonly CommandRow[] = [
  row(
    "hexpire",
    "Set expiry for hash field using relative time to expire (seconds)",
    hexpire,
    setsTime("seconds:integer"),
  ),
  row(
    "hpexpire",
    "Set expiry for hash field using relative time to expire (milliseconds)",
    hpexpire,
    setsTime("milliseconds:integer"),
  ),
  row(
    "hexpireat",
    "Set expiry for hash field using an absolute Unix timestamp (seconds)",
    hexpireat,
    setsTime("unix-time-seconds:unix-time"),
  ),
  row(
    "hpexpireat",
    "Set expiry for hash field using an absolute Unix timestamp (milliseconds)",
    hpexpireat,
    setsTime("unix-time-milliseconds:unix-time"),
  ),
  row("httl", "Returns the TTL in seconds of a hash field.", httl, READS_TIME),
  row("hpttl", "Returns the TTL in milliseconds of a hash field.", hpttl, READS_TIME),
  row(
    "hexpiretime",
    "Returns the expiration time of a hash field as a Unix timestamp, in seconds.",
    hexpiretime,
    READS_TIME,
  ),
  row(
    "hpexpiretime",
    "Returns the expiration time of a hash field as a Unix timestamp, in msec.",
    hpexpiretime,
    READS_TIME,
  ),
  row("hpersist", "Removes the expiration time for each specified field", hpersist, {
    arity: -5,
    flags: ["write", "fast"],
    since: "7.4.0",
    access: "RW update",
    syntax: `key ${FIELDS_SYNTAX}`,
  }),
  row("hgetdel", "Returns the value of a field and deletes it from the hash.", hgetdel, {
    arity: -5,
    flags: ["write", "fast"],
    since: "8.0.0",
    access: "RW access delete",
    syntax: `key ${FIELDS_SYNTAX}`,
  }),
  row(
    "hgetex",
    "Get the value of one or more fields of a given hash key, and optionally set their expiration.",
    hgetex,
    {
      arity: -5,
      flags: ["write", "fast"],
      since: "8.0.0",
      access: "RW access update",
      syntax: `key [expiration:(${EXPIRY_SYNTAX} | PERSIST)] ${FIELDS_SYNTAX}`,
    },
  ),
  row(
    "hsetex",
    "Set the value of one or more fields of a given hash key, and optionally set their expiration.",
    hsetex,
    {
      arity: -6,
      flags: ["write", "denyoom", "fast"],
      since: "8.0.0",
      access: "RW update",
      syntax: `key [condition:(FNX | FXX)] [expiration:(${EXPIRY_SYNTAX} | KEEPTTL)] FIELDS fields:{numfields:integer data:{field value}...}`,
    },
  ),
];
