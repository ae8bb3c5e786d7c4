/** What cannot be asked of dig itself here: other networks, `+trace`, `+json`, files of the home directory. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type SimulatedWorld, simulatedWorld } from "@tenon/kit";
import { expect, test } from "vitest";
import { Dig, type DigEnvironment } from "../src/dig/dig.ts";
import { DIG_VERSION } from "../src/dig/usage.ts";
import { answerTo, record } from "./support/messages.ts";
import { type Script, ScriptedServer } from "./support/scripted-server.ts";

const ROOT = "10.0.0.53";

async function run(
  world: SimulatedWorld,
  line: string,
  environment: Partial<DigEnvironment> = {},
): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ["", ""];
  const dig = new Dig(world, {
    print: (text) => void (out += text),
    warn: (text) => void (err += text),
    readFile: () => undefined,
    resolvConf: `nameserver ${ROOT}\n`,
    digrc: "",
    addressesOf: async () => [],
    ...environment,
  });
  const code = await world.clock.runUntil(dig.run(line.split(" ")));
  return { code, out, err };
}

async function worldOf(servers: Readonly<Record<string, Script>>): Promise<SimulatedWorld> {
  const world = simulatedWorld(5);
  for (const [address, script] of Object.entries(servers)) {
    await ScriptedServer.start(world.machine(address), address, script);
  }
  return world;
}

const WWW = "www.example. 300 IN A 192.0.2.1";

const delegations: Readonly<Record<string, Script>> = {
  [ROOT]: ({ query }) =>
    query.questions[0]!.name.isRoot
      ? answerTo(query, [". 518400 IN NS a.root."], { additionals: [record("a.root. 518400 IN A 10.0.0.53")] })
      : answerTo(query, [], {
          authorities: [record("example. 172800 IN NS ns1.example.")],
          additionals: [record("ns1.example. 172800 IN A 10.0.0.54")],
        }),
  "10.0.0.54": ({ query }) => answerTo(query, [WWW], { authoritative: true }),
};

test("+trace goes from the root's servers down, by the glue that comes along", async () => {
  const { code, out } = await run(await worldOf(delegations), "+trace www.example");
  expect(code).toBe(0);
  expect(out.replaceAll(/\d+ bytes/g, "N bytes")).toBe(`
; <<>> ${DIG_VERSION} <<>> +trace www.example
;; global options: +cmd
.			518400	IN	NS	a.root.
;; Received N bytes from 10.0.0.53#53(10.0.0.53) in 1 ms

example.		172800	IN	NS	ns1.example.
;; Received N bytes from 10.0.0.53#53(a.root) in 1 ms

www.example.		300	IN	A	192.0.2.1
;; Received N bytes from 10.0.0.54#53(ns1.example) in 1 ms

`);
});

test("+trace ends at a referral that leads nowhere new", async () => {
  const world = await worldOf({
    ...delegations,
    "10.0.0.54": ({ query }) =>
      answerTo(query, [], {
        authorities: [record("example. 60 IN NS ns1.example.")],
        additionals: [record("ns1.example. 60 IN A 10.0.0.54")],
      }),
  });
  const { code, out } = await run(world, "+trace www.example");
  expect([code, out.match(/Received/g)?.length]).toEqual([0, 3]);
});

test("+nssearch prints the SOA of each server", async () => {
  const soa = (serial: number) => `example. 60 IN SOA ns. root. ${serial} 2 3 4 5`;
  const world = await worldOf({
    [ROOT]: ({ query }) =>
      answerTo(query, ["example. 60 IN NS a.ns.", "example. 60 IN NS b.ns."], {
        additionals: [record("a.ns. 60 IN A 10.0.0.54"), record("b.ns. 60 IN A 10.0.0.55")],
      }),
    "10.0.0.54": ({ query }) => answerTo(query, [soa(1)]),
    "10.0.0.55": ({ query }) => answerTo(query, [soa(2)]),
  });
  const { out } = await run(world, "-4 +nssearch example");
  expect(out).toBe(
    "SOA ns. root. 1 2 3 4 5 from server 10.0.0.54 in 1 ms.\nSOA ns. root. 2 2 3 4 5 from server 10.0.0.55 in 1 ms.\n",
  );
});

test("+json prints a message a line", async () => {
  const world = await worldOf({ [ROOT]: ({ query }) => answerTo(query, [WWW]) });
  const { out } = await run(world, "+json www.example www.example mx");
  const messages = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(messages).toHaveLength(2);
  expect(messages[0]).toMatchObject({
    server: "10.0.0.53#53",
    protocol: "udp",
    status: "NOERROR",
    flags: ["qr", "rd", "ra"],
    question: [{ name: "www.example.", type: "A", class: "IN" }],
    answer: [{ name: "www.example.", type: "A", class: "IN", ttl: 300, data: "192.0.2.1" }],
  });
});

test("~/.digrc comes first, unless -r does", async () => {
  const world = await worldOf({ [ROOT]: ({ query }) => answerTo(query, [WWW]) });
  const digrc = "+short\n";
  expect((await run(world, "www.example", { digrc })).out).toBe("192.0.2.1\n");
  expect((await run(world, "-r www.example", { digrc })).out).toContain("ANSWER SECTION");
});

test("of several servers the next is asked when one is silent, and when +nofail is said, after SERVFAIL", async () => {
  const world = await worldOf({
    [ROOT]: ({ query }) => (query.questions[0]!.type === 1 ? undefined : answerTo(query, [], { rcode: 2 })),
    "10.0.0.54": ({ query }) => answerTo(query, [WWW]),
  });
  const resolvConf = `nameserver ${ROOT}\nnameserver 10.0.0.54\n`;
  const silent = await run(world, "+short www.example", { resolvConf });
  expect(silent).toMatchObject({
    code: 0,
    out: ";; communications error to 10.0.0.53#53: timed out\n192.0.2.1\n",
  });
  expect((await run(world, "+short www.example mx", { resolvConf })).out).toBe("");
  expect((await run(world, "+nofail +short www.example mx", { resolvConf })).out).toBe("192.0.2.1\n");
});

test("a server that wants its cookie gets it, at each lookup anew", async () => {
  const cookies: number[] = [];
  const world = await worldOf({
    [ROOT]: ({ query }) => {
      const cookie = query.edns!.options.find(({ code }) => code === 10)!.data;
      cookies.push(cookie.length);
      const edns = {
        ...query.edns!,
        options: [{ code: 10, data: Uint8Array.of(...cookie.slice(0, 8), 1, 2, 3, 4, 5, 6, 7, 8) }],
      };
      return cookie.length === 8 ? answerTo(query, [], { rcode: 23, edns }) : answerTo(query, [WWW], { edns });
    },
  });
  const { out } = await run(world, "www.example +noall +comments +answer www.example +noall");
  expect(out).toContain(";; BADCOOKIE, retrying.\n");
  expect(out).toContain("(good)\n");
  expect(cookies).toEqual([8, 16, 8, 16]);
});

test("the command line takes dig's words as they stand, and ends with dig's exit codes", () => {
  const cli = fileURLToPath(new URL("../src/cli.ts", import.meta.url));
  const query = (...words: string[]) =>
    spawnSync(process.execPath, [cli, "query", ...words], {
      encoding: "utf8",
      env: { ...process.env, HOME: "/nonexistent" },
    });
  const help = query("--help");
  expect([help.status, help.stdout.slice(0, 11)]).toEqual([0, "Usage:  dig"]);
  // Nothing ever listens on port 1 of this address.
  const refused = query("-t", "mx", "@127.77.77.77", "-p", "1", "+tries=1", "-q", "www.example", "+noall");
  expect([refused.status, refused.stdout.split("\n")[0]]).toEqual([
    9,
    ";; communications error to 127.77.77.77#1: connection refused",
  ]);
  expect(query("+nonsense", "x").status).toBe(1);
  expect(query("-f", "/nonexistent/batch").status).toBe(8);
});

test("what is to come says so", async () => {
  const world = await worldOf({});
  for (const option of ["+tls", "+https", "+validate"]) {
    const { code, err } = await run(world, `${option} www.example`);
    expect([code, err]).toEqual([1, expect.stringMatching(/is not supported yet\n$/)]);
  }
});
