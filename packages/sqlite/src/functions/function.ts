/**
 * What SQL calls: scalar functions and aggregates, and what they get at while they run.
 *
 * A call allocates nothing but its result. Arguments lie in `cells[at … at + count)`, which compiled code fills for each row; the result is left in
 * the CallContext, of which a connection has one. Functions refuse by throwing SqliteError with the original's words.
 */
import { SqliteError } from "../errors.ts";
import type { Collation } from "../values/collation.ts";
import { encodedLength, type TextEncoding } from "../values/text-codec.ts";
import { BLOB, type Cells, INTEGER, NULL, type Payload, type RawText, REAL, type Tag, TEXT } from "../values/value.ts";

interface FunctionTraits {
  /** In lower case. */
  readonly name: string;
  readonly minArguments: number;
  /** Infinity: any number. */
  readonly maxArguments: number;
  /** Never run from views, triggers, defaults and the like: `SQLITE_DIRECTONLY`. */
  readonly directOnly?: boolean;
  /** Fit for schemas that nobody vouches for: `SQLITE_INNOCUOUS`. */
  readonly innocuous?: boolean;
  /** Asks for the subtypes of its arguments or gives its result one, as JSON's do: `SQLITE_SUBTYPE`. */
  readonly subtype?: boolean;
  /** Compares its arguments: `context.collation` has to be theirs (that of the leftmost one that has any) before each call. */
  readonly needsCollation?: boolean;
}

export interface ScalarFunction extends FunctionTraits {
  readonly kind: "scalar";
  /** The same arguments give the same result, as indexes and constant folding need it. */
  readonly deterministic: boolean;
  /**
   * The original compiles it instead of calling it, evaluating only those arguments that it needs: coalesce, iif, likely and their kin. The call
   * is right all the same once all arguments are known.
   */
  readonly inline?: boolean;
  /** Puts `f(cells[at … at + count))` into `context`, which may hold anything before. */
  call(context: CallContext, cells: Cells, at: number, count: number): void;
}

/**
 * A function of many rows. Its state is what `create` and each step return, so that a count may be a mere number. `finish` puts the result into
 * `context` and ends the state.
 */
export interface AggregateFunction<State = unknown> extends FunctionTraits {
  readonly kind: "aggregate";
  create(context: CallContext): State;
  step(context: CallContext, state: State, cells: Cells, at: number, count: number): State;
  /** Takes back the oldest step: with `value` what makes it a window function. */
  inverse?(context: CallContext, state: State, cells: Cells, at: number, count: number): State;
  /** The result so far; the state goes on. */
  value?(context: CallContext, state: State): void;
  finish(context: CallContext, state: State): void;
}

/** Limits that functions keep, of those of `sqlite3_limit`. */
export interface FunctionLimits {
  /** Bytes of a TEXT or BLOB. */
  readonly length: number;
  /** Bytes of a pattern of LIKE and GLOB. */
  readonly likePatternLength: number;
}

export const FUNCTION_LIMITS: FunctionLimits = { length: 1_000_000_000, likePatternLength: 50_000 };

/** What functions learn of the world and of their connection. */
export interface FunctionEnvironment {
  /** Of the database; a connection makes its functions anew when this is decided. */
  readonly encoding: TextEncoding;
  readonly limits: FunctionLimits;
  /** What LIKE does with ASCII letters: `PRAGMA case_sensitive_like`. */
  readonly caseSensitiveLike: boolean;
  /** Whole milliseconds since 1970, the same all along a statement. */
  now(): number;
  /** How far local time is ahead of UTC at a moment between 1970 and 2038: whole seconds from milliseconds since 1970. */
  localOffsetSeconds(utcMs: number): number;
  /** 64 bits, signed. */
  random(): bigint;
  /** Fresh bytes, which the caller keeps. */
  randomBytes(length: number): Uint8Array;
  changes(): number | bigint;
  totalChanges(): number | bigint;
  lastInsertRowid(): number | bigint;
}

/** UTF-16 units that a string can have (V8's limit); texts that would need more are too big whatever the limits say. */
const MAX_STRING = 0x1fff_ffe8;

/** Where a call leaves its result. */
export class CallContext {
  resultTag: Tag = NULL;
  result: Payload = null;
  /** The caller sets it for functions that need one. */
  collation: Collation;
  /**
   * Where only what always gives the same may stand: "an index", "a CHECK constraint", "a generated column". The caller sets it; functions that are
   * pure for most arguments, those of dates, refuse 'now' and local time there.
   */
  pureFor: string | undefined = undefined;
  readonly environment: FunctionEnvironment;
  readonly encoding: TextEncoding;
  readonly limits: FunctionLimits;
  /** Texts of so many UTF-16 units fit whatever is in them. */
  readonly #surelyFits: number;

  /** `binary`: the collation of calls whose caller sets none. */
  constructor(environment: FunctionEnvironment, binary: Collation) {
    this.environment = environment;
    this.encoding = environment.encoding;
    this.limits = environment.limits;
    this.collation = binary;
    this.#surelyFits = Math.floor(environment.limits.length / 3);
  }

  setNull(): void {
    this.resultTag = NULL;
    this.result = null;
  }

  /** A number has to be a safe integer and a BigInt none, of 64 bits (see value.ts). */
  setInteger(value: number | bigint): void {
    this.resultTag = INTEGER;
    this.result = value === 0 ? 0 : value; // no -0
  }

  /** NaN becomes NULL. */
  setReal(value: number): void {
    if (Number.isNaN(value)) return this.setNull();
    this.resultTag = REAL;
    this.result = value;
  }

  /** Throws SQLITE_TOOBIG past the limit. */
  setText(text: string | RawText): void {
    if (typeof text !== "string" || text.length > this.#surelyFits)
      this.checkLength(encodedLength(text, this.encoding));
    this.resultTag = TEXT;
    this.result = text;
  }

  /** Takes the bytes over. Throws SQLITE_TOOBIG past the limit. */
  setBlob(bytes: Uint8Array): void {
    this.checkLength(bytes.length);
    this.resultTag = BLOB;
    this.result = bytes;
  }

  /** A value that an argument was. */
  set(tag: Tag, payload: Payload): void {
    this.resultTag = tag;
    this.result = payload;
  }

  /** For functions that know how long their result will be before they make it. */
  checkLength(bytes: number): void {
    if (bytes > this.limits.length) throw new SqliteError("SQLITE_TOOBIG", "string or blob too big");
  }

  /** The same for a string of so many units, each of them a byte at least. */
  checkString(units: number): void {
    this.checkLength(units > MAX_STRING ? Infinity : units);
  }
}
