/** What the server is asked, as it answers. */
import { useComputed, useSignal } from "@preact/signals";
import type { LoggedQuery } from "@tenon/dns";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { QueriesMessage } from "../../../src/panels/dns/wire.ts";
import { bytes, clockTime, plural } from "../../format.ts";
import { openTopic } from "../../live/topics.ts";
import { CheckBox, SearchBox } from "../../ui/bound-inputs.tsx";
import { Empty } from "../../ui/empty.tsx";
import { FollowList } from "../../ui/follow-list.tsx";
import { IconButton } from "../../ui/icon-button.tsx";
import { narrow } from "../../ui/narrow.ts";
import { opcodeText, rcodeText, RCODES } from "./rcodes.ts";

const MAX_QUERIES = 20_000;

export function QueryLog({ service }: { service: string }): JSX.Element {
  const all = useSignal<readonly LoggedQuery[]>([]);
  const dropped = useSignal(0);
  const isOn = useSignal(true);
  const isListening = useSignal(false);
  const ended = useSignal<string | undefined>(undefined);
  const text = useSignal("");
  const rcode = useSignal("");
  const follow = useSignal(true);
  const selected = useSignal<LoggedQuery>();

  useEffect(() => {
    if (!isOn.value) return undefined;
    ended.value = undefined;
    const topic = openTopic(service, "queries", {
      message: (message) => {
        const batch = message as QueriesMessage;
        if (batch.first === true) isListening.value = true;
        all.value = batch.first === true ? batch.queries : [...all.value, ...batch.queries].slice(-MAX_QUERIES);
        dropped.value += batch.dropped;
      },
      ended: (reason) => {
        ended.value = reason || "The server ended it.";
        isOn.value = false;
      },
    });
    return () => {
      topic.close();
      isListening.value = false;
    };
  }, [service, isOn.value]);

  const shown = useComputed(() => {
    const wanted = text.value.toLowerCase();
    return all.value.filter(
      (query) =>
        (rcode.value === "" || rcodeText(query.rcode) === rcode.value) &&
        (wanted === "" || `${query.name} ${kindText(query)} ${query.client.address}`.toLowerCase().includes(wanted)),
    );
  });
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
          {RCODES.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <CheckBox label="Follow" on={follow} />
        <button
          type="button"
          class="button"
          onClick={() => {
            all.value = [];
            dropped.value = 0;
          }}
        >
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

function QueryCells({ query }: { query: LoggedQuery }): JSX.Element {
  const rcode = rcodeText(query.rcode);
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

/** What is asked for; of what is no question, what it is. */
function kindText({ opcode, type }: LoggedQuery): string {
  return opcode === 0 ? type : opcodeText(opcode);
}

function Details({ query, onClose }: { query: LoggedQuery; onClose: () => void }): JSX.Element {
  const facts: readonly (readonly [string, string])[] = [
    ["Question", `${query.name} ${query.class} ${query.type}`],
    ["From", `${query.client.address}#${query.client.port} over ${query.transport.toUpperCase()}`],
    ["At", new Date(query.timeMs).toISOString()],
    ["Id", String(query.id)],
    ["Opcode", opcodeText(query.opcode)],
    ["Answer", query.bytes === 0 ? "none" : `${plural(query.answers, "record")}, ${plural(query.bytes, "byte")}`],
  ];
  return (
    <section class="details" aria-label="Query in full">
      <div class="details-head">
        <strong>{rcodeText(query.rcode)}</strong>
        <IconButton small icon="close" label="Close the query" onClick={onClose} />
      </div>
      <dl class="facts">
        {facts.flatMap(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name} value`}>{value}</dd>])}
      </dl>
    </section>
  );
}
