/** Conditions → JavaScript that is true or false. What is NULL is neither, so that each is asked for one of the two. */
import type { Collation } from "../../values/collation.ts";
import { likeFunctions } from "../../functions/like.ts";
import { encodedLength, encodeText } from "../../values/text-codec.ts";
import { INTEGER, NULL, REAL, TEXT } from "../../values/value.ts";
import type { Expression } from "../program.ts";
import { both, ORDER_TESTS, value } from "./expressions.ts";
import type { Generator } from "./generator.ts";
import { columnInPlace, type InPlace, rawInPlace, rawIsNull, rawOf } from "./in-place.ts";
import { plainPattern } from "./like-bytes.ts";
import type { Value } from "./value.ts";

type Compare = Extract<Expression, { kind: "compare" }>;

const OPPOSITE: Readonly<Record<Compare["operator"], Compare["operator"]>> = {
  "=": "<>",
  "<>": "=",
  "<": ">=",
  "<=": ">",
  ">": "<=",
  ">=": "<",
  IS: "IS NOT",
  "IS NOT": "IS",
};

/** Statements are written; what comes back is an expression to be evaluated right behind them, once. */
export function condition(gen: Generator, expression: Expression, wanted: boolean): string {
  switch (expression.kind) {
    case "compare":
      return compareCondition(gen, expression, wanted);
    case "not":
      return condition(gen, expression.operand, !wanted);
    case "and":
    case "or":
      return joinedConditions(gen, expression, wanted);
    case "is-null":
    case "not-null": {
      const isNull = (expression.kind === "is-null") === wanted;
      const raw = rawOf(gen, expression.operand);
      if (raw !== undefined) return `${rawIsNull(gen, raw)} === ${isNull}`;
      const operand = value(gen, expression.operand);
      if (operand.tag !== undefined) return String((operand.tag === NULL) === isNull);
      return `${operand.t} ${isNull ? "===" : "!=="} 0`;
    }
    case "is-true":
    case "is-false":
    case "is-not-true":
    case "is-not-false": {
      const inner = condition(
        gen,
        expression.operand,
        expression.kind === "is-true" || expression.kind === "is-not-true",
      );
      const isPositive = expression.kind === "is-true" || expression.kind === "is-false";
      return isPositive === wanted ? inner : `!(${inner})`;
    }
    default:
      return (
        (expression.kind === "call" ? likeInPlace(gen, expression, wanted) : undefined) ??
        truth(value(gen, expression), wanted)
      );
  }
}

/** `column LIKE 'pattern'` on the bytes of the column. Undefined: it cannot be done. */
function likeInPlace(gen: Generator, call: Extract<Expression, { kind: "call" }>, wanted: boolean): string | undefined {
  const [pattern, text] = call.arguments;
  if (gen.encoding !== "utf8" || !likeFunctions.includes(call.function) || call.function.name !== "like")
    return undefined;
  if (call.arguments.length !== 2 || pattern?.kind !== "constant" || typeof pattern.payload !== "string")
    return undefined;
  const plain = plainPattern(pattern.payload);
  const raw = plain === undefined || text === undefined ? undefined : rawOf(gen, text);
  if (raw === undefined) return undefined;
  const id = gen.fresh();
  gen.line(`let b${id} = false;`);
  const end = `${raw.at} + ((${raw.type} - 13) >>> 1)`;
  gen.line(
    `if (${raw.type} >= 13 && (${raw.type} & 1) === 1 && !context.environment.caseSensitiveLike && context.limits.likePatternLength >= ${pattern.payload.length}) b${id} = matchesPlain(${gen.constant(plain)}, ${raw.bytes}, ${raw.at}, ${end}) === ${wanted};`,
  );
  // Other values become texts first; PRAGMA case_sensitive_like.
  gen.block("else", () => gen.line(`b${id} = ${truth(value(gen, call), wanted)};`));
  return `b${id}`;
}

function truth(operand: Value, wanted: boolean): string {
  if (operand.tag === NULL) return "false";
  if (operand.tag === INTEGER || operand.tag === REAL) return `${operand.p} ${wanted ? "!==" : "==="} 0`;
  const number = wanted ? "!==" : "===";
  return `(${operand.t} === 1 ? ${operand.p} ${number} 0 : truthOf(${operand.t}, ${operand.p}, frame.encoding) === ${wanted ? 1 : 0})`;
}

/** True AND needs both, false AND either; with OR it is the other way round. The right side is computed only where it matters. */
function joinedConditions(
  gen: Generator,
  { kind, left, right }: Extract<Expression, { kind: "and" | "or" }>,
  wanted: boolean,
): string {
  const needsBoth = (kind === "and") === wanted;
  const first = condition(gen, left, wanted);
  const second = gen.apart(() => condition(gen, right, wanted));
  if (second.lines.length === 0) return `(${first} ${needsBoth ? "&&" : "||"} ${second.result})`;
  const id = gen.fresh();
  gen.line(`let b${id} = ${first};`);
  gen.line(`if (${needsBoth ? "" : "!"}b${id}) {`);
  for (const line of second.lines) gen.line(line);
  gen.line(`b${id} = ${second.result};`);
  gen.line("}");
  return `b${id}`;
}

