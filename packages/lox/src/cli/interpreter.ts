/** The interpreter that the command's options ask for, on the real clock. */
import type { HostValue, LoxInstance } from "../embed/marshal.ts";
import { Lox } from "../embed/lox.ts";
import type { StopSignal } from "../limits/limits.ts";
import type { LoxArguments } from "./arguments.ts";

/** What of the arguments an interpreter is made from; plain data, which may go to another thread. */
export type InterpreterSettings = Pick<LoxArguments, "engine" | "dialect" | "limits">;

export function interpreter(settings: InterpreterSettings, print: (text: string) => void, signal?: StopSignal): Lox {
  const { engine, dialect, limits } = settings;
  return new Lox({
    engine,
    dialect,
    limits,
    print,
    interruptible: signal !== undefined,
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    memoryBytes: () => process.memoryUsage().heapUsed,
  });
}

/** Names of what a path such as `["list", "first"]` leads to; empty where that is no instance. Runs none of the program. */
export function memberNames(lox: Lox, path: readonly string[]): readonly string[] {
  const [first, ...rest] = path;
  let value: HostValue | undefined = first === undefined ? undefined : lox.getGlobal(first);
  for (const name of rest) value = isInstance(value) ? value.get(name) : undefined;
  return isInstance(value) ? [...value.fields(), ...value.methods()] : [];
}

function isInstance(value: HostValue | undefined): value is LoxInstance {
  return typeof value === "object" && value !== null;
}
