/** What the parts of the source back end share: names of registers, constants that become parameters, sources that are read in place. */
import type { TextEncoding } from "../../values/text-codec.ts";
import type { ClosureUnit } from "../closures.ts";
import type { FrameLayout } from "../open-sources.ts";
import type { Expression, Program, Step } from "../program.ts";
import { operandsOf, visitBlock, visitExpression } from "../uses.ts";
import type { InPlace } from "./in-place.ts";
import type { Value } from "./value.ts";
import { Writer } from "./writer.ts";

/** Rows are pushed into a function, or yielded. */
export type Delivery = "push" | "yield";

/** The program is better left to closures: the code would be too long. */
export class TooMuch extends Error {}

/** Lines of JavaScript; V8 does not optimise functions that are much longer. */
const MAX_LINES = 6_000;

export class Generator extends Writer {
  readonly program: Program;
  readonly layout: FrameLayout;
  readonly delivery: Delivery;
  readonly encoding: TextEncoding;
  /** Operations, and what is not worth generating. */
  readonly unit: ClosureUnit;
  /** Programs with operations keep registers where those look for them. */
  readonly hasOperations: boolean;
  /** What `k0`, `k1` … are. */
  readonly constants: unknown[] = [];
  readonly #constantNames = new Map<unknown, string>();
  /** Registers that have variables. */
  readonly registers: Set<number> = new Set();
  /** What makes strings of texts in place. */
  textReader = "textAt";
  /** Sources that have a row here, from the outside in. */
  readonly active: number[] = [];
  /** What comes before all else in the function. */
  readonly prologue: string[] = [];
  /** Routines within routines, here. */
  depth = 0;
  readonly locals: Map<number, Value> = new Map();
  /** Sources whose rows are read in place here, from the outside in. */
  readonly inPlace: InPlace[] = [];
  /** Rows that were looked up for entries of indexes. */
  readonly lookedUp: InPlace[] = [];
  /** Variables of stores' rows: the source's number to the variable with the place of its first cell. */
  readonly storeRows: Map<number, { readonly rows: string; readonly base: string; readonly first: number }> = new Map();

  constructor(program: Program, layout: FrameLayout, unit: ClosureUnit, delivery: Delivery, encoding: TextEncoding) {
    super();
    this.program = program;
    this.layout = layout;
    this.unit = unit;
    this.delivery = delivery;
    this.encoding = encoding;
    this.hasOperations = usesFrame(program);
  }

  override line(text: string): void {
    super.line(text);
    if (this.length > MAX_LINES) throw new TooMuch();
  }

  /** A parameter of the generated code that has this value. */
  constant(value: unknown): string {
    const known = this.#constantNames.get(value);
    if (known !== undefined) return known;
    const name = `k${this.constants.length}`;
    this.constants.push(value);
    this.#constantNames.set(value, name);
    return name;
  }

  register(number: number): Value {
    if (this.hasOperations) return { tag: undefined, t: `ft[${number}]`, p: `fp[${number}]` };
    this.registers.add(number);
    return { tag: undefined, t: `rt${number}`, p: `rp${number}` };
  }

  /** New variables for a value that is about to be computed. */
  declare(): Value {
    const id = this.fresh();
    this.line(`let t${id} = 0, p${id} = null;`);
    return { tag: undefined, t: `t${id}`, p: `p${id}` };
  }

  /** A value whose payload is in a variable of its own, by an expression that is evaluated once. */
  define(tag: Value["tag"], payload: string, tagText?: string): Value {
    const id = this.fresh();
    this.line(`const p${id} = ${payload};`);
    if (tag !== undefined) return { tag, t: String(tag), p: `p${id}` };
    this.line(`const t${id} = ${tagText ?? "frame.tag"};`);
    return { tag: undefined, t: `t${id}`, p: `p${id}` };
  }

  assign(into: Value, value: Value): void {
    this.line(`${into.t} = ${value.t}; ${into.p} = ${value.p};`);
  }

  /**
   * Something follows that may change the database: the program's own functions, whoever gets rows. Cursors are made to stand where the loops are, so
   * that the trees can find them, and what is read in place afterwards asks first whether it is still there.
   */
  hazard(): void {
    for (const source of this.inPlace) {
      if (source.index !== undefined) {
        const { version, cursor, index } = source;
        this.line(`if (${cursor}.version === ${version}) ${version} = ${cursor}.stand(${index});`);
      }
      source.isGuarded = true;
    }
    for (const row of this.lookedUp) row.isGuarded = true;
  }
}

function usesFrame({ main, routines }: Program): boolean {
  let found = false;
  const onStep = (step: Step): void => {
    if (step.kind === "run") found = true;
  };
  const onExpression = (expression: Expression): void => {
    if (expression.kind === "raise") found = true;
  };
  for (const block of [main, ...routines]) visitBlock(block, onStep, onExpression);
  return found;
}

/** Whether evaluating may run code of the program's, which may use the connection. */
export function mayReenter(expression: Expression): boolean {
  let found = false;
  visitExpression(
    expression,
    () => {},
    (part) => {
      if (part.kind === "call" && part.function.innocuous !== true) found = true;
    },
  );
  return found;
}

/** Whether evaluating runs steps, which may set registers that were read before. */
export function runsSteps(expression: Expression): boolean {
  if (expression.kind === "block-value" || expression.kind === "in-store") return true;
  return operandsOf(expression).some(runsSteps);
}
