/** What the parts of the closure compiler ask each other for. */
import type { Frame } from "../../runtime/frame.ts";
import type { Block, Evaluator, Expression, RoutineCompiler } from "../program.ts";

export type Condition = (frame: Frame) => boolean;

export interface ClosureCompiler extends RoutineCompiler {
  expression(expression: Expression): Evaluator;
  column(source: number, column: number): Evaluator;
  /** Whether the source's rows have the virtual column, which need not be computed then: an index may. */
  hasVirtual(source: number, column: number): boolean;
  /** Whether an expression is true: neither false nor NULL. */
  isTrue(expression: Expression): Condition;
  /** Whether it is false: neither true nor NULL. */
  isFalse(expression: Expression): Condition;
  /** Runs a block from its beginning to its end. */
  block(block: Block): (frame: Frame) => void;
  /** So many cells of `frame.scratch` for one place in the program; returns the first one's number. */
  allocate(count: number): number;
}
