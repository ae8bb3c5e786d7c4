/** Coroutines: requests to the machine, so that they exist in full mode only. */
import { NeedsFullMode } from "../errors.ts";
import { Coroutine, type Machine, ResumeRequest, YieldRequest } from "../machine.ts";
import { LuaTable } from "../table.ts";
import type { LuaActivation, LuaFunction, LuaValue } from "../value.ts";
import type { Vm } from "../vm.ts";

export function installCoroutine(vm: Vm, machine: () => Machine | undefined): void {
  const library = new LuaTable();
  const define = (name: string, value: LuaFunction): void => library.setString(name, value);

  const create = (args: readonly LuaValue[]): Coroutine => {
    const body = args[0];
    if (typeof body !== "function") throw vm.argumentError(1, "Lua function expected");
    if (!vm.full) throw new NeedsFullMode("the script uses coroutines", true);
    return new Coroutine(body);
  };
  function* resume(coroutine: Coroutine, values: readonly LuaValue[], wraps: boolean): LuaActivation {
    return yield new ResumeRequest(coroutine, values, wraps);
  }
  const coroutine = (args: readonly LuaValue[]): Coroutine => {
    if (args[0] instanceof Coroutine) return args[0];
    throw vm.argumentError(1, "coroutine expected");
  };

  define("create", (...args) => create(args));
  define("wrap", (...args) => {
    const made = create(args);
    return (...values) => vm.enter(resume(made, values, true));
  });
  define("resume", (...args) => vm.enter(resume(coroutine(args), args.slice(1), false)));
  define("yield", (...args) => {
    if (!vm.full) throw new NeedsFullMode("the script uses coroutines", true);
    return vm.enter(
      (function* (): LuaActivation {
        return yield new YieldRequest(args);
      })(),
    );
  });
  define("status", (...args) => coroutine(args).status);
  define("running", () => machine()?.running);
  vm.globals.setString("coroutine", library);
}
