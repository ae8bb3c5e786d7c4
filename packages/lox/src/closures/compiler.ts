/**
 * A program as a tree of JavaScript closures: no code is generated, so that it runs where a content-security policy forbids that.
 * Each node of the syntax tree becomes a function of the frame, with everything that is known before the run (slots, places,
 * operators) bound in. Values, classes and globals are those of the fast engine.
 */
import type { EngineHost } from "../engine.ts";
import type { Globals } from "../objects/globals.ts";
import {
  classValue,
  constructorOf,
  defineClass,
  type InstanceConstructor,
  type LoxFunction,
  type LoxValue,
  sign,
} from "../objects/objects.ts";
import type { Program } from "../program.ts";
import type { Binding, FunctionScope } from "../resolve/binding.ts";
import type { ClassStatement, Expression, FunctionNode, Statement, VariableExpression } from "../syntax/ast.ts";
import { MESSAGES } from "../values/runtime-error.ts";
import { faultAt, type Site, tracedFault } from "../values/trace.ts";
import { ExpressionCompiler } from "./expressions.ts";
import type { Cell, Evaluate, Execute, Frame } from "./frame.ts";
import { frameMaker } from "./frame.ts";
import { functionMaker, stepTaker } from "./functions.ts";

/** Makes the script a function. */
export function instantiate(
  program: Program,
  host: EngineHost,
  globals: Globals,
  print: (value: LoxValue) => void,
): () => LoxValue {
  return new Compiler(host, globals, program, print).program(program.body, program.script);
}

class Compiler extends ExpressionCompiler {
  readonly #print: (value: LoxValue) => void;

  constructor(host: EngineHost, globals: Globals, program: Program, print: (value: LoxValue) => void) {
    super(host, globals, program);
    this.#print = print;
  }

  program(body: readonly Statement[], scope: FunctionScope): () => LoxValue {
    this.variables = scope.bindings.length;
    let last: LoxValue = null;
    const statements = body.map((node): Execute => {
      if (node.kind !== "expression") return this.#statement(node);
      const value = this.expression(node.expression);
      return (frame) => {
        last = value(frame);
        return undefined;
      };
    });
    const newFrame = frameMaker(this.variables);
    return () => {
      last = null;
      const frame = newFrame([]);
      for (const statement of statements) statement(frame);
      return last;
    };
  }

