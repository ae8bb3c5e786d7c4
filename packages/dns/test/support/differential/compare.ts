/**
 * The same questions to Knot, to NSD and to ours, and what came of it: agreed (both peers and we say the same), decided (the peers differ,
 * and ours is what decisions.ts demands), or a difference.
 */
import { decodeMessage } from "../../../src/message/decode.ts";
import { Name } from "../../../src/name/name.ts";
import { CLASS, classText, TYPE, typeText } from "../../../src/rdata/types.ts";
import type { WireQuestion } from "../peers/query.ts";
import { wireName } from "../peers/query.ts";
import { askOverTcp, askOverUdp } from "./asking.ts";
import { DECISIONS, type Dispute } from "./decisions.ts";
import { type AnswerView, answerView, essential, sameView } from "./view.ts";

/** Ports on 127.0.0.1 of servers with the same zones. */
export interface Servers {
  readonly ours: number;
  readonly knot: number;
  readonly nsd: number;
}

export interface Report {
  readonly agreed: number;
  /** How many questions each decision was needed for, by its `what`. */
  readonly decided: ReadonlyMap<string, number>;
  /** Ready to be read: question and answers. */
  readonly differences: readonly string[];
}

const TCP_BATCH = 100;
/** RFC 1035 §2.3.4, and what all three are told to send at most (DNS flag day 2020). */
const [LEAST_PAYLOAD, MOST_PAYLOAD] = [512, 1232];

type Answers = readonly (Buffer | undefined)[];

/** Asked of NSD instead of NSEC3, which it takes for a type that may stand beside a CNAME; no zone has it (RFC 6895 §3.1, private use). */
const ABSENT_TYPE = 65_279;

/** `origins`: of all zones that the servers have. */
export async function compare(
  servers: Servers,
  questions: readonly WireQuestion[],
  origins: readonly string[],
): Promise<Report> {
  const [ours, knot, nsd] = await Promise.all([
    askOverUdp(servers.ours, questions),
    askOverUdp(servers.knot, questions.map(forPeers)),
    askOverUdp(servers.nsd, questions.map(forNsd)),
  ]);
  const judge = new Judge(origins);
  const again: number[] = [];
  questions.forEach((question, i) => {
    if (question.type === TYPE.ANY || [ours, knot, nsd].some((answers) => isTruncated(answers[i]))) again.push(i);
    else judge.compare(question, answerView(ours[i]), answerView(knot[i]), answerView(nsd[i]));
  });
  const asked = again.map((i) => questions[i]!);
  const oursTcp = await inBatches(servers.ours, asked);
  const ofPeers = asked.map((question, at) =>
    question.type === TYPE.ANY ? asAnswered(question, oursTcp[at]!) : question,
  );
  const [knotTcp, nsdTcp] = await Promise.all([
    inBatches(servers.knot, ofPeers.map(forPeers)),
    inBatches(servers.nsd, ofPeers.map(forNsd)),
  ]);
  again.forEach((i, at) => {
    const question = questions[i]!;
    judge.compare(question, answerView(oursTcp[at]), answerView(knotTcp[at]), answerView(nsdTcp[at]));
    judge.truncation(question, ours[i], oursTcp[at]!);
  });
  return judge;
}

/**
 * Class ANY is answered here as class IN is, but without authority (RFC 1035 §6.2). Of the peers, Knot leaves AA set, NSD leaves out the SOA of
 * negative answers, and BIND calls it FORMERR; so they are asked in class IN.
 */
function forPeers(question: WireQuestion): WireQuestion {
  return question.class === CLASS.ANY ? { ...question, class: CLASS.IN } : question;
}

function forNsd(question: WireQuestion): WireQuestion {
  return forPeers(question.type === TYPE.NSEC3 ? { ...question, type: ABSENT_TYPE } : question);
}

/**
 * ANY may be answered with any one of the sets that are there (RFC 8482 §4.1), and each server has its own choice. Whichever of them ours chose,
 * the answer has to be what this type is answered with; where it chose none, what ANY is.
 */
function asAnswered(question: WireQuestion, answer: Uint8Array): WireQuestion {
  const { answers } = decodeMessage(answer);
  const last = answers.at(-1);
  const isRedirected = answers.some(({ type }) => type === TYPE.DNAME) && last?.type === TYPE.CNAME;
  return last === undefined || isRedirected ? question : { ...question, type: last.type };
}

async function inBatches(port: number, questions: readonly WireQuestion[]): Promise<Answers> {
  const answers: Buffer[] = [];
  for (let at = 0; at < questions.length; at += TCP_BATCH) {
    answers.push(...(await askOverTcp(port, questions.slice(at, at + TCP_BATCH))));
  }
  return answers;
}

