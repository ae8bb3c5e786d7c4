/** Comparisons and conditions → closures. Numbers beside numbers are compared here; everything else goes through `compareOperands`. */
import type { ComparisonOperator } from "../../planner/expression.ts";
import { compareOperands, FALSE, TRUE, truthOf } from "../../runtime/comparison.ts";
import type { Frame } from "../../runtime/frame.ts";
import { INTEGER, NULL, type Payload, REAL } from "../../values/value.ts";
import type { Evaluator, Expression } from "../program.ts";
import type { ClosureCompiler, Condition } from "./compiler.ts";

type Compare = Extract<Expression, { kind: "compare" }>;

/** Whether an order (negative, 0, positive) fulfils an operator. */
const FULFILS: Readonly<Record<ComparisonOperator, (order: number) => boolean>> = {
  "=": (order) => order === 0,
  "<>": (order) => order !== 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
  IS: (order) => order === 0,
  "IS NOT": (order) => order !== 0,
};

const OPPOSITE: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  "=": "<>",
  "<>": "=",
  "<": ">=",
  "<=": ">",
  ">": "<=",
  ">=": "<",
  IS: "IS NOT",
  "IS NOT": "IS",
};

/** 1, 0 or NULL. */
export function comparison(compare: Compare, compiler: ClosureCompiler): Evaluator {
  const { operator, affinity, collation } = compare;
  const [left, right] = [compiler.expression(compare.left), compiler.expression(compare.right)];
  const fulfils = FULFILS[operator];
  const nullIsValue = operator === "IS" || operator === "IS NOT";
  return (frame) => {
    const a = left(frame);
    const tagA = frame.tag;
    const b = right(frame);
    const tagB = frame.tag;
    if (tagA === NULL || tagB === NULL) {
      if (!nullIsValue) {
        frame.tag = NULL;
        return null;
      }
      frame.tag = INTEGER;
      return (tagA === tagB) === (operator === "IS") ? 1 : 0;
    }
    frame.tag = INTEGER;
    return fulfils(compareOperands(tagA, a, tagB, b, affinity, collation)) ? 1 : 0;
  };
}

/** True when the comparison is; with `wanted` false: when it is false. A NULL is neither. */
function compareCondition(compare: Compare, wanted: boolean, compiler: ClosureCompiler): Condition {
  const operator = wanted ? compare.operator : OPPOSITE[compare.operator];
  const [left, right] = [compiler.expression(compare.left), compiler.expression(compare.right)];
  const { affinity, collation } = compare;
  if (operator === "IS" || operator === "IS NOT") {
    const same = operator === "IS";
    return (frame) => {
      const a = left(frame);
      const tagA = frame.tag;
      const b = right(frame);
      const tagB = frame.tag;
      if (tagA === NULL || tagB === NULL) return (tagA === tagB) === same;
      return (compareOperands(tagA, a, tagB, b, affinity, collation) === 0) === same;
    };
  }
  const test = FULFILS[operator];
  const slow = (frame: Frame, a: Payload, tagA: Frame["tag"], b: Payload): boolean => {
    const tagB = frame.tag;
    return tagA !== NULL && tagB !== NULL && test(compareOperands(tagA, a, tagB, b, affinity, collation));
  };
  const isNumeric = NUMERIC_TESTS[operator];
  return (frame) => {
    const a = left(frame);
    const tagA = frame.tag;
    const b = right(frame);
    const tagB = frame.tag;
    return (tagA === INTEGER || tagA === REAL) && (tagB === INTEGER || tagB === REAL)
      ? isNumeric(a as number, b as number)
      : slow(frame, a, tagA, b);
  };
}

const NUMERIC_TESTS: Readonly<Record<Exclude<ComparisonOperator, "IS" | "IS NOT">, (a: number, b: number) => boolean>> =
  {
    "=": isSame,
    "<>": (a, b) => !isSame(a, b),
    "<": (a, b) => a < b,
    "<=": (a, b) => a <= b,
    ">": (a, b) => a > b,
    ">=": (a, b) => a >= b,
  };

/** A BigInt may have the value of a REAL, and is never the same as a number. */
function isSame(a: number | bigint, b: number | bigint): boolean {
  if (a === b) return true;
  return typeof a !== typeof b && !(a < b) && !(a > b);
}

/** Whether an expression is true (`wanted`) or false; what is NULL is neither. */
export function condition(expression: Expression, wanted: boolean, compiler: ClosureCompiler): Condition {
  const of = (operand: Expression, truth: boolean): Condition =>
    truth ? compiler.isTrue(operand) : compiler.isFalse(operand);
  switch (expression.kind) {
    case "compare":
      return compareCondition(expression, wanted, compiler);
    case "not":
      return of(expression.operand, !wanted);
    case "and":
    case "or": {
      const [left, right] = [of(expression.left, wanted), of(expression.right, wanted)];
      // True AND needs both, false AND either; with OR it is the other way round.
      return (expression.kind === "and") === wanted
        ? (frame) => left(frame) && right(frame)
        : (frame) => left(frame) || right(frame);
    }
    case "is-null":
    case "not-null": {
      const operand = compiler.expression(expression.operand);
      const whenNull = (expression.kind === "is-null") === wanted;
      return (frame) => {
        operand(frame);
        return (frame.tag === NULL) === whenNull;
      };
    }
    case "is-true":
    case "is-false":
    case "is-not-true":
    case "is-not-false": {
      const test = of(expression.operand, expression.kind === "is-true" || expression.kind === "is-not-true");
      const isPositive = expression.kind === "is-true" || expression.kind === "is-false";
      return isPositive === wanted ? test : (frame) => !test(frame);
    }
    default: {
      const evaluate = compiler.expression(expression);
      const truth = wanted ? TRUE : FALSE;
      return (frame) => {
        const payload = evaluate(frame);
        return truthOf(frame.tag, payload, frame.encoding) === truth;
      };
    }
  }
}
