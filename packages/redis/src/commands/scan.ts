/** What SCAN, HSCAN, SSCAN and ZSCAN share: the cursor and the options. */
import { Glob } from "../keyspace/glob.ts";
import type { Args } from "../resp/args.ts";
import type { ReplyWriter } from "../resp/reply-writer.ts";
import { INVALID_CURSOR, SYNTAX_ERROR } from "./errors.ts";

/** The cursor in argument `i`: any unsigned 64-bit number, of which the tables use the low 32 bits. */
export function parseCursor(args: Args, i: number): number {
  const text = args.string(i);
  if (!/^\d{1,20}$/.test(text)) throw INVALID_CURSOR;
  const cursor = BigInt(text);
  if (cursor > 0xffff_ffff_ffff_ffffn) throw INVALID_CURSOR;
  return Number(cursor & 0xffff_ffffn);
}

export interface ScanOptions {
  /** Work to do in one call. */
  readonly count: number;
  /** Undefined: everything matches. */
  readonly glob: Glob | undefined;
  /** SCAN only: TYPE's argument in lower case. */
  readonly type: string | undefined;
  /** HSCAN only. */
  readonly noValues: boolean;
}

/** Which options a command of the family takes besides MATCH and COUNT. */
export interface ScanVariant {
  readonly type?: boolean;
  readonly noValues?: boolean;
}

/** Options from argument `from` on. Throws in Redis' words. */
export function parseScanOptions(args: Args, from: number, variant: ScanVariant = {}): ScanOptions {
  let count = 10;
  let glob: Glob | undefined;
  let type: string | undefined;
  let noValues = false;
  for (let i = from; i < args.length; i++) {
    const more = i + 1 < args.length;
    if (more && args.is(i, "COUNT")) {
      count = args.integer(++i);
      if (count < 1) throw SYNTAX_ERROR;
    } else if (more && args.is(i, "MATCH")) {
      const matching = new Glob(args.string(++i));
      glob = matching.all ? undefined : matching;
    } else if (more && variant.type === true && args.is(i, "TYPE")) {
      type = args.string(++i).toLowerCase();
    } else if (variant.noValues === true && args.is(i, "NOVALUES")) {
      noValues = true;
    } else throw SYNTAX_ERROR;
  }
  return { count, glob, type, noValues };
}

/** Buckets that one call looks at, at most, for each element asked for: a sparse table must not make a call endless. */
export const BUCKETS_PER_ELEMENT = 10;

/** The reply of HSCAN, SSCAN and ZSCAN: the next cursor, and what was found, flat. */
export function replyScanned(reply: ReplyWriter, cursor: number, found: readonly string[]): void {
  reply.array(2);
  reply.bulk(String(cursor));
  reply.array(found.length);
  for (const each of found) reply.bulk(each);
}
