/** Peer: sirv on node:http, as in production: it looks at the directory once and streams from disk. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ready } from "@tenon/bench";
import sirv from "sirv";

const serve = sirv(process.argv[2]!, { etag: true });
const server = createServer((request, response) => serve(request, response));
server.listen(0, "127.0.0.1", () => ready({ host: "127.0.0.1", port: (server.address() as AddressInfo).port }));
