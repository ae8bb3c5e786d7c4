/**
 * A core's sources and conditions → the loops that read them: which source in which loop, by which index, in which direction.
 *
 * The choices are the original's (https://www.sqlite.org/optoverview.html, https://www.sqlite.org/queryplanner-ng.html), since the order of rows that
 * nobody has asked for hangs on them, and EXPLAIN QUERY PLAN shows them: conditions are taken apart into terms, every source proposes ways to be
 * read, and the cheapest way through all sources is sought, twice where an order is wished for: first without it, to know how many rows there will
 * be to sort.
 */
import { SqliteError } from "../../errors.ts";
import type { CompileContext } from "../context.ts";
import { choosePath } from "./choose-path.ts";
import { finishPlan } from "./finish-plan.ts";
import type { LoopParts, LoopsPlan, OrderWish } from "./plan.ts";
import { preparePlanning } from "./planning.ts";

/** The bits of the original's sets of tables. */
const MAX_SOURCES = 64;

/** `wish`: undefined when any order does. Throws SqliteError: too many sources, or what INDEXED BY asks for cannot be done. */
export function planLoops(parts: LoopParts, wish: OrderWish | undefined, context: CompileContext): LoopsPlan {
  if (parts.sources.length > MAX_SOURCES)
    throw new SqliteError("SQLITE_ERROR", `at most ${MAX_SOURCES} tables in a join`);
  const planning = preparePlanning(parts, wish, context);
  if (parts.sources.length === 0)
    return planOfNothing(
      planning.clause.terms.map(({ expression }) => expression),
      wish,
    );
  return finishPlan(planning, choosePath(planning));
}

/** One row, which has every order. */
function planOfNothing(constants: LoopsPlan["constants"], wish: OrderWish | undefined): LoopsPlan {
  const isDistinct = wish?.kind === "distinct" || wish?.distinct !== undefined;
  return {
    constants,
    loops: [],
    ordered: true,
    groupsSorted: true,
    orderedTerms: wish?.terms.length ?? 0,
    distinct: isDistinct ? "unique" : "no",
    explainUnmatched: () => [],
    rows: 0,
  };
}
