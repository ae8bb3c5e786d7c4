/** A virtual list that new rows are added to at the end, and that follows the end until its reader scrolls away or selects a row. */
import type { Signal } from "@preact/signals";
import type { JSX } from "preact";
import { VirtualList } from "./virtual-list.tsx";

export interface FollowListProps<T> {
  readonly label: string;
  readonly items: readonly T[];
  readonly rowHeight: number;
  readonly rowClass: string;
  readonly row: (item: T) => JSX.Element;
  /** Whether the end is followed; also set by scrolling. */
  readonly follow: Signal<boolean>;
  /** The row that is shown in full; without it rows cannot be selected. */
  readonly selected?: Signal<T | undefined>;
}

export function FollowList<T>({
  label,
  items,
  rowHeight,
  rowClass,
  row,
  follow,
  selected,
}: FollowListProps<T>): JSX.Element {
  const index = selected?.value === undefined ? -1 : items.indexOf(selected.value);
  return (
    <VirtualList
      label={label}
      count={items.length}
      rowHeight={rowHeight}
      rowClass={rowClass}
      row={(at) => row(items[at]!)}
      follow={follow.value}
      onScrolled={(atEnd) => (follow.value = atEnd)}
      {...(index < 0 ? {} : { selected: index })}
      {...(selected === undefined
        ? {}
        : {
            onSelect: (at: number) => {
              selected.value = items[at];
              follow.value = false;
            },
          })}
    />
  );
}
