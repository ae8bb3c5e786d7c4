import { type Signal, signal } from "@preact/signals";

const query = matchMedia("(max-width: 760px)");

/** Whether the window is too narrow for columns; the breakpoint of the style sheets. */
export const narrow: Signal<boolean> = signal(query.matches);
query.addEventListener("change", () => (narrow.value = query.matches));
