/** Values as conditions, and two values beside each other as SQL compares them (https://www.sqlite.org/datatype3.html §4.2). */
import type { ComparisonAffinity } from "../planner/expression.ts";
import { applyAffinity, asReal } from "../values/cast.ts";
import type { Collation } from "../values/collation.ts";
import { compareValues } from "../values/compare.ts";
import type { TextEncoding } from "../values/text-codec.ts";
import { BLOB, Cells, INTEGER, NULL, type Payload, REAL, type Tag, TEXT } from "../values/value.ts";

export const FALSE = 0;
export const TRUE = 1;
export const UNKNOWN = 2;

/** What a value is as a condition: NULL is unknown, a number true when it is not 0, anything else is the number that it begins with. */
export function truthOf(tag: Tag, payload: Payload, encoding: TextEncoding): 0 | 1 | 2 {
  if (tag === INTEGER || tag === REAL) return payload === 0 ? FALSE : TRUE;
  if (tag === NULL) return UNKNOWN;
  return asReal(tag, payload, encoding) === 0 ? FALSE : TRUE;
}

const OPERANDS = new Cells(2);

/** The order of two values, neither of them NULL, once the affinity has been applied to both. */
export function compareOperands(
  tagA: Tag,
  a: Payload,
  tagB: Tag,
  b: Payload,
  affinity: ComparisonAffinity,
  collation: Collation,
): number {
  const converts = affinity !== "none" && tagA !== tagB && (tagA === TEXT || tagB === TEXT);
  // Two texts that both look like numbers are numbers beside each other, too.
  if (!converts && !(affinity === "numeric" && tagA === TEXT && tagB === TEXT))
    return compareValues(tagA, a, tagB, b, collation);
  OPERANDS.set(0, tagA, a);
  OPERANDS.set(1, tagB, b);
  if (affinity === "numeric") {
    if (tagA === TEXT) applyAffinity(OPERANDS, 0, "NUMERIC");
    if (tagB === TEXT) applyAffinity(OPERANDS, 1, "NUMERIC");
  } else {
    if (tagA !== BLOB) applyAffinity(OPERANDS, 0, "TEXT");
    if (tagB !== BLOB) applyAffinity(OPERANDS, 1, "TEXT");
  }
  const { tags, payloads } = OPERANDS;
  return compareValues(tags[0] as Tag, payloads[0]!, tags[1] as Tag, payloads[1]!, collation);
}
