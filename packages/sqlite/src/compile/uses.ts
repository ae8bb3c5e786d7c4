/** What a program uses where: looked up before it is compiled. */
import type { Block, Expression, Operation, Program, Step } from "./program.ts";

/** Calls back for each step and each expression of a block, those within expressions too; from the outside in. */
export function visitBlock(
  block: Block,
  onStep: (step: Step) => void,
  onExpression: (expression: Expression) => void = () => {},
): void {
  for (const step of block) {
    onStep(step);
    for (const expression of expressionsOf(step)) visitExpression(expression, onStep, onExpression);
    for (const inner of blocksOf(step)) visitBlock(inner, onStep, onExpression);
  }
}

export function visitExpression(
  expression: Expression,
  onStep: (step: Step) => void,
  onExpression: (expression: Expression) => void,
): void {
  onExpression(expression);
  for (const operand of operandsOf(expression)) visitExpression(operand, onStep, onExpression);
  if (expression.kind === "block-value") visitBlock(expression.block, onStep, onExpression);
  if (expression.kind === "in-store") visitBlock(expression.prepare, onStep, onExpression);
}

/** The expressions that a step evaluates itself. */
export function expressionsOf(step: Step): readonly Expression[] {
  switch (step.kind) {
    case "assign":
    case "assign-integer":
      return [step.value];
    case "if":
      return [step.condition];
    case "scan-table":
      return [step.low, step.high].flatMap((bound) => (bound === undefined ? [] : [bound.value]));
    case "seek-rowid":
      return [step.rowid];
    case "scan-index":
      return [...step.equal, ...[step.low, step.high].flatMap((bound) => (bound === undefined ? [] : [bound.value]))];
    case "probe-store":
      return step.keys;
    case "append":
    case "add-new":
    case "remove":
    case "emit":
      return step.values;
    case "accumulate":
      return [
        ...step.keys,
        ...step.aggregates.flatMap(({ arguments: values, filter, order }) => [
          ...(filter === undefined ? [] : [filter]),
          ...values,
          ...order,
        ]),
        ...step.bare,
      ];
    case "run":
      return partsOf(step.operation).expressions;
    default:
      return [];
  }
}

/** The blocks of a step, those of its expressions left out. */
export function blocksOf(step: Step): readonly Block[] {
  switch (step.kind) {
    case "if":
      return step.otherwise === undefined ? [step.then] : [step.then, step.otherwise];
    case "take":
    case "skip":
      return [step.then];
    case "add-new":
      return step.otherwise === undefined ? [step.then] : [step.then, step.otherwise];
    case "remove":
      return step.then === undefined ? [] : [step.then];
    case "run":
      return partsOf(step.operation).blocks;
    default:
      return "body" in step ? [step.body] : [];
  }
}

interface OperationParts {
  readonly blocks: readonly Block[];
  readonly expressions: readonly Expression[];
}

const operationParts = new WeakMap<Operation, OperationParts>();

/** What an operation will run and evaluate, which is found out by letting it ask for it. */
function partsOf(operation: Operation): OperationParts {
  const known = operationParts.get(operation);
  if (known !== undefined) return known;
  const blocks: Block[] = [];
  const expressions: Expression[] = [];
  operation.prepare({
    expression: (expression) => {
      expressions.push(expression);
      return () => null;
    },
    block: (block) => {
      blocks.push(block);
      return () => {};
    },
    program: () => () => {},
  });
  const parts = { blocks, expressions };
  operationParts.set(operation, parts);
  return parts;
}

/** The parts of an expression, blocks left out. */
export function operandsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "arithmetic":
    case "concat":
    case "compare":
    case "and":
    case "or":
      return [expression.left, expression.right];
    case "generated":
      return [expression.value];
    case "negate":
    case "bit-not":
    case "plus":
    case "not":
    case "is-null":
    case "not-null":
    case "is-true":
    case "is-false":
    case "is-not-true":
    case "is-not-false":
    case "cast":
    case "affinity":
    case "collate":
      return [expression.operand];
    case "in-list":
      return [expression.operand, ...expression.items];
    case "case":
      return [
        ...expression.branches.flatMap(({ when, result }) => [when, result]),
        ...(expression.otherwise === undefined ? [] : [expression.otherwise]),
      ];
    case "coalesce":
    case "in-store":
      return expression.operands;
    case "call":
      return expression.arguments;
    case "let":
      return [expression.value, expression.body];
    case "raise":
      return expression.message === undefined ? [] : [expression.message];
    case "block-value":
      return [expression.value];
    case "constant":
    case "parameter":
    case "column":
    case "local":
    case "register":
      return [];
  }
}

export interface ProgramUses {
  /** Sources that have null rows. */
  readonly nullRows: ReadonlySet<number>;
  /** Labels that routines leave which they do not hold. */
  readonly escapes: ReadonlySet<number>;
  /** What the first `accumulate` step of each groups brings. */
  readonly groupShapes: readonly { readonly arguments: readonly number[]; readonly bare: number }[];
}

export function usesOf(program: Program): ProgramUses {
  const nullRows = new Set<number>();
  const escapes = new Set<number>();
  const groupShapes = program.groups.map(({ aggregates }) => ({ arguments: aggregates.map(() => 0), bare: 0 }));
  const look = (step: Step): void => {
    if (step.kind === "null-row") nullRows.add(step.source);
    else if (step.kind === "accumulate") {
      groupShapes[step.groups] = {
        arguments: step.aggregates.map((aggregate) => aggregate.arguments.length),
        bare: step.bare.length,
      };
    }
  };
  visitBlock(program.main, look);
  for (const routine of program.routines) {
    const own = new Set<number>();
    const left = new Set<number>();
    visitBlock(routine, (step) => {
      look(step);
      if (step.kind === "break" || step.kind === "continue") left.add(step.label);
      else if ("label" in step) own.add(step.label);
    });
    for (const label of left) if (!own.has(label)) escapes.add(label);
  }
  return { nullRows, escapes, groupShapes };
}