function isTruncated(answer: Buffer | undefined): boolean {
  return answer !== undefined && (answer[2]! & 2) !== 0;
}

class Judge implements Report {
  agreed = 0;
  readonly decided = new Map<string, number>();
  readonly differences: string[] = [];
  readonly #origins: readonly string[];

  constructor(origins: readonly string[]) {
    this.#origins = [...origins].sort((a, b) => b.length - a.length);
  }

  compare(question: WireQuestion, ours: AnswerView, knot: AnswerView, nsd: AnswerView): void {
    const isAnyClass = question.class === CLASS.ANY;
    if (isAnyClass && ours.flags.includes("aa")) {
      this.differences.push(`${questionText(question)}: QCLASS=* is answered with authority (RFC 1035 §6.2)`);
      return;
    }
    const comparable = (view: AnswerView): AnswerView => {
      const flags = isAnyClass ? view.flags.replace(" aa", "") : view.flags;
      return essential({ ...view, flags, question: asWasMeant(view, question) });
    };
    const [we, they, others] = [comparable(ours), comparable(knot), comparable(nsd)];
    const dispute: Dispute = {
      question,
      name: nameOf(question).folded().toString(),
      origins: this.#origins,
      knot: they,
      nsd: others,
    };
    if (sameView(they, others)) {
      if (sameView(we, they)) this.agreed += 1;
      else this.#differ("the peers agree", dispute, we);
      return;
    }
    const decision = DECISIONS.find(({ applies }) => applies(dispute));
    if (decision === undefined) return this.#differ("the peers differ, and nothing decides", dispute, we);
    this.#note(`${decision.what} (${decision.source})`, decision.accepts(we, dispute), dispute, we);
  }

  /** TC is set exactly when the answer does not fit; what comes without TC is whole but for optional data (RFC 2181 §9, RFC 9471 §3). */
  truncation(question: WireQuestion, overUdp: Buffer | undefined, overTcp: Buffer): void {
    const { edns } = question;
    const limit = edns === undefined ? LEAST_PAYLOAD : Math.min(MOST_PAYLOAD, Math.max(LEAST_PAYLOAD, edns.udpPayload));
    const [short, whole] = [answerView(overUdp), answerView(overTcp)];
    const isRight = isTruncated(overUdp)
      ? overTcp.length > limit
      : sameView(essential(short), essential(whole)) || isWithoutSiblings(short, whole);
    if (isRight && overUdp !== undefined && overUdp.length <= limit) return;
    this.differences.push(
      `${questionText(question)}: truncated wrongly\n  over UDP ${JSON.stringify(short)}\n  over TCP ${JSON.stringify(whole)}`,
    );
  }

  #note(what: string, isRight: boolean, dispute: Dispute, ours: AnswerView): void {
    if (!isRight) return this.#differ(what, dispute, ours);
    this.decided.set(what, (this.decided.get(what) ?? 0) + 1);
  }

  #differ(what: string, { question, knot, nsd }: Dispute, ours: AnswerView): void {
    const lines = [`${questionText(question)}: ${what}`, ...[ours, knot, nsd].map((view) => JSON.stringify(view))];
    this.differences.push(lines.join("\n  "));
  }
}

/** With the type and class that were meant instead of those that the peers were asked for. */
function asWasMeant({ question }: AnswerView, { type, class: questionClass = CLASS.IN }: WireQuestion): string {
  return question.replace(/ \d+ \d+$/, ` ${questionClass} ${type}`);
}

/** A referral that lacks only glue outside of the zone that it refers to. */
function isWithoutSiblings(short: AnswerView, whole: AnswerView): boolean {
  const cut = /^(\S+) \d+ IN NS /.exec(whole.authority[0] ?? "")?.[1];
  if (cut === undefined || !sameView({ ...short, additional: [] }, { ...whole, additional: [] })) return false;
  const missing = whole.additional.filter((line) => !short.additional.includes(line));
  return missing.every((line) => !line.split(" ")[0]!.endsWith(`.${cut}`));
}

function nameOf(question: WireQuestion): Name {
  return Name.fromWire(wireName(question.name));
}

/** As dig would ask it. */
export function questionText(question: WireQuestion): string {
  const { type, class: questionClass = 1, edns, recursionDesired, checkingDisabled } = question;
  const options = [
    recursionDesired === true ? "+rec" : "+norec",
    checkingDisabled === true ? "+cd" : "",
    edns === undefined ? "+noedns" : `+bufsize=${edns.udpPayload}`,
    edns?.dnssecOk === true ? "+dnssec" : "",
  ];
  return `dig +nocookie ${options.filter((option) => option !== "").join(" ")} '${nameOf(question).toString()}' ${classText(questionClass)} ${typeText(type)}`;
}
