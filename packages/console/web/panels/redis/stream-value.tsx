/** A stream: its entries, or its consumer groups. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Segments } from "../../ui/segments.tsx";
import { COLLECTIONS } from "./collections.ts";
import { CollectionValue, type CollectionValueProps } from "./collection-value.tsx";
import { StreamGroups } from "./stream-groups.tsx";

export function StreamValue(props: Omit<CollectionValueProps, "type">): JSX.Element {
  const [part, setPart] = useState<"entries" | "groups">("entries");
  return (
    <>
      <div class="toolbar">
        <Segments
          label="Part of the stream"
          value={part}
          options={[
            ["entries", "Entries"],
            ["groups", "Groups"],
          ]}
          onChange={setPart}
        />
      </div>
      {part === "entries" ? (
        <CollectionValue {...props} type={COLLECTIONS["stream"]!} />
      ) : (
        <StreamGroups api={props.api} name={props.name} onChanged={props.onChanged} />
      )}
    </>
  );
}
