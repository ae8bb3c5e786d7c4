/** Expressions → closures. */
import type { EngineHost } from "../engine.ts";
import type { Globals } from "../objects/globals.ts";
import {
  bindMethod,
  getProperty,
  type InstanceConstructor,
  isInstance,
  type LoxFunction,
  type LoxInstance,
  type LoxValue,
} from "../objects/objects.ts";
import type { Program } from "../program.ts";
import type { Binding } from "../resolve/binding.ts";
import type {
  AssignExpression,
  BinaryExpression,
  CallExpression,
  ChainLink,
  Expression,
  GetExpression,
  Place,
  SetExpression,
  SuperExpression,
} from "../syntax/ast.ts";
import { equalityOf } from "../values/equality.ts";
import { columnFinder } from "../values/places.ts";
import { Fault, MAX_STRING_LENGTH, MESSAGES } from "../values/runtime-error.ts";
import { faultAt, type Site } from "../values/trace.ts";
import { call, invocation, invocationOf } from "./calls.ts";
import type { Cell, Evaluate } from "./frame.ts";
import { addition, ARITHMETIC, type Concatenate, equality, isTrue, negation, WITH_CONSTANT } from "./operators.ts";

/** A chain with more links is run in a loop instead of by nested closures. */
const LONG_CHAIN = 100;

export abstract class ExpressionCompiler {
  protected readonly host: EngineHost;
  protected readonly globals: Globals;
  /** The function that is being compiled; null for the script. */
  protected functionName: string | null = null;
  /** Variables of its frame so far, temporaries included. */
  protected variables = 0;
  readonly #file: string;
  readonly #columnOf: (offset: number) => number;
  readonly #same: (a: LoxValue, b: LoxValue) => boolean;
  readonly #concatenate: Concatenate;
  readonly #notInstance: string;

