/** Queries: LIMIT and OFFSET around one core, a compound of several, or rows of VALUES. */
import type { Block, Expression, Step } from "../../compile/program.ts";
import type { BoundQuery } from "../query.ts";
import { lowerCompound } from "./compound.ts";
import { orderingOf } from "./core-plan.ts";
import { lowerExpression } from "./expressions.ts";
import type { Lowering, Sink } from "./lowering.ts";
import { lowerCore } from "./select.ts";
import { assign, constantInteger, register } from "./steps.ts";

export interface QueryOptions {
  /** No row but the first is wanted: the sink leaves after it. */
  readonly firstOnly?: boolean;
}

/** The steps that run `query` and do with each of its rows what `sink` says. */
export function lowerQuery(query: BoundQuery, sink: Sink, lowering: Lowering, options: QueryOptions = {}): Block {
  const limits = new Limits(query, lowering, options.firstOnly === true);
  return limits.around(lowerCores(query, limits, (values) => limits.row(sink(values)), lowering));
}

function lowerCores(query: BoundQuery, limits: Limits, sink: Sink, lowering: Lowering): Block {
  if (query.cores.length > 1) return lowerCompound(query, limits.wanted, sink, lowering);
  const options = { ...orderingOf(query, 0), wanted: limits.wanted, limited: limits.isLimited };
  return lowerCore(query.cores[0]!, options, sink, lowering); // there is one at least
}

/** Counts rows for LIMIT and OFFSET. */
export class Limits {
  readonly #lowering: Lowering;
  readonly #prepare: Step[] = [];
  readonly #limit: number | undefined;
  readonly #offset: number | undefined;
  readonly #end: number;
  /** A register with the number of rows beyond which sorting needs to keep none; negative: all. */
  readonly wanted: number | undefined;
  readonly isLimited: boolean;

  constructor({ limit, offset }: Pick<BoundQuery, "limit" | "offset">, lowering: Lowering, firstOnly: boolean) {
    this.#lowering = lowering;
    this.#end = lowering.builder.label();
    this.isLimited = firstOnly || limit !== undefined;
    if (limit === undefined) {
      if (!firstOnly) return;
      this.wanted = lowering.builder.registers.allocate();
      this.#prepare.push(assign(this.wanted, constantInteger(1)));
      return;
    }
    const count = (e: typeof limit): number => {
      const at = lowering.builder.registers.allocate();
      this.#prepare.push({ kind: "assign-integer", register: at, value: lowerExpression(e, lowering) });
      return at;
    };
    this.#limit = count(limit);
    this.#offset = offset && count(offset);
    this.wanted = this.#offset === undefined ? this.#limit : this.#sum(this.#limit, this.#offset);
  }

  /** The steps of a row that is one of those counted. */
  row(steps: Block): Block {
    const { builder } = this.#lowering;
    if (this.#limit === undefined) return steps;
    const leave: Step = { kind: "break", label: this.#end };
    const counted: Block = [...steps, { kind: "take", register: this.#limit, then: [leave] }];
    if (this.#offset === undefined) return counted;
    const label = builder.label();
    const skip: Step = { kind: "skip", register: this.#offset, then: [{ kind: "break", label }] };
    return [{ kind: "block", label, body: [skip, ...counted] }];
  }

  /** The query's steps, in which `row` stands. */
  around(steps: Block): Block {
    if (this.#limit === undefined) return [...this.#prepare, ...steps];
    const body: Block = [{ kind: "block", label: this.#end, body: steps }];
    return [...this.#prepare, { kind: "if", condition: register(this.#limit), then: body }];
  }

  /** LIMIT and OFFSET together, with no limit where there is none or the sum is far beyond what could be kept. */
  #sum(limit: number, offset: number): number {
    const { binary, builder } = this.#lowering;
    const total = builder.registers.allocate();
    const compare = (left: number, operator: "<" | ">", right: number): Expression => ({
      kind: "compare",
      operator,
      left: register(left),
      right: constantInteger(right),
      affinity: "none",
      collation: binary,
    });
    const unlimited: Expression = {
      kind: "or",
      left: { kind: "or", left: compare(limit, "<", 0), right: compare(limit, ">", MOST_KEPT) },
      right: compare(offset, ">", MOST_KEPT),
    };
    const sum: Expression = { kind: "arithmetic", operator: "+", left: register(limit), right: register(offset) };
    this.#prepare.push(
      assign(total, {
        kind: "case",
        branches: [
          { when: unlimited, result: constantInteger(-1) },
          { when: compare(offset, "<", 0), result: register(limit) },
        ],
        otherwise: sum,
      }),
    );
    return total;
  }
}

/** Nothing keeps more rows than this. */
const MOST_KEPT = 2 ** 40;
