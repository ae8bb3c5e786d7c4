/** A modal question, on the browser's own `<dialog>`: it traps the focus, closes on Escape and gives the focus back. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

export interface AskProps {
  title: string;
  /** On the button that does it. */
  action: string;
  danger?: boolean;
  children?: ComponentChildren;
  /** Does it; what it throws is shown, and the dialog stays. Gets the form's fields. */
  onSubmit: (fields: FormData) => Promise<void>;
  onClose: () => void;
}

export function Ask({ title, action, danger = false, children, onSubmit, onClose }: AskProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  useEffect(() => dialog.current!.showModal(), []);

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setFailure(undefined);
    try {
      await onSubmit(new FormData(event.target as HTMLFormElement));
      dialog.current?.close();
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <dialog ref={dialog} class="dialog" aria-label={title} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <h2>{title}</h2>
        {children}
        {failure !== undefined && (
          <p class="bad" role="alert">
            {failure}
          </p>
        )}
        <div class="actions">
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" class={`button ${danger ? "danger" : "primary"}`} disabled={busy}>
            {action}
          </button>
        </div>
      </form>
    </dialog>
  );
}
