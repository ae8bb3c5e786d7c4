/** Expressions → JavaScript: statements that compute, and a value that names what came of it. */
import type { Expression } from "../program.ts";
import { INTEGER, NULL, REAL } from "../../values/value.ts";
import { constantItems } from "../closures/in-list.ts";
import { condition } from "./conditions.ts";
import { type Generator, mayReenter, runsSteps } from "./generator.ts";
import { columnInPlace } from "./in-place.ts";
import { steps } from "./steps.ts";
import { NULL_VALUE, type Value } from "./value.ts";

type Of<Kind extends Expression["kind"]> = Extract<Expression, { kind: Kind }>;

export function value(gen: Generator, expression: Expression): Value {
  switch (expression.kind) {
    case "constant": {
      const { tag, payload } = expression;
      return tag === NULL ? NULL_VALUE : { tag, t: String(tag), p: gen.constant(payload) };
    }
    case "parameter": {
      const at = expression.index - 1;
      return { tag: undefined, t: `(nt[${at}] ?? 0)`, p: `(np[${at}] ?? null)` };
    }
    case "register":
      return gen.register(expression.register);
    case "local":
      return gen.locals.get(expression.id)!; // inside its `let`
    case "column":
      return column(gen, expression.source, expression.column);
    case "generated": {
      const { source, column: number, affinity } = expression;
      if (gen.unit.hasVirtual(source, number)) return column(gen, source, number);
      return applied(gen, value(gen, expression.value), affinity);
    }
    case "plus":
    case "collate":
      return value(gen, expression.operand);
    case "arithmetic":
      return arithmetic(gen, expression);
    case "concat": {
      const [left, right] = both(gen, expression.left, expression.right);
      return gen.define(undefined, `joined(frame, ${left.t}, ${left.p}, ${right.t}, ${right.p})`);
    }
    case "negate":
    case "bit-not": {
      const operand = value(gen, expression.operand);
      const helper = expression.kind === "negate" ? "negated" : "inverted";
      return gen.define(undefined, `${helper}(frame, ${operand.t}, ${operand.p})`);
    }
    case "cast": {
      const operand = value(gen, expression.operand);
      return gen.define(
        undefined,
        `converted(frame, ${gen.constant(expression.affinity)}, ${operand.t}, ${operand.p})`,
      );
    }
    case "affinity":
      return applied(gen, value(gen, expression.operand), expression.affinity);
    case "compare":
      return comparison(gen, expression);
    case "and":
    case "or":
      return logic(gen, expression);
    case "not": {
      const truth = truthOf(gen, value(gen, expression.operand));
      return gen.define(undefined, `${truth} === 2 ? null : 1 - ${truth}`, `${truth} === 2 ? 0 : 1`);
    }
    case "is-null":
    case "not-null":
    case "is-true":
    case "is-false":
    case "is-not-true":
    case "is-not-false":
      return gen.define(INTEGER, `${condition(gen, expression, true)} ? 1 : 0`);
    case "case":
      return conditional(gen, expression);
    case "coalesce":
      return coalesce(gen, expression.operands, gen.declare());
    case "in-list":
      return inList(gen, expression);
    case "in-store":
      return inStore(gen, expression);
    case "call":
      return call(gen, expression);
    case "let": {
      const bound = value(gen, expression.value);
      gen.locals.set(expression.id, gen.define(bound.tag, bound.p, bound.t));
      return value(gen, expression.body);
    }
    case "block-value": {
      steps(gen, expression.block);
      return value(gen, expression.value);
    }
    case "raise":
      return gen.define(undefined, `${gen.constant(gen.unit.expression(expression))}(frame)`);
  }
}

/** Both operands, the left one safe from what the right one does. */
export function both(gen: Generator, left: Expression, right: Expression): [Value, Value] {
  let first = value(gen, left);
  if (runsSteps(right)) first = gen.define(first.tag, first.p, first.t);
  return [first, value(gen, right)];
}

export function column(gen: Generator, source: number, number: number): Value {
  if (gen.scope.isNull(source)) return NULL_VALUE;
  const layout = gen.program.sources[source]!;
  if (layout.kind === "registers") return gen.register(layout.first + number);
  const place = gen.inPlace.find((known) => known.source === source);
  if (place !== undefined) return columnInPlace(gen, place, number);
  const key = `${source}:${number}`;
  const known = gen.scope.value(key);
  if (known !== undefined) return known;
  const row = gen.storeRows.get(source);
  const read =
    row === undefined
      ? gen.define(undefined, `S${source}.read(frame, ${number})`)
      : gen.define(
          undefined,
          `${row.rows}.payloads[${row.base} + ${row.first + number}]`,
          `${row.rows}.tags[${row.base} + ${row.first + number}]`,
        );
  // Operations may change the row between two looks at it.
  if (!gen.hasOperations) gen.scope.values.set(key, read);
  return read;
}

