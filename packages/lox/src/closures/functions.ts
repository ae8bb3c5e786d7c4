/**
 * Functions as closures. A Lox function becomes a JavaScript function with as many parameters (so that calls are plain calls),
 * whose body makes a frame and runs the statements in it. Hot: one shape for each small number of parameters.
 */
import type { EngineHost } from "../engine.ts";
import type { LoxFunction, LoxInstance, LoxValue } from "../objects/objects.ts";
import { Fault, MESSAGES } from "../values/runtime-error.ts";
import { type Site, tracedFault } from "../values/trace.ts";
import { type Cell, type Execute, type Frame, frameMaker } from "./frame.ts";

/** What the compiler knows of a function. */
export interface Blueprint {
  readonly arity: number;
  readonly isMethod: boolean;
  readonly isInitializer: boolean;
  /** Variables of the frame, parameters and `this` included. */
  readonly variables: number;
  readonly body: Execute;
  /** Where a limit that is reached on entry is told. */
  readonly site: Site;
}

/** Takes one step; throws with the place where the fuel is used up. */
export function stepTaker(host: EngineHost, site: Site): () => void {
  const { counters } = host;
  return () => {
    if (--counters.fuel >= 0) return;
    try {
      counters.fuel = host.refuel();
    } catch (error) {
      throw tracedFault(error, site);
    }
  };
}

/** A maker of functions: given the captured cells, one function value. */
export function functionMaker(blueprint: Blueprint, host: EngineHost): (cells: readonly Cell[]) => LoxFunction {
  const { arity, isMethod, isInitializer } = blueprint;
  const newFrame = frameMaker(blueprint.variables);
  const run = counted(blueprint, host);
  const wrongArity = (got: number): never => {
    throw new Fault(MESSAGES.wrongArity(arity, got));
  };
  if (isMethod) {
    if (isInitializer || arity > 3) {
      return (cells) =>
        function (this: LoxInstance, ...args) {
          if (args.length !== arity) wrongArity(args.length);
          const frame = newFrame(cells, this);
          for (let index = 0; index < arity; index++) frame[2 + index] = args[index]!;
          const result = run(frame);
          return isInitializer ? this : result;
        };
    }
    return (cells) =>
      function (this: LoxInstance, a, b, c) {
        if (arguments.length !== arity) wrongArity(arguments.length);
        return run(newFrame(cells, this, a, b, c));
      } as LoxFunction;
  }
  if (arity > 4) {
    return (cells) =>
      (...args) => {
        if (args.length !== arity) wrongArity(args.length);
        const frame = newFrame(cells);
        for (let index = 0; index < arity; index++) frame[1 + index] = args[index]!;
        return run(frame);
      };
  }
  return (cells) =>
    function (a, b, c, d) {
      if (arguments.length !== arity) wrongArity(arguments.length);
      return run(newFrame(cells, a, b, c, d));
    } as LoxFunction;
}

/** The body with what the limits want counted around it. */
function counted({ body, site }: Blueprint, host: EngineHost): (frame: Frame) => LoxValue {
  const { counting, counters, maxDepth } = host;
  const plain = (frame: Frame): LoxValue => {
    const result = body(frame);
    return result === undefined ? null : result;
  };
  if (!counting.steps && !counting.depth) return plain;
  const step = counting.steps ? stepTaker(host, site) : () => {};
  return (frame) => {
    if (++counters.depth > maxDepth) throw host.tooDeep();
    step();
    const result = plain(frame);
    counters.depth--;
    return result;
  };
}
