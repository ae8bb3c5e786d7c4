/** Expressions → closures that give a payload and leave its tag in `frame.tag`. */
import { applyColumnAffinity } from "../../runtime/affinity-of-value.ts";
import { FALSE, truthOf, UNKNOWN } from "../../runtime/comparison.ts";
import type { Frame } from "../../runtime/frame.ts";
import { Raised, RaisedIgnore } from "../../runtime/raise.ts";
import type { SetStore } from "../../runtime/stores/set.ts";
import { arithmetic, bitwise, concatenate, invert, negate } from "../../values/arithmetic.ts";
import { cast, textOf } from "../../values/cast.ts";
import { Cells, INTEGER, NULL, type Payload, RawText, type Tag } from "../../values/value.ts";
import type { Evaluator, Expression } from "../program.ts";
import { comparison } from "./comparisons.ts";
import type { ClosureCompiler } from "./compiler.ts";
import { inList } from "./in-list.ts";

type Of<Kind extends Expression["kind"]> = Extract<Expression, { kind: Kind }>;

/** Operands of the slow paths; whoever puts values here takes the result out before anything else is evaluated. */
const CELLS = new Cells(2);

export function expressionClosure(expression: Expression, compiler: ClosureCompiler): Evaluator {
  switch (expression.kind) {
    case "constant": {
      const { tag, payload } = expression;
      return (frame) => {
        frame.tag = tag;
        return payload;
      };
    }
    case "parameter": {
      const at = expression.index - 1;
      return (frame) => {
        frame.tag = (frame.parameters.tags[at] ?? NULL) as Tag;
        return frame.parameters.payloads[at] ?? null;
      };
    }
    case "register": {
      const at = expression.register;
      return (frame) => {
        frame.tag = frame.registers.tags[at] as Tag;
        return frame.registers.payloads[at]!;
      };
    }
    case "local": {
      const at = expression.id;
      return (frame) => {
        frame.tag = frame.locals.tags[at] as Tag;
        return frame.locals.payloads[at]!;
      };
    }
    case "column":
      return compiler.column(expression.source, expression.column);
    case "generated":
      return generated(expression, compiler);
    case "plus":
    case "collate":
      return compiler.expression(expression.operand);
    case "arithmetic":
      return arithmeticClosure(expression, compiler);
    case "concat": {
      const [left, right] = [compiler.expression(expression.left), compiler.expression(expression.right)];
      return onBoth(left, right, (cells, frame) => concatenate(cells, 0, 1, 0, frame.encoding));
    }
    case "negate":
      return onOne(compiler.expression(expression.operand), (cells, frame) => negate(cells, 0, 0, frame.encoding));
    case "bit-not":
      return onOne(compiler.expression(expression.operand), (cells, frame) => invert(cells, 0, 0, frame.encoding));
    case "cast": {
      const { affinity } = expression;
      return onOne(compiler.expression(expression.operand), (cells, frame) => cast(cells, 0, affinity, frame.encoding));
    }
    case "affinity": {
      const { affinity } = expression;
      const operand = compiler.expression(expression.operand);
      return (frame) => applyColumnAffinity(frame, operand(frame), affinity);
    }
    case "compare":
      return comparison(expression, compiler);
    case "and":
    case "or":
      return logic(expression, compiler);
    case "not": {
      const operand = compiler.expression(expression.operand);
      return (frame) => {
        const payload = operand(frame);
        const truth = truthOf(frame.tag, payload, frame.encoding);
        return truth === UNKNOWN ? nullOf(frame) : integer(frame, truth === FALSE ? 1 : 0);
      };
    }
    case "is-null":
    case "not-null": {
      const operand = compiler.expression(expression.operand);
      const whenNull = expression.kind === "is-null" ? 1 : 0;
      return (frame) => {
        operand(frame);
        return integer(frame, frame.tag === NULL ? whenNull : 1 - whenNull);
      };
    }
    case "is-true":
    case "is-false":
    case "is-not-true":
    case "is-not-false": {
      const isTrue = expression.kind === "is-true" || expression.kind === "is-not-true";
      const test = isTrue ? compiler.isTrue(expression.operand) : compiler.isFalse(expression.operand);
      const negated = expression.kind === "is-not-true" || expression.kind === "is-not-false";
      return (frame) => integer(frame, test(frame) === negated ? 0 : 1);
    }
    case "case":
      return conditional(expression, compiler);
    case "coalesce": {
      const operands = expression.operands.map((operand) => compiler.expression(operand));
      return (frame) => {
        for (const operand of operands) {
          const payload = operand(frame);
          if (frame.tag !== NULL) return payload;
        }
        return nullOf(frame);
      };
    }
    case "in-list":
      return inList(expression, compiler);
    case "in-store":
      return inStore(expression, compiler);
    case "call":
      return call(expression, compiler);
    case "let": {
      const { id } = expression;
      const [value, body] = [compiler.expression(expression.value), compiler.expression(expression.body)];
      return (frame) => {
        const payload = value(frame);
        frame.locals.set(id, frame.tag, payload);
        return body(frame);
      };
    }
    case "block-value": {
      const run = compiler.block(expression.block);
      const value = compiler.expression(expression.value);
      return (frame) => {
        run(frame);
        return value(frame);
      };
    }
    case "raise":
      return raise(expression, compiler);
  }
}

export function integer(frame: Frame, value: number): number {
  frame.tag = INTEGER;
  return value;
}

export function nullOf(frame: Frame): null {
  frame.tag = NULL;
  return null;
}

function generated({ source, column, value, affinity }: Of<"generated">, compiler: ClosureCompiler): Evaluator {
  if (compiler.hasVirtual(source, column)) return compiler.column(source, column);
  const compute = compiler.expression(value);
  return (frame) => applyColumnAffinity(frame, compute(frame), affinity);
}

