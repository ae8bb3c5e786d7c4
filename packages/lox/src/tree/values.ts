/** Functions, classes and instances of the tree engine. Numbers, strings, booleans and null (nil) are JavaScript's. */
import type { Dialect } from "../dialect.ts";
import type { Program } from "../program.ts";
import type { FunctionNode } from "../syntax/ast.ts";
import { numberText } from "../values/number-text.ts";

export type LoxValue = number | string | boolean | null | LoxFunction | NativeFunction | LoxClass | LoxInstance;

/** A variable that more than one function sees. */
export class Cell {
  value: LoxValue;

  constructor(value: LoxValue) {
    this.value = value;
  }
}

/** A function: its text, the variables around it that it uses, and, for a method taken from an instance, that instance. */
export class LoxFunction {
  readonly program: Program;
  readonly node: FunctionNode;
  readonly captured: readonly Cell[];
  readonly receiver: LoxInstance | null;

  constructor(program: Program, node: FunctionNode, captured: readonly Cell[], receiver: LoxInstance | null) {
    this.program = program;
    this.node = node;
    this.captured = captured;
    this.receiver = receiver;
  }

  bind(receiver: LoxInstance): LoxFunction {
    return new LoxFunction(this.program, this.node, this.captured, receiver);
  }
}

/** A function of the host. */
export class NativeFunction {
  readonly arity: number;
  readonly call: (args: LoxValue[]) => LoxValue;

  constructor(arity: number, call: (args: LoxValue[]) => LoxValue) {
    this.arity = arity;
    this.call = call;
  }
}

export class LoxClass {
  readonly name: string;
  /** Its own methods and, copied when the class is made, those that it inherits. */
  readonly methods: ReadonlyMap<string, LoxFunction>;

  constructor(name: string, superclass: LoxClass | null, own: readonly LoxFunction[]) {
    this.name = name;
    const methods = new Map(superclass?.methods);
    for (const method of own) methods.set(method.node.name.lexeme, method);
    this.methods = methods;
  }
}

export class LoxInstance {
  readonly class: LoxClass;
  readonly fields: Map<string, LoxValue> = new Map();

  constructor(loxClass: LoxClass) {
    this.class = loxClass;
  }

  /** A field or, bound, a method. Fields come first. */
  get(name: string): LoxValue | undefined {
    const field = this.fields.get(name);
    return field === undefined ? this.class.methods.get(name)?.bind(this) : field;
  }
}

/** `value` as `print` shows it. */
export function valueText(value: LoxValue, dialect: Dialect): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return numberText(value, dialect);
  if (value === null) return "nil";
  if (value instanceof LoxInstance) return `${value.class.name} instance`;
  if (value instanceof LoxClass) return value.name;
  if (value instanceof LoxFunction) return `<fn ${value.node.name.lexeme}>`;
  if (value instanceof NativeFunction) return "<native fn>";
  return String(value);
}
