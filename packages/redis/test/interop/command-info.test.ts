import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { EngineUnderTest, parseReply, type Reply } from "../engine-client.ts";
import { type OriginalServer, startOriginal } from "../original.ts";

const redisServer = peer("redis-server");

/** Arity, flags and key positions of each command by name, subcommands included. */
function facts(commands: Reply, into = new Map<string, string>()): Map<string, string> {
  for (const command of commands as Reply[][]) {
    const [name, arity, flags, first, last, step, categories, , , subcommands] = command;
    const words = (list: Reply): string => (list as string[]).toSorted().join(" ");
    into.set(String(name), JSON.stringify([arity, words(flags!), first, last, step, words(categories!)]));
    if (subcommands !== undefined) facts(subcommands, into);
  }
  return into;
}

/** Where 7.4 differs from the 7.0 that is installed. */
const CHANGED_SINCE_7_0 = new Set(["zrank", "zrevrank", "wait", "command|getkeys", "command|getkeysandflags"]);

describe.skipIf(redisServer === undefined)("the command table beside redis-server's", () => {
  let original: OriginalServer;
  beforeAll(async () => {
    original = await startOriginal(redisServer!);
  });
  afterAll(() => original.stop());

  it("agrees on arity, flags, keys and categories of every command that both have", async () => {
    const connection = await original.open();
    const theirs = facts(parseReply(await connection.raw(["COMMAND"])));
    connection.end();
    const ours = facts(new EngineUnderTest().connect().run("COMMAND"));
    const differences = Array.from(ours, ([name, fact]) => ({ name, ours: fact, theirs: theirs.get(name) })).filter(
      ({ name, ours: mine, theirs: other }) => other !== undefined && mine !== other && !CHANGED_SINCE_7_0.has(name),
    );
    expect(differences).toEqual([]);
  });
});
