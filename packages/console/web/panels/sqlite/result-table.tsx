/** Rows of a result: only those in sight exist, so that a hundred thousand scroll as ten do. A cell that is chosen is shown in full. */
import type { JSX } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import type { Cell, StatementResult } from "../../../src/tools/sqlite/sqlite-wire.ts";
import { CopyButton, IconButton } from "../../ui/icon-button.tsx";
import { useVirtualizer } from "../../ui/use-virtualizer.ts";
import { inFull, shown } from "./cells.ts";

const ROW_PX = 26;
const HEAD_PX = 30;
const SIGN_PX = 7.6;
const CELL_PADDING_PX = 22;
const MIN_COLUMN_PX = 56;
const MAX_COLUMN_PX = 340;
/** Rows by which columns' widths are chosen. */
const MEASURED_ROWS = 200;

interface Place {
  readonly row: number;
  readonly column: number;
}

export function ResultTable({ result }: { result: StatementResult }): JSX.Element {
  const { columns, rows } = result;
  const scroller = useRef<HTMLDivElement>(null);
  const list = useVirtualizer(scroller, { count: rows.length, rowHeight: ROW_PX, headHeight: HEAD_PX });
  const [chosen, choose] = useState<Place>({ row: 0, column: -1 });
  const numberPx = String(rows.length).length * SIGN_PX + CELL_PADDING_PX;
  const widths = useMemo(() => columns.map((_, at) => widthOf(result, at)), [result]);
  const layout = { gridTemplateColumns: `${numberPx}px ${widths.map((width) => `${width}px`).join(" ")}` };
  const width = widths.reduce((sum, one) => sum + one, numberPx);
  const cell = rows[chosen.row]?.[chosen.column];

  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.floor((scroller.current?.clientHeight ?? 0) / ROW_PX) - 1;
    const to = moved(chosen, event.key, page);
    if (to === undefined) return;
    event.preventDefault();
    const row = Math.max(0, Math.min(rows.length - 1, to.row));
    choose({ row, column: Math.max(0, Math.min(columns.length - 1, to.column)) });
    list.scrollToIndex(row, { align: "auto" });
  };

  return (
    <>
      <div
        ref={scroller}
        class="list sqlite-table"
        role="grid"
        aria-label="Rows"
        aria-rowcount={rows.length + 1}
        aria-colcount={columns.length}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div role="presentation" style={{ height: `${list.getTotalSize()}px`, width: `${width}px`, minWidth: "100%" }}>
          <div
            class="sqlite-row sqlite-heads"
            role="row"
            aria-rowindex={1}
            style={{ ...layout, height: `${HEAD_PX}px` }}
          >
            <span role="presentation" />
            {columns.map(({ name, type }, at) => (
              <span
                key={at}
                role="columnheader"
                aria-colindex={at + 1}
                title={type === null ? name : `${name} ${type}`}
              >
                {name} {type !== null && <span class="faint">{type.toLowerCase()}</span>}
              </span>
            ))}
          </div>
          {list.getVirtualItems().map(({ index, start, key }) => (
            <div
              key={key}
              class="sqlite-row"
              role="row"
              aria-rowindex={index + 2}
              style={{ ...layout, height: `${ROW_PX}px`, transform: `translateY(${start - HEAD_PX}px)` }}
            >
              <span class="faint sqlite-number" role="presentation">
                {index + 1}
              </span>
              {rows[index]!.map((value, column) => (
                <CellView
                  key={column}
                  cell={value}
                  column={column}
                  chosen={index === chosen.row && column === chosen.column}
                  choose={() => choose({ row: index, column })}
                />
              ))}
            </div>
          ))}
        </div>
      </div>
      {cell !== undefined && (
        <section class="details" aria-label="Value in full">
          <div class="details-head">
            <span class="mono muted truncate">
              {columns[chosen.column]!.name}, row {chosen.row + 1}
            </span>
            <CopyButton text={inFull(cell)} label="Copy the value" />
            <IconButton small icon="close" label="Close the value" onClick={() => choose({ ...chosen, column: -1 })} />
          </div>
          <pre class="sqlite-full">{inFull(cell)}</pre>
        </section>
      )}
    </>
  );
}

function CellView(props: { cell: Cell; column: number; chosen: boolean; choose: () => void }): JSX.Element {
  const { kind, text } = shown(props.cell);
  return (
    <span
      role="gridcell"
      class={`sqlite-cell ${kind}`}
      aria-colindex={props.column + 1}
      aria-selected={props.chosen}
      onClick={props.choose}
    >
      {text}
    </span>
  );
}

function widthOf({ columns, rows }: StatementResult, at: number): number {
  const { name, type } = columns[at]!;
  let signs = name.length + (type === null ? 0 : type.length + 1);
  for (const row of rows.slice(0, MEASURED_ROWS)) signs = Math.max(signs, shown(row[at]!).text.length);
  return Math.min(MAX_COLUMN_PX, Math.max(MIN_COLUMN_PX, Math.ceil(signs * SIGN_PX) + CELL_PADDING_PX));
}

function moved({ row, column }: Place, key: string, page: number): Place | undefined {
  const to: Readonly<Record<string, Place>> = {
    ArrowDown: { row: column < 0 ? row : row + 1, column },
    ArrowUp: { row: row - 1, column },
    ArrowRight: { row, column: column + 1 },
    ArrowLeft: { row, column: column - 1 },
    PageDown: { row: row + page, column },
    PageUp: { row: row - page, column },
    Home: { row: 0, column },
    End: { row: Infinity, column },
  };
  return to[key];
}
