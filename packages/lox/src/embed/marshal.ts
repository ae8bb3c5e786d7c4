/**
 * The border between a program and its host. Numbers, strings, booleans and nil (null) cross as they are. Functions and
 * classes of the program cross as functions that check what they are given; instances cross as handles. Nothing else of the
 * host's crosses into a program: an object there could lead to all others.
 */
import type { Engine, Value } from "../engine.ts";

/** What a program's values are outside. */
export type HostValue = number | string | boolean | null | LoxCallable | LoxInstance;

/** What may be handed to a program; `undefined` becomes nil. */
export type HostArgument = HostValue | NativeFunction | undefined;

/** A function or class of a program. Errors are the program's: `LoxRuntimeError`. */
export interface LoxCallable {
  (...args: HostArgument[]): HostValue;
}

/** An instance of a program's class. */
export interface LoxInstance {
  /** As `print` shows it: `Foo instance`. */
  toString(): string;
  /** A field, or a method bound to the instance; undefined where there is neither. */
  get(name: string): HostValue | undefined;
  set(name: string, value: HostArgument): void;
  /** Calls a method, or a function in a field. */
  call(name: string, ...args: HostArgument[]): HostValue;
  /** Names of the fields, in the order in which they were set first. */
  fields(): string[];
  /** Names of the methods of its class, inherited ones too, in no particular order. */
  methods(): string[];
}

/** A function of the host, for programs to call. Made by `native`. */
export interface NativeFunction {
  readonly arity: number;
  readonly call: (...args: HostValue[]) => HostArgument | void;
}

const natives = new WeakSet<NativeFunction>();

/** Lets programs call `call` with `arity` arguments. What it throws becomes a runtime error of the program. */
export function native(arity: number, call: NativeFunction["call"]): NativeFunction {
  const made = Object.freeze({ arity, call });
  natives.add(made);
  return made;
}

/** What handles ask of the `Lox` object that they belong to. */
export interface Caller {
  call(callee: Value, args: readonly HostArgument[]): HostValue;
}

/** Translates for one engine. A value that crosses twice is the same object both times. */
export class Marshal {
  readonly #engine: Engine;
  readonly #caller: Caller;
  readonly #outside = new WeakMap<object, LoxCallable | LoxInstance>();
  readonly #inside = new WeakMap<object, object>();

  constructor(engine: Engine, caller: Caller) {
    this.#engine = engine;
    this.#caller = caller;
  }

  /** Into the program. Throws `TypeError` for what may not cross. */
  inward(value: HostArgument): Value {
    switch (typeof value) {
      case "number":
      case "string":
      case "boolean":
        return value;
      case "undefined":
        return null;
      case "object":
      case "function":
        return value === null ? null : this.#objectInward(value);
      default:
        throw new TypeError(`a ${typeof value} cannot be a value of Lox`);
    }
  }

  #objectInward(value: object): Value {
    const known = this.#inside.get(value);
    if (known !== undefined) return known;
    const made = value as NativeFunction;
    if (natives.has(made)) {
      const inside = this.#engine.native(made.arity, (args) =>
        this.inward(made.call(...args.map((argument) => this.outward(argument))) as HostArgument),
      ) as object;
      this.#inside.set(made, inside);
      return inside;
    }
    if (typeof value === "function")
      throw new TypeError("a function of the host crosses into Lox as native(arity, fn)");
    throw new TypeError("an object of the host cannot be a value of Lox");
  }

  /** Out of the program. */
  outward(value: Value): HostValue {
    if (typeof value !== "object" && typeof value !== "function") return value;
    if (value === null) return null;
    const known = this.#outside.get(value);
    if (known !== undefined) return known;
    const made = this.#engine.kindOf(value) === "instance" ? this.#instance(value) : this.#callable(value);
    this.#outside.set(value, made);
    this.#inside.set(made, value);
    return made;
  }

  #callable(value: object): LoxCallable {
    const callable: LoxCallable = (...args) => this.#caller.call(value, args);
    callable.toString = () => this.#engine.text(value);
    return Object.freeze(callable);
  }

  #instance(value: object): LoxInstance {
    const engine = this.#engine;
    const get = (name: string): Value | undefined => engine.getProperty(value, name);
    return Object.freeze({
      toString: () => engine.text(value),
      get: (name: string) => {
        const property = get(name);
        return property === undefined ? undefined : this.outward(property);
      },
      set: (name: string, property: HostArgument) => engine.setField(value, name, this.inward(property)),
      call: (name: string, ...args: HostArgument[]) => {
        const method = get(name);
        if (method === undefined) throw new TypeError(`${engine.text(value)} has no property '${name}'`);
        return this.#caller.call(method, args);
      },
      fields: () => engine.fieldNames(value),
      methods: () => engine.methodNames(value),
    });
  }
}
