/**
 * A walker with environments in maps, as the book's chapter 8 has it before the resolver: a `Map` for each block and call, linked
 * to the one around it, and a search for each variable. The rival of the tree engine. It knows as much of the language as the
 * programs that it is measured with: no classes, no error messages.
 */
import type { Program } from "../src/index.ts";

type Node = Program["body"][number];
type Expression = Extract<Node, { kind: "expression" }>["expression"];
type FunctionNode = Extract<Node, { kind: "function" }>["function"];
type Value = number | string | boolean | null | Closure;

class Environment {
  readonly values = new Map<string, Value>();
  readonly #outer: Environment | null;

  constructor(outer: Environment | null) {
    this.#outer = outer;
  }

  holder(name: string): Environment {
    let environment: Environment | null = this as Environment;
    while (environment !== null && !environment.values.has(name)) environment = environment.#outer;
    if (environment === null) throw new Error(`undefined ${name}`);
    return environment;
  }
}

class Closure {
  readonly node: FunctionNode;
  readonly environment: Environment;

  constructor(node: FunctionNode, environment: Environment) {
    this.node = node;
    this.environment = environment;
  }
}

const isTrue = (value: Value): boolean => value !== false && value !== null;

/** Returns what the program prints last. */
export function walkWithMaps(program: Program): Value {
  let printed: Value = null;

  function evaluate(node: Expression, environment: Environment): Value {
    switch (node.kind) {
      case "literal":
        return node.value;
      case "grouping":
        return evaluate(node.expression, environment);
      case "variable":
        return environment.holder(node.name.lexeme).values.get(node.name.lexeme)!;
      case "assign": {
        const value = evaluate(node.value, environment);
        environment.holder(node.name.lexeme).values.set(node.name.lexeme, value);
        return value;
      }
      case "logical": {
        const left = evaluate(node.left, environment);
        return isTrue(left) === (node.operator === "and") ? evaluate(node.right, environment) : left;
      }
      case "binary":
        return binary(node.operator, evaluate(node.left, environment), evaluate(node.right, environment));
      case "call": {
        const callee = evaluate(node.callee, environment) as Closure;
        const args = node.arguments.map((argument) => evaluate(argument, environment));
        const inner = new Environment(callee.environment);
        for (const [index, parameter] of callee.node.parameters.entries()) {
          inner.values.set(parameter.lexeme, args[index]!);
        }
        return block(callee.node.body, inner) ?? null;
      }
      default:
        throw new Error(`no ${node.kind} here`);
    }
  }

  function binary(operator: string, left: Value, right: Value): Value {
    if (operator === "==") return left === right;
    if (operator === "+" && typeof left === "string" && typeof right === "string") return left + right;
    if (typeof left !== "number" || typeof right !== "number") throw new Error("no numbers");
    switch (operator) {
      case "+":
        return left + right;
      case "-":
        return left - right;
      case "*":
        return left * right;
      case "<":
        return left < right;
      case ">=":
        return left >= right;
      default:
        throw new Error(`no ${operator} here`);
    }
  }

  function execute(node: Node, environment: Environment): Value | undefined {
    switch (node.kind) {
      case "expression":
        evaluate(node.expression, environment);
        return undefined;
      case "print":
        printed = evaluate(node.expression, environment);
        return undefined;
      case "var":
        environment.values.set(
          node.name.lexeme,
          node.initializer === null ? null : evaluate(node.initializer, environment),
        );
        return undefined;
      case "function":
        environment.values.set(node.function.name.lexeme, new Closure(node.function, environment));
        return undefined;
      case "return":
        return node.value === null ? null : evaluate(node.value, environment);
      case "block":
        return block(node.body, new Environment(environment));
      case "if":
        if (isTrue(evaluate(node.condition, environment))) return execute(node.thenBranch, environment);
        return node.elseBranch === null ? undefined : execute(node.elseBranch, environment);
      case "for": {
        const inner = new Environment(environment);
        if (node.initializer !== null) execute(node.initializer, inner);
        while (node.condition === null || isTrue(evaluate(node.condition, inner))) {
          const returned = execute(node.body, inner);
          if (returned !== undefined) return returned;
          if (node.increment !== null) evaluate(node.increment, inner);
        }
        return undefined;
      }
      default:
        throw new Error(`no ${node.kind} here`);
    }
  }

  function block(body: readonly Node[], environment: Environment): Value | undefined {
    for (const node of body) {
      const returned = execute(node, environment);
      if (returned !== undefined) return returned;
    }
    return undefined;
  }

  block(program.body, new Environment(null));
  return printed;
}
