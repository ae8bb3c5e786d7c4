/** Texts that were parsed and plans that were made lately, so that preparing the same text again is cheap. */
import type { Plan } from "./plan.ts";
import type { ParsedText } from "./prepared-statement.ts";

/** Texts that are kept. */
const MAX_TEXTS = 128;
/** Longer ones, of scripts and of inserts with all their data, seldom come again. */
const MAX_LENGTH = 4_096;

export class PlanCache {
  /** The one that was used longest ago first. */
  readonly #texts = new Map<string, ParsedText>();
  /** Statements with `?` for their literals. */
  readonly #shapes = new Map<string, ParsedText | "once">();
  readonly #plans = new WeakMap<ParsedText, { readonly plan: Plan; readonly generation: number }>();

  text(sql: string): ParsedText | undefined {
    const known = this.#texts.get(sql);
    if (known === undefined) return undefined;
    this.#texts.delete(sql);
    this.#texts.set(sql, known);
    return known;
  }

  addText(sql: string, text: ParsedText): void {
    if (sql.length > MAX_LENGTH) return;
    this.#texts.set(sql, text);
    if (this.#texts.size <= MAX_TEXTS) return;
    for (const oldest of this.#texts.keys()) {
      this.#texts.delete(oldest);
      return;
    }
  }

  /** The shape's text; "once" when it has been asked for once before, and undefined when it never was. */
  shape(shape: string): ParsedText | "once" | undefined {
    const known = this.#shapes.get(shape);
    if (known === undefined) this.addShape(shape, "once");
    return known;
  }

  addShape(shape: string, text: ParsedText | "once"): void {
    this.#shapes.set(shape, text);
    if (this.#shapes.size <= MAX_TEXTS) return;
    for (const oldest of this.#shapes.keys()) {
      this.#shapes.delete(oldest);
      return;
    }
  }

  plan(text: ParsedText, generation: number): Plan | undefined {
    const known = this.#plans.get(text);
    return known?.generation === generation ? known.plan : undefined;
  }

  addPlan(text: ParsedText, plan: Plan, generation: number): void {
    this.#plans.set(text, { plan, generation });
  }

  clear(): void {
    this.#texts.clear();
    this.#shapes.clear();
  }
}
