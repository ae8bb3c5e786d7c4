/**
 * Where the server behaves otherwise than the redis-server that is installed, and why: it follows 7.4, and 7.0.15 is what Debian has.
 * Every row of a version must be met by the long run, so that none stays when it is no longer needed.
 */
import { isAggregate, isError, mapReply, type Reply } from "./replies.ts";

export interface VersionDifference {
  /** The version that changed it, or "ours" where neither version says. */
  readonly since: "7.2" | "7.4" | "ours";
  readonly reason: string;
  /** Commands, lower case, whose replies may differ so. */
  readonly commands: RegExp;
  /** Makes the replies of both the same where the difference is one of print. */
  readonly normalize?: (reply: Reply) => Reply;
  /** Whether the difference is this one. */
  /** Whether, after such a command and its reply, INFO's counts may differ though the replies do not. */
  readonly countsOtherwise?: (words: readonly string[], ours: Reply, waited: boolean) => boolean;
  readonly accepts?: (words: readonly string[], ours: Reply, theirs: Reply) => boolean;
}

const NUMBER = /^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/;

/** Numbers that have a fraction, an exponent or many digits, as the shortest text of the same double. */
function shortestNumbers(reply: Reply): Reply {
  return mapReply(reply, (each) => {
    if (typeof each !== "string" || !"$,+".includes(each[0]!)) return each;
    const text = each.slice(1);
    return NUMBER.test(text) && (text.length > 16 || /[.e]/.test(text)) ? each[0]! + String(Number(text)) : each;
  });
}

/** "lag" and "entries-read" of groups. */
function withoutLag(reply: Reply): Reply {
  return mapReply(reply, (each) => {
    if (!isAggregate(each)) return each;
    const items: Reply[] = [];
    for (let i = 0; i < each.items.length; i++) {
      if (each.items[i] === "$lag" || each.items[i] === "$entries-read") i++;
      else items.push(each.items[i]!);
    }
    return { mark: each.mark, items };
  });
}

const DISTANCE = /"\$(\d+(?:\.\d+)?(?:e[+-]\d+)?)"/g;
/** Distances are replied with four digits behind the point, and stored with all they have. */
const [REPLIED_WITHIN, STORED_WITHIN] = [0.000_15, 1e-13];

/** Distances differ by the last digit of theirs, and nothing else does. */
function differInLastDigit(ours: Reply, theirs: Reply): boolean {
  const texts = [JSON.stringify(ours), JSON.stringify(theirs)] as const;
  if (texts[0].replace(DISTANCE, "") !== texts[1].replace(DISTANCE, "")) return false;
  const [a, b] = texts.map((text) => Array.from(text.matchAll(DISTANCE), ([, digits]) => digits!));
  const isNear = (one: string, other: string): boolean => {
    const within = /\.\d{4}$/.test(one) ? REPLIED_WITHIN : STORED_WITHIN * Number(one);
    return Math.abs(Number(one) - Number(other)) <= within;
  };
  return a!.length > 0 && a!.every((distance, i) => isNear(distance, b![i]!));
}

/** Applies to pushes, not to replies. */
export const OWN_PUSHES: VersionDifference = {
  since: "7.2",
  reason: "What a client hears of its own command's doing comes behind the reply, not where it happened.",
  commands: /^$/,
};

export const VERSION_DIFFERENCES: readonly VersionDifference[] = [
  OWN_PUSHES,
  {
    since: "7.2",
    reason: "A command that waited runs again when it is served, and its changes are counted as ever.",
    commands: /^(bl|br|bz|xread)/,
    countsOtherwise: (_words, _ours, waited) => waited,
  },
  {
    since: "7.2",
    reason: "Doubles are printed with the fewest digits that read back as the same number, where 7.0 printed 17.",
    commands: /^(z|bz|geo|debug|sort|dump|eval|fcall)/,
    normalize: shortestNumbers,
  },
  {
    since: "7.2",
    reason: "Short lists are listpacks, and so are small sets that do not hold integers alone.",
    commands: /^(object|debug|eval)/,
    accepts: (_, ours, theirs) => ours === "$listpack" && (theirs === "$quicklist" || theirs === "$hashtable"),
  },
  {
    since: "7.2",
    reason: "ZRANK and ZREVRANK take WITHSCORE.",
    commands: /^z(rev)?rank$/,
    accepts: (words) => words.length > 3,
  },
  {
    since: "7.2",
    reason: "LPOS refuses the one RANK that has no positive counterpart.",
    commands: /^lpos$/,
    accepts: (words) => words.includes("-9223372036854775808"),
  },
  {
    since: "7.2",
    reason: "BITCOUNT and BITPOS look at their arguments before they look for the key.",
    commands: /^bit(count|pos)$/,
    countsOtherwise: (_, ours) => isError(ours),
    accepts: (_, ours, theirs) =>
      isError(ours) && (isError(theirs) || (typeof theirs === "string" && theirs[0] === ":")),
  },
  {
    since: "7.2",
    reason: "A client that CLIENT UNBLOCK lets time out does not count as one whose command failed.",
    commands: /^client$/,
    countsOtherwise: ([, subcommand, , reason], ours) =>
      /^unblock$/i.test(subcommand ?? "") && ours === ":1" && !/^error$/i.test(reason ?? ""),
  },
  {
    since: "7.2",
    reason: "COMMAND GETKEYS takes commands without arguments, and says that they lack some.",
    commands: /^command$/,
    accepts: (words) => words.length === 3,
  },
  {
    since: "7.4",
    reason: "SCAN with TYPE does not count its look at each key as a hit.",
    commands: /^scan$/,
    countsOtherwise: (words) => words.some((word) => /^type$/i.test(word)),
  },
  {
    since: "7.4",
    reason: "XREAD takes + for the last entry.",
    commands: /^xread(group)?$/,
    accepts: (words) => words.includes("+"),
  },
  {
    since: "7.2",
    reason: "XREAD and XREADGROUP have other words for as many IDs as keys.",
    commands: /^xread(group)?$/,
    accepts: (_, ours, theirs) => isError(theirs) && typeof ours === "string" && ours.startsWith("-ERR Unbalanced"),
  },
  {
    since: "7.2",
    reason: "A client that waits for a group is told by its command run again that the stream or the group is gone.",
    commands: /^xreadgroup$/,
    accepts: (_, ours, theirs) =>
      isError(ours) && typeof theirs === "string" && /^-(UNBLOCKED the stream|NOGROUP the consumer)/.test(theirs),
  },
  {
    since: "7.4",
    reason: "XINFO's lag and entries-read stay right after trimming and deleting.",
    commands: /^xinfo$/,
    normalize: withoutLag,
  },
  {
    since: "ours",
    reason:
      "The C library's sine differs from JavaScript's in its last bit: distances by 0.0001 m, once in some ten thousand.",
    commands: /^(geo|zrange)/,
    accepts: ([name, key], ours, theirs) =>
      (/^geo/i.test(name!) || /^g[34]$/.test(key!)) && differInLastDigit(ours, theirs),
  },
  {
    since: "ours",
    reason: "An integer beyond 2^53 that INCRBYFLOAT made is reported as an int.",
    commands: /^object$/,
    accepts: (_, ours, theirs) => ours === "$int" && theirs === "$embstr",
  },
];
