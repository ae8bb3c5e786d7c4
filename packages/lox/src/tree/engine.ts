/** The reference engine: walks the syntax tree. Slow beside the others, and the one to read first: interpreter.ts. */
import type { Engine, EngineHost, Value } from "../engine.ts";
import type { Program } from "../program.ts";
import { surfaced } from "../values/trace.ts";
import { Interpreter } from "./interpreter.ts";
import { LoxClass, LoxInstance, type LoxValue, NativeFunction, valueText } from "./values.ts";

export class TreeEngine implements Engine {
  readonly name = "tree";
  readonly #host: EngineHost;
  readonly #globals = new Map<string, LoxValue>();
  readonly #interpreter: Interpreter;

  constructor(host: EngineHost) {
    this.#host = host;
    this.#interpreter = new Interpreter(host, this.#globals);
  }

  run(program: Program): Value {
    try {
      return this.#interpreter.program(program);
    } catch (error) {
      throw surfaced(error);
    }
  }

  call(callee: Value, args: readonly Value[]): Value {
    try {
      return this.#interpreter.apply(callee as LoxValue, args as LoxValue[]);
    } catch (error) {
      throw surfaced(error);
    }
  }

  getGlobal(name: string): Value | undefined {
    return this.#globals.get(name);
  }

  setGlobal(name: string, value: Value): void {
    this.#globals.set(name, value as LoxValue); // a value of this engine, by the contract of Engine
  }

  globalNames(): string[] {
    return [...this.#globals.keys()];
  }

  native(arity: number, call: (args: Value[]) => Value): Value {
    return new NativeFunction(arity, call as (args: LoxValue[]) => LoxValue);
  }

  kindOf(value: object): "function" | "class" | "instance" {
    if (value instanceof LoxInstance) return "instance";
    return value instanceof LoxClass ? "class" : "function";
  }

  text(value: Value): string {
    return valueText(value as LoxValue, this.#host.dialect);
  }

  getProperty(instance: object, name: string): Value | undefined {
    return (instance as LoxInstance).get(name);
  }

  setField(instance: object, name: string, value: Value): void {
    (instance as LoxInstance).fields.set(name, value as LoxValue);
  }

  fieldNames(instance: object): string[] {
    return [...(instance as LoxInstance).fields.keys()];
  }

  methodNames(instance: object): string[] {
    return [...(instance as LoxInstance).class.methods.keys()];
  }
}
