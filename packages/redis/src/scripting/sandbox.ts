/**
 * The Lua that scripts see: 5.1's libraries, cjson, cmsgpack, struct, bit and redis; nothing of it can be changed, and there is no name
 * for what does not exist. The tables KEYS and ARGV are made for each run.
 */
import { LuaState, LuaTable, type LuaValue } from "../lua/lua.ts";
import { arrayTable } from "./call-reply.ts";
import { createBit } from "./lib/bit.ts";
import { cjsonDefaults, type CjsonSettings, copySettings, createCjson } from "./lib/cjson.ts";
import { createCmsgpack } from "./lib/cmsgpack.ts";
import { createStruct } from "./lib/struct.ts";
import { createRedisLibrary, errorHandler, type RedisLibraryHost } from "./redis-library.ts";

export interface SandboxHost extends RedisLibraryHost {
  /** Asked now and then while a script runs: true to stop and let others in. */
  mayStop(): boolean;
  /** Seconds of processor time, for os.clock. */
  processorSeconds(): number;
}

export class Sandbox {
  readonly state: LuaState;
  /** math.random's state at the beginning of the run; it goes on from script to script. */
  #chance = 0n;
  /** cjson's settings outlive a script. */
  readonly #cjson: CjsonSettings = cjsonDefaults();
  readonly #cjsonBefore: CjsonSettings = cjsonDefaults();

  constructor(host: SandboxHost) {
    const state = new LuaState({ poll: () => host.mayStop() });
    this.state = state;
    const { globals } = state;
    const clock = new LuaTable();
    // What the clock said is part of what a run that begins anew has to hear again.
    clock.setString(
      "clock",
      state.recorded(
        () => host.processorSeconds(),
        (seconds) => seconds,
      ),
    );
    globals.setString("os", clock);
    globals.setString("cjson", createCjson(state, this.#cjson));
    globals.setString("cmsgpack", createCmsgpack(state));
    globals.setString("struct", createStruct(state));
    globals.setString("bit", createBit(state));
    globals.setString("redis", createRedisLibrary(state, host));
    globals.setString("__redis__err__handler", errorHandler(state));
    // Scripts of before 7.0 expect a text where errors are tables now.
    state.vm.caught = (value) => {
      const text = value instanceof LuaTable ? value.getString("err") : undefined;
      return typeof text === "string" || typeof text === "number" ? text : value;
    };
    protectGlobals(state);
    freeze(globals);
    if (state.vm.stringMetatable !== undefined) freeze(state.vm.stringMetatable);
  }

  /** Sets the stage for a run that gets these keys and arguments; `anew`: for the second time, so that nothing of the first is left. */
  stage(keys: readonly string[], args: readonly string[], anew: boolean): void {
    const { globals, random } = this.state;
    if (anew) {
      copySettings(this.#cjsonBefore, this.#cjson);
      random.state = this.#chance;
    } else {
      copySettings(this.#cjson, this.#cjsonBefore);
      this.#chance = random.state;
    }
    globals.setString("KEYS", listTable(keys));
    globals.setString("ARGV", listTable(args));
  }
}

function listTable(texts: readonly string[]): LuaTable {
  const slots: LuaValue[] = [undefined];
  for (const text of texts) slots.push(text);
  return arrayTable(slots);
}

/** Reading a global that there is not is an error. */
function protectGlobals({ globals, vm }: LuaState): void {
  const metatable = new LuaTable();
  metatable.setString("__index", (...args) => {
    if (args.length !== 2) throw vm.error("Wrong number of arguments to luaProtectedTableError");
    const [, name] = args;
    if (typeof name !== "string" && typeof name !== "number") {
      throw vm.error("Second argument to luaProtectedTableError must be a string or number");
    }
    throw vm.error(`Script attempted to access nonexistent global variable '${vm.string(args, 1)}'`);
  });
  globals.metatable = metatable;
}

/** Makes a table and all that it leads to read-only. */
function freeze(table: LuaTable): void {
  if (table.frozen) return;
  table.frozen = true;
  for (let at = table.advance(0); at >= 0; at = table.advance(at)) {
    const value = table.valueAt(at);
    if (value instanceof LuaTable) freeze(value);
  }
  if (table.metatable !== undefined) freeze(table.metatable);
}
