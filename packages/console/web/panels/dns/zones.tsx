/** Zones and their records, which are changed by dynamic updates, as any client of the server would. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { UpdateAnswer, WireKey, WireRecord, ZonesAnswer } from "../../../src/panels/dns/wire.ts";
import { plural } from "../../format.ts";
import { usePolled } from "../../live/polled.ts";
import { Ask } from "../../ui/ask.tsx";
import { Empty } from "../../ui/empty.tsx";
import { CopyButton, IconButton } from "../../ui/icon-button.tsx";
import { narrow } from "../../ui/narrow.ts";
import { VirtualList } from "../../ui/virtual-list.tsx";
import { DnsApi } from "./dns-api.ts";
import { KeyDialog } from "./key-dialog.tsx";
import { MAX_RECORDS, RecordList } from "./record-list.ts";
import { RecordDialog } from "./record-dialog.tsx";
import { TypeInput, TypeNames } from "./types.tsx";
import { useRested } from "./use-rested.ts";

const POLL_MS = 2000;
/** The list fetches its next page when this many rows are left below. */
const AHEAD_ROWS = 60;

type Asking =
  | { readonly what: "add" | "key" }
  | { readonly what: "edit" | "remove"; readonly record: WireRecord }
  | undefined;

export function Zones({ service }: { service: string }): JSX.Element {
  const api = useMemo(() => new DnsApi(service), [service]);
  const read = useCallback(() => api.zones(), [api]);
  const { value: zones, failure, refresh } = usePolled(read, POLL_MS);
  const [chosen, choose] = useState<string>();
  const [key, setKey] = useState<WireKey>();
  const zone = chosen ?? zones?.zones[0]?.name;
  if (zones === undefined || (zones.known && zone === undefined)) {
    return (
      <section class="card surface fill" aria-label="Zones" aria-busy={zones === undefined && failure === undefined}>
        {failure !== undefined && <Empty title="The zones cannot be read">{failure}</Empty>}
        {zones?.known === true && (
          <Empty title="There are no zones here">The config names them: dns: zones, or a config file.</Empty>
        )}
      </section>
    );
  }
  return (
    <Records api={api} zones={zones} zone={zone} choose={choose} wireKey={key} setKey={setKey} refreshZones={refresh} />
  );
}

interface RecordsProps {
  api: DnsApi;
  zones: ZonesAnswer;
  /** Undefined until somebody types one: the server does not say which it has. */
  zone: string | undefined;
  choose: (zone: string) => void;
  wireKey: WireKey | undefined;
  setKey: (key: WireKey | undefined) => void;
  refreshZones: () => Promise<void>;
}

