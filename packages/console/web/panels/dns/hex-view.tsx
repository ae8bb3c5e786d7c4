/** Bytes as a hex dump, of which some are marked; a cursor of its own goes through them by keyboard. */
import type { MessageField } from "@tenon/dns";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { VirtualList } from "../../ui/virtual-list.tsx";

const ROW_PX = 22;

interface Range {
  readonly start: number;
  readonly end: number;
}

export interface HexViewProps {
  bytes: Uint8Array;
  /** Bytes a row. */
  width: number;
  selected: MessageField | undefined;
  pointed: Range | undefined;
  onPoint: (at: number | undefined) => void;
  onSelect: (at: number) => void;
}

export function HexView({ bytes, width, selected, pointed, onPoint, onSelect }: HexViewProps): JSX.Element {
  const [cursor, setCursor] = useState(0);
  // The cursor, unless the choice was made elsewhere.
  const place = selected === undefined || within(cursor, selected) ? cursor : selected.start;
  const choose = (at: number): void => {
    setCursor(at);
    onSelect(at);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = {
      ArrowRight: place + 1,
      ArrowLeft: place - 1,
      ArrowDown: place + width,
      ArrowUp: place - width,
      Home: 0,
      End: bytes.length - 1,
    }[event.key];
    if (to === undefined || bytes.length === 0) return;
    event.preventDefault();
    choose(Math.max(0, Math.min(bytes.length - 1, to)));
  };
  const classOf = (at: number): string => {
    const marks = [
      within(at, selected) ? "is-selected" : "",
      within(at, pointed) ? "is-pointed" : "",
      selected?.target === at ? "is-target" : "",
    ];
    return `byte ${marks.filter((mark) => mark !== "").join(" ")}`;
  };
  const row = (index: number): JSX.Element => {
    const start = index * width;
    const places = Array.from({ length: Math.min(width, bytes.length - start) }, (_, i) => start + i);
    return (
      <>
        <span class="faint">{start.toString(16).padStart(4, "0")}</span>
        <span class="hex-bytes">
          {places.map((at) => (
            <span key={at} class={classOf(at)} data-at={at}>
              {bytes[at]!.toString(16).padStart(2, "0")}
            </span>
          ))}
        </span>
        <span class="hex-text">
          {places.map((at) => (
            <span key={at} class={classOf(at)} data-at={at}>
              {bytes[at]! > 0x20 && bytes[at]! < 0x7f ? String.fromCharCode(bytes[at]!) : "·"}
            </span>
          ))}
        </span>
      </>
    );
  };
  return (
    <div
      class="hex"
      onKeyDown={onKeyDown}
      onMouseOver={(event) => onPoint(byteOf(event.target))}
      onMouseLeave={() => onPoint(undefined)}
      onClick={(event) => {
        const at = byteOf(event.target);
        if (at !== undefined) choose(at);
      }}
    >
      <VirtualList
        label="Bytes"
        count={Math.ceil(bytes.length / width)}
        rowHeight={ROW_PX}
        rowClass="hex-row"
        row={row}
        reveal={selected === undefined ? undefined : Math.floor(place / width)}
      />
    </div>
  );
}

function within(at: number, range: Range | undefined): boolean {
  return range !== undefined && range.start <= at && at < range.end;
}

function byteOf(target: EventTarget | null): number | undefined {
  const at = (target as Element | null)?.closest<HTMLElement>("[data-at]")?.dataset["at"];
  return at === undefined ? undefined : Number(at);
}
