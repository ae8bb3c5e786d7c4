/** Operators as closures over their operands. Hot: each is one function with its check inline. */
import type { LoxValue } from "../objects/objects.ts";
import type { BinaryOperator } from "../syntax/ast.ts";
import { MESSAGES } from "../values/runtime-error.ts";
import { faultAt, type Site } from "../values/trace.ts";
import type { Evaluate } from "./frame.ts";

export function isTrue(value: LoxValue): boolean {
  return value !== false && value !== null;
}

type Binary = (left: Evaluate, right: Evaluate, site: Site) => Evaluate;
type WithConstant = (left: Evaluate, right: number, site: Site) => Evaluate;

function notNumbers(site: Site): never {
  throw faultAt(site, MESSAGES.notNumbers);
}

/** The operators that want two numbers. */
export const ARITHMETIC: Readonly<Record<Exclude<BinaryOperator, "+" | "==" | "!=">, Binary>> = {
  "-": (left, right, site) => (frame) => {
    const a = left(frame);
    const b = right(frame);
    return typeof a === "number" && typeof b === "number" ? a - b : notNumbers(site);
  },
  "*": (left, right, site) => (frame) => {
    const a = left(frame);
    const b = right(frame);
    return typeof a === "number" && typeof b === "number" ? a * b : notNumbers(site);
  },
  "/": (left, right, site) => (frame) => {
    const a = left(frame);
    const b = right(frame);
    return typeof a === "number" && typeof b === "number" ? a / b : notNumbers(site);
  },
  "<": (left, right, site) => (frame) => {
    const a = left(frame);
    const b = right(frame);
    return typeof a === "number" && typeof b === "number" ? a < b : notNumbers(site);
  },
  "<=": (left, right, site) => (frame) => {
    const a = left(frame);
    const b = right(frame);
    return typeof a === "number" && typeof b === "number" ? a <= b : notNumbers(site);
  },
  ">": (left, right, site) => (frame) => {
    const a = left(frame);
    const b = right(frame);
    return typeof a === "number" && typeof b === "number" ? a > b : notNumbers(site);
  },
  ">=": (left, right, site) => (frame) => {
    const a = left(frame);
    const b = right(frame);
    return typeof a === "number" && typeof b === "number" ? a >= b : notNumbers(site);
  },
};

/** The same, and `+`, with a number from the source on the right: the most frequent case. */
export const WITH_CONSTANT: Readonly<Partial<Record<BinaryOperator, WithConstant>>> = {
  "+": (left, b, site) => (frame) => {
    const a = left(frame);
    if (typeof a === "number") return a + b;
    throw faultAt(site, MESSAGES.notAddable);
  },
  "-": (left, b, site) => (frame) => {
    const a = left(frame);
    return typeof a === "number" ? a - b : notNumbers(site);
  },
  "*": (left, b, site) => (frame) => {
    const a = left(frame);
    return typeof a === "number" ? a * b : notNumbers(site);
  },
  "<": (left, b, site) => (frame) => {
    const a = left(frame);
    return typeof a === "number" ? a < b : notNumbers(site);
  },
  "<=": (left, b, site) => (frame) => {
    const a = left(frame);
    return typeof a === "number" ? a <= b : notNumbers(site);
  },
};

export function addition(left: Evaluate, right: Evaluate, site: Site, concatenate: Concatenate): Evaluate {
  return (frame) => {
    const a = left(frame);
    const b = right(frame);
    if (typeof a === "number" && typeof b === "number") return a + b;
    if (typeof a === "string" && typeof b === "string") return concatenate(a, b, site);
    throw faultAt(site, MESSAGES.notAddable);
  };
}

/** Joins two strings, or throws where the result is too long. */
export type Concatenate = (a: string, b: string, site: Site) => string;

export function negation(operand: Evaluate, site: Site): Evaluate {
  return (frame) => {
    const value = operand(frame);
    if (typeof value === "number") return -value;
    throw faultAt(site, MESSAGES.notNumber);
  };
}

export function equality(left: Evaluate, right: Evaluate, wanted: boolean, same: Same): Evaluate {
  return (frame) => same(left(frame), right(frame)) === wanted;
}

type Same = (a: LoxValue, b: LoxValue) => boolean;
