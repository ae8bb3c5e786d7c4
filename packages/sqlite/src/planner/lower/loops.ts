/**
 * Nested loops, with joins of every kind.
 *
 * LEFT: a register remembers whether a row on the right matched; if none did, what is inside of the loop runs once more on a null row. RIGHT:
 * rows that matched are remembered, and behind all loops the others come with null rows for all that is left of them. What runs in two places
 * is a routine.
 */
import type { Block, Expression } from "../../compile/program.ts";
import type { LoopPlan, LoopsPlan } from "../access/plan.ts";
import { isRight } from "../access/simplify-joins.ts";
import { planLoops } from "../access/plan-loops.ts";
import { conjunction, conjuncts, sourcesOf } from "../walk.ts";
import { accessAgain, keyCollations, lowerAccess, rowIdentity, type TableSource } from "./access.ts";
import { copyExpression } from "./copy.ts";
import { lowerExpression } from "./expressions.ts";
import { enterSource, type PreparedSources, scanList } from "./from.ts";
import type { Lowering } from "./lowering.ts";
import { assignInteger, constantInteger, isRegister, when } from "./steps.ts";

/** `body`: the steps for each row of the join. Asked once. */
export function lowerLoops(plan: LoopsPlan, sources: PreparedSources, body: () => Block, lowering: Lowering): Block {
  const constants = plan.constants.map((e) => lowerExpression(e, lowering));
  if (plan.loops.length === 0) {
    lowering.builder.explain("SCAN CONSTANT ROW");
    return when(constants, body());
  }
  const nest = new LoopNest(plan.loops, sources, body, lowering);
  const loops = lowering.within(lowering.outerRows + plan.rows, () => nest.loop(0));
  lowering.builder.explainAll(plan.explainUnmatched());
  return when(constants, [...nest.before, ...loops, ...nest.unmatched()]);
}

class LoopNest {
  readonly #loops: readonly LoopPlan[];
  readonly #sources: PreparedSources;
  readonly #body: () => Block;
  readonly #lowering: Lowering;
  /** Steps before the loops. */
  readonly before: Block[number][] = [];
  /** Passes over right sides of RIGHT and FULL JOINs, from the outermost loop. */
  readonly #passes: (() => Block)[] = [];

  constructor(loops: readonly LoopPlan[], sources: PreparedSources, body: () => Block, lowering: Lowering) {
    this.#loops = loops;
    this.#sources = sources;
    this.#body = body;
    this.#lowering = lowering;
  }

  /** The loop of that place and all within. */
  loop(place: number): Block {
    const plan = this.#loops[place];
    if (plan === undefined) return this.#body();
    this.#lowering.builder.explainAll(plan.explain());
    switch (plan.source.join) {
      case "left":
        return this.#outer(plan, place, true, false);
      case "right":
        return this.#outer(plan, place, false, true);
      case "full":
        return this.#outer(plan, place, true, true);
      default:
        return this.#enter(plan, () => when(this.#lowered(plan.onFilters), this.#inside(plan, place)));
    }
  }

  /** The rows that found nobody on the left, to be put behind the loops. */
  unmatched(): Block {
    return this.#passes.flatMap((pass) => pass());
  }

  #inside({ filters }: LoopPlan, place: number): Block {
    const conditions = this.#lowered(filters);
    return when(conditions, this.loop(place + 1));
  }

  #lowered(conditions: LoopPlan["filters"]): Expression[] {
    return conditions.map((e) => lowerExpression(e, this.#lowering));
  }

  #enter({ source, access }: LoopPlan, body: () => Block): Block {
    const { content } = source;
    if (content.kind === "table" && access.kind !== "hash")
      return lowerAccess({ ...source, content }, access, isRight(source.join), body, this.#lowering);
    return enterSource(source, access, this.#sources.bySource.get(source.id), body, this.#lowering);
  }

  /** `keepsLeft`: rows on the left without a match come with a null row; `keepsRight`: so do those on the right. */
  #outer(plan: LoopPlan, place: number, keepsLeft: boolean, keepsRight: boolean): Block {
    const { builder } = this.#lowering;
    const hasMatched = keepsLeft ? builder.registers.allocate() : undefined;
    const inside = builder.openRoutine();
    const matched = keepsRight ? this.#rememberMatches(plan, place, inside.call) : [];
    const rows = this.#enter(plan, () => {
      const steps: Block = [
        ...(hasMatched === undefined ? [] : [assignInteger(hasMatched, 1)]),
        ...matched,
        ...inside.call,
      ];
      const conditions = this.#lowered(plan.onFilters);
      inside.define(this.#inside(plan, place));
      return when(conditions, steps);
    });
    if (hasMatched === undefined) return rows;
    const nullRow: Block = [{ kind: "null-row", source: plan.source.id, body: inside.call }];
    return [assignInteger(hasMatched, 0), ...rows, ...when([isRegister(hasMatched, constantInteger(0))], nullRow)];
  }

  /** The step that remembers a row on the right that has matched; the pass over the others is added to those to come. */
  #rememberMatches({ source }: LoopPlan, place: number, inside: Block): Block {
    const { builder } = this.#lowering;
    const { content } = source;
    const table = content.kind === "table" ? content.table : undefined;
    const prepared = this.#sources.bySource.get(source.id);
    const identity =
      table !== undefined
        ? rowIdentity(source.id, table, this.#lowering)
        : [this.#lowering.stored(source.id, prepared?.kind === "list" ? prepared.number : 0)];
    const store = builder.store({
      kind: "set",
      columns: identity.length,
      collations: table === undefined ? [this.#lowering.binary] : keyCollations(table, this.#lowering),
      affinities: identity.map(() => undefined),
    });
    this.#passes.push(() => {
      const unmatched: Block = [{ kind: "add-new", store, values: identity, then: inside }];
      const rows = (): Block => {
        if (content.kind === "table") return this.#again({ ...source, content }, place, unmatched);
        if (prepared?.kind !== "list") throw new Error("rows on the right of a join that are not kept");
        return [scanList(source.id, prepared.store, unmatched, this.#lowering)];
      };
      return this.#loops
        .slice(0, place)
        .reduceRight((body: Block, left): Block => [{ kind: "null-row", source: left.source.id, body }], rows());
    });
    this.before.push({ kind: "clear", store });
    return [{ kind: "append", store, values: identity }];
  }

  /** The rows of a table on which a loop has been already, where all sources before it are null rows; planned anew, as in the original. */
  #again(source: TableSource, place: number, body: Block): Block {
    const { builder, context, uses } = this.#lowering;
    const known = this.#loops.slice(0, place + 1).map((loop) => loop.source.id);
    const others = this.#loops.slice(place + 1).map((loop) => loop.source.id);
    const terms = conjuncts(this.#sources.where)
      .filter((term) => !others.some((id) => sourcesOf(term).has(id)) && known.some((id) => sourcesOf(term).has(id)))
      .map((term) => copyExpression(term, builder.ids));
    for (const term of terms) uses.note(term);
    const reads = uses.columnsOf(source.id).map((column) => uses.columnOf(source.id, column));
    const alone = { ...source, join: "inner", on: undefined } as const;
    const plan = planLoops({ sources: [alone], where: conjunction(terms), reads }, undefined, context);
    const [loop] = plan.loops;
    if (loop === undefined || loop.access.kind === "hash") throw new Error("rows that do not come from their table");
    const { access, filters } = loop;
    const steps = accessAgain(source, access, () => when(this.#lowered(filters), body), this.#lowering);
    return when(this.#lowered(plan.constants), steps);
  }
}
