/** Groups → JavaScript: the built-in aggregates of plain numbers are written out, everything else goes through `Groups`. */
import { aggregateFunctions } from "../../functions/aggregates.ts";
import type { GroupLayout, Step } from "../program.ts";
import { condition } from "./conditions.ts";
import { row, value } from "./expressions.ts";
import type { Generator } from "./generator.ts";
import { rawIsNull, rawOf } from "./in-place.ts";
import { beforeLoop } from "./loops.ts";
import { steps } from "./steps.ts";
import { textCache } from "./text-cache.ts";

type Of<Kind extends Step["kind"]> = Extract<Step, { kind: Kind }>;

/** How an aggregate's step is written. */
type Form = "count" | "sum" | "extreme" | "call";

function formOf(layout: GroupLayout, at: number): Form {
  const { function: callee, distinct, order } = layout.aggregates[at]!;
  if (distinct || order.length > 0 || at === layout.extreme || !aggregateFunctions.includes(callee)) return "call";
  switch (callee.name) {
    case "count":
      return "count";
    case "sum":
    case "avg":
    case "total":
      return "sum";
    case "min":
    case "max":
      return "extreme";
    default:
      return "call";
  }
}

/**
 * Variables of groups: `H0`: whether the one group of a query without GROUP BY is there; `A0_1`: the state of aggregate 1 of that group, or, with
 * GROUP BY, the array of its states. Begun before anything else, and after each `clear-groups`.
 */
export function declareGroups(gen: Generator): void {
  for (const [groups, layout] of gen.program.groups.entries()) {
    gen.prologue.push(`const G${groups} = frame.groups[${groups}];`);
    if (layout.collations.length === 0) gen.prologue.push(`let H${groups} = false;`);
    for (const at of layout.aggregates.keys()) {
      const start = layout.collations.length === 0 ? "0" : `G${groups}.states[${at}]`;
      gen.prologue.push(`let A${groups}_${at} = ${start};`);
    }
  }
}

export function clearGroups(gen: Generator, groups: number): void {
  const layout = gen.program.groups[groups]!;
  gen.line(`G${groups}.clear();`);
  if (layout.collations.length === 0) gen.line(`H${groups} = false;`);
  else for (const at of layout.aggregates.keys()) gen.line(`A${groups}_${at} = G${groups}.states[${at}];`);
}

export function accumulate(gen: Generator, step: Of<"accumulate">): void {
  const { groups } = step;
  const layout = gen.program.groups[groups]!;
  const isOne = layout.collations.length === 0;
  const id = gen.fresh();
  const hasBare = step.bare.length > 0;
  if (hasBare) gen.line(`const q${id} = G${groups}.count;`);
  if (isOne) {
    gen.block(`if (!H${groups})`, () => {
      gen.line(`H${groups} = true; G${groups}.groupOf(x, 0);`);
      for (const at of layout.aggregates.keys()) {
        const form = formOf(layout, at);
        if (form === "count") gen.line(`A${groups}_${at} = 0;`);
        else if (form !== "call") gen.line(`A${groups}_${at} = G${groups}.states[${at}][0];`);
      }
    });
    gen.line(`const g${id} = 0;`);
  } else {
    // Keys come again, or they would be no groups.
    const reader = gen.textReader;
    gen.textReader = gen.constant(textCache());
    const at = row(gen, step.keys);
    gen.textReader = reader;
    gen.line(`let g${id} = -1;`);
    if (step.keys.length === 1) {
      gen.line(
        `if (xt[${at}] === 1 && xp[${at}] >= 0 && xp[${at}] < G${groups}.small.length) g${id} = G${groups}.small[xp[${at}]] - 1;`,
      );
    }
    gen.line(`if (g${id} < 0) g${id} = G${groups}.groupOf(x, ${at});`);
  }
  for (const [at, aggregate] of step.aggregates.entries()) {
    const add = (): void => addTo(gen, layout, groups, at, aggregate, `g${id}`, isOne);
    if (aggregate.filter === undefined) add();
    else {
      const test = condition(gen, aggregate.filter, true);
      gen.block(`if (${test})`, add);
    }
  }
  if (hasBare) {
    gen.block(`if (G${groups}.wantsBare(g${id}, q${id}))`, () => {
      const at = row(gen, step.bare);
      gen.line(`G${groups}.setBare(g${id}, x, ${at});`);
    });
  }
}

