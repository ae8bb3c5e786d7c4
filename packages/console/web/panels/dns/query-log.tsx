/** What the server is asked, as it answers. */
import { useComputed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { WireQuery } from "../../../src/panels/dns/wire.ts";
import { bytes, clockTime, plural } from "../../format.ts";
import { useHappenings } from "../../live/batches.ts";
import { CheckBox, SearchBox } from "../../ui/bound-inputs.tsx";
import { Empty } from "../../ui/empty.tsx";
import { FollowList } from "../../ui/follow-list.tsx";
import { IconButton } from "../../ui/icon-button.tsx";
import { narrow } from "../../ui/narrow.ts";

const MAX_QUERIES = 20_000;

export function QueryLog({ service }: { service: string }): JSX.Element {
  const happenings = useHappenings<WireQuery>(service, "queries", MAX_QUERIES);
  const { items: all, dropped, isOn, isListening, ended, clear } = happenings;
  const text = useSignal("");
  const rcode = useSignal("");
  const follow = useSignal(true);
  const selected = useSignal<WireQuery>();

  const shown = useComputed(() => {
    const wanted = text.value.toLowerCase();
    return all.value.filter(
      (query) =>
        (rcode.value === "" || rcodeOf(query) === rcode.value) &&
        (wanted === "" || `${query.name} ${kindText(query)} ${query.client.address}`.toLowerCase().includes(wanted)),
    );
  });
  const rcodes = useComputed(() => [...new Set(all.value.map(rcodeOf))].toSorted());
  return (
    <section class="card surface fill" aria-label="Query log">
      <div class="toolbar">
        <button type="button" class="button" onClick={() => (isOn.value = !isOn.value)}>
          {isOn.value ? "Pause" : "Resume"}
        </button>
        <SearchBox label="Find by name, type or client" text={text} />
        <select
          class="input"
          aria-label="Rcode"
          value={rcode.value}
          onChange={(event) => (rcode.value = event.currentTarget.value)}
        >
          <option value="">Any rcode</option>
          {rcodes.value.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <CheckBox label="Follow" on={follow} />
        <button type="button" class="button" onClick={clear}>
          Clear
        </button>
      </div>
      {!narrow.value && (
        <div class="list-heads query-row" aria-hidden="true">
          <span>Time</span>
          <span>Rcode</span>
          <span>Type</span>
          <span>Name</span>
          <span>Client</span>
          <span class="number">Size</span>
        </div>
      )}
      {shown.value.length === 0 ? (
        <div class="fill">
          <Empty title={emptyTitle(isOn.value, all.value.length)}>
            {ended.value ?? "Each query appears here with its answer's rcode."}
          </Empty>
        </div>
      ) : (
        <FollowList
          label="Queries"
          items={shown.value}
          rowHeight={narrow.value ? 48 : 27}
          rowClass="query-row"
          row={(query) => <QueryCells query={query} />}
          follow={follow}
          selected={selected}
        />
      )}
      {selected.value !== undefined && <Details query={selected.value} onClose={() => (selected.value = undefined)} />}
      <div class="surface-foot">
        <span role="status">
          {plural(shown.value.length, "query").replace(/ys$/, "ies")}
          {dropped.value > 0 && ` · ${dropped.value.toLocaleString("en")} more came too fast to show`}
        </span>
        <span class="end faint">{isListening.value ? "Listening" : isOn.value ? "" : "Paused"}</span>
      </div>
    </section>
  );
}

function emptyTitle(isOn: boolean, queries: number): string {
  if (queries > 0) return "No query matches";
  return isOn ? "No queries yet" : "Paused";
}

function QueryCells({ query }: { query: WireQuery }): JSX.Element {
  const rcode = rcodeOf(query);
  return (
    <>
      <span class="mono faint">{clockTime(query.timeMs)}</span>
      <span class={`rcode rcode-${rcode.toLowerCase()}`}>{rcode}</span>
      <span class="type">{kindText(query)}</span>
      <span class="mono name" title={query.name}>
        {query.name}
      </span>
      <span class="mono faint client">{query.client.address}</span>
      <span class="number muted size">{query.bytes > 0 && bytes(query.bytes)}</span>
    </>
  );
}

function rcodeOf({ rcode = "none" }: WireQuery): string {
  return rcode;
}

/** What is asked for; of what is no question, what it is. */
function kindText({ opcode, type }: WireQuery): string {
  return opcode === "QUERY" ? type : opcode;
}

function Details({ query, onClose }: { query: WireQuery; onClose: () => void }): JSX.Element {
  const facts: readonly (readonly [string, string])[] = [
    ["Question", `${query.name} ${query.class} ${query.type}`],
    ["From", `${query.client.address}#${query.client.port} over ${query.transport.toUpperCase()}`],
    ["At", new Date(query.timeMs).toISOString()],
    ["Id", String(query.id)],
    ["Opcode", query.opcode],
    ["Answer", query.bytes === 0 ? "none" : `${plural(query.answers, "record")}, ${plural(query.bytes, "byte")}`],
  ];
  return (
    <section class="details" aria-label="Query in full">
      <div class="details-head">
        <strong>{rcodeOf(query)}</strong>
        <IconButton small icon="close" label="Close the query" onClick={onClose} />
      </div>
      <dl class="facts">
        {facts.flatMap(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name} value`}>{value}</dd>])}
      </dl>
    </section>
  );
}
