/** nsupdate's scripts: by nsupdate and by ours, against BIND; what both print of them. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { DnsServer } from "../../src/index.ts";
import { ScriptError, UpdateScript } from "../../src/update/script.ts";
import { startNamed } from "../support/peers/name-servers.ts";
import { drawing } from "../support/random-messages.ts";
import { randomUpdates, ZONE_TEXT } from "../support/zones.ts";

const CLI = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));
const SECRET = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0";
const KEY = `hmac-sha256:k1:${SECRET}`;
const NAMED_KEY = `key "k1" { algorithm hmac-sha256; secret "${SECRET}"; };`;

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function run(command: string, args: readonly string[], input: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(command, args, (error, out, err) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err }),
    );
    child.stdin!.end(input);
  });
}

const ours = (script: string, ...args: string[]): Promise<Outcome> =>
  run(process.execPath, [CLI, "update", ...args], script);

/** The zone as whoever serves it sends it, but for the serial. */
async function zoneAt(port: number): Promise<string[]> {
  const { code, out } = await run(
    process.execPath,
    [CLI, "axfr", "example", "@127.0.0.1", "-p", String(port), "-y", KEY],
    "",
  );
  expect(code).toBe(0);
  return out.trim().split("\n").sort();
}

const named = () =>
  startNamed({
    settings: NAMED_KEY,
    zones: [
      {
        origin: "example.",
        text: ZONE_TEXT,
        settings: "allow-update { key k1; }; allow-transfer { key k1; };",
      },
    ],
  });

const PRINTED = [
  "update add a.example. 60 A 192.0.2.1\nprereq nxdomain b\nprereq yxrrset c.example TXT\nprereq yxrrset c.example A 192.0.2.3\nshow\n",
  'zone example\nclass IN\nttl 300\nadd d.example. TXT "a b" c\ndel e.example. 0 IN A 192.0.2.1\ndelete f.example\nupdate delete g.example MX\nshow\n',
  "nxrrset x.example IN A\nYXDOMAIN y.example.\nSHOW\nSHOW\n",
  "update add a.example. 60 CH TXT x\nshow\n; a comment\n   ; another\nquit\nnonsense\n",
  "check-names off\nupdate add a_b.example 60 A 192.0.2.1\nshow\n",
  "update add *.example 60 A 192.0.2.1\nupdate add _x._y.example 60 TXT z\nupdate add a.example. 60 SRV 1 2 3 h.example.\nshow\n",
];

test.each(PRINTED)("we show messages as nsupdate does: %j", async (script) => {
  const nsupdate = peer("nsupdate");
  if (nsupdate === undefined) return;
  const theirs = await run(nsupdate, [], script);
  expect(await ours(script)).toEqual(theirs);
  expect(theirs.out).toContain("Outgoing");
});

const WRONG = [
  "server",
  "zone",
  "class XX",
  "ttl none\nupdate add a.example A 192.0.2.1",
  "prereq",
  "prereq foo x",
  "prereq nxdomain",
  "prereq yxrrset a.example",
  "prereq yxrrset a.example BLAH",
  "prereq yxrrset a.example IN",
  "update",
  "update foo",
  "update add",
  "update add a.example. 60",
  "update add a.example. 60 A",
  "update add a.example. x A 192.0.2.1",
  "update add a.example. 60 IN",
  "update add a.example 3000000000 A 192.0.2.1",
  "update add a_b.example 60 A 192.0.2.1",
  "update add a.example 60 MX 1 b_c.example.",
  "update delete",
  "update delete a.example. BLAH",
  "key x",
  "check-names",
  "server 127.0.0.1 x",
  "bogus",
];

/** What we say of the first line that we refuse. */
function complaint(script: string): string | undefined {
  const read = new UpdateScript();
  try {
    for (const line of script.split("\n")) read.line(line);
  } catch (error) {
    if (error instanceof ScriptError) return error.message;
    throw error;
  }
  return undefined;
}

test("we refuse lines in nsupdate's words, and end with 1", async () => {
  const nsupdate = peer("nsupdate");
  if (nsupdate === undefined) return;
  for (const script of WRONG) {
    const { code, out, err } = await run(nsupdate, [], `${script}\nshow\n`);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(`${complaint(script)}\nsyntax error\n`, script).toBe(err);
  }
  expect(await ours("bogus\nshow\n")).toEqual({
    code: 1,
    out: "",
    err: expect.stringMatching(/^incorrect section name: bogus\n.*syntax error\n$/) as string,
  });
});

/** Forty updates with prerequisites, sent by `send` and by empty lines. */
function randomScript(seed: number): string {
  const draw = drawing(seed);
  const lines: string[] = [];
  for (let i = 0; i < 40; i++) {
    const updates = randomUpdates(draw).map((text) => {
      const [name, ttl, recordClass, type, ...rdata] = text.split(" ");
      if (recordClass === "IN") return `update add ${name}.example ${ttl} IN ${type} ${rdata.join(" ")}`;
      return `update delete ${name}.example ${type === "ANY" ? "" : `IN ${type} ${rdata.join(" ")}`}`;
    });
    const prerequisites = [
      [],
      ["prereq nxdomain a.example"],
      ["prereq yxrrset b.example A"],
      ["prereq nxrrset e.example MX"],
    ][draw(4)]!;
    lines.push(...prerequisites, ...updates, i % 2 === 0 ? "send" : "");
  }
  return `${lines.join("\n")}\n`;
}

