/** The newest requests, filtered by target and class of status. */
import { useComputed, useSignal } from "@preact/signals";
import type { RecentRequest } from "@tenon/http";
import type { JSX } from "preact";
import { bytes, clockTime, plural, seconds } from "../../format.ts";
import { useHappenings } from "../../live/batches.ts";
import { CheckBox, SearchBox } from "../../ui/bound-inputs.tsx";
import { Empty } from "../../ui/empty.tsx";
import { FollowList } from "../../ui/follow-list.tsx";
import { IconButton } from "../../ui/icon-button.tsx";
import { narrow } from "../../ui/narrow.ts";

const MAX_REQUESTS = 10_000;

export function Requests({ service }: { service: string }): JSX.Element {
  const { items: all, ended } = useHappenings<RecentRequest>(service, "requests", MAX_REQUESTS);
  const text = useSignal("");
  const statusClass = useSignal("");
  const follow = useSignal(true);
  const selected = useSignal<RecentRequest>();
  const shown = useComputed(() => {
    const wanted = text.value.toLowerCase();
    return all.value.filter(
      (request) =>
        (statusClass.value === "" || String(request.status).startsWith(statusClass.value)) &&
        (wanted === "" || `${request.method} ${request.target}`.toLowerCase().includes(wanted)),
    );
  });
  return (
    <section class="card surface" aria-label="Requests">
      <div class="toolbar">
        <SearchBox label="Find requests" text={text} />
        <select
          class="input"
          aria-label="Status"
          value={statusClass.value}
          onChange={(event) => (statusClass.value = event.currentTarget.value)}
        >
          <option value="">Any status</option>
          <option value="2">2xx</option>
          <option value="3">3xx</option>
          <option value="4">4xx</option>
          <option value="5">5xx</option>
        </select>
        <CheckBox label="Follow" on={follow} />
      </div>
      <div class="list-heads request-heads" aria-hidden="true">
        <span>Time</span>
        <span>Method</span>
        <span>Status</span>
        <span>Target</span>
        <span class="number">Duration</span>
        <span class="number">Size</span>
      </div>
      {shown.value.length === 0 ? (
        <div class="fill">
          <Empty title={all.value.length === 0 ? "No requests yet" : "No request matches"}>
            {ended.value ?? (all.value.length === 0 ? "They appear here as they are answered." : "Loosen the filter.")}
          </Empty>
        </div>
      ) : (
        <FollowList
          label="Requests"
          items={shown.value}
          rowHeight={narrow.value ? 50 : 29}
          rowClass="request-row"
          row={(request) => <RequestCells request={request} />}
          follow={follow}
          selected={selected}
        />
      )}
      {selected.value !== undefined && (
        <Details request={selected.value} onClose={() => (selected.value = undefined)} />
      )}
      <div class="surface-foot">
        <span role="status">{plural(shown.value.length, "request")}</span>
      </div>
    </section>
  );
}

function RequestCells({ request }: { request: RecentRequest }): JSX.Element {
  return (
    <>
      <span class="mono faint">{clockTime(request.timeMs)}</span>
      <span class="muted">{request.method}</span>
      <span class={`status-${Math.floor(request.status / 100)}`}>{request.status}</span>
      <span class="mono target">{request.target}</span>
      <span class="number duration">{seconds(request.durationMs / 1000)}</span>
      <span class="number muted">{bytes(request.bytes)}</span>
    </>
  );
}

function Details({ request, onClose }: { request: RecentRequest; onClose: () => void }): JSX.Element {
  const facts: readonly (readonly [string, string])[] = [
    ["Target", request.target],
    ["From", request.remoteAddress],
    ["At", new Date(request.timeMs).toISOString()],
    ["Took", `${request.durationMs.toFixed(3)} ms`],
    ["Answer", `${request.bytes.toLocaleString("en")} bytes on the wire`],
  ];
  return (
    <section class="details" aria-label="Request in full">
      <div class="details-head">
        <strong>
          {request.method} <span class={`status-${Math.floor(request.status / 100)}`}>{request.status}</span>
        </strong>
        <IconButton small icon="close" label="Close the request" onClick={onClose} />
      </div>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
      </dl>
    </section>
  );
}
