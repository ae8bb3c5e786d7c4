/**
 * Where Knot and NSD answer differently, and what decides. Everything that no row here covers they answer alike, and so have we to.
 *
 * A row says who is right by the cited paragraph, or that nothing decides and either will do. Answers are compared without what is optional
 * (`essential` of view.ts), and where one of them was truncated, by what TCP brought.
 */
import { Name } from "../../../src/name/name.ts";
import { CLASS, TYPE } from "../../../src/rdata/types.ts";
import type { WireQuestion } from "../peers/query.ts";
import { type AnswerView, sameView } from "./view.ts";

/** A question that Knot and NSD answer differently. */
export interface Dispute {
  readonly question: WireQuestion;
  /** Folded, as text. */
  readonly name: string;
  /** Of all zones on the servers, as text, the longest first. */
  readonly origins: readonly string[];
  readonly knot: AnswerView;
  readonly nsd: AnswerView;
}

export interface Decision {
  readonly what: string;
  /** The paragraph that decides, or why none does. */
  readonly source: string;
  readonly applies: (dispute: Dispute) => boolean;
  /** Whether `ours` is right. */
  readonly accepts: (ours: AnswerView, dispute: Dispute) => boolean;
}

const knotIsRight = (ours: AnswerView, { knot }: Dispute): boolean => sameView(ours, knot);
const nsdIsRight = (ours: AnswerView, { nsd }: Dispute): boolean => sameView(ours, nsd);
const eitherIsRight = (ours: AnswerView, dispute: Dispute): boolean =>
  knotIsRight(ours, dispute) || nsdIsRight(ours, dispute);

/** Links of a chain that we follow, after which the answer ends (the named limit of the authority). */
const OUR_CHAIN_LIMIT = 16;

/** The first row that applies counts. */
export const DECISIONS: readonly Decision[] = [
  {
    what: "a class that no zone has is refused, with the question in the answer",
    source: "RFC 1035 §4.1.1: the question section is copied into the response; NSD leaves it out of REFUSED",
    applies: ({ question, knot, nsd }) =>
      isOtherClass(question) && nsd.question === "" && sameView({ ...nsd, question: knot.question }, knot),
    accepts: knotIsRight,
  },
  {
    what: "type 0 is a question like others",
    source:
      "RFC 6895 §3.1 reserves it for SIG(0)'s sake and forbids no question; Knot answers NOTIMP, NSD and BIND as for any absent type",
    applies: ({ question }) => question.type === 0,
    accepts: (ours, dispute) => eitherIsRight(ours, dispute) || isTrueChain(ours, dispute),
  },
  {
    what: "an answer for a name below a DNAME that gets too long",
    source: "RFC 6672 §3.2 says YXDOMAIN and the DNAME, and nothing of the SOA that Knot adds",
    applies: ({ knot, nsd }) => knot.rcode === 6 && sameView({ ...knot, authority: [] }, nsd),
    accepts: eitherIsRight,
  },
  {
    what: "a chain of CNAMEs that never ends",
    source:
      "RFC 1034 §3.6.2: loops are signalled as an error or followed to a limit of the server's own; every record has to be true",
    applies: (dispute) => chainLength(dispute, longer(dispute)) > OUR_CHAIN_LIMIT || isLoop(dispute, longer(dispute)),
    accepts: isTrueChain,
  },
  {
    what: "RRSIG and NSEC of a name with a CNAME",
    source:
      "RFC 4035 §2.5 allows both beside a CNAME, so that Knot looks no further; RFC 1034 §4.3.2 3a lets the CNAME lead on for all other types, and NSD for these too",
    applies: ({ question: { type }, knot, nsd }) =>
      (type === TYPE.RRSIG || type === TYPE.NSEC) && aliases(knot) !== aliases(nsd),
    accepts: eitherIsRight,
  },
  {
    what: "a CNAME that leads into another zone of the same server is followed there",
    source:
      "RFC 1034 §4.3.2 3a: QNAME changes to the canonical name, and the search goes back to step 1, which chooses the zone; Knot stays in the first one",
    applies: leavesZone,
    accepts: nsdIsRight,
  },
  {
    what: "a chain of more than five CNAMEs is followed",
    source: "RFC 1034 §3.6.2: chains should be followed; Knot stops after five links",
    applies: (dispute) =>
      chainLength(dispute, dispute.nsd) > 5 && dispute.knot.answer.length < dispute.nsd.answer.length,
    accepts: nsdIsRight,
  },
];

function isOtherClass({ class: questionClass = CLASS.IN }: WireQuestion): boolean {
  return questionClass !== CLASS.IN && questionClass !== CLASS.ANY;
}

const aliases = ({ answer }: AnswerView): number => answer.filter((line) => / CNAME /.test(line)).length;

function longer({ knot, nsd }: Dispute): AnswerView {
  return knot.answer.length > nsd.answer.length ? knot : nsd;
}

/** The names that the answer's CNAMEs lead to, the question's first. Ends where it begins to repeat. */
function chain(name: string, { answer }: AnswerView): string[] {
  const links = new Map<string, string>();
  for (const line of answer) {
    const [owner, , , type, target] = line.split(" ");
    if (type === "CNAME") links.set(owner!, target!);
  }
  const names = [name];
  for (let next = links.get(name); next !== undefined && !names.includes(next); next = links.get(next))
    names.push(next);
  return names;
}

function chainLength({ name }: Dispute, view: AnswerView): number {
  return chain(name, view).length - 1;
}

/** The last CNAME leads to a name that was there before; or, growing DNAMEs, to one that a DNAME of the answer redirects again. */
function isLoop({ name }: Dispute, view: AnswerView): boolean {
  const names = chain(name, view);
  const last = names.at(-1)!;
  const redirected = view.answer
    .map((line) => line.split(" "))
    .filter(([, , , type]) => type === "CNAME" || type === "DNAME");
  return (
    names.length > 1 &&
    redirected.some(([owner, , , type]) => owner === last || (type === "DNAME" && last.endsWith(`.${owner}`)))
  );
}

function leavesZone({ name, origins, nsd, knot }: Dispute): boolean {
  const zoneOf = (text: string): string | undefined => origins.find((origin) => isAtOrBelow(text, origin));
  const home = zoneOf(name);
  return [nsd, knot].some((view) => chain(name, view).some((link) => zoneOf(link) !== home));
}

/** By text, on names that are folded. */
function isAtOrBelow(name: string, origin: string): boolean {
  return Name.parse(name).isAtOrBelow(Name.parse(origin));
}

/** An error, or a chain whose records the other servers have as well, as far as each of them followed it. */
function isTrueChain(ours: AnswerView, { name, knot, nsd }: Dispute): boolean {
  if (ours.rcode === 2) return true;
  if (ours.rcode !== 0) return false;
  const known = new Set([...knot.answer, ...nsd.answer]);
  const followed = chain(name, ours);
  const theirs = chain(name, knot.answer.length > nsd.answer.length ? knot : nsd);
  const shared = Math.min(followed.length, theirs.length);
  if (followed.slice(0, shared).some((link, i) => link !== theirs[i])) return false;
  return followed.length > theirs.length || ours.answer.every((line) => known.has(line));
}
