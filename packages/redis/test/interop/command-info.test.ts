import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { EngineUnderTest, parseReply, type Reply } from "../engine-client.ts";
import { type Original, type OriginalServer, startOriginal } from "../original.ts";

const redisServer = peer("redis-server");

/** What COMMAND INFO says of one command; lists whose order means nothing are sorted. */
type Facts = Readonly<Record<"arity" | "flags" | "positions" | "categories" | "tips" | "keySpecs", string>>;

function sorted(list: Reply): string {
  // The original sends an empty tip for commands of modules and some others: it says nothing.
  return (list as string[])
    .filter((word) => word !== "")
    .toSorted()
    .join(" ");
}

function specText(spec: Reply): string {
  const fields = spec as Reply[];
  const flags = sorted(fields[fields.indexOf("flags") + 1]!);
  const at = (name: string): Reply => fields[fields.indexOf(name) + 1]!;
  return JSON.stringify([flags, at("begin_search"), at("find_keys")]);
}

/** Facts by name, subcommands included. */
function factsOf(commands: Reply, into = new Map<string, Facts>()): Map<string, Facts> {
  for (const command of commands as Reply[][]) {
    const [name, arity, flags, first, last, step, categories, tips, keySpecs, subcommands] = command;
    into.set(String(name), {
      arity: String(arity),
      flags: sorted(flags!),
      positions: [first, last, step].join(" "),
      categories: sorted(categories!),
      tips: sorted(tips!),
      keySpecs: (keySpecs as Reply[]).map(specText).join(" "),
    });
    factsOf(subcommands!, into);
  }
  return into;
}

/** Where 7.4 differs from the 7.0 that is installed, and how. */
const CHANGED_SINCE_7_0: Readonly<Record<string, readonly (keyof Facts)[]>> = {
  // WITHSCORE came with 7.2.
  zrank: ["arity"],
  zrevrank: ["arity"],
  // COMMAND GETKEYS of a command without arguments is an error of its own since 7.2.
  "command|getkeys": ["arity"],
  "command|getkeysandflags": ["arity"],
  // A blocking command since 7.2.
  wait: ["flags", "categories"],
  // Tips that 7.2 added, corrected, or took away.
  msetnx: ["tips"],
  randomkey: ["tips"],
  "config|resetstat": ["tips"],
  "config|rewrite": ["tips"],
  "latency|reset": ["tips"],
};

describe.skipIf(redisServer === undefined)("the command table beside redis-server's", () => {
  let original: OriginalServer;
  let theirs: Original;
  const ours = new EngineUnderTest().connect();
  beforeAll(async () => {
    original = await startOriginal(redisServer!);
    theirs = await original.open();
  });
  afterAll(async () => {
    theirs.end();
    await original.stop();
  });

  it("agrees with COMMAND INFO on every command that both have", async () => {
    const other = factsOf(parseReply(await theirs.raw(["COMMAND", "INFO"])));
    const differences: unknown[] = [];
    for (const [name, facts] of factsOf(ours.run("COMMAND", "INFO"))) {
      const expected = other.get(name);
      if (expected === undefined) continue;
      for (const fact of Object.keys(facts) as (keyof Facts)[]) {
        const changed = CHANGED_SINCE_7_0[name]?.includes(fact) === true;
        if ((facts[fact] === expected[fact]) === changed) {
          differences.push({ name, fact, ours: facts[fact], theirs: expected[fact], changed });
        }
      }
    }
    expect(differences).toEqual([]);
  });

  it("has no command that 7.0 does not know but those that came later", async () => {
    const list = ["COMMAND", "LIST", "FILTERBY", "PATTERN", "*"];
    const known = new Set(parseReply(await theirs.raw(list)) as string[]);
    const added = (ours.run(...list) as string[]).filter((name) => !known.has(name));
    const later = new Set(
      "client|setinfo client|no-touch waitaof hexpire hpexpire hexpireat hpexpireat httl hpttl hexpiretime hpexpiretime hpersist hgetex hsetex hgetdel".split(
        " ",
      ),
    );
    expect(added.filter((name) => !later.has(name))).toEqual([]);
  });

  it.each([
    ["GET", "a"],
    ["SET", "a", "1"],
    ["SET", "a", "1", "GET"],
    ["MSET", "a", "1", "b", "2"],
    ["COPY", "a", "b"],
    ["RENAME", "a", "b"],
    ["DEL", "a", "b"],
    ["EXISTS", "a"],
    ["OBJECT", "ENCODING", "a"],
    ["LMPOP", "2", "a", "b", "LEFT"],
    ["BLMPOP", "0", "1", "a", "LEFT"],
    ["BLPOP", "a", "b", "0"],
    ["LMOVE", "a", "b", "LEFT", "RIGHT"],
    ["ZUNIONSTORE", "d", "2", "a", "b"],
    ["ZINTER", "1", "a"],
    ["SINTERSTORE", "d", "a"],
    ["SPOP", "a"],
    ["GETEX", "a"],
    ["GETDEL", "a"],
    ["MEMORY", "USAGE", "a"],
    ["PING", "a"],
    ["NOPE", "a"],
    ["ZINTER", "9", "a"],
    ["PUBLISH", "a", "b"],
    ["SSUBSCRIBE", "a"],
  ])("finds the keys of %s %s %s", async (...request) => {
    for (const subcommand of ["GETKEYS", "GETKEYSANDFLAGS"]) {
      const words = ["COMMAND", subcommand, ...request];
      const normal = (reply: Reply): unknown =>
        Array.isArray(reply) && Array.isArray(reply[0])
          ? (reply as Reply[][]).map(([name, flags]) => [name, sorted(flags!)])
          : reply;
      expect(normal(ours.run(...words))).toEqual(normal(parseReply(await theirs.raw(words))));
    }
  });
});
