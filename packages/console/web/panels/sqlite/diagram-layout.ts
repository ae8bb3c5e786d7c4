/** Places for tables in a diagram of their foreign keys: whoever is referenced stands left of who references it. */
import type { TableInfo } from "../../../src/tools/sqlite/sqlite-wire.ts";

export const BOX_WIDTH = 190;
export const HEAD_HEIGHT = 28;
export const LINE_HEIGHT = 20;
const GAP_X = 90;
const GAP_Y = 24;
const MARGIN = 16;
/** Columns that a box shows. */
export const MAX_LINES = 12;

export interface Box {
  readonly table: TableInfo;
  readonly x: number;
  readonly y: number;
  readonly height: number;
}

export interface Arrow {
  /** What it says, in words. */
  readonly label: string;
  readonly path: string;
}

export interface Diagram {
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
  readonly width: number;
  readonly height: number;
}

/** Of tables alone: views have no keys. */
export function layOutDiagram(all: readonly TableInfo[]): Diagram {
  const tables = all.filter(({ kind }) => kind === "table");
  const byName = new Map(tables.map((table) => [table.name.toLowerCase(), table]));
  const targets = (table: TableInfo): TableInfo[] =>
    table.foreignKeys.flatMap((key) => byName.get(key.table.toLowerCase()) ?? []);

  const ranks = new Map<TableInfo, number>();
  /** One more than the highest rank that it references; a circle is cut where it closes. */
  const rank = (table: TableInfo): number => {
    const known = ranks.get(table);
    if (known !== undefined) return known;
    ranks.set(table, 0);
    const others = targets(table).filter((target) => target !== table);
    const own = others.reduce((highest, target) => Math.max(highest, rank(target) + 1), 0);
    ranks.set(table, own);
    return own;
  };
  for (const table of tables) rank(table);

  const columns: TableInfo[][] = [];
  for (const table of tables) (columns[ranks.get(table)!] ??= []).push(table);
  const boxes = new Map<TableInfo, Box>();
  let height = 0;
  let x = MARGIN;
  for (const column of columns) {
    // A circle may leave a rank empty.
    if (column === undefined) continue;
    const pull = (table: TableInfo): number => {
      const places = targets(table).flatMap((target) => boxes.get(target)?.y ?? []);
      return places.length === 0 ? 0 : places.reduce((sum, y) => sum + y, 0) / places.length;
    };
    let y = MARGIN;
    for (const table of column.toSorted((a, b) => pull(a) - pull(b))) {
      const lines = Math.min(table.columns.length, MAX_LINES) + (table.columns.length > MAX_LINES ? 1 : 0);
      const box = { table, x, y, height: HEAD_HEIGHT + lines * LINE_HEIGHT + 6 };
      boxes.set(table, box);
      y += box.height + GAP_Y;
    }
    height = Math.max(height, y - GAP_Y + MARGIN);
    x += BOX_WIDTH + GAP_X;
  }
  const arrows = [...boxes.values()].flatMap((box) =>
    box.table.foreignKeys.flatMap((key): Arrow[] => {
      const target = byName.get(key.table.toLowerCase());
      if (target === undefined) return [];
      const label = `${box.table.name} (${key.from.join(", ")}) references ${target.name}`;
      return [{ label, path: curve(box, lineOf(box, key.from[0]), boxes.get(target)!, key.to[0] ?? undefined) }];
    }),
  );
  return { boxes: [...boxes.values()], arrows, width: Math.max(0, x - GAP_X) + MARGIN, height };
}

/** The middle of a column's line; of the last one for columns that are not shown. */
function lineOf({ table, y }: Box, column: string | undefined): number {
  const wanted = column?.toLowerCase();
  const at = table.columns.findIndex(({ name, key }) =>
    wanted === undefined ? key === 1 : name.toLowerCase() === wanted,
  );
  return y + HEAD_HEIGHT + (Math.min(Math.max(at, 0), MAX_LINES) + 0.5) * LINE_HEIGHT;
}

/** From a column's line to the column that it references; around the right side where the target does not stand to the left. */
function curve(from: Box, y1: number, to: Box, column: string | undefined): string {
  const y2 = lineOf(to, column);
  if (to.x < from.x) {
    const x1 = from.x;
    const x2 = to.x + BOX_WIDTH;
    const bend = Math.max(30, (x1 - x2) / 2);
    return `M${x1} ${y1}C${x1 - bend} ${y1} ${x2 + bend} ${y2} ${x2 + 7} ${y2}`;
  }
  const x1 = from.x + BOX_WIDTH;
  const x2 = to.x + BOX_WIDTH;
  const bend = Math.max(x1, x2) + 42;
  return `M${x1} ${y1}C${bend} ${y1} ${bend} ${y2} ${x2 + 7} ${y2}`;
}