function applied(gen: Generator, operand: Value, affinity: Of<"affinity">["affinity"]): Value {
  if (affinity === "BLOB" || operand.tag === NULL) return operand;
  if ((affinity === "INTEGER" || affinity === "NUMERIC") && operand.tag === INTEGER) return operand;
  const result = gen.declare();
  gen.assign(result, operand);
  const isDone =
    affinity === "TEXT"
      ? `${result.t} === 3 || ${result.t} === 0`
      : affinity === "REAL"
        ? `${result.t} === 2 || ${result.t} === 0`
        : `${result.t} === 1 || ${result.t} === 0`;
  gen.line(
    `if (!(${isDone})) { ${result.p} = withAffinity(frame, ${gen.constant(affinity)}, ${result.t}, ${result.p}); ${result.t} = frame.tag; }`,
  );
  return result;
}

/** A variable: 0, 1, or 2 for NULL. */
function truthOf(gen: Generator, operand: Value): string {
  const id = gen.fresh();
  if (operand.tag === NULL) gen.line(`const b${id} = 2;`);
  else if (operand.tag === INTEGER || operand.tag === REAL) gen.line(`const b${id} = ${operand.p} === 0 ? 0 : 1;`);
  else {
    gen.line(
      `const b${id} = ${operand.t} === 1 ? (${operand.p} === 0 ? 0 : 1) : truthOf(${operand.t}, ${operand.p}, frame.encoding);`,
    );
  }
  return `b${id}`;
}

function arithmetic(gen: Generator, { operator, left, right }: Of<"arithmetic">): Value {
  const [a, b] = both(gen, left, right);
  if (operator !== "+" && operator !== "-" && operator !== "*" && operator !== "/" && operator !== "%")
    return gen.define(undefined, `onBits(frame, "${operator}", ${a.t}, ${a.p}, ${b.t}, ${b.p})`);
  const result = gen.declare();
  const slow = `${result.p} = calculate(frame, "${operator}", ${a.t}, ${a.p}, ${b.t}, ${b.p}); ${result.t} = frame.tag;`;
  const areIntegers = [a, b]
    .flatMap((side) => [...(side.tag === undefined ? [`${side.t} === 1`] : []), `typeof ${side.p} === "number"`])
    .join(" && ");
  const mayBeIntegers = [a, b].every(({ tag }) => tag === undefined || tag === INTEGER);
  const mayBeReals = [a, b].every(({ tag }) => tag === undefined || tag === REAL);
  if (!mayBeIntegers && !mayBeReals) {
    // REAL with INTEGER, say.
    const areNumbers = [a, b]
      .map((side) =>
        side.tag === undefined
          ? `(${side.t} === 2 || ${side.t} === 1 && typeof ${side.p} === "number")`
          : side.tag === REAL
            ? "true"
            : side.tag === INTEGER
              ? `typeof ${side.p} === "number"`
              : "false",
      )
      .join(" && ");
    if (operator === "/" || operator === "%") gen.line(slow);
    else
      gen.line(
        `if (${areNumbers}) { ${result.p} = ${a.p} ${operator} ${b.p}; ${result.t} = 2; if (${result.p} !== ${result.p}) { ${result.t} = 0; ${result.p} = null; } } else { ${slow} }`,
      );
    return result;
  }
  const cases: string[] = [];
  if (mayBeIntegers) {
    if (operator === "/" || operator === "%") {
      const quotient = operator === "/" ? `Math.trunc(${a.p} / ${b.p})` : `${a.p} % ${b.p}`;
      cases.push(`if (${areIntegers} && ${b.p} !== 0) { ${result.p} = ${quotient} + 0; ${result.t} = 1; }`);
    } else {
      // A zero of a product may be −0.
      const exact = `${a.p} ${operator} ${b.p}${operator === "*" ? " + 0" : ""}`;
      cases.push(
        `if (${areIntegers}) { ${result.p} = ${exact}; ${result.t} = 1; if (${result.p} > 9007199254740991 || ${result.p} < -9007199254740991) { ${slow} } }`,
      );
    }
  }
  if (mayBeReals && operator !== "/" && operator !== "%") {
    const areReals = [a, b].map((side) => (side.tag === undefined ? `${side.t} === 2` : "true")).join(" && ");
    cases.push(
      `if (${areReals}) { ${result.p} = ${a.p} ${operator} ${b.p}; ${result.t} = 2; if (${result.p} !== ${result.p}) { ${result.t} = 0; ${result.p} = null; } }`,
    );
  }
  gen.line(cases.length === 0 ? slow : `${cases.join(" else ")} else { ${slow} }`);
  return result;
}

function comparison(gen: Generator, compare: Of<"compare">): Value {
  const { operator } = compare;
  if (operator === "IS" || operator === "IS NOT")
    return gen.define(INTEGER, `${condition(gen, compare, true)} ? 1 : 0`);
  const [left, right] = both(gen, compare.left, compare.right);
  const anyNull = [left, right].map(({ tag, t }) =>
    tag === undefined ? `${t} === 0` : tag === NULL ? "true" : "false",
  );
  const id = gen.fresh();
  gen.line(`let t${id} = 1, p${id} = null;`);
  gen.line(`if (${anyNull.join(" || ")}) t${id} = 0;`);
  gen.line(
    `else p${id} = order(${left.t}, ${left.p}, ${right.t}, ${right.p}, ${gen.constant(compare.affinity)}, ${gen.constant(compare.collation)}) ${ORDER_TESTS[operator]} 0 ? 1 : 0;`,
  );
  return { tag: undefined, t: `t${id}`, p: `p${id}` };
}

