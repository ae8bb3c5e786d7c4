/** The process under test: a secondary, told the zone and its primary (`address@port`); it is ready when it has the zone. */
import { setTimeout as sleep } from "node:timers/promises";
import { ready } from "@tenon/bench";
import { DnsServer } from "../../src/index.ts";

const [origin = "", address = ""] = process.argv.slice(2);
const config = {
  remote: [{ id: "primary", address: [address] }],
  zone: [{ domain: origin, master: ["primary"] }],
};
const server = await DnsServer.listen({ config });
while (server.zone(origin).data === undefined) await sleep(5);
ready({ host: server.host, port: server.port });
