/** Runs a program on both sides and tells the first difference: in a reply, in what others hear, in what is kept, in what was counted. */
import { equalReplies } from "./equality.ts";
import { type Frame, isAggregate, isError, type Reply, shown } from "./replies.ts";
import type { OurSide, TheirSide } from "./sides.ts";
import { CLIENTS, LISTENER, PROTOCOLS, RULER, type Step, withClientIds } from "./step.ts";
import { OWN_PUSHES, VERSION_DIFFERENCES, type VersionDifference } from "./version-differences.ts";

export interface Difference {
  /** How many steps were done before. */
  readonly at: number;
  readonly what: string;
  readonly ours: string;
  readonly theirs: string;
}

/** Steps between two comparisons of everything that is kept. */
const STEPS_PER_DIGEST = 100;
/** Some settings that programs change, and their defaults. */
const DEFAULTS: readonly string[] = (
  "list-max-listpack-size -2 list-compress-depth 0 hash-max-listpack-entries 128 hash-max-listpack-value 64 set-max-intset-entries 512 " +
  "zset-max-listpack-entries 128 zset-max-listpack-value 64 stream-node-max-bytes 4096 stream-node-max-entries 100 hll-sparse-max-bytes 3000 " +
  "proto-max-bulk-len 536870912 notify-keyspace-events KEA maxmemory-policy noeviction"
).split(" ");
const WAIT_MS = 9;

/** What a client was asked and has not answered, and what it queued since MULTI. */
interface Conversation {
  pending: (readonly string[])[];
  queued: (readonly string[])[];
}

export class Comparison {
  readonly #ours: OurSide;
  readonly #theirs: TheirSide;
  readonly #ids: [ours: string[], theirs: string[]] = [[], []];
  #conversations: Conversation[] = [];
  /** How many changes each side had counted when the program began. */
  #changesBefore: readonly [ours: number, theirs: number] = [0, 0];
  /** How often each difference between the versions was met. */
  readonly met = new Map<VersionDifference, number>();
  commands = 0;
  /** A difference between versions was met that shows in INFO's counts too. */
  #countsOtherwise = false;
  /** The same, in the current step. */
  #missesOtherwise = false;

  constructor(ours: OurSide, theirs: TheirSide) {
    this.#ours = ours;
    this.#theirs = theirs;
  }

  /** The first difference in the program; undefined when there is none. */
  async run(steps: readonly Step[]): Promise<Difference | undefined> {
    await this.#begin();
    for (let at = 0; at < steps.length; at++) {
      const found = await this.#step(steps[at]!);
      if (found !== undefined) return { at, ...found };
      if (at % STEPS_PER_DIGEST === STEPS_PER_DIGEST - 1) {
        const kept = await this.#compareKept();
        if (kept !== undefined) return { at, ...kept };
      }
      if (at % 16 === 0) this.#ours.cron();
    }
    const found = (await this.#compareKept()) ?? (await this.#compareCounts());
    return found === undefined ? undefined : { at: steps.length, ...found };
  }

  async #begin(): Promise<void> {
    for (let number = 0; number < CLIENTS; number++) await this.#open(number);
    const first: readonly (readonly string[])[] = [
      ["CLIENT", "UNPAUSE"],
      ["FLUSHALL"],
      ["SCRIPT", "FLUSH"],
      ["ACL", "SETUSER", "default", "reset", "on", "nopass", "~*", "&*", "+@all"],
      ["CONFIG", "SET", ...DEFAULTS],
      ["DEBUG", "SET-ACTIVE-EXPIRE", "0"],
      ["SET", "str", "v"],
      ["CONFIG", "RESETSTAT"],
    ];
    for (const words of first) await this.#ask(RULER, words);
    await this.#ask(LISTENER, ["PSUBSCRIBE", "__key*"]);
    this.#changesBefore = await this.#changes();
    this.#countsOtherwise = false;
  }