function addTo(
  gen: Generator,
  layout: GroupLayout,
  groups: number,
  at: number,
  { arguments: given, order }: Of<"accumulate">["aggregates"][number],
  group: string,
  isOne: boolean,
): void {
  const state = isOne ? `A${groups}_${at}` : `A${groups}_${at}[${group}]`;
  const form = formOf(layout, at);
  const [argument] = given;
  if (form === "count") {
    if (argument === undefined) gen.line(`${state} += 1;`);
    else {
      const raw = rawOf(gen, argument);
      if (raw !== undefined) {
        gen.line(`if (!${rawIsNull(gen, raw)}) ${state} += 1;`);
        return;
      }
      const counted = value(gen, argument);
      if (counted.tag === undefined) gen.line(`if (${counted.t} !== 0) ${state} += 1;`);
      else if (counted.tag !== 0) gen.line(`${state} += 1;`);
    }
    return;
  }
  if (form === "call" || argument === undefined) {
    const from = row(gen, [...given, ...order]);
    gen.line(`G${groups}.add(${at}, ${group}, x, ${from});`);
    return;
  }
  const operand = value(gen, argument);
  const from = gen.unit.allocate(1);
  const slow = `{ xt[${from}] = ${operand.t}; xp[${from}] = ${operand.p}; G${groups}.add(${at}, ${group}, x, ${from}); }`;
  if (form === "sum") {
    gen.line(
      `if (${operand.t} === 1) ${state}.addInteger(${operand.p}); else if (${operand.t} === 2) ${state}.addReal(${operand.p}); else if (${operand.t} !== 0) ${slow}`,
    );
    return;
  }
  const sign = layout.aggregates[at]!.function.name === "max" ? ">" : "<";
  const id = gen.fresh();
  gen.line(`const e${id} = ${state};`);
  gen.line(
    `if ((${operand.t} === 1 || ${operand.t} === 2) && (e${id}.tag === 1 || e${id}.tag === 2)) { if (${operand.p} ${sign} e${id}.payload) { e${id}.tag = ${operand.t}; e${id}.payload = ${operand.p}; } } else if (${operand.t} !== 0) ${slow}`,
  );
}

export function scanGroups(gen: Generator, step: Of<"scan-groups">): void {
  const { groups, label, body } = step;
  const layout = gen.program.groups[groups]!;
  beforeLoop(gen, body);
  if (layout.collations.length === 0) {
    for (const at of layout.aggregates.keys())
      if (formOf(layout, at) === "count") gen.line(`if (H${groups}) G${groups}.states[${at}][0] = A${groups}_${at};`);
  }
  const id = gen.fresh();
  const [descending, nullsFirst] = [gen.constant(step.descending), gen.constant(step.nullsFirst)];
  gen.line(`const j${id} = new OrderedScan(G${groups}.order(${descending}, ${nullsFirst}), false);`);
  gen.block(`b${label}: for (let r${id}; (r${id} = j${id}.next()) >= 0;)`, () => {
    gen.line(`frame.turn(); G${groups}.finish(r${id}, frame.registers);`);
    if (!gen.hasOperations) {
      const bare = gen.layout.uses.groupShapes[groups]!.bare;
      for (const [first, count] of [
        [layout.keyRegisters, layout.collations.length],
        [layout.resultRegisters, layout.aggregates.length],
        [layout.bareRegisters, bare],
      ] as const) {
        for (let at = first; at < first + count; at++) {
          const register = gen.register(at);
          gen.line(`${register.t} = ft[${at}]; ${register.p} = fp[${at}];`);
        }
      }
    }
    gen.block(`n${label}:`, () => steps(gen, body));
  });
}