export const ORDER_TESTS: Readonly<Record<string, string>> = {
  "=": "===",
  "<>": "!==",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
};

function logic(gen: Generator, { kind, left, right }: Of<"and" | "or">): Value {
  const deciding = kind === "and" ? 0 : 1;
  const first = truthOf(gen, value(gen, left));
  const id = gen.fresh();
  gen.line(`let b${id} = ${first};`);
  gen.block(`if (b${id} !== ${deciding})`, () => {
    const second = truthOf(gen, value(gen, right));
    gen.line(`if (${second} === ${deciding} || b${id} !== 2) b${id} = ${second};`);
  });
  return gen.define(undefined, `b${id} === 2 ? null : b${id}`, `b${id} === 2 ? 0 : 1`);
}

function conditional(gen: Generator, { branches, otherwise }: Of<"case">): Value {
  const result = gen.declare();
  const name = `e${gen.fresh()}`;
  gen.block(`${name}:`, () => {
    for (const { when, result: then } of branches) {
      const test = condition(gen, when, true);
      gen.block(`if (${test})`, () => {
        gen.assign(result, value(gen, then));
        gen.line(`break ${name};`);
      });
    }
    if (otherwise !== undefined) gen.assign(result, value(gen, otherwise));
  });
  return result;
}

function coalesce(gen: Generator, operands: readonly Expression[], result: Value): Value {
  const [first, ...rest] = operands;
  if (first === undefined) return result;
  gen.assign(result, value(gen, first));
  if (rest.length > 0) gen.block(`if (${result.t} === 0)`, () => coalesce(gen, rest, result));
  return result;
}

function inList(gen: Generator, expression: Of<"in-list">): Value {
  const { not, items, operand, collation } = expression;
  const affinity = expression.affinity === "REAL" ? "NUMERIC" : expression.affinity;
  const yes = not ? 0 : 1;
  if (items.length === 0) {
    value(gen, operand);
    return { tag: INTEGER, t: "1", p: String(1 - yes) };
  }
  if (items.every((item) => item.kind === "constant")) {
    const known = constantItems(expression, affinity);
    const given = value(gen, operand);
    const id = gen.fresh();
    gen.line(
      `const b${id} = amongConstants(${gen.constant(known.items)}, ${known.hasNull}, ${gen.constant(affinity)}, ${given.t}, ${given.p});`,
    );
    return gen.define(undefined, `b${id} === 2 ? null : ${not ? `1 - b${id}` : `b${id}`}`, `b${id} === 2 ? 0 : 1`);
  }
  const given = value(gen, operand);
  const turned = affinity === undefined ? given : applied(gen, given, affinity);
  const left = gen.define(turned.tag, turned.p, turned.t);
  const id = gen.fresh();
  gen.line(`let b${id} = ${left.t} === 0 ? 2 : 0;`);
  gen.block(`i${id}:`, () => {
    for (const item of items) {
      const plain = value(gen, item);
      const right = affinity === undefined ? plain : applied(gen, plain, affinity);
      gen.line(
        `if (${right.t} === 0) b${id} = 2; else if (${left.t} !== 0 && compareValues(${left.t}, ${left.p}, ${right.t}, ${right.p}, ${gen.constant(collation)}) === 0) { b${id} = 1; break i${id}; }`,
      );
    }
  });
  return gen.define(undefined, `b${id} === 2 ? null : ${not ? `1 - b${id}` : `b${id}`}`, `b${id} === 2 ? 0 : 1`);
}

function inStore(gen: Generator, { not, operands, store, prepare }: Of<"in-store">): Value {
  steps(gen, prepare);
  const at = row(gen, operands);
  const id = gen.fresh();
  gen.line(`const b${id} = D${store}.membership(x, ${at});`);
  return gen.define(undefined, `b${id} === null ? null : ${not ? `1 - b${id}` : `b${id}`}`, `b${id} === null ? 0 : 1`);
}

/** Puts values into `frame.scratch`; returns where. */
export function row(gen: Generator, expressions: readonly Expression[], room: number = expressions.length): number {
  const at = gen.unit.allocate(room);
  expressions.forEach((expression, i) => {
    const given = value(gen, expression);
    gen.line(`xt[${at + i}] = ${given.t}; xp[${at + i}] = ${given.p};`);
  });
  return at;
}

function call(gen: Generator, expression: Of<"call">): Value {
  const { function: callee, arguments: given, collation } = expression;
  const at = row(gen, given);
  if (mayReenter(expression)) gen.hazard();
  if (callee.needsCollation === true) gen.line(`context.collation = ${gen.constant(collation)};`);
  gen.line(`${gen.constant(callee)}.call(context, x, ${at}, ${given.length});`);
  return gen.define(undefined, "context.result", "context.resultTag");
}
