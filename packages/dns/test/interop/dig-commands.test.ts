/** The same command lines through dig and through ours, at the same servers: output, errors and exit codes are equal but for times and ids. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { realWorld } from "@tenon/kit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { encodeMessage } from "../../src/message/encode.ts";
import { comparable, runDig, runOurs } from "../support/dig-runs.ts";
import { answerTo } from "../support/messages.ts";
import type { Daemon } from "../support/peers/daemon.ts";
import { startNamed } from "../support/peers/name-servers.ts";
import { type Script, ScriptedServer } from "../support/scripted-server.ts";

const ZONE = readFileSync(new URL("../fixtures/dig.zone", import.meta.url), "utf8");
const REVERSE = "$TTL 3600\n@ SOA ns1.example. h.example. 1 2 3 4 5\n@ NS ns1.example.\n1 PTR www.example.\n";
const SECRET = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=";

/** The only owners that dig takes NSEC3 records of. */
const HASHED = "2t7b4g4vsa5smi47k61mv5bv1a22bojr";

const dig = peer("dig");
let named: Daemon | undefined;
let odd: ScriptedServer;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tenon-dig-"));
  named = await startNamed({
    zones: [
      { origin: "example", text: ZONE },
      { origin: "2.0.192.in-addr.arpa", text: REVERSE },
    ],
    serverSettings: 'allow-transfer { any; }; server-id "srv1"; rrset-order { order none; };',
    settings: `key "k1" { algorithm hmac-sha256; secret "${SECRET}"; };`,
  });
  odd = await ScriptedServer.start(realWorld, "127.0.0.1", oddScript, 0);
});

afterAll(async () => {
  await named?.stop();
  rmSync(folder, { recursive: true });
});

/** Faults by the first label. */
const oddScript: Script = ({ query, bytes, tcp }) => {
  const answer = answerTo(query, [`${query.questions[0]?.name.toString() ?? "."} 60 IN A 192.0.2.9`]);
  const encoded = encodeMessage(answer);
  const label = query.questions[0]?.name.toString().split(".")[0];
  switch (label) {
    case "id":
      return [{ ...answer, id: query.id ^ 1 }, answer];
    case "question":
      return [{ ...answer, questions: [{ ...query.questions[0]!, type: 28 }] }, answer];
    case "cut":
      return encoded.slice(0, -4);
    case "extra":
      return Uint8Array.of(...encoded, 1, 2, 3);
    case "formerr":
      return { ...answerTo(query, []), rcode: 1, questions: [] };
    case "servfail":
      return { ...answerTo(query, []), rcode: 2 };
    case "tc":
      return tcp ? answer : { ...answerTo(query, []), truncated: true };
    case "short":
      return bytes.slice(0, 6);
    case "noquestion":
      return { ...answerTo(query, []), questions: [] };
    case "query":
      return Uint8Array.from(bytes);
    case "rcode12":
      return { ...answerTo(query, []), rcode: 12 };
    case "silent":
      return undefined;
    case HASHED:
      return answerTo(query, [
        `${HASHED}.x. 60 IN NSEC3 1 1 12 AABBCCDD 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR A RRSIG`,
        `${HASHED}.x. 60 IN NSEC3 1 0 0 - 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR`,
      ]);
    default:
      return answer;
  }
};

async function expectSame(line: string): Promise<void> {
  if (dig === undefined || named === undefined) return;
  const closed = await unusedPort();
  const words = line
    .replaceAll("{odd}", `@127.0.0.1 -p ${odd.address.port} +time=1 +tries=1`)
    .replaceAll("{closed}", `@127.0.0.1 -p ${closed}`)
    .replaceAll("{port}", `-p ${named.port}`)
    .replaceAll("{}", `@127.0.0.1 -p ${named.port}`)
    .replaceAll("{folder}", folder)
    .split(" ");
  const readFile = (path: string): string | undefined => {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return undefined;
    }
  };
  const [theirs, ours] = await Promise.all([runDig(dig, words), runOurs(words, { readFile })]);
  expect(comparable(ours)).toEqual(comparable(theirs));
}

/** One that was free a moment ago. */
async function unusedPort(): Promise<number> {
  const socket = await realWorld.net.bind({}, { message() {} });
  await socket.close();
  return socket.address.port;
}

