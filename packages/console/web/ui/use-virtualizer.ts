/** Which rows of a long list are in sight. */
import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from "@tanstack/virtual-core";
import { useLayoutEffect, useReducer, useRef } from "preact/hooks";

/** Rows beyond the edges that are drawn as well. */
const OVERSCAN = 8;

export interface Rows {
  readonly count: number;
  /** Pixels. */
  readonly rowHeight: number;
  /** Pixels above the first row, of a head that scrolls along or stays in sight. */
  readonly headHeight?: number;
}

/** Draws the caller anew when other rows come into sight. `scroller` is the element that scrolls, once it is drawn. */
export function useVirtualizer(
  scroller: { readonly current: HTMLDivElement | null },
  { count, rowHeight, headHeight = 0 }: Rows,
): Virtualizer<HTMLDivElement, HTMLDivElement> {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const virtualizer = useRef<Virtualizer<HTMLDivElement, HTMLDivElement>>(undefined);
  const options = {
    count,
    overscan: OVERSCAN,
    paddingStart: headHeight,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => redraw(undefined),
  };
  if (virtualizer.current === undefined) virtualizer.current = new Virtualizer(options);
  const list = virtualizer.current;
  const oldHeight = useRef(rowHeight);
  list.setOptions(options);
  if (oldHeight.current !== rowHeight) {
    oldHeight.current = rowHeight;
    list.measure();
  }
  useLayoutEffect(() => list._didMount(), [list]);
  useLayoutEffect(() => list._willUpdate());
  return list;
}
