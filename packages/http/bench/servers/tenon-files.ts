/** Ours: the files of the directory that is the first argument. */
import { ready } from "@tenon/bench";
import { files, HttpServer } from "@tenon/http";

const server = await HttpServer.listen({ fetch: files(process.argv[2]!) });
ready(server.address);
