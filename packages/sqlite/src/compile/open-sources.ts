/** Layouts → what an execution begins with. */
import type { Frame } from "../runtime/frame.ts";
import { Groups } from "../runtime/groups.ts";
import { IndexSource } from "../runtime/sources/index-source.ts";
import { RegisterSource, StoreSource } from "../runtime/sources/memory-sources.ts";
import type { Source } from "../runtime/sources/source.ts";
import { TableColumns } from "../runtime/sources/table-columns.ts";
import { TableSource } from "../runtime/sources/table-source.ts";
import { openStore } from "../runtime/stores/open.ts";
import type { Store } from "../runtime/stores/store.ts";
import { Cells } from "../values/value.ts";
import type { Program, SourceLayout } from "./program.ts";
import type { ProgramUses } from "./uses.ts";

/** What frames of a program are filled with; shared by all of them. */
export class FrameLayout {
  readonly program: Program;
  readonly uses: ProgramUses;
  /** By source: of those that are tables. */
  readonly tables: readonly (TableColumns | undefined)[];

  constructor(program: Program, uses: ProgramUses) {
    this.program = program;
    this.uses = uses;
    this.tables = program.sources.map((layout) =>
      layout?.kind === "table" ? new TableColumns(layout.table) : undefined,
    );
  }

  /** Makes stores and sources, or those of the frame's execution before ready again. No cursor is opened before it is used. */
  prepare(frame: Frame, scratch: number, scans: number): void {
    if (frame.preparedBy === this && frame.scratch.length === scratch && frame.scans.length === scans) {
      for (const store of frame.stores) store.clear();
      for (const groups of frame.groups) groups.clear();
      if (frame.onces.length > 0) frame.onces.fill(0);
      if (scans > 0) frame.scans.fill(undefined);
      return;
    }
    const { program, uses } = this;
    frame.preparedBy = this;
    frame.stores = program.stores.map((layout) => openStore(layout));
    frame.sources = program.sources.map((layout, at) => this.#open(frame, layout, at));
    frame.groups = program.groups.map(
      (layout, at) => new Groups(layout, uses.groupShapes[at]!, frame.environment.context),
    );
    frame.onces = new Uint8Array(program.onces);
    frame.locals = new Cells(program.locals);
    frame.scratch = new Cells(scratch);
    frame.scans = new Array<undefined>(scans).fill(undefined);
    frame.returns.length = 0;
  }

  #open(frame: Frame, layout: SourceLayout | undefined, at: number): Source {
    const { environment, stores } = frame;
    switch (layout?.kind) {
      case "table":
        return new TableSource(environment, layout.database, this.tables[at]!, layout.through);
      case "index":
        return new IndexSource(environment, layout.database, layout.table, layout.index);
      case "store":
        return new StoreSource((stores[layout.store] as Store).rows, layout.first);
      case "registers":
        return new RegisterSource(layout.first);
      case undefined:
        return NO_SOURCE;
    }
  }
}

const NO_SOURCE: Source = new RegisterSource(0);

/** Gives back what an execution holds. */
export function closeSources(frame: Frame): void {
  for (const source of frame.sources) source.close();
  if (frame.depth === 0) frame.statement.close();
}
