/** What the fast engine and the closures engine have in common: their values (objects.ts) and their globals. */
import type { Engine, EngineHost, EngineName, Value } from "../engine.ts";
import type { Program } from "../program.ts";
import { hostFault } from "../values/runtime-error.ts";
import { Globals } from "./globals.ts";
import {
  constructorOf,
  fieldNames,
  methodNames,
  getProperty,
  type LoxFunction,
  type LoxInstance,
  type LoxValue,
  nativeFunction,
  valueText,
} from "./objects.ts";

export abstract class ObjectEngine implements Engine {
  abstract readonly name: EngineName;
  protected readonly host: EngineHost;
  protected readonly globals: Globals = new Globals();

  constructor(host: EngineHost) {
    this.host = host;
  }

  abstract run(program: Program): Value;
  abstract call(callee: Value, args: readonly Value[]): Value;

  getGlobal(name: string): Value | undefined {
    return this.globals.get(name);
  }

  setGlobal(name: string, value: Value): void {
    this.globals.cell(name).v = value as LoxValue; // values of this engine, by the contract of Engine
  }

  globalNames(): string[] {
    return this.globals.names();
  }

  native(arity: number, call: (args: Value[]) => Value): Value {
    return nativeFunction(arity, this.host, call as (args: LoxValue[]) => LoxValue);
  }

  kindOf(value: object): "function" | "class" | "instance" {
    if (typeof value !== "function") return "instance";
    return constructorOf(value as LoxFunction) === undefined ? "function" : "class";
  }

  text(value: Value): string {
    return valueText(value as LoxValue, this.host.dialect);
  }

  getProperty(instance: object, name: string): Value | undefined {
    return getProperty(instance as LoxInstance, name);
  }

  setField(instance: object, name: string, value: Value): void {
    (instance as LoxInstance)[`$${name}`] = value as LoxValue;
  }

  fieldNames(instance: object): string[] {
    return fieldNames(instance as LoxInstance);
  }

  methodNames(instance: object): string[] {
    return methodNames(instance as LoxInstance);
  }

  /** Prints a value; what the host's `print` throws becomes the script's error. */
  protected readonly print = (value: LoxValue): void => {
    const text = valueText(value, this.host.dialect);
    try {
      this.host.print(text);
    } catch (error) {
      throw hostFault(error, this.host);
    }
  };
}
