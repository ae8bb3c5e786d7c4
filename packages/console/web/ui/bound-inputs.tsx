/** Inputs of toolbars that show a signal and set it. */
import type { Signal } from "@preact/signals";
import type { JSX } from "preact";
import { Check } from "./check.tsx";

/** Finds as one types; `label` says what, for the eye and for screen readers. */
export function SearchBox({ label, text }: { label: string; text: Signal<string> }): JSX.Element {
  return (
    <input
      class="input grow"
      type="search"
      placeholder={label}
      aria-label={label}
      value={text.value}
      onInput={(event) => (text.value = event.currentTarget.value)}
    />
  );
}

export function CheckBox({ label, on }: { label: string; on: Signal<boolean> }): JSX.Element {
  return <Check label={label} on={on.value} onChange={(value) => (on.value = value)} />;
}
