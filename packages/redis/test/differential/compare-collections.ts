/** Runs the same random commands on collections here and on the original, and tells where the answers differ. */
import { connect } from "node:net";
import type { Original, OriginalServer } from "../original.ts";
import { EngineUnderTest, parseReply, seededRandom, type Reply } from "../engine-client.ts";
import type { Draw } from "./draw.ts";
import { collectionCommand, UNORDERED } from "./collections.ts";

export interface Difference {
  /** How many commands came before. */
  readonly at: number;
  readonly words: readonly string[];
  readonly ours: Reply;
  readonly theirs: Reply;
}

/** A few differences are as good as many: each makes others follow. */
const MOST_DIFFERENCES = 5;

/** The first differences in `commands` commands from `seed`, beyond those between the versions. */
export async function compareCollections(
  theirs: Original,
  { protocol, seed, commands }: { readonly protocol: "2" | "3"; readonly seed: number; readonly commands: number },
): Promise<Difference[]> {
  const world = new EngineUnderTest();
  const ours = world.connect();
  for (const first of [["FLUSHALL"], ["HELLO", protocol], ["SET", "str", "v"]]) {
    ours.raw(...first);
    await theirs.raw(first);
  }
  const { integer } = seededRandom(seed);
  const differences: Difference[] = [];
  for (let at = 0; at < commands && differences.length < MOST_DIFFERENCES; at++) {
    const words = collectionCommand(integer);
    let answer = ours.raw(...words);
    if (answer === "") {
      // It waits; a second is longer than any timeout that is drawn.
      world.advance(1000);
      answer = ours.output();
    }
    const [a, b] = [parseReply(answer), parseReply(await theirs.raw(words))].map((reply) =>
      inOrder(words, canonical(reply)),
    ) as [Reply, Reply];
    if (JSON.stringify(a) === JSON.stringify(b)) continue;
    if (isKnownDifference(words, a, b, () => ours.run("TYPE", words[2]!))) continue;
    differences.push({ at, words, ours: a, theirs: b });
  }
  return differences;
}

/** What was announced and counted while the same commands ran on both sides. */
export interface Effects {
  /** Keyspace events, as "event key". */
  readonly events: readonly string[];
  /** By how much rdb_changes_since_last_save grew. */
  readonly changes: number;
}

/** Keyspace events and the count of changes, which replies do not show. */
export async function compareEffects(
  server: OriginalServer,
  {
    seed,
    commands,
    setup = [],
    next = collectionCommand,
  }: {
    readonly seed: number;
    readonly commands: number;
    readonly setup?: readonly (readonly string[])[];
    readonly next?: (draw: Draw) => string[];
  },
): Promise<{ ours: Effects; theirs: Effects }> {
  const world = new EngineUnderTest();
  const [ours, ourListener] = [world.connect(), world.connect()];
  const theirs = await server.open();
  for (const first of [["FLUSHALL"], ["CONFIG", "SET", "notify-keyspace-events", "KA"], ...setup]) {
    ours.raw(...first);
    await theirs.raw(first);
  }
  ourListener.raw("PSUBSCRIBE", "*");
  ourListener.output();
  const listener = await listen(server.port);
  const before = [changes(ours.raw("INFO", "persistence")), changes(await theirs.raw(["INFO", "persistence"]))];
  const { integer } = seededRandom(seed);
  for (let at = 0; at < commands; at++) {
    const words = next(integer);
    if (ours.raw(...words) === "") world.advance(1000);
    await theirs.raw(words);
  }
  const after = [changes(ours.raw("INFO", "persistence")), changes(await theirs.raw(["INFO", "persistence"]))];
  await theirs.raw(["PUBLISH", "end", LAST_WORD]);
  theirs.end();
  return {
    ours: { events: eventsIn(ourListener.output()), changes: after[0]! - before[0]! },
    theirs: { events: eventsIn(await listener()), changes: after[1]! - before[1]! },
  };
}

const LAST_WORD = "that was the last event";

/** Subscribes to everything; resolves, once subscribed, with a way to wait for all that comes up to LAST_WORD. */
async function listen(port: number): Promise<() => Promise<string>> {
  const socket = connect(port, "127.0.0.1");
  let heard = "";
  let woken = (): void => {};
  socket.on("data", (chunk: Buffer) => {
    heard += chunk.toString("latin1");
    woken();
  });
  const until = async (text: string): Promise<void> => {
    while (!heard.includes(text)) await new Promise<void>((resolve) => (woken = resolve));
  };
  socket.write("PSUBSCRIBE *\r\n");
  await until("psubscribe");
  return async () => {
    await until(LAST_WORD);
    socket.destroy();
    return heard;
  };
}

function eventsIn(text: string): string[] {
  return Array.from(
    text.matchAll(/__keyspace@0__:([^\r]*)\r\n\$\d+\r\n([a-z-]+)\r\n/g),
    ([, key, event]) => `${event} ${key}`,
  );
}

function changes(info: string): number {
  return Number(/rdb_changes_since_last_save:(\d+)/.exec(info)![1]);
}

const NUMBER = /^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/;

/** Redis 7.0 prints scores with 17 digits, 7.4 with as many as are needed: compare them as numbers. */
function canonical(reply: Reply): Reply {
  if (reply instanceof Error) return `-${reply.message}`;
  if (typeof reply === "string") {
    return NUMBER.test(reply) && (reply.length > 16 || /[.e]/.test(reply)) ? String(Number(reply)) : reply;
  }
  if (Array.isArray(reply)) return reply.map(canonical);
  if (reply === null || typeof reply === "number") return reply;
  return Object.fromEntries(Object.entries(reply).map(([mark, value]) => [mark, canonical(value as Reply)]));
}

/** The reply of a command whose elements come in any order: sorted, pairs kept together. */
function inOrder(words: readonly string[], reply: Reply): Reply {
  const name = words[0]!;
  if (!UNORDERED.has(name) || reply === null || typeof reply !== "object" || reply instanceof Error) return reply;
  if (name.endsWith("SCAN") && Array.isArray(reply)) {
    return [reply[0]!, sorted(reply[1] as Reply[], name === "SSCAN" ? 1 : 2)];
  }
  const elements = Array.isArray(reply) ? reply : (Object.values(reply)[0] as Reply[] | null);
  if (elements === null) return reply;
  const paired = name === "HGETALL" || (words.length > 3 && !Array.isArray(elements[0]));
  return sorted(elements, paired && !name.startsWith("S") ? 2 : 1);
}

function sorted(elements: readonly Reply[], width: 1 | 2): Reply {
  const groups: string[] = [];
  for (let i = 0; i < elements.length; i += width) groups.push(JSON.stringify(elements.slice(i, i + width)));
  return groups.toSorted();
}

/** Where 7.4, which is right here, differs from the 7.0 that is installed; each with what 7.4 says. */
function isKnownDifference(words: readonly string[], ours: Reply, theirs: Reply, type: () => Reply): boolean {
  const [name, , option] = words;
  // 7.2 gave sets and lists a listpack encoding.
  if (name === "OBJECT") {
    return (
      ours === "listpack" && ["quicklist", "hashtable"].includes(String(theirs)) && /^(list|set)$/.test(String(type()))
    );
  }
  // 7.2: ZRANK key member WITHSCORE.
  if (/^ZREV?RANK$|^ZREVRANK$|^ZRANK$/.test(name!)) return words.length > 3;
  // 7.2 refuses the one RANK that has no positive counterpart.
  return name === "LPOS" && option !== undefined && words.includes("-9223372036854775808");
}
