import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { EngineUnderTest, parseReply } from "../engine-client.ts";
import { type Original, type OriginalServer, startOriginal } from "../original.ts";

const redisServer = peer("redis-server");

/** Fields by section: `Server: redis_version …`. */
function fieldsOf(info: string): Map<string, string[]> {
  const sections = new Map<string, string[]>();
  let fields: string[] = [];
  for (const line of info.split("\r\n")) {
    if (line.startsWith("# ")) sections.set(line.slice(2), (fields = []));
    else if (line !== "") fields.push(line.slice(0, line.indexOf(":")));
  }
  return sections;
}

/** Facts about the build of a C program. */
const OF_THE_BUILD = new Set(["atomicvar_api", "gcc_version"]);
/** Gone since 7.0, or told by the persistence that is not attached to a bare engine. */
const NOT_IN_7_4 = new Set(["Persistence"]);

describe.skipIf(redisServer === undefined)("what is observed, beside redis-server", () => {
  let original: OriginalServer;
  let theirs: Original;
  const server = new EngineUnderTest();
  const ours = server.connect();
  beforeAll(async () => {
    original = await startOriginal(redisServer!);
    theirs = await original.open();
  });
  afterAll(async () => {
    theirs.end();
    await original.stop();
  });

  it("shows every section and field of INFO, in their order", async () => {
    for (const line of ["SET a 1", "SET b 1 EX 100", "GET nothing", "NOPE", "LPUSH a x"]) {
      ours.raw(...line.split(" "));
      await theirs.raw(line.split(" "));
    }
    const mine = fieldsOf(ours.run("INFO", "everything") as string);
    const others = fieldsOf(parseReply(await theirs.raw(["INFO", "everything"])) as string);
    expect([...mine.keys()]).toEqual([...others.keys()]);
    for (const [section, fields] of others) {
      if (NOT_IN_7_4.has(section)) continue;
      const known = new Set(mine.get(section));
      expect([section, fields.filter((field) => !known.has(field) && !OF_THE_BUILD.has(field))]).toEqual([section, []]);
    }
    for (const choice of [[], ["server"], ["clients", "keyspace"], ["default"], ["all"], ["nope"], ["commandstats"]]) {
      const sections = [...fieldsOf(ours.run("INFO", ...choice) as string).keys()];
      const other = parseReply(await theirs.raw(["INFO", ...choice])) as string;
      expect([choice, sections]).toEqual([choice, [...fieldsOf(other).keys()]]);
    }
  });

  it("counts calls, failures and errors as the original", async () => {
    const counts = (info: string): string[] =>
      info
        .split("\r\n")
        .filter((line) => /^(?:cmdstat|errorstat)_/.test(line))
        .map((line) => line.replace(/usec=[^,]*,usec_per_call=[^,]*,/, ""))
        .toSorted();
    ours.raw("CONFIG", "RESETSTAT");
    await theirs.raw(["CONFIG", "RESETSTAT"]);
    const lines = [
      "SET n 1",
      "LPUSH n x",
      "GET",
      "NOPE",
      "INCR n",
      "CONFIG GET nothing",
      "CONFIG NOPE",
      "AUTH x y",
      "EXEC",
    ];
    for (const line of lines) {
      ours.raw(...line.split(" "));
      await theirs.raw(line.split(" "));
    }
    const other = parseReply(await theirs.raw(["INFO", "commandstats", "errorstats"])) as string;
    expect(counts(ours.run("INFO", "commandstats", "errorstats") as string)).toEqual(counts(other));
  });

  it("shows MONITOR the same lines, without secrets and without administration", async () => {
    const lines = [
      "SET a 1",
      "MULTI",
      "GET a",
      "INCR n:m",
      "EXEC",
      "AUTH default nothing",
      "AUTH nothing",
      "HELLO 2 AUTH default nothing SETNAME x",
      "CONFIG GET port",
      "ACL WHOAMI",
      "SELECT 1",
      "GET",
      "NOPE x",
      "PUBLISH c hello",
      "BLPOP q 0.01",
      "LPUSH q 1",
      "SELECT 0",
    ];
    const watcher = await original.open();
    await watcher.raw(["MONITOR"]);
    const monitor = server.connect();
    monitor.raw("MONITOR");
    const heard: string[] = [];
    for (const line of lines) {
      ours.raw(...line.split(" "));
      if (line.startsWith("BLPOP")) server.advance(20);
      await theirs.raw(line.split(" "));
      heard.push(monitor.output());
    }
    const normal = (text: string): string[] =>
      text
        .split("\r\n")
        .filter((line) => line.startsWith("+") && line !== "+OK")
        .map((line) => line.replace(/^\+[\d.]+ \[(\d+) [^\]]*\]/, "$1"));
    const other = await watcher.gather((text) => normal(text).length >= normal(heard.join("")).length);
    watcher.end();
    expect(normal(heard.join(""))).toEqual(normal(other));
  });
});
