/** What a statement does when its last row is changed. */
import type { Operation } from "../../compile/program.ts";
import { checkForeignKeys } from "./foreign-keys.ts";
import { endStep } from "./fire.ts";

/** Before rows of RETURNING are given: AUTOINCREMENT's numbers are written, and foreign keys have to be whole. Throws ConflictError. */
export const END_OF_CHANGES: Operation = {
  name: "end-of-changes",
  prepare: () => (frame) => {
    const { sequences } = frame.statement;
    if (sequences.size > 0) for (const sequence of sequences.values()) sequence.write();
    checkForeignKeys(frame);
  },
};

/** The last thing: changes() and total_changes(). In a trigger: at the end of each step. */
export const COUNT_CHANGES: Operation = { name: "count-changes", prepare: () => endStep };
