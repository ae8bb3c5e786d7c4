/** Runs programs as closures (compiler.ts). */
import type { Value } from "../engine.ts";
import { ObjectEngine } from "../objects/object-engine.ts";
import type { LoxFunction, LoxValue } from "../objects/objects.ts";
import type { Program } from "../program.ts";
import { Fault, MESSAGES } from "../values/runtime-error.ts";
import { surfaced } from "../values/trace.ts";
import { instantiate } from "./compiler.ts";

export class ClosuresEngine extends ObjectEngine {
  readonly name = "closures";

  run(program: Program): Value {
    try {
      return instantiate(program, this.host, this.globals, this.print)();
    } catch (error) {
      throw surfaced(error);
    }
  }

  call(callee: Value, args: readonly Value[]): Value {
    try {
      if (typeof callee !== "function") throw new Fault(MESSAGES.notCallable);
      return (callee as LoxFunction)(...(args as readonly LoxValue[]));
    } catch (error) {
      throw surfaced(error);
    }
  }
}
