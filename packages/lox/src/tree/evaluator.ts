/** Expressions: the walker's leaves. */
import type { EngineHost } from "../engine.ts";
import type {
  BinaryExpression,
  CallExpression,
  ChainLink,
  Expression,
  GetExpression,
  LogicalExpression,
  Place,
  SetExpression,
  SuperExpression,
  UnaryExpression,
} from "../syntax/ast.ts";
import { equalityOf } from "../values/equality.ts";
import { Fault, MAX_STRING_LENGTH, MESSAGES } from "../values/runtime-error.ts";
import { faultAt, type Site, tracedFault } from "../values/trace.ts";
import type { Environment } from "./environment.ts";
import { LoxClass, LoxFunction, LoxInstance, type LoxValue, NativeFunction } from "./values.ts";

/** Everything is true but false and nil. */
export function isTrue(value: LoxValue): boolean {
  return value !== false && value !== null;
}

export function siteOf({ at, line }: Place, { program, functionName }: Environment): Site {
  const { file } = program;
  return { file, start: at, line, column: at - program.source.lastIndexOf("\n", at - 1), functionName };
}

/** A chain with more links is walked in a loop instead of by recursion. */
const LONG_CHAIN = 50;

export abstract class Evaluator {
  protected readonly globals: Map<string, LoxValue>;
  readonly #same: (a: LoxValue, b: LoxValue) => boolean;
  readonly #checksTargetFirst: boolean;
  readonly #noMethodIsAtName: boolean;
  readonly #noMethods: string;
  readonly #longestString: number;

  constructor({ dialect, maxStringLength }: EngineHost, globals: Map<string, LoxValue>) {
    this.globals = globals;
    this.#same = equalityOf(dialect);
    this.#checksTargetFirst = dialect.fieldTargetCheck === "before-value";
    this.#noMethodIsAtName = dialect.errorLine === "operator";
    this.#noMethods = dialect.methodTargetNoun === "methods" ? MESSAGES.noMethods : MESSAGES.noProperties;
    this.#longestString = Math.min(maxStringLength, MAX_STRING_LENGTH);
  }

  abstract apply(callee: LoxValue, args: LoxValue[], receiver?: LoxInstance | null): LoxValue;

  protected fail(place: Place, message: string, environment: Environment): never {
    throw faultAt(siteOf(place, environment), message);
  }

  evaluate(node: Expression, environment: Environment): LoxValue {
    switch (node.kind) {
      case "literal":
        return node.value;
      case "variable": {
        if (node.binding) return environment.get(node.binding, node.capture);
        const value = this.globals.get(node.name.lexeme);
        if (value === undefined) this.fail(node, MESSAGES.undefinedVariable(node.name.lexeme), environment);
        return value;
      }
      case "binary":
        if (node.links > LONG_CHAIN) return this.#longChain(node, environment);
        return this.#binary(node, this.evaluate(node.left, environment), environment);
      case "logical":
        if (node.links > LONG_CHAIN) return this.#longChain(node, environment);
        return this.#logical(node, this.evaluate(node.left, environment), environment);
      case "call":
        if (node.links > LONG_CHAIN) return this.#longChain(node, environment);
        return this.#call(node, this.#left(node, environment), environment);
      case "get":
        if (node.links > LONG_CHAIN) return this.#longChain(node, environment);
        return this.#get(node, this.evaluate(node.object, environment), environment);
      case "assign": {
        const value = this.evaluate(node.value, environment);
        if (node.binding) environment.set(node.binding, node.capture, value);
        else if (this.globals.has(node.name.lexeme)) this.globals.set(node.name.lexeme, value);
        else this.fail(node, MESSAGES.undefinedVariable(node.name.lexeme), environment);
        return value;
      }
      case "grouping":
        return this.evaluate(node.expression, environment);
      case "unary":
        return this.#unary(node, environment);
      case "set":
        return this.#set(node, environment);
      case "this":
        return environment.get(node.binding!, node.capture);
      case "super":
        return this.#superMethod(node, environment).bind(this.#receiver(node, environment));
      case "missing":
        throw new Error("a tree with syntax errors cannot run");
    }
  }

  // Chains: what stands on the left is evaluated first, then the link.

