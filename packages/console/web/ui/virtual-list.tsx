/**
 * A list of any length, of which only the rows in sight exist. Rows have one height.
 *
 * With `onSelect` it is a listbox: arrow keys, Page Up and Down, Home and End move the selection; the focus stays on
 * the list (`aria-activedescendant`), because a focused row would vanish when it scrolls away.
 */
import type { VirtualItem } from "@tanstack/virtual-core";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import { useVirtualizer } from "./use-virtualizer.ts";

export interface VirtualListProps {
  label: string;
  count: number;
  /** Pixels. */
  rowHeight: number;
  rowClass: string;
  /** CSS grid columns of a row, where they depend on what is shown. */
  rowLayout?: string;
  row: (index: number) => ComponentChildren;
  /** Stays at the end while rows are appended. */
  follow?: boolean;
  /** The person scrolled: whether the end is now in sight. */
  onScrolled?: (atEnd: boolean) => void;
  /** The rows in sight, after each change of what they are. */
  onRange?: (first: number, last: number) => void;
  selected?: number | undefined;
  onSelect?: (index: number) => void;
  /** A row that is brought into sight when it becomes another. */
  reveal?: number | undefined;
}

const END_TOLERANCE_PX = 4;

export function VirtualList(props: VirtualListProps): JSX.Element {
  const {
    label,
    count,
    rowHeight,
    rowClass,
    rowLayout,
    row,
    follow = false,
    onScrolled,
    onRange,
    selected,
    onSelect,
    reveal,
  } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const id = useId();
  const list = useVirtualizer(scroller, { count, rowHeight });
  useLayoutEffect(() => {
    if (follow && scroller.current !== null) scroller.current.scrollTop = scroller.current.scrollHeight;
  });

  useEffect(() => {
    if (reveal !== undefined) list.scrollToIndex(reveal, { align: "auto" });
  }, [list, reveal]);

  const items: VirtualItem[] = list.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => onRange?.(first, last), [first, last, count, onRange]);

  const onScroll = (): void => {
    const { scrollTop, clientHeight, scrollHeight } = scroller.current!;
    onScrolled?.(scrollTop + clientHeight >= scrollHeight - END_TOLERANCE_PX);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (onSelect === undefined || count === 0) return;
    const target = nextIndex(event.key, selected, count, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight));
    if (target === undefined) return;
    event.preventDefault();
    onSelect(target);
    list.scrollToIndex(target, { align: "auto" });
  };

  const rowId = (index: number): string => `${id}-${index}`;
  const isListbox = onSelect !== undefined;
  return (
    <div
      ref={scroller}
      class="list"
      tabIndex={0}
      role={isListbox ? "listbox" : "list"}
      aria-label={label}
      aria-activedescendant={isListbox && selected !== undefined ? rowId(selected) : undefined}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
    >
      <div class="list-canvas" role="presentation" style={{ height: `${list.getTotalSize()}px` }}>
        {items.map((item) => (
          <div
            key={item.key}
            id={rowId(item.index)}
            class={`list-row ${rowClass}`}
            role={isListbox ? "option" : "listitem"}
            aria-setsize={count}
            aria-posinset={item.index + 1}
            aria-selected={isListbox ? item.index === selected : undefined}
            style={{
              height: `${rowHeight}px`,
              transform: `translateY(${item.start}px)`,
              ...(rowLayout !== undefined && { gridTemplateColumns: rowLayout }),
            }}
            onClick={isListbox ? () => onSelect(item.index) : undefined}
          >
            {row(item.index)}
          </div>
        ))}
      </div>
    </div>
  );
}

function nextIndex(key: string, selected: number | undefined, count: number, page: number): number | undefined {
  const from = selected ?? -1;
  const to = {
    ArrowDown: from + 1,
    ArrowUp: Math.max(0, from) - 1,
    PageDown: from + page,
    PageUp: from - page,
    Home: 0,
    End: count - 1,
  }[key];
  return to === undefined ? undefined : Math.max(0, Math.min(count - 1, to));
}
