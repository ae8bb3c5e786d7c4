/** What a source that is a query is to those who plan and lower it. */
import type { BoundSource, SourceContent } from "../query.ts";
import { outerOf } from "../walk.ts";
import { isUncorrelated, type Lowering } from "./lowering.ts";

/** A query as a source. */
export type QueryContent = Extract<SourceContent, { kind: "query" | "recursive" }>;

/** Whether its rows are the same whatever row the sources around it are on. */
export function isUncorrelatedContent(content: QueryContent): boolean {
  if (content.kind === "query") return isUncorrelated(content.query);
  const { initial, recursive, limit, offset } = content.common;
  const outer = outerOf({ cores: recursive, orderBy: [], limit, offset });
  return isUncorrelated(initial) && outer.outerSources.size === 0 && outer.outerAggregates.size === 0;
}

/**
 * Whether the original computes the rows of the source at that place of FROM as they are asked for: it is the first one, or only tables in inner
 * joins stand before it; no RIGHT JOIN stands behind it; and no common table that is read twice, or said to be MATERIALIZED.
 */
export function isCoroutine(sources: readonly BoundSource[], place: number, lowering: Lowering): boolean {
  const { content } = sources[place]!;
  if (content.kind === "table" || content.kind === "queue") return false;
  if (isComputedFirst(content, lowering)) return false;
  if (sources.some(({ join }) => join === "right" || join === "full")) return false;
  if (sources.slice(1, place + 1).some(({ join }) => join !== "inner")) return false;
  return sources.slice(0, place).every((before) => before.content.kind === "table");
}

function isComputedFirst(content: QueryContent, { uses }: Lowering): boolean {
  if (content.kind === "recursive") return uses.readersOf(content.common) > 1;
  const { common, materialized } = content;
  if (common === undefined || materialized === false) return false;
  return materialized === true || uses.readersOf(common) > 1;
}
