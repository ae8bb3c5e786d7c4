/**
 * Functions, classes and instances as JavaScript objects: the values of the fast engine and of the closures engine.
 *
 * - What can be called is a JavaScript function. Its Lox name is the beginning of its JavaScript name: `f$`, `f$12`.
 * - A class *as a value* is a function that constructs; behind it, under a symbol, stands the constructor whose prototype has the methods.
 * - An instance is an object whose fields and methods have a `$` before their names, so that none of JavaScript's own
 *   properties can be reached by a Lox name. An own property is a field, an inherited one a method.
 * - `undefined` is no value: it means "not there".
 */
import type { Dialect } from "../dialect.ts";
import type { EngineHost } from "../engine.ts";
import { numberText } from "../values/number-text.ts";
import { Fault, hostFault, MESSAGES } from "../values/runtime-error.ts";

export type LoxFunction = (...args: LoxValue[]) => LoxValue;
export type LoxInstance = { [property: `$${string}`]: LoxValue } & { readonly isInstance: true };
export type LoxValue = number | string | boolean | null | LoxFunction | LoxInstance;

/** The JavaScript constructor behind a Lox class. */
export interface InstanceConstructor {
  new (): LoxInstance;
  readonly prototype: InstancePrototype;
}

export interface InstancePrototype {
  readonly isInstance: true;
  readonly className: string;
  [property: `$${string}`]: LoxFunction;
}

/** On a class as a value: its constructor. On a native function: true. */
const CLASS: unique symbol = Symbol("lox class");
const NATIVE: unique symbol = Symbol("lox native");
/** On functions that JavaScript cannot tell apart by name and length. */
const SIGNATURE: unique symbol = Symbol("lox signature");

export interface Signature {
  readonly name: string;
  readonly arity: number;
}

interface Callable extends LoxFunction {
  [CLASS]?: InstanceConstructor;
  [NATIVE]?: true;
  [SIGNATURE]?: Signature;
}

/** The root of every instance: nothing of JavaScript's own objects shows through. */
const ROOT: object = Object.freeze(Object.assign(Object.create(null) as object, { isInstance: true }));

export function isInstance(value: unknown): value is LoxInstance {
  return typeof value === "object" && value !== null;
}

/** The constructor behind a class; undefined for every other value. */
export function constructorOf(value: LoxValue): InstanceConstructor | undefined {
  return typeof value === "function" ? (value as Callable)[CLASS] : undefined;
}

/** Makes a function of the host one of the script's. What it throws becomes the script's error, with the script's frames. */
export function nativeFunction(arity: number, host: EngineHost, call: (args: LoxValue[]) => LoxValue): LoxFunction {
  const { checksNativeArity } = host.dialect;
  const native: Callable = (...args) => {
    if (checksNativeArity && args.length !== arity) throw new Fault(MESSAGES.wrongArity(arity, args.length));
    try {
      return call(args);
    } catch (error) {
      throw hostFault(error, host);
    }
  };
  native[NATIVE] = true;
  return native;
}

/** Says a function's Lox name and arity, where its JavaScript name and length do not. */
export function sign(callable: LoxFunction, signature: Signature): LoxFunction {
  (callable as Callable)[SIGNATURE] = signature;
  return callable;
}

/** Gives a constructor its Lox class: name, superclass, and an object with the methods, which becomes the prototype. */
export function defineClass(
  constructor: InstanceConstructor,
  name: string,
  superclass: InstanceConstructor | null,
  methods: Record<string, LoxFunction>,
): void {
  const base = superclass === null ? ROOT : superclass.prototype;
  // V8 adds up the fields that constructors along this chain announce.
  if (superclass !== null) Object.setPrototypeOf(constructor, superclass);
  Object.setPrototypeOf(methods, base);
  Object.defineProperty(methods, "className", { value: name });
  (constructor as { prototype: unknown }).prototype = methods;
}

/** The class as a value; `construct` where it has an `init` of its own, null where that is inherited or missing. */
export function classValue(constructor: InstanceConstructor, construct: LoxFunction | null): LoxFunction {
  const callable: Callable = construct ?? inheritedConstruct(constructor);
  callable[CLASS] = constructor;
  return callable;
}

/** Constructs instances of a class that has no `init` of its own. */
function inheritedConstruct(constructor: InstanceConstructor): LoxFunction {
  const init = constructor.prototype["$init"];
  if (init === undefined) {
    return (...args: LoxValue[]) => {
      if (args.length !== 0) throw new Fault(MESSAGES.wrongArity(0, args.length));
      return new constructor();
    };
  }
  const arity = (init as Callable)[SIGNATURE]?.arity ?? init.length;
  return (...args: LoxValue[]) => {
    if (args.length !== arity) throw new Fault(MESSAGES.wrongArity(arity, args.length));
    const instance = new constructor();
    init.apply(instance, args);
    return instance;
  };
}

/** A field, or a method bound to its instance; undefined where there is neither. */
export function getProperty(instance: LoxInstance, name: string): LoxValue | undefined {
  const member = instance[`$${name}`];
  if (typeof member !== "function" || Object.hasOwn(instance, `$${name}`)) return member;
  return bindMethod(member, instance);
}

/** A method as a value: it keeps its `this`. */
export function bindMethod(method: LoxFunction, instance: LoxInstance): LoxFunction {
  const bound = method.bind(instance) as Callable;
  const signature = (method as Callable)[SIGNATURE];
  return signature === undefined ? bound : sign(bound, signature);
}

export function fieldNames(instance: LoxInstance): string[] {
  return Object.keys(instance).map((name) => name.slice(1));
}

export function methodNames(instance: LoxInstance): string[] {
  const names = new Set<string>();
  let prototype = Object.getPrototypeOf(instance) as object | null;
  for (; prototype !== null; prototype = Object.getPrototypeOf(prototype) as object | null) {
    for (const name of Object.keys(prototype)) if (name.startsWith("$")) names.add(name.slice(1));
  }
  return [...names];
}

/** The Lox name of a function, from its JavaScript name. */
export function functionName(javascriptName: string): string {
  const name = javascriptName.replace(/^bound /, "");
  return name.startsWith("$") ? name.slice(1) : name.slice(0, name.indexOf("$"));
}

/** `value` as `print` shows it. */
export function valueText(value: LoxValue, dialect: Dialect): string {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
      return numberText(value, dialect);
    case "boolean":
      return value ? "true" : "false";
    case "function": {
      const callable = value as Callable;
      if (callable[NATIVE]) return "<native fn>";
      const constructor = callable[CLASS];
      if (constructor !== undefined) return constructor.prototype.className;
      return `<fn ${callable[SIGNATURE]?.name ?? functionName(value.name)}>`;
    }
    default:
      return value === null ? "nil" : `${(value as unknown as InstancePrototype).className} instance`;
  }
}
