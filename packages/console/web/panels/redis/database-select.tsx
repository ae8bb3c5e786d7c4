/** Which database is looked at. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { RedisApi } from "./redis-api.ts";

/** The databases that hold keys, by `INFO keyspace`; not shown while it is database 0 alone. */
export function DatabaseSelect(props: {
  api: RedisApi;
  db: number;
  generation: number;
  onChange: (db: number) => void;
}): JSX.Element | null {
  const [used, setUsed] = useState<readonly number[]>([]);
  useEffect(() => {
    props.api.run(["INFO", "keyspace"]).then(
      ([info]) => setUsed([...String(info).matchAll(/^db(\d+):/gm)].map((found) => Number(found[1]))),
      () => setUsed([]),
    );
  }, [props.api, props.generation]);
  const all = [...new Set([0, props.db, ...used])].toSorted((a, b) => a - b);
  if (all.length === 1) return null;
  return (
    <select
      class="input"
      aria-label="Database"
      value={props.db}
      onChange={(event) => props.onChange(Number(event.currentTarget.value))}
    >
      {all.map((db) => (
        <option key={db} value={db}>
          db {db}
        </option>
      ))}
    </select>
  );
}
