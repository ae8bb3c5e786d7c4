/** Configurations that are wrong: redis-server and `tenon redis` say the same of them. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { main } from "../../src/cli.ts";

const redisServer = peer("redis-server");
const before = process.cwd();
let folder: string;

/** Files for the cases below. */
const FILES: Readonly<Record<string, string>> = {
  "ok.conf": "port 0\n",
  "unknown.conf": "port 0\nfoo bar\n",
  "quotes.conf": 'port 0 "abc\n',
  "number.conf": "port 0\n# a comment\n\n  MaxClients abc  \n",
  "none.conf": "port 0\nport\n",
  "parts/1.conf": "port 0\n",
  "parts/2.conf": "maxclients xx\n",
  "parts.conf": "# hi\n\ninclude parts/*.conf\nmaxclients 10\n",
  "no-match.conf": "include nothing*.conf\nfoo 1\n",
  "missing.conf": "include nothere.conf\n",
  "save-odd.conf": 'maxmemory "1mb"\nsave 10 1 20\n',
  "save-word.conf": "save 10 x\n",
  "save-quoted.conf": 'save "900 1 300 10"\nsave "900 1 30"\n',
  "save-mixed.conf": 'save "900 1" 5 6\n',
  "save-empty.conf": 'save ""\nsave 900 1\nbad\n',
  "rename-taken.conf": "rename-command GET set\n",
  "rename-chain.conf": 'rename-command GET foo\nrename-command foo bar\nrename-command bar ""\nrename-command bar x\n',
  "rename-free.conf": "rename-command GET foo\nrename-command SET get\nzz\n",
};

/** Arguments after the program's name; each ends with a complaint. */
const CASES: readonly (readonly string[])[] = [
  ...Object.keys(FILES)
    .filter((name) => !name.includes("/") && name !== "ok.conf" && name !== "missing.conf")
    .map((name) => [name]),
  ["--port", "abc"],
  ["--port"],
  ["--foo", "bar"],
  ["--foo"],
  ["--port", "70000"],
  ["--port", "0 1"],
  ["--port", "0", "--save", "10"],
  ["--port", "0", "--save", "--zz", "1"],
  ["ok.conf", "--save", "900", "1", "300", "10", "--zz", "1"],
  ["ok.conf", "--maxclients", "9x"],
  ["ok.conf", "--maxclients", "10", "--maxclients", "20", "--zz", "3"],
  ["ok.conf", "--appendonly"],
  ["ok.conf", "--appendonly", "maybe"],
  ["--maxclients=5"],
  ["-x"],
  ["ok.conf", "ok.conf"],
  ["ok.conf", "--loglevel", "verbose", "x"],
  ["ok.conf", "--unixsocket", "--zz", "1"],
  ["ok.conf", "--requirepass", "a b", "--zz"],
  ["ok.conf", "--rename-command"],
  ["ok.conf", "--rename-command", "GET"],
  ["ok.conf", "--rename-command", "NOSUCH", "X"],
  ["ok.conf", "--rename-command", "GET", "", "--rename-command", "GET", ""],
  ["ok.conf", "--user"],
  ["ok.conf", "--tls-auth-clients", "maybe"],
  ["ok.conf", "--maxmemory", "1zb"],
  ["ok.conf", "--dir", "/nonexistent"],
  ["ok.conf", "--dir", "a", "b"],
  ["ok.conf", "--unixsocketperm", "999"],
  ["ok.conf", "--unixsocketperm", "1777"],
  ["ok.conf", "--supervised", "systemd2"],
  ["ok.conf", "--replicaof", "a"],
  ["ok.conf", "--replicaof", "a", "b"],
  ["ok.conf", "--appendfilename", "a/b"],
  ["ok.conf", "--dbfilename", "a/b"],
  ["ok.conf", "--databases", "0"],
  ["ok.conf", "--notify-keyspace-events", "Q"],
  ["ok.conf", "--notify-keyspace-events", "K", "E"],
  ["ok.conf", "--enable-debug-command", "xx"],
  ["ok.conf", "--client-output-buffer-limit", "normal", "1", "2"],
  ["ok.conf", "--client-output-buffer-limit", "foo", "1", "2", "3"],
  ["ok.conf", "--client-output-buffer-limit", "normal", "1", "2", "3", "--zz"],
  ["ok.conf", "--latency-tracking-info-percentiles", "50", "200"],
  ["ok.conf", "--latency-tracking-info-percentiles", "50", "a"],
  ["ok.conf", "--oom-score-adj-values", "1", "2"],
  ["ok.conf", "--oom-score-adj-values", "1", "2", "3000"],
  ["ok.conf", "--shutdown-on-sigterm", "foo"],
  ["ok.conf", "--shutdown-on-sigterm", "save", "nosave"],
  ["ok.conf", "--shutdown-on-sigterm", "save", "now", "--zz"],
  ["ok.conf", "--bind", "a", "b", "--timeout", "-1"],
  ["ok.conf", "--hz", "abc"],
  ["ok.conf", "--logfile", "/nonexistent/x.log"],
];

describe.skipIf(redisServer === undefined)("what is said of", () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "tenon-conf-"));
    mkdirSync(join(folder, "parts"));
    for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
    process.chdir(folder);
  });
  afterAll(() => {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  });

  it.each(CASES.map((words) => [words.join(" "), words] as const))("%s", async (_title, words) => {
    const theirs = await new Promise<{ code: number | string | null | undefined; text: string }>((resolve) => {
      execFile(redisServer!, [...words], { cwd: folder, timeout: 20_000 }, (error, stdout, stderr) =>
        resolve({ code: error?.code, text: stdout + stderr }),
      );
    });
    let text = "";
    const stderr = vi.spyOn(process.stderr, "write").mockImplementation((chunk) => ((text += String(chunk)), true));
    const code = await main([...words]).finally(() => stderr.mockRestore());
    const versionless = (said: string): string => said.replace(/\(Redis [\d.]+\)/, "(Redis)");
    expect({ code, text: versionless(text) }).toEqual({ ...theirs, text: versionless(theirs.text) });
  });
});
