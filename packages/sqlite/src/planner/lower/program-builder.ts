/**
 * Puts a program together: numbers for sources, stores, groups, registers, labels and routines, and the lines of EXPLAIN QUERY PLAN.
 */
import type { Block, GroupLayout, PlanNode, Program, SourceLayout, Step, StoreLayout } from "../../compile/program.ts";
import type { PlanLine } from "../access/plan.ts";
import type { Ids, Registers } from "../ids.ts";
import type { ResultColumn } from "../query.ts";

/** A line to which more are added. */
export interface OpenPlanLine extends PlanLine {
  readonly children: OpenPlanLine[];
}

export class ProgramBuilder {
  readonly ids: Ids;
  readonly registers: Registers;
  readonly reads: Set<number> = new Set();
  readonly writes: Set<number> = new Set();
  readonly #sources: (SourceLayout | undefined)[] = [];
  readonly #stores: StoreLayout[] = [];
  readonly #groups: GroupLayout[] = [];
  readonly #routines: Block[] = [];
  #line: OpenPlanLine = { text: "", children: [] };
  readonly #plan: OpenPlanLine = this.#line;
  #labels = 0;
  #onces = 0;

  /** `ids` and `registers` are those with which the statement was bound. */
  constructor(ids: Ids, registers: Registers) {
    this.ids = ids;
    this.registers = registers;
  }

  setSource(id: number, layout: SourceLayout): void {
    this.#sources[id] = layout;
    if (layout.kind === "table" || layout.kind === "index") this.reads.add(layout.database);
  }

  /** A new source. */
  source(layout: SourceLayout): number {
    const id = this.ids.source();
    this.setSource(id, layout);
    return id;
  }

  store(layout: StoreLayout): number {
    return this.#stores.push(layout) - 1;
  }

  groups(layout: GroupLayout): number {
    return this.#groups.push(layout) - 1;
  }

  label(): number {
    return this.#labels++;
  }

  once(body: Block): Step {
    return { kind: "once", id: this.#onces++, body };
  }

  /** Makes a routine of `body`; the answer calls it. */
  routine(body: Block): Block {
    const { call, define } = this.openRoutine();
    define(body);
    return call;
  }

  /** A routine that may be called before it is known what it does. */
  openRoutine(): { readonly call: Block; readonly define: (body: Block) => void } {
    const routine = this.#routines.push([]) - 1;
    return { call: [{ kind: "call", routine }], define: (body) => void (this.#routines[routine] = body) };
  }

  /** Adds a line to EXPLAIN QUERY PLAN, below the current one. */
  explain(text: string): OpenPlanLine {
    const line: OpenPlanLine = { text, children: [] };
    this.#line.children.push(line);
    return line;
  }

  /** Adds a line; what `make` adds stands below it. */
  explained<T>(text: string, make: () => T): T {
    return this.explainedBelow(this.explain(text), make);
  }

  /** The line below which lines are added now. */
  get line(): OpenPlanLine {
    return this.#line;
  }

  /** What `make` adds stands below `line`. */
  explainedBelow<T>(line: OpenPlanLine, make: () => T): T {
    const before = this.#line;
    this.#line = line;
    try {
      return make();
    } finally {
      this.#line = before;
    }
  }

  /** Adds lines that somebody else has made. */
  explainAll(lines: readonly PlanLine[]): void {
    for (const { text, children } of lines) this.explained(text, () => this.explainAll(children));
  }

  program(main: Block, columns: readonly ResultColumn[]): Program {
    return {
      sources: Array.from({ length: this.ids.counts.sources }, (_, id) => this.#sources[id]),
      stores: this.#stores,
      groups: this.#groups,
      routines: this.#routines,
      registers: this.registers.count,
      onces: this.#onces,
      locals: this.ids.counts.locals,
      main,
      columns,
      reads: this.reads,
      writes: this.writes,
      plan: planNodes(this.#plan),
    };
  }
}

/** Lines in the order of the tree, numbered so. */
function planNodes(root: PlanLine): PlanNode[] {
  const nodes: PlanNode[] = [];
  const add = ({ children }: PlanLine, parent: number): void => {
    for (const line of children) {
      const id = nodes.length + 1;
      nodes.push({ id, parent, text: line.text });
      add(line, id);
    }
  };
  add(root, 0);
  return nodes;
}
