/**
 * The variables of one call, in one array: at 0 the cells of captured variables, then the function's own variables in the
 * order of their numbers. A variable that an inner function captures is a cell, so that both share it.
 */
import type { LoxValue } from "../objects/objects.ts";

export interface Cell {
  v: LoxValue;
}

export type Frame = [cells: readonly Cell[], ...slots: (LoxValue | Cell | undefined)[]];

/** Computes a value. */
export type Evaluate = (frame: Frame) => LoxValue;
/** Runs a statement: undefined when the next one is to run, a value when the function returns it. */
export type Execute = (frame: Frame) => LoxValue | undefined;

/** Makes a frame with the first variables set; the others are undefined until declared. */
type NewFrame = (cells: readonly Cell[], a?: LoxValue, b?: LoxValue, c?: LoxValue, d?: LoxValue) => Frame;

/** By number of variables: array literals of a known length are the quickest to make. */
const SMALL_FRAMES: readonly NewFrame[] = [
  (cells) => [cells],
  (cells, a) => [cells, a],
  (cells, a, b) => [cells, a, b],
  (cells, a, b, c) => [cells, a, b, c],
  (cells, a, b, c, d) => [cells, a, b, c, d],
  (cells, a, b, c, d) => [cells, a, b, c, d, undefined],
  (cells, a, b, c, d) => [cells, a, b, c, d, undefined, undefined],
  (cells, a, b, c, d) => [cells, a, b, c, d, undefined, undefined, undefined],
  (cells, a, b, c, d) => [cells, a, b, c, d, undefined, undefined, undefined, undefined],
];

export function frameMaker(variables: number): NewFrame {
  const small = SMALL_FRAMES[variables];
  if (small !== undefined) return small;
  const rest = Array.from<undefined>({ length: variables - 4 });
  return (cells, a, b, c, d) => [cells, a, b, c, d, ...rest];
}
