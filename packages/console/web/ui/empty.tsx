import type { ComponentChildren, JSX } from "preact";

/** What stands where there is nothing yet: what would be here, and how it comes. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }): JSX.Element {
  return (
    <div class="empty">
      <strong>{title}</strong>
      {children !== undefined && <span>{children}</span>}
    </div>
  );
}
