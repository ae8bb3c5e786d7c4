/** The DNS panel's server side against Knot and BIND: transfers and updates with and without a key, questions. */
import { Console } from "@tenon/console";
import { expect, test } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import type { QueryAnswer, RecordsAnswer, UpdateAnswer, WireRecord } from "../../src/panels/dns/wire.ts";
import { Visitor } from "../support/client.ts";
import { FakeStack } from "../support/fake-stack.ts";
import { startNameServer } from "../support/name-server.ts";

const KEY = { name: "console-key", algorithm: "hmac-sha256", secret: "c2VjcmV0IG9mIHRoZSB0ZXN0cw==" };
const TEXT = `$TTL 300
@ SOA ns1 hostmaster 7 3600 600 86400 60
@ NS ns1
ns1 A 192.0.2.1
www A 192.0.2.10
`;

const SERVERS = (["knotd", "named"] as const).map((name) => ({ name, executable: peer(name) }));

test.each(SERVERS)("$name: a signed zone is read, changed and asked about", async ({ name, executable }) => {
  if (executable === undefined) return;
  await using daemon = await startNameServer(name, executable, { origin: "signed.test.", text: TEXT, key: KEY });
  const service = { name: "dns", state: "external", url: daemon.url } as const;
  await using target = await Console.listen({ stack: new FakeStack(service) });
  const visitor = await Visitor.enter(target);
  const post = async (route: string, body: object): Promise<{ readonly status: number; readonly answer: unknown }> => {
    const { status, text } = await visitor.post(`/api/services/dns/panel/${route}`, body);
    return { status, answer: JSON.parse(text) as unknown };
  };
  const asked = async <Answer>(route: string, body: object): Promise<Answer> => {
    const { status, answer } = await post(route, body);
    expect(status, JSON.stringify(answer)).toBe(200);
    return answer as Answer;
  };
  const all = { zone: "signed.test", name: "", type: "", from: 0, want: 1000 };
  const record = (data: string): WireRecord => ({ name: "new", ttl: 60, class: "IN", type: "A", data });
  const change = { zone: "signed.test", remove: [], add: [record("192.0.2.99")] };

  expect(await post("records", all)).toMatchObject({ status: 422 });
  const { records, total, serial } = await asked<RecordsAnswer>("records", { ...all, key: KEY });
  expect({ total, serial }).toEqual({ total: 4, serial: 7 });
  expect(records.map(({ type, data }) => `${type} ${data}`)).toContain("A 192.0.2.10");

  expect((await asked<UpdateAnswer>("update", change)).rcode).toMatch(/^(?:REFUSED|NOTAUTH)$/);
  const updated = await asked<UpdateAnswer>("update", { ...change, key: KEY });
  expect(updated.rcode).toBe("NOERROR");
  expect(updated.text).toContain("TSIG PSEUDOSECTION");
  const question = { server: "", name: "new.signed.test", type: "A", class: "IN", flags: [], tcp: false };
  const edns = { udpPayload: 1232, version: 0, dnssecOk: false, nsid: true, cookie: true, subnet: "" };
  const answer = await asked<QueryAnswer>("query", { ...question, edns });
  expect(answer.reply!.fields.value).toBe("response QUERY NOERROR");
  expect(answer.reply!.text).toContain("192.0.2.99");
  await asked("update", { zone: "signed.test", remove: change.add, add: [record("192.0.2.100")], key: KEY });
  const after = await asked<RecordsAnswer>("records", { ...all, name: "new", key: KEY });
  expect(after.records.map(({ data }) => data)).toEqual(["192.0.2.100"]);
  expect(after.serial).toBeGreaterThan(7);
});