  async #changes(): Promise<[ours: number, theirs: number]> {
    const infos = await this.#ask(RULER, ["INFO", "persistence"]);
    return infos.map((info) => Number(/rdb_changes_since_last_save:(\d+)/.exec(String(info))![1])) as [number, number];
  }

  async #open(number: number): Promise<void> {
    if (this.#ids[0][number] !== undefined) this.#end(number);
    this.#ids[0][number] = this.#ours.open(number);
    this.#ids[1][number] = await this.#theirs.open(number);
    this.#conversations[number] = { pending: [], queued: [] };
    await this.#ask(number, ["HELLO", PROTOCOLS[number]!]);
  }

  #end(number: number): void {
    this.#ours.end(number);
    this.#theirs.end(number);
  }

  /** The replies of both; for what the comparison itself wants to know. */
  async #ask(number: number, words: readonly string[]): Promise<[ours: Reply, theirs: Reply]> {
    this.#ours.send(number, [words]);
    this.#theirs.send(number, [words]);
    await this.#ours.settle();
    await this.#theirs.waitFor([[number, 1]]);
    const [ours, theirs] = [this.#ours.take(number)[0], this.#theirs.take(number)[0]];
    if (ours === undefined || theirs === undefined) throw new Error(`no answer to ${words.join(" ")}`);
    return [ours.reply, theirs.reply];
  }

  async #step(step: Step): Promise<Omit<Difference, "at"> | undefined> {
    switch (step.kind) {
      case "wait":
        await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
        return undefined;
      case "exchange":
        return this.#exchange(step.client, step.key, step.as);
      case "commands": {
        const { client, commands } = step;
        this.#conversations[client]!.pending.push(...commands);
        this.commands += commands.length;
        const others = this.#ours.mayTellOthers;
        this.#ours.send(
          client,
          commands.map((words) => withClientIds(words, this.#ids[0])),
        );
        this.#theirs.send(
          client,
          commands.map((words) => withClientIds(words, this.#ids[1])),
        );
        return this.#compareOutput(client, others || this.#ours.mayTellOthers);
      }
    }
  }

  async #exchange(client: number, key: string, as: string): Promise<Omit<Difference, "at"> | undefined> {
    if (this.#ours.isBusy(client)) return undefined;
    const [ours, theirs] = await this.#ask(client, ["DUMP", key]);
    if (
      typeof ours !== "string" ||
      typeof theirs !== "string" ||
      ours[0] !== theirs[0] ||
      ours === "$-" ||
      theirs === "$-"
    )
      return undefined;
    if (ours[0] !== "$") return undefined;
    const [a, b] = [theirs, ours].map((payload) => ["RESTORE", as, "0", payload.slice(1), "REPLACE"]) as [
      string[],
      string[],
    ];
    this.#conversations[client]!.pending.push(a);
    this.#ours.send(client, [a]);
    this.#theirs.send(client, [b]);
    return this.#compareOutput(client, true);
  }

  /** Waits until all has come, and compares. */
  async #compareOutput(client: number, others: boolean): Promise<Omit<Difference, "at"> | undefined> {
    await this.#ours.settle();
    this.#missesOtherwise = false;
    const ours = Array.from({ length: CLIENTS }, (_, number) => this.#ours.take(number));
    await this.#theirs.waitFor(ours.map((frames, number) => [number, frames.length]));
    if (others || ours[client]!.length === 0) await this.#theirs.barrier();
    for (let number = 0; number < CLIENTS; number++) {
      const found = this.#compareFrames(client, number, ours[number]!, this.#theirs.take(number));
      if (found !== undefined) return found;
    }
    for (let number = 0; number < CLIENTS; number++) {
      if (this.#ours.isClosed(number) !== this.#theirs.isClosed(number) && this.#ours.isClosed(number))
        await this.#theirs.waitForEnd(number);
      const closed = [this.#ours.isClosed(number), this.#theirs.isClosed(number)] as const;
      if (closed[0] !== closed[1])
        return {
          what: `the connection of client ${number}`,
          ours: closed[0] ? "ended" : "open",
          theirs: closed[1] ? "ended" : "open",
        };
      if (closed[0]) await this.#open(number);
      else if (!this.#ours.isBusy(number)) this.#conversations[number]!.pending = [];
    }
    return undefined;
  }

  #compareFrames(
    speaker: number,
    number: number,
    ours: readonly Frame[],
    theirs: readonly Frame[],
  ): Omit<Difference, "at"> | undefined {
    const conversation = this.#conversations[number]!;
    if (
      number === speaker &&
      ours.length > 1 &&
      ours.some(({ reply }) => isUnasked(reply)) &&
      ours.some(({ reply }) => !isUnasked(reply))
    ) {
      this.#meets(OWN_PUSHES);
      [ours, theirs] = [pushesLast(ours), pushesLast(theirs)];
    }
    // Whoever looks keys up in another order misses others.
    if (this.#missesOtherwise) [ours, theirs] = [withoutMisses(ours), withoutMisses(theirs)];
    [ours, theirs] = [inOrder(ours), inOrder(theirs)];
    for (let i = 0; i < Math.max(ours.length, theirs.length); i++) {
      const [a, b] = [ours[i], theirs[i]];
      const words = this.#asked(conversation, a ?? b!);
      if (a !== undefined && b !== undefined) {
        const isSame = this.#isSame(words, conversation.queued, a.reply, b.reply, number !== speaker);
        noteTransaction(conversation, words, a.reply);
        if (isSame) continue;
      }
      const what = `to client ${number}${words.length > 0 ? `, for ${words.slice(0, 8).join(" ").slice(0, 200)}` : ""}`;
      return {
        what,
        ours: a === undefined ? "nothing" : shown(a.reply),
        theirs: b === undefined ? "nothing" : shown(b.reply),
      };
    }
    return undefined;
  }

  /** The command that a frame answers; none for what comes unasked. */
  #asked({ pending }: Conversation, frame: Frame): readonly string[] {
    if (isUnasked(frame.reply)) return [];
    while (pending.length > 0) {
      const words = pending.shift()!;
      if (!/^[ps]?(un)?subscribe$/i.test(words[0]!) || isError(frame.reply) || frame.reply === "+QUEUED") return words;
    }
    return [];
  }

  #isSame(
    words: readonly string[],
    queued: readonly (readonly string[])[],
    ours: Reply,
    theirs: Reply,
    waited = false,
  ): boolean {
    if (/^exec$/i.test(words[0] ?? "") && isAggregate(ours) && isAggregate(theirs)) {
      return (
        ours.items.length === theirs.items.length &&
        ours.items.every((item, i) => this.#isSame(queued[i] ?? [], [], item, theirs.items[i]!))
      );
    }
    const name = words[0]?.toLowerCase() ?? "";
    for (const difference of VERSION_DIFFERENCES) {
      if (
        difference.countsOtherwise === undefined ||
        !difference.commands.test(name) ||
        !difference.countsOtherwise(words, ours, waited)
      )
        continue;
      this.#countsOtherwise = this.#missesOtherwise = true;
      this.#meets(difference);
    }
    if (equalReplies(words, ours, theirs)) return true;
    for (const difference of VERSION_DIFFERENCES) {
      if (!difference.commands.test(name)) continue;
      const { normalize, accepts } = difference;
      const explains =
        normalize === undefined
          ? accepts?.(words, ours, theirs) === true
          : equalReplies(words, ours, theirs, normalize);
      if (!explains) continue;
      if (isError(ours) || isError(theirs)) this.#countsOtherwise = this.#missesOtherwise = true;
      this.#meets(difference);
      return true;
    }
    return false;
  }

  #meets(difference: VersionDifference): void {
    this.met.set(difference, (this.met.get(difference) ?? 0) + 1);
  }

  /** DEBUG DIGEST; where it differs, which keys do. */
  async #compareKept(): Promise<Omit<Difference, "at"> | undefined> {
    // What was given a short time to live is over on both sides, not on one of them.
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    const [ours, theirs] = await this.#ask(RULER, ["DEBUG", "DIGEST"]);
    if (ours === theirs) return undefined;
    for (const db of ["0", "1", "2"]) {
      await this.#ask(RULER, ["SELECT", db]);
      const names = (await this.#ask(RULER, ["KEYS", "*"])).map((reply) =>
        isAggregate(reply) ? reply.items.map((key) => String(key).slice(1)) : [],
      ) as [string[], string[]];
      for (const key of new Set([...names[0], ...names[1]])) {
        const found = await this.#compareKey(db, key);
        if (found !== undefined) return found;
      }
    }
    await this.#ask(RULER, ["SELECT", "0"]);
    return undefined;
  }

  async #compareKey(db: string, key: string): Promise<Omit<Difference, "at"> | undefined> {
    const [a, b] = await this.#ask(RULER, ["DEBUG", "DIGEST-VALUE", key]);
    const types = await this.#ask(RULER, ["TYPE", key]);
    const times = await this.#ask(RULER, ["PTTL", key]);
    const what = `key ${JSON.stringify(key)} of database ${db}`;
    if (types[0] !== types[1]) return { what: `the type of ${what}`, ours: shown(types[0]), theirs: shown(types[1]) };
    if (!equalReplies(["PTTL"], ...times))
      return { what: `when to expire ${what}`, ours: shown(times[0]), theirs: shown(times[1]) };
    if (shown(a) === shown(b)) return undefined;
    // 7.0 signs scores with 17 digits: look at them one by one.
    const words = READERS[String(types[0])]?.(key) ?? ["DUMP", key];
    const values = await this.#ask(RULER, words);
    if (types[0] === "+zset" && this.#isSame(words, [], ...values)) return undefined;
    return { what, ours: shown(values[0]), theirs: shown(values[1]) };
  }

  /** What INFO counted. */
  async #compareCounts(): Promise<Omit<Difference, "at"> | undefined> {
    const changes = (await this.#changes()).map((count, side) => `${count - this.#changesBefore[side]!}`) as [
      string,
      string,
    ];
    if (this.#countsOtherwise) return undefined;
    if (changes[0] !== changes[1])
      return { what: "the count of changes since the last save", ours: changes[0], theirs: changes[1] };
    for (const [section, pattern] of COUNTS) {
      const lines = (await this.#ask(RULER, ["INFO", section])).map((reply) => linesOf(String(reply), pattern)) as [
        string[],
        string[],
      ];
      for (const line of new Set([...lines[0], ...lines[1]])) {
        if (lines[0].includes(line) && lines[1].includes(line)) continue;
        const name = line.slice(0, line.indexOf(":") + 1);
        const [a, b] = lines.map((each) => each.find((other) => other.startsWith(name)) ?? "nothing");
        return { what: `INFO ${section}`, ours: a!, theirs: b! };
      }
    }
    return undefined;
  }
}