describe("command lines", () => {
  const lines: readonly string[] = [
    // What is shown.
    "{} www.example",
    "{} www.example +short",
    "{} www.example +short +identify",
    "{} www.example +identify +noall +answer",
    "{} www.example +nocmd +noall +answer +ttlunits",
    "{} www.example +noall +answer +nottlid +noclass",
    "{} www.example +noall +answer +nottlid",
    "{} www.example +noall +answer +noclass +multiline",
    "{} www.example +nocomments",
    "{} www.example +noquestion +nostats",
    "{} www.example +nostats +nocmd",
    "{} www.example +noall +question",
    "{} www.example +noall +comments",
    "{} www.example +noall",
    "{} www.example +yaml",
    "{} www.example +yaml +qr",
    "{} nothere.example +yaml",
    "{} www.example +yaml +short",
    "{} www.example +nocomments +yaml",
    "{} www.example +multiline +short",
    "{} www.example +qr +short",
    "{} www.example +nsid +dnssec +yaml",
    "{} www.example +nottlid +noclass",
    "{} www.example +subnet=10",
    "{} www.example +nopadding",
    "{} alias2.example +yaml",
    "{} example mx +multiline",
    "{} -u www.example +noall +stats",
    // What is asked.
    "{} www.example +qr +nocookie",
    "{} www.example +cdflag +adflag +aaflag +tcflag +raflag +zflag +norecurse +qr +nocookie",
    "{} www.example +noadflag +qr +noedns",
    "{} www.example +header-only",
    "{} www.example +qr +edns=1 +nocookie",
    "{} www.example +qr +edns=1 +noednsneg +nocookie",
    "{} www.example +qr +nsid +subnet=192.0.2.0/24 +expire +keepalive +padding=64 +cookie=0102030405060708 +ednsopt=65001:aabb +ednsflags=0x40 +dnssec",
    "{} www.example +subnet=2001:db8::/56 +noall +comments",
    "{} www.example +subnet=0 +qr +noall +comments",
    "{} +qid=5 www.example +noall +comments",
    "{} +opcode=notify example soa +nocookie",
    "{} +opcode=5 example soa +nocookie",
    "{} +opcode=15 example soa +nocookie",
    "{} x.sub.example a +dnssec",
    "{} www.example any +noall +answer +stats",
    "{} ch txt id.server +short",
    "{} hs www.example +noall +comments",
    "{} a.wild.example +tcp",
    "{} +tcp +keepopen www.example mail.example",
    "{} many.example +ignore +bufsize=512",
    "{} many.example +bufsize=512 +noall +stats +answer",
    "{} many.example +bufsize=512 +noall +comments +nocookie",
    `{} -y hmac-sha256:k1:${SECRET} www.example +nocookie`,
    `{} -y hmac-sha256:k2:${SECRET} www.example +nocookie`,
    "{} -y k1:xxx www.example +nocookie",
    // Transfers.
    "{} example axfr",
    "{} example axfr +short",
    "{} example axfr +onesoa +noall +answer +nostats",
    "{} example ixfr=1 +noall +answer",
    "{} example ixfr=2024010101",
    "{} nothere axfr",
    // The order of words.
    "{} www.example A AAAA",
    "{} www.example mx +nocookie mail.example +noall +answer",
    "{} www.example IN A foo",
    "{} mx example www.example",
    "{} -t mx example www.example ns",
    "{} -tmx example +short",
    "{} -twww.example",
    "{} www.example www.example +nocookie",
    "{} +noall +answer",
    "www.example {}",
    "-t a {} www.example",
    "-q www.example {}",
    "{} -x 192.0.2.1 +noall +answer",
    "{} -x 1.2.3.4.5",
    "{} -x zzz",
    "{} -x 2001:db8::1",
    "{} WWW.Example +noall +question +answer",
    "{} www.example +noans +nocomm +noauth +noadd",
    "{} www.example +nosho +cd +do +rec +ti=3 +tri=2 +noall +comments",
    "{} -b 127.0.0.9 www.example +short",
    "{} -f {folder}/batch",
    "{} -q zzz.example -f {folder}/batch",
    "{} +search www +domain=example +short",
    "{} +search +showsearch www +domain=example",
    "{} +showsearch nope +domain=example",
    "@localhost {port} www.example +noall +stats",
    // What does not work.
    "{closed} www.example",
    "{closed} www.example +tcp",
    "{closed} www.example +short",
    "{closed} example axfr",
    "{closed} www.example +yaml",
    "{closed} x +tcp +yaml",
    "{closed} x y",
    "{closed} +nocmd x",
    "{closed} x +tcp y",
    "{} -b 192.0.2.200 www.example",
    "{} -6 www.example +short",
    "{} -4 -6 www.example",
    "{} +foo www.example",
    "{} +noedns=3 www.example",
    "{} -z www.example",
    "{} -t foo www.example",
    "{} -c foo www.example",
    "{} -p 99999 www.example",
    "{} -f {folder}/nowhere",
    "{} -b zz www.example",
    "{} a..b",
    `{} ${"a".repeat(64)}.example`,
    "{} +time=x www.example",
    "{} +tries www.example",
    "{} +bufsize=70000 www.example",
    "{} +split=abc www.example",
    "{} +n www.example",
    "{} +subnet=zz www.example",
    "{} +ednsopt=foo www.example",
    ...["-x zz::q", "-x 1.2.3.4/24", "-x", "-t", "+ednsopt", "+subnet", "+ednsopt=10:zz x", "+cookie=xyz x"].map(
      (line) => `{closed} +tries=1 ${line}`,
    ),
    ...[
      "-p x y",
      "-b 127.0.0.1#x y",
      "+edns=300 x",
      "+padding=1000 x",
      "+qid=70000 x",
      "+opcode=foo x",
      "-y x y",
      "-y foo:bar:baz y",
    ].map((line) => `{closed} +tries=1 ${line}`),
    "{} +dscp=5 +sigchase www.example +short",
    "@nosuchhost.invalid www.example",
  ];
  test.each(lines)("%s", async (line) => {
    writeFileSync(join(folder, "batch"), "www.example\n\nmail.example +short\n-x 192.0.2.1 +noall +answer\n");
    await expectSame(line);
  });
});

