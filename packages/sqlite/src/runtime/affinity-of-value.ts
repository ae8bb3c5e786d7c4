/** What a column of some affinity makes of one value. */
import type { Affinity } from "../values/affinity.ts";
import { applyAffinity } from "../values/cast.ts";
import { Cells, type Payload, type Tag } from "../values/value.ts";
import type { Frame } from "./frame.ts";

const CELL = new Cells(1);

/** The payload, whose tag is in the frame before and after. */
export function applyColumnAffinity(frame: Frame, payload: Payload, affinity: Affinity): Payload {
  CELL.set(0, frame.tag, payload);
  applyAffinity(CELL, 0, affinity);
  frame.tag = CELL.tags[0] as Tag;
  return CELL.payloads[0]!;
}