const READERS: Readonly<Record<string, (key: string) => string[]>> = {
  "+string": (key) => ["GET", key],
  "+list": (key) => ["LRANGE", key, "0", "-1"],
  "+set": (key) => ["SMEMBERS", key],
  "+hash": (key) => ["HGETALL", key],
  "+zset": (key) => ["ZRANGE", key, "0", "-1", "WITHSCORES"],
  "+stream": (key) => ["XRANGE", key, "-", "+"],
};

/** Lines of INFO that must agree. PING and CLIENT ID are what the comparison itself asks the original. */
const COUNTS: readonly (readonly [section: string, lines: RegExp])[] = [
  ["stats", /^(expired_keys|keyspace_hits|keyspace_misses|evicted_keys|total_error_replies):/],
  ["errorstats", /^errorstat_/],
  ["commandstats", /^cmdstat_(?!ping:|client\|id:)/],
  ["keyspace", /^db\d/],
];

function linesOf(info: string, pattern: RegExp): string[] {
  return info
    .split("\r\n")
    .filter((line) => pattern.test(line))
    .map((line) => line.replace(/,?usec(_per_call)?=[\d.]+/g, "").replace(/,avg_ttl=.*/, ""));
}

/** A push, or in RESP2 an array that looks like one. */
function isUnasked(reply: Reply): boolean {
  if (!isAggregate(reply)) return false;
  return (
    reply.mark === ">" ||
    (typeof reply.items[0] === "string" && /^\$(p|s)?(message|subscribe|unsubscribe)$/.test(reply.items[0]))
  );
}

