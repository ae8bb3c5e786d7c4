/** For scripting.busy.test.ts, in a process with little memory: a script that keeps all that it makes, and one that does not. */
import { RedisServer } from "../src/index.ts";

const KEEPS = "local t = {} for i = 1, 1e5 do t[i] = ('x'):rep(1e6):upper() end return #t";
const LETS_GO = "local n = 0 for i = 1, 300 do n = n + #(('x'):rep(1e6):upper()) end return n";

await using server = await RedisServer.listen();
for (const command of [["EVAL", KEEPS, 0], ["EVAL", LETS_GO, 0], ["PING"]]) {
  const reply = await server.execute(command).catch((error: Error) => error.message);
  process.stdout.write(`${String(reply)}\n`);
}
