import { randomBytes } from "node:crypto";
import type { Random } from "../random.ts";

/** `bytes` from the operating system's generator; `float` and `integer` from V8's xorshift128+, which is quick and guessable. */
export const realRandom: Random = {
  bytes: (length) => randomBytes(length),
  float: () => Math.random(),
  integer: (limit) => Math.floor(Math.random() * limit),
};