  constructor(host: EngineHost, globals: Globals, program: Program) {
    this.host = host;
    this.globals = globals;
    this.#file = program.file;
    this.#columnOf = columnFinder(program.source);
    this.#same = equalityOf(host.dialect);
    this.#notInstance = host.dialect.methodTargetNoun === "methods" ? MESSAGES.noMethods : MESSAGES.noProperties;
    const longest = Math.min(host.maxStringLength, MAX_STRING_LENGTH);
    this.#concatenate = (a, b, site) => {
      if (a.length + b.length <= longest) return a + b;
      const fault = new Fault(MESSAGES.stringTooLong(longest), { code: "STRING" });
      fault.frames.push(site);
      throw fault;
    };
  }

  protected site(place: Place): Site {
    const { at, line } = place;
    return { file: this.#file, start: at, line, column: this.#columnOf(at), functionName: this.functionName };
  }

  expression(node: Expression): Evaluate {
    switch (node.kind) {
      case "literal": {
        const { value } = node;
        return () => value;
      }
      case "grouping":
        return this.expression(node.expression);
      case "unary": {
        const operand = this.expression(node.operand);
        return node.operator === "!" ? (frame) => !isTrue(operand(frame)) : negation(operand, this.site(node));
      }
      case "binary":
      case "logical":
      case "call":
      case "get":
        return node.links > LONG_CHAIN ? this.#longChain(node) : this.#link(node, this.#left(node));
      case "variable":
        if (node.binding) return this.variable(node.binding, node.capture);
        return this.#global(node.name.lexeme, this.site(node));
      case "assign":
        return this.#assign(node);
      case "set":
        return this.#set(node);
      case "this":
        return this.variable(node.binding!, node.capture);
      case "super":
        return this.#superGet(node);
      case "missing":
        throw new Error("a tree with syntax errors cannot run");
    }
  }

  condition(node: Expression): (frame: Parameters<Evaluate>[0]) => boolean {
    const value = this.expression(node);
    return (frame) => {
      const result = value(frame);
      return result !== false && result !== null;
    };
  }

  // Chains.

  /** What stands at the left of a link. */
  #leftOf(node: ChainLink): Expression {
    if (node.kind === "get") return node.object;
    if (node.kind === "call") return node.callee.kind === "get" ? node.callee.object : node.callee;
    return node.left;
  }

  #left(node: ChainLink): Evaluate {
    // Never called for the method of a superclass: that is no value.
    if (node.kind === "call" && node.callee.kind === "super") return () => null;
    return this.expression(this.#leftOf(node));
  }

  #link(node: ChainLink, left: Evaluate): Evaluate {
    switch (node.kind) {
      case "binary":
        return this.#binary(node, left);
      case "logical": {
        const right = this.expression(node.right);
        const goesOn = node.operator === "and";
        return (frame) => {
          const value = left(frame);
          return isTrue(value) === goesOn ? right(frame) : value;
        };
      }
      case "get":
        return this.#get(node, left);
      case "call":
        return this.#call(node, left);
    }
  }

  /** One link after the other, with the value so far in a variable of the frame. */
  #longChain(node: ChainLink): Evaluate {
    const links: ChainLink[] = [];
    let first: Expression = node;
    while (first.kind === "binary" || first.kind === "logical" || first.kind === "call" || first.kind === "get") {
      if (first.kind === "call" && first.callee.kind === "super") break;
      links.push(first);
      first = this.#leftOf(first);
    }
    const slot = 1 + this.variables++;
    const held: Evaluate = (frame) => frame[slot] as LoxValue;
    const start = this.expression(first);
    const steps = links.toReversed().map((link) => this.#link(link, held));
    return (frame) => {
      let value = start(frame);
      for (const step of steps) {
        frame[slot] = value;
        value = step(frame);
      }
      return value;
    };
  }

  #binary(node: BinaryExpression, left: Evaluate): Evaluate {
    const { operator } = node;
    const site = this.site(node);
    const constant =
      node.right.kind === "literal" && typeof node.right.value === "number" ? node.right.value : undefined;
    const withConstant = WITH_CONSTANT[operator];
    if (constant !== undefined && withConstant !== undefined) return withConstant(left, constant, site);
    const right = this.expression(node.right);
    if (operator === "==" || operator === "!=") return equality(left, right, operator === "==", this.#same);
    if (operator === "+") return addition(left, right, site, this.#concatenate);
    return ARITHMETIC[operator](left, right, site);
  }

  // Variables.

  /** Reads a local variable. */
  protected variable(binding: Binding, capture: number): Evaluate {
    if (capture !== -1) return (frame) => frame[0][capture]!.v;
    const slot = 1 + binding.index;
    if (binding.captured) return (frame) => (frame[slot] as Cell).v;
    return (frame) => frame[slot] as LoxValue;
  }

  #global(name: string, site: Site): Evaluate {
    const cell = this.globals.cell(name);
    return () => {
      const value = cell.v;
      if (value === undefined) throw faultAt(site, MESSAGES.undefinedVariable(name));
      return value;
    };
  }

  #assign(node: AssignExpression): Evaluate {
    const value = this.expression(node.value);
    const { binding, capture } = node;
    if (!binding) {
      const name = node.name.lexeme;
      const cell = this.globals.cell(name);
      const site = this.site(node);
      return (frame) => {
        const result = value(frame);
        if (cell.v === undefined) throw faultAt(site, MESSAGES.undefinedVariable(name));
        return (cell.v = result);
      };
    }
    if (capture !== -1) return (frame) => (frame[0][capture]!.v = value(frame));
    const slot = 1 + binding.index;
    if (binding.captured) {
      return (frame) => {
        const result = value(frame);
        return ((frame[slot] as Cell).v = result);
      };
    }
    return (frame) => (frame[slot] = value(frame)) as LoxValue;
  }

  // Properties and calls.

  #get(node: GetExpression, object: Evaluate): Evaluate {
    const name = node.name.lexeme;
    const key = `$${name}` as const;
    const site = this.site(node);
    const find = (instance: LoxValue): LoxValue => {
      if (!isInstance(instance)) throw faultAt(site, MESSAGES.noProperties);
      const member = getProperty(instance, name);
      if (member === undefined) throw faultAt(site, MESSAGES.undefinedProperty(name));
      return member;
    };
    // Most often the object is a variable: one call less.
    const slot = plainSlot(node.object);
    if (slot !== -1) {
      return (frame) => {
        const instance = frame[slot] as LoxValue;
        if (isInstance(instance)) {
          const member = instance[key];
          if (member !== undefined && typeof member !== "function") return member;
        }
        return find(instance);
      };
    }
    return (frame) => {
      const instance = object(frame);
      if (isInstance(instance)) {
        const member = instance[key];
        if (member !== undefined && typeof member !== "function") return member;
      }
      return find(instance);
    };
  }

  #set(node: SetExpression): Evaluate {
    const object = this.expression(node.object);
    const value = this.expression(node.value);
    const key = `$${node.name.lexeme}` as const;
    const site = this.site(node);
    const checksFirst = this.host.dialect.fieldTargetCheck === "before-value";
    if (node.object.kind === "this") {
      const slot = plainSlot(node.object);
      if (slot !== -1) return (frame) => ((frame[slot] as LoxInstance)[key] = value(frame));
    }
    return (frame) => {
      const instance = object(frame);
      if (checksFirst && !isInstance(instance)) throw faultAt(site, MESSAGES.noFields);
      const result = value(frame);
      if (!isInstance(instance)) throw faultAt(site, MESSAGES.noFields);
      return (instance[key] = result);
    };
  }

  #call(node: CallExpression, left: Evaluate): Evaluate {
    const { callee } = node;
    const args = node.arguments.map((argument) => this.expression(argument));
    const site = this.site(node);
    if (callee.kind === "super") {
      const self = this.variable(callee.thisBinding!, callee.thisCapture);
      return invocationOf(self, this.#superMethod(callee), args, site);
    }
    if (callee.kind !== "get") return call(left, args, site);
    // A call that fails for want of a method fails where the property is named, or at the call's end, by the dialect.
    const place: Place = this.host.dialect.errorLine === "operator" ? callee : node;
    return invocation(left, callee.name.lexeme, args, site, this.site(place), this.#notInstance);
  }

  /** The function itself, not bound. */
  #superMethod(node: SuperExpression): (frame: Parameters<Evaluate>[0]) => LoxFunction {
    const name = node.method.lexeme;
    const superclass = this.variable(node.binding!, node.capture) as unknown as (
      frame: Parameters<Evaluate>[0],
    ) => InstanceConstructor; // the hidden variable `super` holds a constructor
    const site = this.site(node);
    return (frame) => {
      const method = superclass(frame).prototype[`$${name}`];
      if (method === undefined) throw faultAt(site, MESSAGES.undefinedProperty(name));
      return method;
    };
  }

  #superGet(node: SuperExpression): Evaluate {
    const method = this.#superMethod(node);
    const self = this.variable(node.thisBinding!, node.thisCapture);
    return (frame) => bindMethod(method(frame), self(frame) as LoxInstance);
  }
}

/** The place in the frame of a variable or `this` that no inner function captures; -1 for anything else. */
function plainSlot(node: Expression): number {
  if ((node.kind !== "variable" && node.kind !== "this") || !node.binding) return -1;
  return node.capture === -1 && !node.binding.captured ? 1 + node.binding.index : -1;
}
