/** Small pieces of lowered programs. */
import type { Block, Expression, Step } from "../../compile/program.ts";
import type { Affinity } from "../../values/affinity.ts";
import type { Collation } from "../../values/collation.ts";
import { INTEGER, NULL, TEXT } from "../../values/value.ts";
import type { Constant, Register } from "../expression.ts";

export const NULL_CONSTANT: Constant = { kind: "constant", tag: NULL, payload: null };

export function constantInteger(value: number): Constant {
  return { kind: "constant", tag: INTEGER, payload: value };
}

/** A register as a value of no affinity. */
export function register(at: number, affinity?: Affinity, collation?: Collation): Register {
  return { kind: "register", register: at, affinity, collation };
}

export function assign(at: number, value: Expression): Step {
  return { kind: "assign", register: at, value };
}

export function assignInteger(at: number, value: number): Step {
  return assign(at, constantInteger(value));
}

/** Assigns to registers from `first` on. */
export function assignAll(first: number, values: readonly Expression[]): Block {
  return values.map((value, at) => assign(first + at, value));
}

/** Whether a register holds this INTEGER. */
export function isRegister(at: number, value: Constant): Expression {
  return {
    kind: "compare",
    operator: "=",
    left: register(at),
    right: value,
    affinity: "none",
    collation: INTEGERS_ONLY,
  };
}

/** `then` where all conditions are true, tested from the first. */
export function when(conditions: readonly Expression[], then: Block): Block {
  return conditions.reduceRight((body: Block, condition) => [{ kind: "if", condition, then: body }], then);
}

/** A register, as a REAL when it holds a number. */
export function integerAsReal(at: number, { binary: collation }: { readonly binary: Collation }): Expression {
  const value = register(at);
  // Numbers sort before all texts.
  const isNumber: Expression = {
    kind: "compare",
    operator: "<",
    left: value,
    right: { kind: "constant", tag: TEXT, payload: "" },
    affinity: "none",
    collation,
  };
  const real: Expression = { kind: "cast", operand: value, affinity: "REAL" };
  return { kind: "case", branches: [{ when: isNumber, result: real }], otherwise: value };
}

/** For comparisons that never meet a TEXT. */
const INTEGERS_ONLY: Collation = { name: "BINARY", kind: "binary", compare: () => 0 };
