/** What a forwarder keeps, and for how long still. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useCallback, useMemo, useState } from "preact/hooks";
import type { CacheRow } from "../../../src/panels/dns/wire.ts";
import { bytes, duration, plural } from "../../format.ts";
import { usePolled } from "../../live/polled.ts";
import { Ask } from "../../ui/ask.tsx";
import { SearchBox } from "../../ui/bound-inputs.tsx";
import { Empty } from "../../ui/empty.tsx";
import { IconButton } from "../../ui/icon-button.tsx";
import { narrow } from "../../ui/narrow.ts";
import { VirtualList } from "../../ui/virtual-list.tsx";
import { DnsApi } from "./dns-api.ts";
import { useRested } from "./use-rested.ts";
import { recordText } from "./zones.tsx";

const POLL_MS = 1000;

export function Cache({ service }: { service: string }): JSX.Element {
  const api = useMemo(() => new DnsApi(service), [service]);
  const text = useSignal("");
  const wanted = useRested(text.value);
  const read = useCallback(() => api.cache(wanted), [api, wanted]);
  const { value, failure, refresh } = usePolled(read, POLL_MS);
  const selected = useSignal<string | undefined>(undefined);
  const [flushing, setFlushing] = useState<string>();
  const entries = useMemo(() => (value?.entries ?? []).toSorted(byName), [value]);
  const index = entries.findIndex((entry) => identity(entry) === selected.value);
  const entry = entries[index];
  if (failure !== undefined && value === undefined) {
    return (
      <section class="card surface fill" aria-label="Cache">
        <Empty title="There is no cache to show">{failure}</Empty>
      </section>
    );
  }
  return (
    <section class="card surface fill" aria-label="Cache">
      <div class="toolbar">
        <SearchBox label="Find names" text={text} />
        <button type="button" class="button" disabled={entries.length === 0} onClick={() => setFlushing("")}>
          Flush all
        </button>
      </div>
      {!narrow.value && (
        <div class="list-heads cache-row" aria-hidden="true">
          <span>Name</span>
          <span>Type</span>
          <span>Answer</span>
          <span class="number">Left</span>
          <span class="number">Size</span>
        </div>
      )}
      {entries.length === 0 ? (
        <div class="fill" aria-busy={value === undefined}>
          {value !== undefined && (
            <Empty title={wanted === "" ? "The cache is empty" : "No entry matches"}>
              What the server asks others for is kept here for as long as its TTL says.
            </Empty>
          )}
        </div>
      ) : (
        <VirtualList
          label="Entries"
          count={entries.length}
          rowHeight={narrow.value ? 48 : 29}
          rowClass="cache-row"
          row={(at) => <CacheCells entry={entries[at]!} />}
          selected={index < 0 ? undefined : index}
          onSelect={(at) => (selected.value = identity(entries[at]!))}
        />
      )}
      {entry !== undefined && (
        <section class="details" aria-label="Entry in full">
          <div class="details-head">
            <span class="mono muted truncate">
              {entry.name} {entry.type} · {leftText(entry)}
            </span>
            <button type="button" class="button small danger" onClick={() => setFlushing(entry.name)}>
              Flush this name
            </button>
            <IconButton small icon="close" label="Close the entry" onClick={() => (selected.value = undefined)} />
          </div>
          <pre class="record-data">
            {[...entry.answers, ...entry.authorities].map(recordText).join("\n") || `${entry.rcode}, without records`}
          </pre>
        </section>
      )}
      <div class="surface-foot">
        <span role="status">
          {plural(entries.length, "entry").replace(/ys$/, "ies")}
          {value !== undefined && value.total > entries.length && ` of ${value.total.toLocaleString("en")}`}
        </span>
        {value !== undefined && (
          <span class="end">
            {bytes(value.usedBytes)} of {bytes(value.capacityBytes)}
          </span>
        )}
      </div>
      {flushing !== undefined && (
        <Ask
          title={flushing === "" ? "Flush the whole cache?" : "Flush this name?"}
          action="Flush"
          danger
          onClose={() => setFlushing(undefined)}
          onSubmit={async () => {
            await api.flush(flushing);
            selected.value = undefined;
            await refresh();
          }}
        >
          <p>
            {flushing === "" ? (
              "All answers have to be asked for again."
            ) : (
              <>
                What is known of <span class="mono">{flushing}</span> and of names below it has to be asked for again.
              </>
            )}
          </p>
        </Ask>
      )}
    </section>
  );
}

function CacheCells({ entry }: { entry: CacheRow }): JSX.Element {
  return (
    <>
      <span class="mono name" title={entry.name}>
        {entry.name}
      </span>
      <span class="type">
        {entry.type}
        {entry.flags.length > 0 && <span class="faint"> {entry.flags.join(" ")}</span>}
      </span>
      <span class={`mono data ${entry.rcode === "NOERROR" ? "" : "muted"}`}>{answerText(entry)}</span>
      <span class={`number left ${(entry.remainingS ?? 0) < 0 ? "bad" : "faint"}`}>{leftText(entry)}</span>
      <span class="number muted size">{bytes(entry.bytes)}</span>
    </>
  );
}

/** The data of what was asked for; for a failure or nothing, which of them. */
function answerText({ rcode, answers, origin }: CacheRow): string {
  if (origin === "failure") return `failed: ${rcode}`;
  if (rcode !== "NOERROR") return rcode;
  return answers.length === 0 ? "no such data" : answers.map(({ type, data }) => `${type} ${data}`).join(", ");
}

function leftText({ remainingS }: CacheRow): string {
  if (remainingS === undefined) return "for ever";
  return remainingS < 0 ? `stale for ${duration(-remainingS * 1000)}` : duration(remainingS * 1000);
}

function identity({ name, type, flags }: CacheRow): string {
  return `${name} ${type} ${flags.join(" ")}`;
}

/** Names below one another stand together: by their labels from the right. */
function byName(a: CacheRow, b: CacheRow): number {
  const [left, right] = [reversed(a.name), reversed(b.name)];
  return left < right ? -1 : left > right ? 1 : a.type.localeCompare(b.type);
}

function reversed(name: string): string {
  return name.toLowerCase().split(".").toReversed().join(".");
}
