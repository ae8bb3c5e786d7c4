/** Answers of the server as others read them: dnspython field by field, dig and kdig without a complaint. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { DnsServer, decodeMessage, Name, type ResourceRecord, typeText } from "../../src/index.ts";
import { askOverTcp, askOverUdp } from "../support/differential/asking.ts";
import { questionsAbout } from "../support/differential/questions.ts";
import { type GeneratedZone, zoneSet } from "../support/differential/zones.ts";
import { type WireQuestion, wireName } from "../support/peers/query.ts";
import { dnspython } from "./dnspython.ts";

let server: DnsServer;
let zones: GeneratedZone[];

beforeEach(async () => {
  zones = zoneSet(5);
  server = await DnsServer.listen({ zones: Object.fromEntries(zones.map(({ origin, text }) => [origin, text])) });
});

afterEach(() => server.close());

function questions(perZone: number): WireQuestion[] {
  return zones.flatMap((zone) => [...questionsAbout(zone, 9, perZone)]);
}

/** As dnspython.py writes them. */
function rows(records: readonly ResourceRecord[]): unknown[] {
  return records.map(({ name, ttl, class: recordClass, type, rdata }) => [
    name.toString(),
    ttl,
    recordClass,
    type,
    Buffer.from(rdata).toString("hex"),
  ]);
}

/** dnspython wants more than the format of these: digests of the right length, an ECH that parses, locators with all their zeros. */
const REFUSES = /TLSA|SMIMEA|SVCB|HTTPS|NID|L64/;

test("dnspython reads what we answer over UDP and TCP as we do", async () => {
  using python = dnspython();
  if (python === undefined) return;
  const asked = questions(40);
  const answers = [...(await askOverUdp(server.port, asked)), ...(await askOverTcp(server.port, asked))];
  let read = 0;
  for (const [i, answer] of answers.entries()) {
    const question = asked[i % asked.length]!;
    const what = `${Name.fromWire(wireName(question.name)).toString()} ${typeText(question.type)}`;
    expect(answer, what).toBeDefined();
    const { id, rcode, answers: records, authorities, additionals } = decodeMessage(answer!);
    const theirs = await python.ask({ op: "decode", wire: answer!.toString("hex") });
    if (theirs["error"] !== undefined && records.some(({ type }) => REFUSES.test(typeText(type)))) continue;
    expect(theirs, what).toMatchObject({
      id,
      rcode,
      flags: answer!.readUInt16BE(2),
      answers: rows(records),
      authorities: rows(authorities),
      additionals: rows(additionals),
    });
    read += 1;
  }
  expect(read).toBeGreaterThan(answers.length * 0.9);
});

/** Names that stand on a command line and in a file of queries as they are. */
const PLAIN = /^[\w*.]+$/;

/** `name type` for the tools; without classes, and without types that are a transfer or no type at all. */
function lines(): string[] {
  return questions(30)
    .filter(({ class: questionClass, type }) => questionClass === 1 && type !== 0)
    .map(({ name, type }) => `${Name.fromWire(wireName(name)).toString()} TYPE${type}`)
    .filter((line) => PLAIN.test(line.split(" ")[0]!));
}

/** What dig and kdig say when something is wrong with a message. */
const COMPLAINT =
  /^;; (?:Warning|WARNING|ERROR|Got bad|Question section mismatch|Truncated, .*failed|.*malformed|.*no servers).*$/im;

test("dig reads all answers, truncated ones again over TCP", async () => {
  const dig = peer("dig");
  if (dig === undefined) return;
  const folder = mkdtempSync(join(tmpdir(), "tenon-dig-"));
  try {
    const asked = lines();
    writeFileSync(join(folder, "queries"), `${asked.join("\n")}\n`);
    const place = ["@127.0.0.1", "-p", `${server.port}`, "+norec", "+tries=1", "+time=20"];
    const { stdout } = await promisify(execFile)(dig, [...place, "-f", join(folder, "queries")], {
      maxBuffer: 1 << 28,
    });
    expect(COMPLAINT.exec(stdout)?.[0]).toBeUndefined();
    expect(stdout.match(/^;; Got answer:/gm)).toHaveLength(asked.length);
    expect(stdout).toContain(";; Truncated, retrying in TCP mode.");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("kdig reads all answers", async () => {
  const kdig = peer("kdig");
  if (kdig === undefined) return;
  const asked = lines();
  const place = ["@127.0.0.1", "-p", `${server.port}`, "+norec", "+retry=0", "+time=20"];
  for (let at = 0; at < asked.length; at += 100) {
    const words = asked.slice(at, at + 100).flatMap((line) => ["-q", line.split(" ")[0]!, "-t", line.split(" ")[1]!]);
    const { stdout, stderr } = await promisify(execFile)(kdig, [...place, ...words], { maxBuffer: 1 << 28 });
    const said = (stdout + stderr).replaceAll(/^;; WARNING: truncated reply .*, retrying over TCP$/gm, "");
    expect(COMPLAINT.exec(said)?.[0]).toBeUndefined();
    expect(stdout.match(/^;; ->>HEADER<<-/gm)).toHaveLength(Math.min(100, asked.length - at));
  }
});