describe("every option, on and off", () => {
  /** Those that hold for all lookups stand in lines of their own, above. */
  const switches =
    "aaflag aaonly additional adflag all answer authority badcookie besteffort cdflag class coflag comments cookie crypto defname dnssec edns ednsnegotiation expandaaaa expire fail header-only identify idnin idnout ignore keepalive keepopen multiline nsid onesoa qr question raflag rdflag recurse rrcomments search showbadcookie showsearch split stats tcflag tcp ttlid ttlunits unknownformat vc zflag".split(
      " ",
    );
  const values =
    "bufsize=0 bufsize=4096 bufsize edns=0 split=0 split=6 subnet=0/0 subnet=::/0 subnet=1.2.3.4 subnet=10/8 subnet=1.2.3.4/33 ednsopt=ecs:00011800010203 ednsopt=65535 ednsopt=nsid cookie=01020304050607080910111213141516 ndots=2 padding=32 qid=3 retry=1 timeout=2 tries=1 opcode=0 mul id st ans com ttlu unk".split(
      " ",
    );
  const lookups = [
    ...switches.flatMap((name) => [`www.example +${name}`, `key.example dnskey +no${name}`]),
    ...values.map((value) => `www.example +${value}`),
  ];
  const lines = Array.from({ length: Math.ceil(lookups.length / 25) }, (_, i) =>
    ["{} +nocmd", ...lookups.slice(i * 25, i * 25 + 25)].join(" "),
  );
  test.each(lines)("%s", expectSame);
});

describe("servers that answer oddly", () => {
  const names = [
    "id",
    "question",
    "cut",
    "extra",
    "formerr",
    "servfail",
    "tc",
    "short",
    "noquestion",
    "query",
    "rcode12",
    "silent",
  ];
  const lines = [
    ...names.map((name) => `{odd} +nocookie ${name}.x`),
    "{odd} formerr.x +dnssec",
    "{odd} tc.x +ignore",
    "{odd} cut.x +short",
    "{odd} noquestion.x +yaml",
    "{odd} +tries=2 silent.x +short",
    "{odd} silent.x +tcp",
    `{odd} +nocookie ${HASHED}.x nsec3 +multiline`,
    `{odd} +nocookie ${HASHED}.x nsec3`,
    "{odd} +nocookie +qid=7 cut.x +nobesteffort",
  ];
  test.each(lines)("%s", expectSame);
});

describe("records of all kinds, laid out", () => {
  /** One command line for all, so that dig starts once a style. */
  const questions = [...ZONE.matchAll(/^([\w.*]+) (?:\d+ )?([A-Z][A-Z0-9]+) /gm)]
    .map(([, owner, type]) => `${owner}.example ${type}`)
    .filter((question, i, all) => all.indexOf(question) === i && !/NSEC3 |^2t7b|wild/.test(question));
  const styles = [
    "",
    "+multiline",
    "+nocrypto",
    "+rrcomments",
    "+multiline +norrcomments",
    "+multiline +nocrypto",
    "+unknownformat",
    "+split=12",
    "+nosplit +multiline",
    "+short",
    "+yaml",
    "+expandaaaa +ttlunits",
  ];
  for (const style of styles) {
    test(`${questions.length} sets ${style}`, () =>
      expectSame(`{} +nocmd +nostats +nocookie ${style === "" ? "+comments" : style} ${questions.join(" ")}`));
  }
});