function startOurs(): Promise<DnsServer> {
  const folder = mkdtempSync(join(tmpdir(), "tenon-update-"));
  folders.push(folder);
  writeFileSync(join(folder, "example.zone"), ZONE_TEXT);
  return DnsServer.listen({
    baseDir: folder,
    dir: join(folder, "state"),
    config: {
      key: [{ id: "k1", algorithm: "hmac-sha256", secret: SECRET }],
      acl: [{ id: "a1", key: ["k1"], action: ["transfer", "update"] }],
      zone: [{ domain: "example.", file: "example.zone", acl: ["a1"] }],
    },
  });
}

test("the same scripts do the same: by nsupdate to BIND, by nsupdate to ours, by ours to BIND", async () => {
  const nsupdate = peer("nsupdate");
  await using bind = await named();
  await using another = await named();
  await using server = await startOurs();
  if (nsupdate === undefined || bind === undefined || another === undefined) return;
  const script = randomScript(31);
  const at = (port: number): string => `server 127.0.0.1 ${port}\n${script}`;
  const theirs = await run(nsupdate, ["-y", KEY], at(bind.port));
  const toOurs = await run(nsupdate, ["-y", KEY], at(server.port));
  const byOurs = await ours(at(another.port), "-y", KEY);
  expect(theirs.err).toContain("update failed: YXDOMAIN");
  expect([toOurs.err, byOurs.err]).toEqual([theirs.err, theirs.err]);
  const expected = await zoneAt(bind.port);
  expect(await zoneAt(server.port)).toEqual(expected);
  expect(await zoneAt(another.port)).toEqual(expected);
});

test("nsupdate is told by ours what BIND tells it", async () => {
  const nsupdate = peer("nsupdate");
  await using bind = await named();
  await using server = await startOurs();
  if (nsupdate === undefined || bind === undefined) return;
  const add = "update add x.example 60 A 192.0.2.1";
  const cases: readonly (readonly [string[], string])[] = [
    [[], add],
    [["-y", "hmac-sha256:k1:AAAA"], add],
    [["-y", `hmac-sha256:k2:${SECRET}`], add],
    [["-y", `hmac-sha1:k1:${SECRET}`], add],
    [["-y", KEY], "update add x.other 60 A 192.0.2.1"],
    [["-y", KEY], "zone sub.example\nupdate add x.sub.example 60 A 192.0.2.1"],
    [["-v", "-y", KEY], `prereq yxdomain nobody.example\n${add}`],
    [["-y", KEY], `prereq yxrrset www.example A 192.0.2.77\n${add}`],
    [["-y", KEY], `prereq nxrrset www.example A\n${add}`],
  ];
  for (const [args, lines] of cases) {
    const say = async (port: number): Promise<string> => {
      const { err } = await run(nsupdate, args, `server 127.0.0.1 ${port}\nzone example\n${lines}\nsend\n`);
      return err.replaceAll(/^\d\d-.*\n/gm, "").replaceAll(String(port), "PORT");
    };
    const expected = await say(bind.port);
    expect(expected).toContain("update failed");
    expect(await say(server.port), `${args.join(" ")} ${lines}`).toBe(expected);
  }
});

test("answer, -d, -v, a key file and a script's file work", async () => {
  await using server = await named();
  if (server === undefined) return;
  const folder = mkdtempSync(join(tmpdir(), "tenon-update-"));
  folders.push(folder);
  writeFileSync(join(folder, "key"), `key "k1" {\n\talgorithm hmac-sha256;\n\tsecret "${SECRET}";\n};\n`);
  writeFileSync(
    join(folder, "script"),
    `server 127.0.0.1 ${server.port}\nadd file.example 60 A 192.0.2.1\nsend\nanswer\n`,
  );
  const filed = await ours("", "-k", join(folder, "key"), "-v", "-d", join(folder, "script"));
  expect(filed.code).toBe(0);
  expect(filed.out).toMatch(
    /^Answer:\n;; ->>HEADER<<- opcode: UPDATE, status: NOERROR, id: +\d+\n;; flags: qr; ZONE: 1/m,
  );
  expect(filed.err).toContain("Found zone name: example\nThe primary is: ns.example\nSending update to 127.0.0.1#");
  expect(await zoneAt(server.port)).toContain("file.example. 60 IN A 192.0.2.1");
});

test("what a server says no to is said, and ends with 1", async () => {
  await using server = await named();
  if (server === undefined) return;
  const script = (line: string): string => `server 127.0.0.1 ${server.port}\nzone example\n${line}\nsend\n`;
  const add = "update add no.example 60 A 192.0.2.1";
  expect(await ours(script(add))).toEqual({ code: 1, out: "", err: "update failed: REFUSED\n" });
  const failed = await ours(script(`prereq yxdomain nobody.example\n${add}`), "-y", KEY);
  expect(failed).toEqual({ code: 1, out: "", err: "update failed: NXDOMAIN\n" });
  const wrong = await ours(script(add), "-y", "hmac-sha256:k1:AAAA");
  expect(wrong.code).toBe(1);
  expect(wrong.err).toContain("update failed: NOTAUTH(BADSIG)\n");
  expect((await ours(add, "-y", "hmac-sha256:k1")).code).toBe(1);
  expect((await ours(add, "-p", "none")).code).toBe(2);
  expect((await zoneAt(server.port)).join()).not.toContain("no.example");
});