function pushesLast(frames: readonly Frame[]): Frame[] {
  return [...frames.filter(({ reply }) => !isUnasked(reply)), ...frames.filter(({ reply }) => isUnasked(reply))];
}

function withoutMisses(frames: readonly Frame[]): Frame[] {
  return frames.filter(({ raw }) => !raw.includes("keymiss"));
}

/** What one event brings to several patterns of a client comes in no order, and neither do the keys that one SCAN or SORT finds missing. */
function inOrder(frames: readonly Frame[]): readonly Frame[] {
  const ordered: Frame[] = [];
  for (let from = 0; from < frames.length;) {
    const run = runOf(frames[from]!);
    let to = from + 1;
    while (run !== "" && to < frames.length && runOf(frames[to]!) === run) to++;
    ordered.push(...frames.slice(from, to).toSorted((a, b) => (a.raw < b.raw ? -1 : 1)));
    from = to;
  }
  return ordered;
}

/** Names the run of frames that this one is part of; empty: it stands alone. */
function runOf({ raw }: Frame): string {
  if (!raw.includes("pmessage")) return "";
  if (/\r\n(expired|keymiss)\r\n$|__:(expired|keymiss)\r\n/.test(raw)) return "found missing";
  return raw.slice(raw.indexOf("\r\n", raw.indexOf("pmessage") + 10) + 2).replace(/^[^\r]*\r\n/, "");
}

function noteTransaction(conversation: Conversation, words: readonly string[], reply: Reply): void {
  if (reply === "+QUEUED") conversation.queued.push(words);
  else if (/^(exec|discard|reset)$/i.test(words[0] ?? "") && !(isError(reply) && /inside|without/.test(String(reply))))
    conversation.queued = [];
}