  #statement(node: Statement): Execute {
    switch (node.kind) {
      case "expression": {
        const value = this.expression(node.expression);
        return (frame) => {
          value(frame);
          return undefined;
        };
      }
      case "print":
        return this.#printing(this.expression(node.expression), this.site(node));
      case "var": {
        const value: Evaluate = node.initializer === null ? () => null : this.expression(node.initializer);
        return this.#define(node.binding, node.name.lexeme, value);
      }
      case "block":
        return this.#sequence(node.body);
      case "if": {
        const condition = this.condition(node.condition);
        const then = this.#statement(node.thenBranch);
        const otherwise: Execute = node.elseBranch === null ? () => undefined : this.#statement(node.elseBranch);
        return (frame) => (condition(frame) ? then(frame) : otherwise(frame));
      }
      case "while":
        return this.#loop(node.condition, null, node.body, this.site(node));
      case "for": {
        const initializer: Execute = node.initializer === null ? () => undefined : this.#statement(node.initializer);
        const loop = this.#loop(node.condition, node.increment, node.body, this.site(node));
        return (frame) => {
          initializer(frame);
          return loop(frame);
        };
      }
      case "function":
        return this.#functionStatement(node.function, node.binding);
      case "return":
        // An initializer returns its instance whatever is said here (functions.ts).
        return node.value === null ? () => null : this.expression(node.value);
      case "class":
        return this.#class(node);
    }
  }

  #sequence(body: readonly Statement[]): Execute {
    const statements = body.map((node) => this.#statement(node));
    const [first, second] = statements;
    if (first === undefined) return () => undefined;
    if (statements.length === 1) return first;
    if (second !== undefined && statements.length === 2) {
      return (frame) => {
        const result = first(frame);
        return result === undefined ? second(frame) : result;
      };
    }
    return (frame) => {
      for (const statement of statements) {
        const result = statement(frame);
        if (result !== undefined) return result;
      }
      return undefined;
    };
  }

  #printing(value: Evaluate, site: Site): Execute {
    return (frame) => {
      const text = value(frame);
      try {
        this.#print(text);
      } catch (error) {
        throw tracedFault(error, site);
      }
      return undefined;
    };
  }

  #loop(condition: Expression | null, increment: Expression | null, body: Statement, site: Site): Execute {
    const test = condition === null ? () => true : this.condition(condition);
    const round = this.#statement(body);
    const next = increment === null ? undefined : this.expression(increment);
    const step = this.host.counting.steps ? stepTaker(this.host, site) : undefined;
    return (frame) => {
      while (test(frame)) {
        if (step !== undefined) step();
        const result = round(frame);
        if (result !== undefined) return result;
        if (next !== undefined) next(frame);
      }
      return undefined;
    };
  }

  /** Declares a variable. A captured one gets a new cell each time: every round of a loop has its own. */
  #define(binding: Binding | null | undefined, name: string, value: Evaluate): Execute {
    if (!binding) {
      const cell = this.globals.cell(name);
      return (frame) => {
        cell.v = value(frame);
        return undefined;
      };
    }
    const slot = 1 + binding.index;
    if (binding.captured) {
      return (frame) => {
        frame[slot] = { v: value(frame) };
        return undefined;
      };
    }
    return (frame) => {
      frame[slot] = value(frame);
      return undefined;
    };
  }

  /** As `#define`, for what may use its own name inside: its cell is there before its value. */
  #defineRecursive(binding: Binding | null | undefined, name: string, value: Evaluate): Execute {
    if (!binding?.captured) return this.#define(binding, name, value);
    const slot = 1 + binding.index;
    return (frame) => {
      const cell: Cell = { v: null };
      frame[slot] = cell;
      cell.v = value(frame);
      return undefined;
    };
  }

  #functionStatement(node: FunctionNode, binding: Binding | null | undefined): Execute {
    return this.#defineRecursive(binding, node.name.lexeme, this.#function(node));
  }

  #function(node: FunctionNode): (frame: Frame) => LoxFunction {
    const outer = { name: this.functionName, variables: this.variables };
    const scope = node.scope!;
    this.functionName = node.name.lexeme;
    this.variables = scope.bindings.length;
    const { role } = node;
    const site = this.site(node);
    const body = this.#sequence(node.body);
    const blueprint = {
      arity: node.parameters.length,
      isMethod: role !== "function",
      isInitializer: role === "initializer",
      variables: this.variables,
      body: this.#withCells(scope, body),
      site,
    };
    this.functionName = outer.name;
    this.variables = outer.variables;

    const make = functionMaker(blueprint, this.host);
    const capture = this.#capturer(scope);
    const signature = { name: node.name.lexeme, arity: blueprint.arity };
    return (frame) => sign(make(capture(frame)), signature);
  }

  /** Parameters and `this` arrive as values; those that are captured become cells first. */
  #withCells(scope: FunctionScope, body: Execute): Execute {
    const arrivals = scope.bindings.filter(
      ({ role, captured }) => captured && (role === "parameter" || role === "this"),
    );
    if (arrivals.length === 0) return body;
    const slots = arrivals.map((binding) => 1 + binding.index);
    return (frame) => {
      for (const slot of slots) frame[slot] = { v: frame[slot] as LoxValue };
      return body(frame);
    };
  }

  /** Collects the cells that a function captures from the frame in which it is made. */
  #capturer(scope: FunctionScope): (frame: Frame) => readonly Cell[] {
    if (scope.sources.length === 0) return () => NO_CELLS;
    const { sources } = scope;
    return (frame) => sources.map((source) => (source < 0 ? frame[0][~source]! : (frame[1 + source] as Cell)));
  }

  #class(node: ClassStatement): Execute {
    const name = node.name.lexeme;
    const superclass = node.superclass === null ? undefined : this.#superclass(node.superclass);
    const methods = node.methods.map((method) => [`$${method.name.lexeme}`, this.#function(method)] as const);
    const superSlot = node.superBinding ? 1 + node.superBinding.index : -1;
    const superIsCaptured = node.superBinding?.captured ?? false;
    return this.#defineRecursive(node.binding, name, (frame) => {
      const base = superclass === undefined ? null : superclass(frame);
      if (base !== null && superIsCaptured) frame[superSlot] = { v: base as unknown as LoxValue };
      const constructor = function () {} as unknown as InstanceConstructor;
      const prototype: Record<string, LoxFunction> = {};
      for (const [key, method] of methods) prototype[key] = method(frame);
      defineClass(constructor, name, base, prototype);
      return classValue(constructor, null);
    });
  }

  #superclass(node: VariableExpression): (frame: Frame) => InstanceConstructor {
    const value = this.expression(node);
    const site = this.site(node);
    return (frame) => {
      const constructor = constructorOf(value(frame));
      if (constructor === undefined) throw faultAt(site, MESSAGES.notClass);
      return constructor;
    };
  }
}

const NO_CELLS: readonly Cell[] = [];
