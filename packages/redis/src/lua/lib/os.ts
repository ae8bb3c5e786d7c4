/** The one harmless function of Lua's os library. */
import { LuaTable } from "../table.ts";
import type { Vm } from "../vm.ts";

/** `clock` gives seconds; a host for which time stands still during a script gives the same ones. */
export function installOs(vm: Vm, clock: () => number): void {
  const os = new LuaTable();
  os.setString("clock", () => clock());
  vm.globals.setString("os", os);
}
