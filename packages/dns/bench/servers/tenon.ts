/** The process under test: options of `DnsServer.listen` as JSON, then name and file of a zone. */
import { readFileSync } from "node:fs";
import { ready } from "@tenon/bench";
import { DnsServer } from "../../src/index.ts";

const [options = "{}", origin, file] = process.argv.slice(2);
const zones = origin === undefined || file === undefined ? {} : { [origin]: readFileSync(file) };
const { host, port } = await DnsServer.listen({ zones, ...(JSON.parse(options) as object) });
ready({ host, port });
