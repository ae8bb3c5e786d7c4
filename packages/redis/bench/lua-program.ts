/** Runs the Lua program in its first argument: the process under test of lua.bench.ts. */
import { compile, LuaState } from "../src/lua/lua.ts";

const run = new LuaState().start(compile(process.argv[2] ?? "", "@bench"));
if (run.status !== "done") throw new Error(`the program ${run.status}: ${run.error?.message ?? ""}`);
