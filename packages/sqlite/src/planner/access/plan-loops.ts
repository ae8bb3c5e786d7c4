/** A core's sources and conditions → the loops that read them. */
import type { CompileContext } from "../context.ts";
import type { BoundExpression } from "../expression.ts";
import type { BoundSource } from "../query.ts";
import { conjuncts, sourcesOf } from "../walk.ts";
import type { LoopParts, LoopPlan, LoopsPlan, OrderWish } from "./plan.ts";

/** `wish`: undefined when any order does. Throws SqliteError: what INDEXED BY asks for cannot be done. */
export function planLoops(parts: LoopParts, _wish: OrderWish | undefined, _context: CompileContext): LoopsPlan {
  const { sources, where } = parts;
  const places = new Map(sources.map(({ id }, place) => [id, place]));
  const lastRight = sources.findLastIndex(({ join }) => join === "right" || join === "full");
  const constants: BoundExpression[] = [];
  const filters: BoundExpression[][] = sources.map(() => []);
  const onFilters: BoundExpression[][] = sources.map(() => []);
  for (const [place, { join, on }] of sources.entries()) {
    const isOuter = join === "left" || join === "right" || join === "full";
    for (const term of conjuncts(on)) {
      if (isOuter) onFilters[place]!.push(term);
      else filters[Math.max(place, lastPlace(term, places))]!.push(term);
    }
  }
  for (const term of conjuncts(where)) {
    const place = lastPlace(term, places);
    if (place === -1) constants.push(term);
    else filters[Math.max(place, lastRight)]!.push(term);
  }
  const loops = sources.map((source: BoundSource, place): LoopPlan => ({
    source,
    access: { kind: "scan", reverse: false },
    filters: filters[place]!,
    onFilters: onFilters[place]!,
    explain: () => [{ text: `SCAN ${source.name}${source.join === "left" ? " LEFT-JOIN" : ""}`, children: [] }],
  }));
  return { constants, loops, ordered: false, orderedTerms: 0, distinct: "no", rows: 200 * Math.max(1, sources.length) };
}

/** The last place in FROM that an expression reads; -1: none. */
function lastPlace(e: BoundExpression, places: ReadonlyMap<number, number>): number {
  let last = -1;
  for (const id of sourcesOf(e)) last = Math.max(last, places.get(id) ?? -1);
  return last;
}
