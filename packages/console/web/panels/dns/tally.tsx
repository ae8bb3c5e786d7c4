import type { JSX } from "preact";
import { count } from "../../format.ts";

export interface TallyRow {
  readonly name: string;
  readonly value: number;
  /** A second. */
  readonly rate?: number;
}

/** Counts as bars, each as long as its share of the highest. */
export function Tally({ title, note, rows }: { title: string; note: string; rows: readonly TallyRow[] }): JSX.Element {
  const most = Math.max(...rows.map(({ value }) => value));
  return (
    <section class="card tally" aria-label={title}>
      <h2>{title}</h2>
      <p class="muted">{note}</p>
      {rows.length === 0 ? (
        <p class="faint">None yet.</p>
      ) : (
        <ul>
          {rows.map(({ name, value, rate }) => (
            <li key={name}>
              <span class="mono truncate" title={name}>
                {name}
              </span>
              <span class="bar" aria-hidden="true">
                <span style={{ width: `${(100 * value) / most}%` }} />
              </span>
              <span class="number">{value.toLocaleString("en")}</span>
              <span class="number faint">{rate !== undefined && `${count(rate)}/s`}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
