/** The few icons of the page: 16 px, one stroke, drawn here. Always beside or inside something with a name. */
import type { JSX } from "preact";

const PATHS = {
  overview: "M2.5 3.5h11M2.5 8h11M2.5 12.5h11",
  logs: "M3 2.5h10v11H3zM5.5 5.5h5M5.5 8h5M5.5 10.5h3",
  metrics: "M2.5 2.5v11h11M5 10.5l2.5-3.5 2 2L13 4.5",
  copy: "M6 6h7.5v7.5H6zM3 10H2.5V2.5H10V3",
  check: "M3 8.5l3.2 3.2L13 4.8",
  start: "M5 3.2l7.5 4.8L5 12.8z",
  stop: "M4 4h8v8H4z",
  restart: "M13 8a5 5 0 1 1-1.6-3.7M13 2.2v3h-3",
  sun: "M8 5.2a2.8 2.8 0 1 0 0 5.6a2.8 2.8 0 1 0 0-5.6M8 1.2v1.4M8 13.4v1.4M1.2 8h1.4M13.4 8h1.4M3.2 3.2l1 1M11.8 11.8l1 1M12.8 3.2l-1 1M4.2 11.8l-1 1",
  moon: "M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8z",
  close: "M4 4l8 8M12 4l-8 8",
  back: "M9.5 3.5L5 8l4.5 4.5",
  edit: "M3 13l.6-2.8L10.8 3l2.2 2.2-7.2 7.2zM9.4 4.4l2.2 2.2",
  trash: "M3 4.5h10M6 4.5V3h4v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5",
  refresh: "M3 8a5 5 0 0 1 8.7-3.3L13 6M13 3v3h-3M13 8a5 5 0 0 1-8.7 3.3L3 10M3 13v-3h3",
  plus: "M8 3v10M3 8h10",
  code: "M5.5 4.5L2 8l3.5 3.5M10.5 4.5L14 8l-3.5 3.5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        stroke-width="1.4"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}

/** A mortise with its tenon. */
export function Mark(): JSX.Element {
  return (
    <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
      <path d="M2 4h16v5h-5v8H7V9H2z" fill="currentColor" />
    </svg>
  );
}
