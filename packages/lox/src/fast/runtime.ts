/**
 * What the generated code calls when its hot path does not apply: the slow halves of operations, classes, and the errors.
 * The values are those of objects/objects.ts.
 */
import type { Counters, EngineHost } from "../engine.ts";
import {
  bindMethod,
  classValue,
  constructorOf,
  defineClass,
  getProperty,
  type InstanceConstructor,
  type InstancePrototype,
  isInstance,
  type LoxInstance,
  type LoxValue,
} from "../objects/objects.ts";
import { equalityOf } from "../values/equality.ts";
import { Fault, MESSAGES } from "../values/runtime-error.ts";

/** By the names under which the generated code takes them. */
export interface Runtime {
  undefinedVariable(name: string): never;
  notANumber(): never;
  numbers(): never;
  add(left: LoxValue, right: LoxValue): LoxValue;
  /** Equality of numbers as Java compares boxed ones; V8 has it inline. */
  readonly same: (left: LoxValue, right: LoxValue) => boolean;
  noMethod(value: LoxValue, name: string): never;
  getSlow(value: LoxValue, name: string): LoxValue;
  noFields(): never;
  getSuper(prototype: InstancePrototype, receiver: LoxInstance, name: string): LoxValue;
  noSuperMethod(name: string): never;
  wrongArity(expected: number, got: number): never;
  wrongInitArity(expected: number, got: number): never;
  superclassOf(value: LoxValue): InstanceConstructor;
  defineClass: typeof defineClass;
  classValue: typeof classValue;
  print(value: LoxValue): void;
  readonly counters: Counters;
  refuel(): number;
  readonly maxDepth: number;
  tooDeep(): never;
}

export const RUNTIME_NAMES: readonly (keyof Runtime)[] = [
  "undefinedVariable",
  "notANumber",
  "numbers",
  "add",
  "same",
  "noMethod",
  "getSlow",
  "noFields",
  "getSuper",
  "noSuperMethod",
  "wrongArity",
  "wrongInitArity",
  "superclassOf",
  "defineClass",
  "classValue",
  "print",
  "counters",
  "refuel",
  "maxDepth",
  "tooDeep",
];

export function createRuntime(host: EngineHost, print: (value: LoxValue) => void): Runtime {
  const { dialect, maxStringLength } = host;
  const noMethodMessage = dialect.methodTargetNoun === "methods" ? MESSAGES.noMethods : MESSAGES.noProperties;

  return {
    undefinedVariable(name) {
      throw new Fault(MESSAGES.undefinedVariable(name));
    },
    notANumber() {
      throw new Fault(MESSAGES.notNumber);
    },
    numbers() {
      throw new Fault(MESSAGES.notNumbers);
    },
    add(left, right) {
      if (typeof left !== "string" || typeof right !== "string") throw new Fault(MESSAGES.notAddable);
      if (left.length + right.length > maxStringLength) {
        throw new Fault(MESSAGES.stringTooLong(maxStringLength), { code: "STRING" });
      }
      return left + right;
    },
    same: equalityOf(dialect),
    noMethod(value, name) {
      throw new Fault(isInstance(value) ? MESSAGES.undefinedProperty(name) : noMethodMessage);
    },
    /** A property that is not simply a field with a plain value: a method to be bound, a field with a function, or nothing. */
    getSlow(value, name) {
      if (!isInstance(value)) throw new Fault(MESSAGES.noProperties);
      const member = getProperty(value, name);
      if (member === undefined) throw new Fault(MESSAGES.undefinedProperty(name));
      return member;
    },
    noFields() {
      throw new Fault(MESSAGES.noFields);
    },
    getSuper(prototype, receiver, name) {
      const method = prototype[`$${name}`];
      if (method === undefined) throw new Fault(MESSAGES.undefinedProperty(name));
      return bindMethod(method, receiver);
    },
    noSuperMethod(name) {
      throw new Fault(MESSAGES.undefinedProperty(name));
    },
    wrongArity(expected, got) {
      throw new Fault(MESSAGES.wrongArity(expected, got), { skippedFrames: 1 });
    },
    // The function that constructs is none of Lox's frames: nothing to skip.
    wrongInitArity(expected, got) {
      throw new Fault(MESSAGES.wrongArity(expected, got));
    },
    superclassOf(value) {
      const constructor = constructorOf(value);
      if (constructor === undefined) throw new Fault(MESSAGES.notClass);
      return constructor;
    },
    defineClass,
    classValue,
    print,
    counters: host.counters,
    refuel: () => host.refuel(),
    maxDepth: host.maxDepth,
    tooDeep() {
      throw host.tooDeep();
    },
  };
}
