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

/** Commands whose arguments are documented otherwise since 7.0, and why. */
const DOCUMENTED_SINCE_7_0: Readonly<Record<string, string>> = {
  hscan: "NOVALUES (7.4)",
  zrank: "WITHSCORE (7.2)",
  zrevrank: "WITHSCORE (7.2)",
  "client|list": "ID is repeated without a block (7.2)",
  "client|kill": "MAXAGE (7.4); SKIPME says what it takes (7.2)",
  "command|getkeys": "the command was not documented (7.2)",
  "command|getkeysandflags": "the command was not documented (7.2)",
  psubscribe: "the pattern is repeated without a block (7.2)",
  "config|get": "the parameter is repeated without a block (7.2)",
};

/** A flat map as COMMAND DOCS has them in RESP2. */
function field(map: Reply, name: string): Reply | undefined {
  const at = (map as Reply[]).findIndex((each, i) => i % 2 === 0 && each === name);
  return at < 0 ? undefined : (map as Reply[])[at + 1];
}

/** What arguments are, apart from names and texts, which 7.2 made anew. */
function argumentShape(list: Reply | undefined): unknown[] {
  return ((list ?? []) as Reply[]).map((argument) => [
    field(argument, "type"),
    field(argument, "token"),
    field(argument, "flags"),
    field(argument, "key_spec_index"),
    argumentShape(field(argument, "arguments")),
  ]);
}

/** Group and shape of the arguments by name, subcommands included. */
function documented(docs: Reply, into = new Map<string, string>()): Map<string, string> {
  const list = docs as Reply[];
  for (let i = 0; i < list.length; i += 2) {
    const about = list[i + 1]!;
    into.set(String(list[i]), JSON.stringify([field(about, "group"), argumentShape(field(about, "arguments"))]));
    documented(field(about, "subcommands") ?? [], into);
  }
  return into;
}

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

  it("agrees with COMMAND DOCS on groups and arguments of every command that both have", async () => {
    const other = documented(parseReply(await theirs.raw(["COMMAND", "DOCS"])));
    const differences: unknown[] = [];
    let compared = 0;
    for (const [name, shape] of documented(ours.run("COMMAND", "DOCS"))) {
      const expected = other.get(name);
      if (expected === undefined) continue;
      compared++;
      if ((shape === expected) === name in DOCUMENTED_SINCE_7_0)
        differences.push({ name, ours: shape, theirs: expected });
    }
    expect(compared).toBeGreaterThan(300);
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
    ["SORT", "a", "BY", "w_*", "STORE", "b"],
    ["EVAL", "return 1", "2", "a", "b"],
    ["EVAL", "return 1", "9", "a"],
    ["XREAD", "COUNT", "1", "STREAMS", "a", "b", "0", "0"],
    ["XREADGROUP", "GROUP", "g", "c", "STREAMS", "a", "0"],
    ["GEORADIUS", "a", "1", "1", "1", "m", "STORE", "b"],
    ["GEOSEARCHSTORE", "a", "b", "FROMMEMBER", "m", "BYRADIUS", "1", "m"],
    ["BITOP", "AND", "a", "b"],
    ["BITFIELD", "a", "GET", "u8", "0"],
    ["BITFIELD", "a", "SET", "u8", "0", "1"],
    ["PFCOUNT", "a", "b"],
    ["SMOVE", "a", "b", "x"],
    ["XINFO", "STREAM", "a"],
    ["XGROUP", "CREATE", "a", "g", "0"],
    ["LCS", "a", "b"],
    ["TOUCH", "a", "b"],
    ["UNLINK", "a"],
    ["DUMP", "a"],
    ["RESTORE", "a", "0", "x"],
    ["DEBUG", "OBJECT", "a"],
    ["MIGRATE", "h", "1", "a", "0", "1"],
    ["MIGRATE", "h", "1", "", "0", "1", "COPY", "AUTH", "KEYS", "KEYS", "a", "b"],
    ["MIGRATE", "h", "1", "", "0", "1", "AUTH2", "u", "p", "KEYS", "a"],
    ["MIGRATE", "h", "1", "a", "0", "1", "KEYS", "b"],
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
