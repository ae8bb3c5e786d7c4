import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Icon, type IconName } from "./icons.tsx";

export interface IconButtonProps {
  icon: IconName;
  /** What it does; read aloud, and shown as the tooltip. */
  label: string;
  onClick: () => void;
  disabled?: boolean;
  small?: boolean;
}

export function IconButton({ icon, label, onClick, disabled = false, small = false }: IconButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class={`icon-button ${small ? "small" : ""}`}
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}

const COPIED_MS = 1500;

/** Copies `text`; turns into a check mark for a moment. */
export function CopyButton({ text, label }: { text: string; label: string }): JSX.Element {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), COPIED_MS);
  };
  return (
    <button
      type="button"
      class={`icon-button small ${copied ? "done" : ""}`}
      aria-label={copied ? "Copied" : label}
      title={copied ? "Copied" : label}
      onClick={() => void copy().catch(() => setCopied(false))}
    >
      <Icon name={copied ? "check" : "copy"} />
    </button>
  );
}
