/** A message's fields beside its bytes: pointing at one shows the other, choosing one chooses the other. */
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { WirePacket } from "../../../src/panels/dns/wire.ts";
import { narrow } from "../../ui/narrow.ts";
import { VirtualList } from "../../ui/virtual-list.tsx";
import { HexView } from "./hex-view.tsx";
import { bytesOfBase64 } from "./packet-bytes.ts";
import { closedAtFirst, fieldAt, openedTo, type PacketRow, pathOfByte, shownPath, visibleRows } from "./packet-rows.ts";

const ROW_PX = 26;

export function PacketView({ packet }: { packet: WirePacket }): JSX.Element {
  const { fields: root } = packet;
  const bytes = useMemo(() => bytesOfBase64(packet.base64), [packet]);
  const [closed, setClosed] = useState<ReadonlySet<string>>(() => closedAtFirst(root));
  const [selected, setSelected] = useState<string>();
  const [hovered, setHovered] = useState<string>();
  const rows = useMemo(() => visibleRows(root, closed), [root, closed]);
  const index = rows.findIndex(({ path }) => path === selected);
  const chosen = selected === undefined ? undefined : fieldAt(root, selected);
  const pointed = hovered === undefined ? undefined : fieldAt(root, hovered);
  const pointedRow = hovered === undefined ? undefined : shownPath(closed, hovered);

  const toggle = (path: string, isOpen: boolean): void => {
    const next = new Set(closed);
    if (isOpen) next.delete(path);
    else next.add(path);
    setClosed(next);
    if (selected !== undefined) setSelected(shownPath(next, selected));
  };
  const selectByte = (at: number): void => {
    const path = pathOfByte(root, at);
    if (path === undefined) return;
    setClosed(openedTo(closed, path));
    setSelected(path);
  };
  /** As in a tree: right opens, left closes, then goes outwards. */
  const onKeyDown = (event: KeyboardEvent): void => {
    const row = rows[index];
    if (row === undefined || (event.key !== "ArrowLeft" && event.key !== "ArrowRight")) return;
    event.preventDefault();
    const isOpen = row.field.children.length > 0 && !closed.has(row.path);
    if (event.key === "ArrowRight") toggle(row.path, true);
    else if (isOpen) toggle(row.path, false);
    else if (row.depth > 0) setSelected(row.path.slice(0, row.path.lastIndexOf(".")));
  };
  return (
    <div class="packet">
      <div
        class="packet-fields"
        onKeyDown={onKeyDown}
        onMouseOver={(event) =>
          setHovered((event.target as Element).closest<HTMLElement>("[data-path]")?.dataset["path"])
        }
        onMouseLeave={() => setHovered(undefined)}
      >
        <VirtualList
          label="Fields"
          count={rows.length}
          rowHeight={ROW_PX}
          rowClass="field-row"
          row={(at) => (
            <FieldCells
              row={rows[at]!}
              isOpen={!closed.has(rows[at]!.path)}
              isPointed={rows[at]!.path === pointedRow}
              toggle={toggle}
            />
          )}
          selected={index < 0 ? undefined : index}
          onSelect={(at) => setSelected(rows[at]!.path)}
          reveal={index < 0 ? undefined : index}
        />
      </div>
      <div class="packet-bytes">
        <HexView
          bytes={bytes}
          width={narrow.value ? 8 : 16}
          selected={chosen}
          pointed={pointed}
          onPoint={(at) => setHovered(at === undefined ? undefined : pathOfByte(root, at))}
          onSelect={selectByte}
        />
        <p class="packet-note" role="status">
          {chosen === undefined ? (
            "Choose a field or a byte."
          ) : (
            <>
              <span class="faint">{rangeText(chosen.start, chosen.end)}</span> {chosen.label}
              {chosen.value !== "" && ": "}
              <span class="mono">{chosen.value}</span>
              {chosen.problem !== undefined && <span class="bad"> {chosen.problem}</span>}
            </>
          )}
        </p>
      </div>
    </div>
  );
}

function FieldCells(props: {
  row: PacketRow;
  isOpen: boolean;
  isPointed: boolean;
  toggle: (path: string, isOpen: boolean) => void;
}): JSX.Element {
  const { row, isOpen, isPointed, toggle } = props;
  const { field, path, depth } = row;
  const hasMore = field.children.length > 0;
  return (
    <span
      class={`field-cells ${isPointed ? "is-pointed" : ""}`}
      data-path={path}
      style={{ paddingLeft: `${depth * 15}px` }}
    >
      {hasMore ? (
        <button
          type="button"
          class={`twisty ${isOpen ? "is-open" : ""}`}
          tabIndex={-1}
          aria-label={isOpen ? `Close ${field.label}` : `Open ${field.label}`}
          onClick={(event) => {
            event.stopPropagation();
            toggle(path, !isOpen);
          }}
        />
      ) : (
        <span class="twisty-space" />
      )}
      <span class="field-label">{field.label}</span>
      <span class="mono field-value">{field.value}</span>
      {field.problem !== undefined && <span class="bad field-problem">{field.problem}</span>}
      <span class="faint mono field-range">{rangeText(field.start, field.end)}</span>
    </span>
  );
}

function rangeText(start: number, end: number): string {
  if (end === start) return String(start);
  return end - start === 1 ? String(start) : `${start}–${end - 1}`;
}
