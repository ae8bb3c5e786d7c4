/**
 * Statements and calls: the walker's trunk. What the book's chapters 8–13 describe, in their order.
 *
 * Running a statement gives undefined, or the value with which the function returns. Limits are looked at where a step is
 * taken: on entering a function, and in every round of a loop.
 */
import type { EngineHost } from "../engine.ts";
import type { Program } from "../program.ts";
import type { ClassStatement, Expression, FunctionNode, Place, Statement } from "../syntax/ast.ts";
import { Fault, hostFault, MESSAGES } from "../values/runtime-error.ts";
import { tracedFault } from "../values/trace.ts";
import { Environment } from "./environment.ts";
import { Evaluator, isTrue, siteOf } from "./evaluator.ts";
import { LoxClass, LoxFunction, LoxInstance, type LoxValue, NativeFunction, valueText } from "./values.ts";

export class Interpreter extends Evaluator {
  readonly #host: EngineHost;

  constructor(host: EngineHost, globals: Map<string, LoxValue>) {
    super(host, globals);
    this.#host = host;
  }

  /** The value of the last expression statement at the top level. */
  program(program: Program): LoxValue {
    const environment = new Environment(program, program.script, null, [], []);
    let last: LoxValue = null;
    for (const statement of program.body) {
      if (statement.kind === "expression") last = this.evaluate(statement.expression, environment);
      else this.#execute(statement, environment);
    }
    return last;
  }

  // Statements.

  #execute(node: Statement, environment: Environment): LoxValue | undefined {
    switch (node.kind) {
      case "expression":
        this.evaluate(node.expression, environment);
        return undefined;
      case "print":
        this.#print(node, this.evaluate(node.expression, environment), environment);
        return undefined;
      case "var": {
        const value = node.initializer === null ? null : this.evaluate(node.initializer, environment);
        this.#declare(node, value, environment);
        return undefined;
      }
      case "block":
        return this.#block(node.body, environment);
      case "if":
        if (isTrue(this.evaluate(node.condition, environment))) return this.#execute(node.thenBranch, environment);
        return node.elseBranch === null ? undefined : this.#execute(node.elseBranch, environment);
      case "while":
        return this.#loop(node, node.condition, null, node.body, environment);
      case "for":
        if (node.initializer !== null) this.#execute(node.initializer, environment);
        return this.#loop(node, node.condition, node.increment, node.body, environment);
      case "function":
        this.#function(node, environment);
        return undefined;
      case "return":
        return node.value === null ? null : this.evaluate(node.value, environment);
      case "class":
        this.#class(node, environment);
        return undefined;
    }
  }

  #block(body: readonly Statement[], environment: Environment): LoxValue | undefined {
    for (const statement of body) {
      const returned = this.#execute(statement, environment);
      if (returned !== undefined) return returned;
    }
    return undefined;
  }

  #loop(
    place: Place,
    condition: Expression | null,
    increment: Expression | null,
    body: Statement,
    environment: Environment,
  ): LoxValue | undefined {
    while (condition === null || isTrue(this.evaluate(condition, environment))) {
      this.#step(place, environment);
      const returned = this.#execute(body, environment);
      if (returned !== undefined) return returned;
      if (increment !== null) this.evaluate(increment, environment);
    }
    return undefined;
  }

  #print(place: Place, value: LoxValue, environment: Environment): void {
    const text = valueText(value, this.#host.dialect);
    try {
      this.#host.print(text);
    } catch (error) {
      throw tracedFault(hostFault(error, this.#host), siteOf(place, environment));
    }
  }

  #declare(node: Statement & { kind: "var" | "function" | "class" }, value: LoxValue, environment: Environment): void {
    if (node.binding) environment.declare(node.binding, value);
    else this.globals.set((node.kind === "function" ? node.function.name : node.name).lexeme, value);
  }

  #function(node: Statement & { kind: "function" }, environment: Environment): void {
    // A local function may call itself: its variable is there before its value.
    if (node.binding) environment.declare(node.binding, null);
    const value = this.#close(node.function, environment);
    if (node.binding) environment.set(node.binding, -1, value);
    else this.#declare(node, value, environment);
  }

  #close(node: FunctionNode, environment: Environment): LoxFunction {
    return new LoxFunction(environment.program, node, environment.capture(node.scope!), null);
  }

  #class(node: ClassStatement, environment: Environment): void {
    if (node.binding) environment.declare(node.binding, null);
    let superclass: LoxClass | null = null;
    if (node.superclass !== null) {
      const value = this.evaluate(node.superclass, environment);
      if (!(value instanceof LoxClass)) this.fail(node.superclass, MESSAGES.notClass, environment);
      superclass = value;
      environment.declare(node.superBinding!, superclass);
    }
    const methods = node.methods.map((method) => this.#close(method, environment));
    const value = new LoxClass(node.name.lexeme, superclass, methods);
    if (node.binding) environment.set(node.binding, -1, value);
    else this.#declare(node, value, environment);
  }

  // Calls.

  /** Calls anything. `receiver`, where given, is `this` of the method. */
  apply(callee: LoxValue, args: LoxValue[], receiver: LoxInstance | null = null): LoxValue {
    if (callee instanceof LoxFunction) return this.#applyFunction(callee, args, receiver ?? callee.receiver);
    if (callee instanceof LoxClass) return this.#construct(callee, args);
    if (callee instanceof NativeFunction) return this.#applyNative(callee, args);
    throw new Fault(MESSAGES.notCallable);
  }

  #construct(callee: LoxClass, args: LoxValue[]): LoxValue {
    const instance = new LoxInstance(callee);
    const init = callee.methods.get("init");
    if (init !== undefined) this.#applyFunction(init, args, instance);
    else if (args.length !== 0) throw new Fault(MESSAGES.wrongArity(0, args.length));
    return instance;
  }

  #applyNative(callee: NativeFunction, args: LoxValue[]): LoxValue {
    if (this.#host.dialect.checksNativeArity && args.length !== callee.arity) {
      throw new Fault(MESSAGES.wrongArity(callee.arity, args.length));
    }
    try {
      return callee.call(args);
    } catch (error) {
      throw hostFault(error, this.#host);
    }
  }

  #applyFunction(callee: LoxFunction, args: LoxValue[], receiver: LoxInstance | null): LoxValue {
    const { node } = callee;
    if (args.length !== node.parameters.length) {
      throw new Fault(MESSAGES.wrongArity(node.parameters.length, args.length));
    }
    const { counters, maxDepth } = this.#host;
    if (++counters.depth > maxDepth) throw this.#host.tooDeep();
    // In the order of declaration: `this`, where it is a method, then the parameters.
    const arrived = node.role === "function" ? args : [receiver, ...args];
    const environment = new Environment(callee.program, node.scope!, node.name.lexeme, callee.captured, arrived);
    if (this.#host.counting.steps) this.#step(node, environment);

    const returned = this.#block(node.body, environment);
    counters.depth--;
    if (node.role === "initializer") return receiver;
    return returned === undefined ? null : returned;
  }

  #step(place: Place, environment: Environment): void {
    const { counters, counting } = this.#host;
    if (!counting.steps || --counters.fuel >= 0) return;
    try {
      counters.fuel = this.#host.refuel();
    } catch (error) {
      throw tracedFault(error, siteOf(place, environment));
    }
  }
}
