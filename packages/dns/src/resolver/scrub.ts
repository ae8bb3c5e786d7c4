/**
 * What of another server's answer is believed: the chain of aliases from the question to its end, as far as it lies in the zone that the
 * server was asked as an authority or forwarder of (RFC 2181 §5.4.1), and for a denial the SOA and its proofs. Everything else is
 * dropped: what was not asked for may be forged, and nobody here needs it.
 */
import type { Message, Question } from "../message/message.ts";
import { MAX_NAME_BYTES } from "../name/limits.ts";
import { Name } from "../name/name.ts";
import { CLASS, TYPE } from "../rdata/types.ts";
import type { ResourceRecord } from "../record.ts";
import { RCODES } from "../message/rcodes.ts";

/** Links of a chain of aliases that one answer may have. */
export const MAX_CHAIN = 16;

export interface ScrubOptions {
  /** Names outside of it are not for this server to speak of. */
  readonly zone: Name;
  /** Whether RRSIG, NSEC and NSEC3 go along. */
  readonly dnssecOk: boolean;
  /** Whether a record of this name may be believed: keeps addresses of one's own network out of strangers' mouths. */
  readonly allows?: (record: ResourceRecord) => boolean;
}

/**
 * - `answer`: the chain's end has what was asked for (or cannot be said, with YXDOMAIN).
 * - `denial`: the chain's end has none; `rcode` says whether the name exists.
 * - `alias`: the chain leads to `next`, of which this server has said nothing that counts.
 * - `referral`: other servers are to be asked.
 * - `useless`: neither an answer nor a denial with its SOA.
 */
export interface Scrubbed {
  readonly kind: "answer" | "denial" | "alias" | "referral" | "useless";
  readonly rcode: number;
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  readonly next: Name;
}

export function scrub(reply: Message, { name, type }: Question, options: ScrubOptions): Scrubbed {
  const { zone, dnssecOk } = options;
  const believed = reply.answers.filter((record) => record.class === CLASS.IN && record.name.isAtOrBelow(zone));
  const answers: ResourceRecord[] = [];
  let next = name;
  const done = (kind: Scrubbed["kind"], rcode: number, authorities: readonly ResourceRecord[] = []): Scrubbed => ({
    kind,
    rcode,
    answers,
    authorities,
    next,
  });
  for (let links = 0; links < MAX_CHAIN; links++) {
    const dname = believed.find((record) => record.type === TYPE.DNAME && next.isBelow(record.name));
    // Below a DNAME there is nothing but the alias that it makes (RFC 6672 §2.4).
    const here = dname === undefined ? believed.filter((record) => record.name.equals(next)) : [];
    const set = here.filter((record) => record.type === type || (type === TYPE.ANY && record.type !== TYPE.RRSIG));
    if (set.length > 0) {
      const allowed = options.allows === undefined ? set : set.filter(options.allows);
      // Half of a set would be a set that nobody has published.
      if (allowed.length === set.length) {
        answers.push(...set);
        if (dnssecOk || type === TYPE.ANY) answers.push(...signaturesOf(set, here));
      }
      return done("answer", RCODES.NOERROR, dnssecOk ? proofs(reply, zone) : []);
    }
    const link = dname === undefined ? aliasAt(here) : aliasMadeBy(dname, next);
    if (link === undefined) return endOfChain(reply, links > 0, options, done);
    answers.push(...link.records);
    if (dnssecOk) answers.push(...signaturesOf(link.records, believed));
    if (link.target === undefined) return done("answer", RCODES.YXDOMAIN);
    if (dname !== undefined && (type === TYPE.CNAME || type === TYPE.ANY)) return done("answer", RCODES.NOERROR);
    next = link.target;
    if (!next.isAtOrBelow(zone)) return done("alias", RCODES.NOERROR);
  }
  return done("useless", RCODES.SERVFAIL);
}

/** Nothing of the type and no alias stands at the last name. */
function endOfChain(
  reply: Message,
  hasAlias: boolean,
  { zone, dnssecOk }: ScrubOptions,
  done: (kind: Scrubbed["kind"], rcode: number, authorities?: readonly ResourceRecord[]) => Scrubbed,
): Scrubbed {
  const soas = reply.authorities.filter((record) => record.type === TYPE.SOA && record.name.isAtOrBelow(zone));
  if (reply.rcode !== RCODES.NXDOMAIN && soas.length === 0) {
    if (hasAlias) return done("alias", RCODES.NOERROR);
    const refers = !reply.authoritative && reply.authorities.some((record) => record.type === TYPE.NS);
    return done(refers ? "referral" : "useless", RCODES.NOERROR);
  }
  const soa = soas.slice(0, 1);
  return done(
    "denial",
    reply.rcode,
    dnssecOk ? [...soa, ...signaturesOf(soa, reply.authorities), ...proofs(reply, zone)] : soa,
  );
}

/** One step of the chain. Target undefined: it would be too long a name. */
interface Alias {
  readonly records: readonly ResourceRecord[];
  readonly target: Name | undefined;
}

function aliasAt(here: readonly ResourceRecord[]): Alias | undefined {
  const cname = here.find((record) => record.type === TYPE.CNAME);
  return cname === undefined ? undefined : { records: [cname], target: Name.fromWire(cname.rdata) };
}

/** The CNAME is made here, whatever came along (RFC 6672 §3.1). */
function aliasMadeBy(dname: ResourceRecord, name: Name): Alias {
  const target = substituted(name, dname);
  if (target === undefined) return { records: [dname], target };
  const cname = { name, type: TYPE.CNAME, class: CLASS.IN, ttl: dname.ttl, rdata: target.wire };
  return { records: [dname, cname], target };
}

function substituted(name: Name, { name: owner, rdata }: ResourceRecord): Name | undefined {
  const kept = name.wire.length - owner.wire.length;
  if (kept + rdata.length > MAX_NAME_BYTES) return undefined;
  const wire = new Uint8Array(kept + rdata.length);
  wire.set(name.wire.subarray(0, kept));
  wire.set(rdata, kept);
  return Name.fromWire(wire);
}

/** RRSIGs of these sets. */
function signaturesOf(set: readonly ResourceRecord[], among: readonly ResourceRecord[]): ResourceRecord[] {
  return among.filter(
    (record) =>
      record.type === TYPE.RRSIG &&
      set.some(({ name, type }) => type === coveredType(record) && name.equals(record.name)),
  );
}

/** An RRSIG's first field. */
function coveredType({ rdata }: ResourceRecord): number {
  return (rdata[0]! << 8) | rdata[1]!;
}

/** NSEC and NSEC3 with their signatures: of a denial, or that a wildcard was right to answer. */
function proofs(reply: Message, zone: Name): ResourceRecord[] {
  const isProof = (type: number): boolean => type === TYPE.NSEC || type === TYPE.NSEC3;
  return reply.authorities.filter(
    (record) =>
      record.name.isAtOrBelow(zone) &&
      (isProof(record.type) || (record.type === TYPE.RRSIG && isProof(coveredType(record)))),
  );
}
