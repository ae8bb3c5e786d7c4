/** The process under test. */
import { ready } from "@tenon/bench";
import { RedisServer } from "../src/index.ts";

ready((await RedisServer.listen({ port: 0 })).address);
