/** Equality, in both dialects. Two values of different kinds are never equal; objects are equal to themselves. */
import type { Dialect } from "../dialect.ts";

type Same = (a: unknown, b: unknown) => boolean;

/** Numbers as C compares them. */
const plain: Same = (a, b) => a === b;

/** Numbers as Java compares boxed ones: NaN equals itself, and 0 is not -0. JavaScript has the same under another name. */
const boxed: Same = Object.is;

export function equalityOf(dialect: Dialect): Same {
  return dialect.boxedNumberEquality ? boxed : plain;
}