  #leftOf(node: ChainLink): Expression | null {
    if (node.kind === "get") return node.object;
    if (node.kind !== "call") return node.left;
    if (node.callee.kind === "super") return null;
    return node.callee.kind === "get" ? node.callee.object : node.callee;
  }

  #left(node: CallExpression, environment: Environment): LoxValue {
    const left = this.#leftOf(node);
    return left === null ? null : this.evaluate(left, environment);
  }

  #longChain(node: ChainLink, environment: Environment): LoxValue {
    const links: ChainLink[] = [];
    let first: Expression | null = node;
    while (first?.kind === "binary" || first?.kind === "logical" || first?.kind === "call" || first?.kind === "get") {
      links.push(first);
      first = this.#leftOf(first);
    }
    let value = first === null ? null : this.evaluate(first, environment);
    for (let link = links.pop(); link !== undefined; link = links.pop()) value = this.#link(link, value, environment);
    return value;
  }

  #link(node: ChainLink, left: LoxValue, environment: Environment): LoxValue {
    switch (node.kind) {
      case "binary":
        return this.#binary(node, left, environment);
      case "logical":
        return this.#logical(node, left, environment);
      case "get":
        return this.#get(node, left, environment);
      case "call":
        return this.#call(node, left, environment);
    }
  }

  // Operators.

  #unary(node: UnaryExpression, environment: Environment): LoxValue {
    const value = this.evaluate(node.operand, environment);
    if (node.operator === "!") return !isTrue(value);
    if (typeof value !== "number") this.fail(node, MESSAGES.notNumber, environment);
    return -value;
  }

  #logical(node: LogicalExpression, left: LoxValue, environment: Environment): LoxValue {
    return isTrue(left) === (node.operator === "and") ? this.evaluate(node.right, environment) : left;
  }

  #binary(node: BinaryExpression, left: LoxValue, environment: Environment): LoxValue {
    const right = this.evaluate(node.right, environment);
    const { operator } = node;
    if (operator === "==") return this.#same(left, right);
    if (operator === "!=") return !this.#same(left, right);
    if (typeof left !== "number" || typeof right !== "number") {
      if (operator !== "+") this.fail(node, MESSAGES.notNumbers, environment);
      if (typeof left === "string" && typeof right === "string")
        return this.#concatenate(node, left, right, environment);
      this.fail(node, MESSAGES.notAddable, environment);
    }
    switch (operator) {
      case "+":
        return left + right;
      case "-":
        return left - right;
      case "*":
        return left * right;
      case "/":
        return left / right;
      case "<":
        return left < right;
      case "<=":
        return left <= right;
      case ">":
        return left > right;
      case ">=":
        return left >= right;
    }
  }

  #concatenate(place: Place, left: string, right: string, environment: Environment): string {
    if (left.length + right.length <= this.#longestString) return left + right;
    const fault = new Fault(MESSAGES.stringTooLong(this.#longestString), { code: "STRING" });
    throw tracedFault(fault, siteOf(place, environment));
  }

  // Properties.

  #get(node: GetExpression, object: LoxValue, environment: Environment): LoxValue {
    if (!(object instanceof LoxInstance)) this.fail(node, MESSAGES.noProperties, environment);
    const value = object.get(node.name.lexeme);
    if (value === undefined) this.fail(node, MESSAGES.undefinedProperty(node.name.lexeme), environment);
    return value;
  }

  #set(node: SetExpression, environment: Environment): LoxValue {
    const object = this.evaluate(node.object, environment);
    if (this.#checksTargetFirst && !(object instanceof LoxInstance)) this.fail(node, MESSAGES.noFields, environment);
    const value = this.evaluate(node.value, environment);
    if (!(object instanceof LoxInstance)) this.fail(node, MESSAGES.noFields, environment);
    object.fields.set(node.name.lexeme, value);
    return value;
  }

  #superMethod(node: SuperExpression, environment: Environment): LoxFunction {
    const superclass = environment.get(node.binding!, node.capture) as LoxClass; // the class statement has checked that
    const method = superclass.methods.get(node.method.lexeme);
    if (method === undefined) this.fail(node, MESSAGES.undefinedProperty(node.method.lexeme), environment);
    return method;
  }

  #receiver(node: SuperExpression, environment: Environment): LoxInstance {
    return environment.get(node.thisBinding!, node.thisCapture) as LoxInstance;
  }

  // Calls.

  #call(node: CallExpression, left: LoxValue, environment: Environment): LoxValue {
    const { callee } = node;
    if (callee.kind === "get") return this.#callMethod(node, callee, left, environment);
    if (callee.kind === "super") {
      const method = this.#superMethod(callee, environment);
      return this.#applyAt(node, method, this.#receiver(callee, environment), environment);
    }
    return this.#applyAt(node, left, null, environment);
  }

  /** `object.name(arguments)`, without making a bound method of it. A missing one is noticed before the arguments are evaluated. */
  #callMethod(node: CallExpression, callee: GetExpression, object: LoxValue, environment: Environment): LoxValue {
    const place = this.#noMethodIsAtName ? callee : node;
    if (!(object instanceof LoxInstance)) this.fail(place, this.#noMethods, environment);
    const name = callee.name.lexeme;
    const field = object.fields.get(name);
    if (field !== undefined) return this.#applyAt(node, field, null, environment);
    const method = object.class.methods.get(name);
    if (method === undefined) this.fail(place, MESSAGES.undefinedProperty(name), environment);
    return this.#applyAt(node, method, object, environment);
  }

  #applyAt(node: CallExpression, callee: LoxValue, receiver: LoxInstance | null, environment: Environment): LoxValue {
    const args: LoxValue[] = [];
    for (const argument of node.arguments) args.push(this.evaluate(argument, environment));
    if (!isCallable(callee)) this.fail(node, MESSAGES.notCallable, environment);
    try {
      return this.apply(callee, args, receiver);
    } catch (error) {
      throw tracedFault(error, siteOf(node, environment));
    }
  }
}

function isCallable(value: LoxValue): boolean {
  return value instanceof LoxFunction || value instanceof LoxClass || value instanceof NativeFunction;
}