function compareCondition(gen: Generator, compare: Compare, wanted: boolean): string {
  const operator = wanted ? compare.operator : OPPOSITE[compare.operator];
  const inBytes = textInPlace(gen, compare, operator);
  if (inBytes !== undefined) return inBytes;
  const [a, b] = both(gen, compare.left, compare.right);
  const affinity = gen.constant(compare.affinity);
  const collation = gen.constant(compare.collation);
  const ordered = `order(${a.t}, ${a.p}, ${b.t}, ${b.p}, ${affinity}, ${collation})`;
  if (operator === "IS" || operator === "IS NOT") {
    const sign = operator === "IS" ? "===" : "!==";
    return `(${a.t} === 0 || ${b.t} === 0 ? ${a.t} ${sign} ${b.t} : ${ordered} ${sign} 0)`;
  }
  if (a.tag === NULL || b.tag === NULL) return "false";
  const slow = [a, b]
    .filter(({ tag }) => tag === undefined)
    .map(({ t }) => `${t} !== 0`)
    .concat(`${ordered} ${ORDER_TESTS[operator]!} 0`)
    .join(" && ");
  if (a.tag === TEXT || b.tag === TEXT || a.tag === 4 || b.tag === 4) return `(${slow})`;
  const areNumbers = [a, b].filter(({ tag }) => tag === undefined).map(({ t }) => `(${t} === 1 || ${t} === 2)`);
  const fast = numericTest(operator, a, b, isSmall(compare.left) || isSmall(compare.right));
  return areNumbers.length === 0 ? fast : `(${areNumbers.join(" && ")} ? ${fast} : ${slow})`;
}

/** Whether a number cannot have the value of a BigInt, so that it is enough to ask whether another one is the same. */
function isSmall(expression: Expression): boolean {
  return (
    expression.kind === "constant" &&
    typeof expression.payload === "number" &&
    Math.abs(expression.payload) <= Number.MAX_SAFE_INTEGER
  );
}

function numericTest(operator: Compare["operator"], a: Value, b: Value, small: boolean): string {
  if (operator === "=") return small ? `${a.p} === ${b.p}` : `(${a.p} === ${b.p} || sameNumber(${a.p}, ${b.p}))`;
  if (operator === "<>") return small ? `${a.p} !== ${b.p}` : `!sameNumber(${a.p}, ${b.p})`;
  return `${a.p} ${operator} ${b.p}`;
}

/** A column beside a constant text, compared by bytes: the text need not be made. Undefined: it cannot be done. */
function textInPlace(
  gen: Generator,
  { left, right, affinity, collation }: Compare,
  operator: string,
): string | undefined {
  if (operator !== "=" && operator !== "<>") return undefined;
  if (gen.encoding !== "utf8" || !isBinary(collation) || affinity === "numeric") return undefined;
  const [column, text] = left.kind === "column" ? [left, right] : [right, left];
  if (column.kind !== "column" || text.kind !== "constant" || typeof text.payload !== "string") return undefined;
  if (text.tag !== TEXT || gen.scope.isNull(column.source)) return undefined;
  const place: InPlace | undefined = gen.inPlace.find(({ source }) => source === column.source);
  const raw = place === undefined ? undefined : rawInPlace(gen, place, column.column);
  if (raw === undefined) return undefined;
  const bytes = new Uint8Array(encodedLength(text.payload, "utf8"));
  encodeText(text.payload, "utf8", bytes, 0);
  const id = gen.fresh();
  gen.line(`let b${id} = false;`);
  gen.line(
    `if (${raw.type} >= 13 && (${raw.type} & 1) === 1) b${id} = ${operator === "=" ? "" : "!"}(${raw.type} === ${bytes.length * 2 + 13} && sameBytes(${raw.bytes}, ${raw.at}, ${gen.constant(bytes)}));`,
  );
  // Numbers may become texts; BLOBs and NULLs are compared as ever.
  gen.block(`else if (${raw.type} !== 0)`, () => {
    const given = columnInPlace(gen, place!, column.column);
    gen.line(
      `b${id} = ${given.t} !== 0 && order(${given.t}, ${given.p}, 3, ${gen.constant(text.payload)}, ${gen.constant(affinity)}, ${gen.constant(collation)}) ${ORDER_TESTS[operator]!} 0;`,
    );
  });
  return `b${id}`;
}

function isBinary({ kind }: Collation): boolean {
  return kind === "binary";
}