function Records({ api, zones, zone, choose, wireKey, setKey, refreshZones }: RecordsProps): JSX.Element {
  const [name, setName] = useState("");
  const [type, setType] = useState("");
  const [generation, again] = useState(0);
  const [answer, setAnswer] = useState<UpdateAnswer>();
  const selected = useSignal<string | undefined>(undefined);
  const asking = useSignal<Asking>(undefined);
  const wantedName = useRested(name);
  const wantedType = useRested(type);
  const serial = zones.zones.find((each) => each.name === zone)?.serial;
  const last = useRef<{ readonly zone: string | undefined; readonly list: RecordList }>(undefined);
  const list = useMemo(() => {
    const before = last.current?.zone === zone ? last.current?.list.state.value.records : undefined;
    const request = { zone: zone ?? "", name: wantedName.trim(), type: wantedType.trim() };
    return new RecordList(api, { ...request, ...(wireKey !== undefined && { key: wireKey }) }, before);
  }, [api, zone, wantedName, wantedType, wireKey, serial, generation]);
  last.current = { zone, list };
  useEffect(() => {
    if (zone !== undefined) void list.more();
    return () => list.close();
  }, [list]);
  const { records, phase, total, failure } = list.state.value;
  const onRange = useCallback(
    (_first: number, bottom: number): void => {
      const { records: shown, phase: now } = list.state.value;
      if (now === "idle" && bottom >= shown.length - AHEAD_ROWS) void list.more();
    },
    [list],
  );
  const index = selected.value === undefined ? -1 : records.findIndex((each) => identity(each) === selected.value);
  const record = records[index];
  const change = async (remove: readonly WireRecord[], add: readonly WireRecord[]): Promise<void> => {
    const update = { zone: zone!, remove, add, ...(wireKey !== undefined && { key: wireKey }) };
    const answered = await api.update(update);
    setAnswer(answered);
    if (answered.rcode !== "NOERROR") throw new Error(`The server answers ${answered.rcode}.`);
    selected.value = add[0] === undefined ? undefined : selected.value;
    await refreshZones();
    again((n) => n + 1);
  };
  return (
    <section class="card surface fill" aria-label="Zones">
      <div class="toolbar">
        <ZoneChoice zones={zones} zone={zone} choose={choose} />
        <input
          class="input mono grow"
          type="search"
          placeholder="Find names"
          aria-label="Find names"
          spellcheck={false}
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <TypeInput value={type} onInput={setType} placeholder="Any type" />
        <TypeNames />
        <button type="button" class="button" onClick={() => (asking.value = { what: "key" })}>
          {wireKey === undefined ? "No key" : `Key ${wireKey.name}`}
        </button>
        <IconButton icon="refresh" label="Read again" onClick={() => again((n) => n + 1)} />
        <IconButton
          icon="plus"
          label="Add a record"
          disabled={zone === undefined}
          onClick={() => (asking.value = { what: "add" })}
        />
      </div>
      {!narrow.value && (
        <div class="list-heads record-row" aria-hidden="true">
          <span>Name</span>
          <span class="number">TTL</span>
          <span>Type</span>
          <span>Data</span>
        </div>
      )}
      {records.length > 0 ? (
        <VirtualList
          label="Records"
          count={records.length}
          rowHeight={narrow.value ? 48 : 29}
          rowClass="record-row"
          row={(at) => <RecordCells record={records[at]!} />}
          onRange={onRange}
          selected={index < 0 ? undefined : index}
          onSelect={(at) => (selected.value = identity(records[at]!))}
        />
      ) : (
        <div class="fill" aria-busy={zone !== undefined && phase === "reading"}>
          <NoRecords zone={zone} phase={phase} failure={failure} />
        </div>
      )}
      {record !== undefined && (
        <section class="details" aria-label="Record in full">
          <div class="details-head">
            <span class="mono muted truncate">
              {record.name} {record.type}
            </span>
            <CopyButton text={recordText(record)} label="Copy the record" />
            <IconButton small icon="close" label="Close the record" onClick={() => (selected.value = undefined)} />
          </div>
          <pre class="record-data">{record.data}</pre>
          <div class="toolbar">
            <button type="button" class="button small" onClick={() => (asking.value = { what: "edit", record })}>
              Edit
            </button>
            <button
              type="button"
              class="button small danger"
              onClick={() => (asking.value = { what: "remove", record })}
            >
              Remove
            </button>
          </div>
        </section>
      )}
      {answer !== undefined && (
        <section class="details" aria-label="Answer to the update">
          <div class="details-head">
            <strong class={answer.rcode === "NOERROR" ? "good" : "bad"}>{answer.rcode}</strong>
            <span class="muted">the server's answer to the update</span>
            <IconButton small icon="close" label="Close the answer" onClick={() => setAnswer(undefined)} />
          </div>
          <pre class="record-data">{answer.text.trim()}</pre>
        </section>
      )}
      <div class="surface-foot">
        <span role="status">
          {plural(records.length, "record")}
          {phase === "reading" && records.length > 0 && " so far"}
          {total !== undefined && total > records.length && ` of ${total.toLocaleString("en")}`}
          {records.length >= MAX_RECORDS && "; narrow the search to see the others"}
        </span>
        {list.state.value.serial !== undefined && <span class="end">serial {list.state.value.serial}</span>}
      </div>
      {asking.value?.what === "key" && (
        <KeyDialog value={wireKey} onChange={setKey} onClose={() => (asking.value = undefined)} />
      )}
      {asking.value?.what === "add" && (
        <RecordDialog
          zone={zone!}
          onSubmit={(added) => change([], [added])}
          onClose={() => (asking.value = undefined)}
        />
      )}
      {asking.value?.what === "edit" && (
        <RecordDialog
          zone={zone!}
          record={asking.value.record}
          onSubmit={(edited) => change([(asking.value as { record: WireRecord }).record], [edited])}
          onClose={() => (asking.value = undefined)}
        />
      )}
      {asking.value?.what === "remove" && (
        <Ask
          title="Remove the record?"
          action="Remove"
          danger
          onSubmit={() => change([(asking.value as { record: WireRecord }).record], [])}
          onClose={() => (asking.value = undefined)}
        >
          <p class="mono record-data">{recordText(asking.value.record)}</p>
        </Ask>
      )}
    </section>
  );
}

function ZoneChoice({ zones, zone, choose }: Pick<RecordsProps, "zones" | "zone" | "choose">): JSX.Element {
  const [typed, setTyped] = useState(zone ?? "");
  if (zones.known) {
    return (
      <select class="input" aria-label="Zone" value={zone} onChange={(event) => choose(event.currentTarget.value)}>
        {zones.zones.map((each) => (
          <option key={each.name} value={each.name}>
            {each.name}
            {each.serial === undefined ? " (not loaded)" : ""}
          </option>
        ))}
      </select>
    );
  }
  return (
    <form
      class="zone-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (typed.trim() !== "") choose(typed.trim());
      }}
    >
      <input
        class="input mono"
        aria-label="Zone"
        placeholder="example.com"
        spellcheck={false}
        autocomplete="off"
        value={typed}
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
      <button type="submit" class="button">
        Transfer
      </button>
    </form>
  );
}

function NoRecords(props: {
  zone: string | undefined;
  phase: string;
  failure: string | undefined;
}): JSX.Element | null {
  const { zone, phase, failure } = props;
  if (zone === undefined) {
    return (
      <Empty title="Which zone?">
        This server does not say which zones it has; type the name of one to transfer it.
      </Empty>
    );
  }
  if (phase === "failed") return <Empty title="The zone cannot be read">{failure}</Empty>;
  return phase === "done" ? <Empty title="No record matches">Loosen the filter.</Empty> : null;
}

function RecordCells({ record }: { record: WireRecord }): JSX.Element {
  return (
    <>
      <span class="mono name" title={record.name}>
        {record.name}
      </span>
      <span class="faint number ttl">{record.ttl}</span>
      <span class="type">{record.type}</span>
      <span class="mono data" title={record.data}>
        {record.data}
      </span>
    </>
  );
}

function identity({ name, type, data }: WireRecord): string {
  return `${name} ${type} ${data}`;
}

export function recordText({ name, ttl, class: recordClass, type, data }: WireRecord): string {
  return `${name} ${ttl} ${recordClass} ${type} ${data}`;
}
