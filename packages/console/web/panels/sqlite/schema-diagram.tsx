/** Tables as boxes, foreign keys as arrows. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { TableInfo } from "../../../src/tools/sqlite/sqlite-wire.ts";
import { Empty } from "../../ui/empty.tsx";
import { type Box, BOX_WIDTH, HEAD_HEIGHT, layOutDiagram, LINE_HEIGHT, MAX_LINES } from "./diagram-layout.ts";

/** Signs of the page's text that fit a box. */
const MAX_SIGNS = 24;

export function SchemaDiagram({ tables }: { tables: readonly TableInfo[] }): JSX.Element {
  const { boxes, arrows, width, height } = useMemo(() => layOutDiagram(tables), [tables]);
  if (boxes.length === 0) return <Empty title="There are no tables" />;
  return (
    <div class="sqlite-scroll" tabIndex={0}>
      <svg class="sqlite-diagram" width={width} height={height} role="group" aria-label="Tables and their foreign keys">
        <defs>
          <marker id="sqlite-arrow" viewBox="0 0 8 8" refX="1" refY="4" markerWidth="8" markerHeight="8" orient="auto">
            <path d="M0 0L8 4L0 8z" />
          </marker>
        </defs>
        {arrows.map(({ label, path }, at) => (
          <path key={at} class="arrow" d={path} marker-end="url(#sqlite-arrow)" role="img" aria-label={label}>
            <title>{label}</title>
          </path>
        ))}
        {boxes.map((box) => (
          <TableBox key={box.table.name} {...box} />
        ))}
      </svg>
    </div>
  );
}

function TableBox({ table, x, y, height }: Box): JSX.Element {
  const { name, columns, foreignKeys } = table;
  const referencing = new Set(foreignKeys.flatMap(({ from }) => from.map((column) => column.toLowerCase())));
  const lines = columns.slice(0, MAX_LINES);
  return (
    <g
      transform={`translate(${x} ${y})`}
      role="img"
      aria-label={`Table ${name}: ${columns.map((column) => column.name).join(", ")}`}
    >
      <rect class="box" width={BOX_WIDTH} height={height} rx="6" />
      <text class="head" x="12" y={HEAD_HEIGHT - 9}>
        {shortened(name, MAX_SIGNS)}
      </text>
      <path class="rule" d={`M0 ${HEAD_HEIGHT}H${BOX_WIDTH}`} />
      {lines.map(({ name: column, type, key }, at) => (
        <g key={column} transform={`translate(0 ${HEAD_HEIGHT + at * LINE_HEIGHT})`}>
          <text class={key > 0 ? "key" : referencing.has(column.toLowerCase()) ? "reference" : ""} x="12" y="15">
            {shortened(column, 16)}
          </text>
          <text class="type" x={BOX_WIDTH - 12} y="15" text-anchor="end">
            {shortened(type.toLowerCase(), 9)}
          </text>
        </g>
      ))}
      {columns.length > MAX_LINES && (
        <text class="type" x="12" y={HEAD_HEIGHT + MAX_LINES * LINE_HEIGHT + 15}>
          {columns.length - MAX_LINES} more
        </text>
      )}
    </g>
  );
}

function shortened(text: string, signs: number): string {
  return text.length > signs ? `${text.slice(0, signs - 1)}…` : text;
}