/** Two numbers are done here when nothing unusual comes of it. */
function arithmeticClosure({ operator, left, right }: Of<"arithmetic">, compiler: ClosureCompiler): Evaluator {
  const [a, b] = [compiler.expression(left), compiler.expression(right)];
  switch (operator) {
    case "+":
    case "-":
    case "*": {
      const exact = operator === "+" ? add : operator === "-" ? subtract : multiply;
      return (frame) => {
        const x = a(frame);
        const tagX = frame.tag;
        const y = b(frame);
        const tagY = frame.tag;
        if (tagX === tagY && typeof x === "number" && typeof y === "number") {
          const result = exact(x, y);
          if (tagX === INTEGER ? Number.isSafeInteger(result) : !Number.isNaN(result))
            return tagX === INTEGER ? result + 0 : result;
        }
        CELLS.set(0, tagX, x);
        CELLS.set(1, tagY, y);
        arithmetic(operator, CELLS, 0, 1, 0, frame.encoding);
        return taken(frame);
      };
    }
    case "/":
    case "%":
      return onBoth(a, b, (cells, frame) => arithmetic(operator, cells, 0, 1, 0, frame.encoding));
    default:
      return onBoth(a, b, (cells, frame) => bitwise(operator, cells, 0, 1, 0, frame.encoding));
  }
}

function add(a: number, b: number): number {
  return a + b;
}

function subtract(a: number, b: number): number {
  return a - b;
}

function multiply(a: number, b: number): number {
  return a * b;
}

function onOne(operand: Evaluator, act: (cells: Cells, frame: Frame) => void): Evaluator {
  return (frame) => {
    const payload = operand(frame);
    CELLS.set(0, frame.tag, payload);
    act(CELLS, frame);
    return taken(frame);
  };
}

function onBoth(left: Evaluator, right: Evaluator, act: (cells: Cells, frame: Frame) => void): Evaluator {
  return (frame) => {
    const a = left(frame);
    const tagA = frame.tag;
    const b = right(frame);
    CELLS.set(0, tagA, a);
    CELLS.set(1, frame.tag, b);
    act(CELLS, frame);
    return taken(frame);
  };
}

function taken(frame: Frame): Payload {
  frame.tag = CELLS.tags[0] as Tag;
  return CELLS.payloads[0]!;
}

function logic({ kind, left, right }: Of<"and" | "or">, compiler: ClosureCompiler): Evaluator {
  const [a, b] = [compiler.expression(left), compiler.expression(right)];
  /** What decides the result whatever the other side is. */
  const deciding = kind === "and" ? 0 : 1;
  return (frame) => {
    const x = a(frame);
    const first = truthOf(frame.tag, x, frame.encoding);
    if (first === deciding) return integer(frame, deciding);
    const y = b(frame);
    const second = truthOf(frame.tag, y, frame.encoding);
    if (second === deciding) return integer(frame, deciding);
    return first === UNKNOWN || second === UNKNOWN ? nullOf(frame) : integer(frame, 1 - deciding);
  };
}

function conditional({ branches, otherwise }: Of<"case">, compiler: ClosureCompiler): Evaluator {
  const tests = branches.map(({ when }) => compiler.isTrue(when));
  const results = branches.map(({ result }) => compiler.expression(result));
  const last = otherwise === undefined ? nullOf : compiler.expression(otherwise);
  return (frame) => {
    for (let at = 0; at < tests.length; at++) {
      if (tests[at]!(frame)) return results[at]!(frame);
    }
    return last(frame);
  };
}

function inStore({ not, operands, store, prepare }: Of<"in-store">, compiler: ClosureCompiler): Evaluator {
  const fill = compiler.block(prepare);
  const values = operands.map((operand) => compiler.expression(operand));
  const at = compiler.allocate(values.length);
  return (frame) => {
    fill(frame);
    const { scratch } = frame;
    for (let i = 0; i < values.length; i++) {
      const payload = values[i]!(frame);
      scratch.set(at + i, frame.tag, payload);
    }
    const found = (frame.stores[store] as SetStore).membership(scratch, at);
    if (found === null) return nullOf(frame);
    return integer(frame, not ? 1 - found : found);
  };
}

function call({ function: callee, arguments: given, collation }: Of<"call">, compiler: ClosureCompiler): Evaluator {
  const values = given.map((argument) => compiler.expression(argument));
  const count = values.length;
  const at = compiler.allocate(count);
  const needsCollation = callee.needsCollation === true;
  const [first] = values;
  if (count === 1 && !needsCollation) {
    return (frame) => {
      const payload = first!(frame);
      frame.scratch.set(at, frame.tag, payload);
      const { context } = frame.environment;
      callee.call(context, frame.scratch, at, 1);
      frame.tag = context.resultTag;
      return context.result;
    };
  }
  return (frame) => {
    const { scratch } = frame;
    for (let i = 0; i < count; i++) {
      const payload = values[i]!(frame);
      scratch.set(at + i, frame.tag, payload);
    }
    const { context } = frame.environment;
    if (needsCollation) context.collation = collation;
    callee.call(context, scratch, at, count);
    frame.tag = context.resultTag;
    return context.result;
  };
}

function raise({ action, message }: Of<"raise">, compiler: ClosureCompiler): Evaluator {
  if (action === "IGNORE") {
    return () => {
      throw new RaisedIgnore();
    };
  }
  const text = message === undefined ? nullOf : compiler.expression(message);
  return (frame) => {
    const payload = text(frame);
    const words = textOf(frame.tag, payload, frame.encoding);
    throw new Raised(action, words instanceof RawText ? new TextDecoder().decode(words.bytes) : words);
  };
}
