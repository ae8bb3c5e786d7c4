/** A secondary that keeps its zone, for those who kill it: `secondary-process.ts DIR PORT PRIMARY-PORT` prints each serial that it serves. */
import process from "node:process";
import { DnsServer } from "../../src/index.ts";

const [dir, port, primaryPort] = process.argv.slice(2);
await using server = await DnsServer.listen({
  dir: dir!,
  port: Number(port),
  config: {
    remote: [{ id: "primary", address: [`127.0.0.1@${primaryPort}`] }],
    acl: [{ id: "primary", address: ["127.0.0.0/8"], action: ["notify"] }],
    zone: [{ domain: "example.", master: ["primary"], acl: ["primary"], "refresh-min-interval": 1 }],
  },
});
const zone = server.zone("example.");
const say = (): void => void process.stdout.write(`${zone.serial ?? 0}\n`);
zone.onChange(say);
say();
await new Promise(() => {});
