/** Values in generated code: two expressions of JavaScript that may be named any number of times and have no effects. */
import type { Affinity } from "../../values/affinity.ts";
import type { Tag } from "../../values/value.ts";

export interface Value {
  /** The tag, where it is known while generating. */
  readonly tag: Tag | undefined;
  /** JavaScript for the tag and for the payload. */
  readonly t: string;
  readonly p: string;
}

export const NULL_VALUE: Value = { tag: 0, t: "0", p: "null" };

/** A column that has been found in a record and not been read: its serial type (−1: the record is too short) and where it stands. */
export interface RawColumn {
  readonly type: string;
  readonly at: string;
  readonly bytes: string;
  readonly view: string;
  readonly affinity: Affinity | undefined;
  /** Gives a value for a record that is too short. */
  readonly missing: string;
}
