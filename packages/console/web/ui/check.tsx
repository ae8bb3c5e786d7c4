import type { JSX } from "preact";

export interface CheckProps {
  readonly label: string;
  /** What a short label means. */
  readonly title?: string;
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
}

/** A box to tick, with its words. */
export function Check({ label, title = "", on, onChange }: CheckProps): JSX.Element {
  return (
    <label class="check" title={title}>
      <input type="checkbox" checked={on} onChange={(event) => onChange(event.currentTarget.checked)} />
      {label}
    </label>
  );
}
