/**
 * Which replies count as equal though their bytes differ: those whose order nothing defines, and those that tell the moment or the server.
 * Everything else must be equal byte for byte, but for the differences between versions (see version-differences.ts).
 */
import { type Aggregate, isAggregate, isError, mapReply, type Reply } from "./replies.ts";

/** Makes replies that count as equal the same. */
type Canonical = (reply: Reply, words: readonly string[]) => Reply;

function text(reply: Reply): string {
  return typeof reply === "string" ? reply : JSON.stringify(reply);
}

function sorted(reply: Aggregate, width: number): Aggregate {
  const groups: Reply[][] = [];
  for (let i = 0; i < reply.items.length; i += width) groups.push(reply.items.slice(i, i + width));
  const keyed = groups.map((group) => [group.map(text).join(" "), group] as const);
  keyed.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return { mark: reply.mark, items: keyed.flatMap(([, group]) => group) };
}

const unordered: Canonical = (reply) => (isAggregate(reply) ? sorted(reply, 1) : reply);
const unorderedPairs: Canonical = (reply) => (isAggregate(reply) ? sorted(reply, 2) : reply);

/** [cursor, elements]: elements of hash tables come in no order; the cursor must be 0, as all fit in one call. */
function scanned(width: number): Canonical {
  return (reply) =>
    isAggregate(reply) && isAggregate(reply.items[1])
      ? { mark: reply.mark, items: [reply.items[0]!, sorted(reply.items[1], width)] }
      : reply;
}

/** HRANDFIELD and ZRANDMEMBER WITHVALUES: pairs, flat in RESP2 and nested in RESP3. */
const randomPairs: Canonical = (reply, words) => {
  if (!isAggregate(reply)) return reply;
  if (Number(words[2]) < 0) return shape(reply);
  return sorted(reply, words.length > 3 && !isAggregate(reply.items[0]) ? 2 : 1);
};

/** What was drawn at random: only how many. */
const drawn: Canonical = (reply, words) =>
  words.length === 2 || Number(words[2]) < 0 ? shape(reply) : unordered(reply, words);

/** Marks without what they mark. */
function shape(reply: Reply): Reply {
  return mapReply(reply, (each) =>
    typeof each === "string" ? (each.startsWith("-") || each === "$-" || each === "*-" ? each : each[0]!) : each,
  );
}

const kind: Canonical = (reply) => (isError(reply) ? reply : typeof reply === "string" ? reply[0]! : reply.mark);

/** Map entries of these names are left out, at any depth. */
function without(names: ReadonlySet<string>): Canonical {
  return (reply) =>
    mapReply(reply, (each) => {
      if (!isAggregate(each)) return each;
      const kept: Reply[] = [];
      for (let i = 0; i < each.items.length; i++) {
        const name = each.items[i]!;
        if (typeof name === "string" && name[0] === "$" && names.has(name.slice(1))) i++;
        else kept.push(name);
      }
      return { mark: each.mark, items: kept };
    });
}

/** Times since the epoch are above, counts below. */
const EPOCH_MS = 1_000_000_000_000;

const streamInfo: Canonical = (reply, words) => {
  const timeless = without(new Set(["idle", "inactive", "seen-time", "active-time"]))(reply, words);
  return mapReply(timeless, (each) =>
    typeof each === "string" && each[0] === ":" && Number(each.slice(1)) > EPOCH_MS ? ":now" : each,
  );
};

/** Times since the last delivery are left out. */
const pendingEntries: Canonical = (reply, words) =>
  words.length > 3 && isAggregate(reply)
    ? {
        mark: reply.mark,
        items: reply.items.map((entry) =>
          isAggregate(entry) ? { mark: entry.mark, items: entry.items.with(2, ":") } : entry,
        ),
      }
    : reply;

/** Equal distances come in no order; and where they were cut, only the distances count. */
const places: Canonical = (reply, words) => {
  if (!isAggregate(reply)) return reply;
  const upper = words.map((word) => word.toUpperCase());
  const isCut = upper.includes("COUNT") && !upper.includes("ANY");
  const items = isCut ? reply.items.map((found) => (isAggregate(found) ? found.items[1]! : found)) : reply.items;
  return sorted({ mark: reply.mark, items }, 1);
};

/** What SORT leaves open: the order of equal weights by text, and of sets that are not sorted. */
const sortedBy: Canonical = (reply, words) => {
  const by = words.findIndex((word) => /^by$/i.test(word));
  const isOpen = by > 0 && (words.some((word) => /^alpha$/i.test(word)) || !words[by + 1]?.includes("*"));
  return isOpen ? unordered(reply, words) : reply;
};

const RULES: Readonly<Record<string, Canonical>> = {
  keys: unordered,
  hkeys: unordered,
  hvals: unordered,
  smembers: unordered,
  sinter: unordered,
  sunion: unordered,
  sdiff: unordered,
  hgetall: unorderedPairs,
  spop: drawn,
  srandmember: drawn,
  hrandfield: randomPairs,
  zrandmember: randomPairs,
  randomkey: shape,
  scan: scanned(1),
  sscan: scanned(1),
  hscan: scanned(2),
  zscan: scanned(2),
  sort: sortedBy,
  sort_ro: sortedBy,
  geosearch: places,
  georadius: places,
  georadius_ro: places,
  georadiusbymember: places,
  georadiusbymember_ro: places,
  xinfo: streamInfo,
  xpending: pendingEntries,
  hello: without(new Set(["version", "id", "modules"])),
  dump: shape,
  time: shape,
  lastsave: shape,
  info: kind,
  "client|id": shape,
  "client|list": kind,
  "client|info": kind,
  "memory|usage": shape,
  "memory|stats": kind,
  "memory|doctor": kind,
  "object|idletime": shape,
  "object|freq": shape,
  "object|help": kind,
  "pubsub|channels": unordered,
  "pubsub|shardchannels": unordered,
  "command|count": shape,
  "command|list": kind,
  "command|docs": kind,
  "config|get": unorderedPairs,
  "debug|object": kind,
  "acl|cat": unordered,
  role: kind,
};

/** Commands that tell a time: by how much it may differ, in their unit. */
const NEAR: Readonly<Record<string, number>> = { ttl: 2, expiretime: 2, pttl: 2000, pexpiretime: 2000 };

/** Whether the replies to `words` count as equal. `normalize` takes away what versions print otherwise. */
export function equalReplies(
  words: readonly string[],
  a: Reply,
  b: Reply,
  normalize: (reply: Reply) => Reply = (reply) => reply,
): boolean {
  const name = words[0]?.toLowerCase() ?? "";
  const within = NEAR[name];
  if (within !== undefined && isInteger(a) && isInteger(b))
    return Math.abs(Number(a.slice(1)) - Number(b.slice(1))) <= within && isTime(a) === isTime(b);
  const rule = RULES[name] ?? RULES[`${name}|${words[1]?.toLowerCase()}`];
  const canonical = (reply: Reply): Reply => {
    const plain = normalize(reply);
    return rule === undefined || isError(plain) ? plain : rule(plain, words);
  };
  return equal(canonical(a), canonical(b));
}

function isInteger(reply: Reply): reply is string {
  return typeof reply === "string" && reply[0] === ":";
}

/** Not -1 or -2, which say that there is none. */
function isTime(reply: string): boolean {
  return reply[1] !== "-";
}

function equal(a: Reply, b: Reply): boolean {
  if (typeof a === "string" || typeof b === "string") return a === b;
  return a.mark === b.mark && a.items.length === b.items.length && a.items.every((item, i) => equal(item, b.items[i]!));
}
