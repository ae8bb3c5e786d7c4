/** Columns → closures, by what their source is. */
import { corrupt } from "../../pager/pager.ts";
import type { IndexSource } from "../../runtime/sources/index-source.ts";
import type { StoreSource } from "../../runtime/sources/memory-sources.ts";
import { indexSlotOf, NO_SLOT, ROWID_SLOT, type TableColumns } from "../../runtime/sources/table-columns.ts";
import type { TableSource } from "../../runtime/sources/table-source.ts";
import { ROWID } from "../../schema/table.ts";
import type { Tag } from "../../values/value.ts";
import type { Evaluator, SourceLayout } from "../program.ts";

/** `columns` of a table source. Sources have the classes that their layouts say (see open-sources.ts), so that the casts here hold. */
export function columnReader(
  source: number,
  layout: SourceLayout,
  column: number,
  columns: TableColumns | undefined,
  hasNullRows: boolean,
): Evaluator {
  switch (layout.kind) {
    case "table":
      return tableColumn(source, layout, column, columns!);
    case "index": {
      const slot = indexSlotOf(layout.table, layout.index, column);
      if (slot === NO_SLOT) throw corrupt();
      const isReal = layout.table.columns[column]?.affinity === "REAL";
      return (frame) => (frame.sources[source] as IndexSource).readSlot(frame, slot, isReal);
    }
    case "store":
      return (frame) => (frame.sources[source] as StoreSource).read(frame, column);
    case "registers": {
      if (hasNullRows) return (frame) => frame.sources[source]!.read(frame, column);
      const register = layout.first + column;
      return (frame) => {
        frame.tag = frame.registers.tags[register] as Tag;
        return frame.registers.payloads[register]!;
      };
    }
  }
}

function tableColumn(
  source: number,
  layout: Extract<SourceLayout, { kind: "table" }>,
  column: number,
  columns: TableColumns,
): Evaluator {
  const slot = column === ROWID ? ROWID_SLOT : columns.slots[column]!;
  if (slot === ROWID_SLOT) return (frame) => (frame.sources[source] as TableSource).rowid(frame);
  if (layout.through !== undefined) return (frame) => (frame.sources[source] as TableSource).read(frame, column);
  const isReal = columns.isReal(column);
  return (frame) => (frame.sources[source] as TableSource).readSlot(frame, slot, column, isReal);
}
