/** The slow log: commands that took longer than a threshold, which can be changed here. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useCallback, useMemo } from "preact/hooks";
import type { WireReply } from "../../../src/panels/redis/wire.ts";
import { clockTime, plural, seconds } from "../../format.ts";
import { Ask } from "../../ui/ask.tsx";
import { SearchBox } from "../../ui/bound-inputs.tsx";
import { Empty } from "../../ui/empty.tsx";
import { CopyButton, IconButton } from "../../ui/icon-button.tsx";
import { narrow } from "../../ui/narrow.ts";
import { VirtualList } from "../../ui/virtual-list.tsx";
import { commandText } from "./bytes-text.ts";
import { usePolled } from "../../live/polled.ts";
import { bytesOf, integerOf, itemsOf, RedisApi } from "./redis-api.ts";

const ENTRIES = 1000;
const POLL_MS = 2000;
const LAYOUT = "96px 74px minmax(90px, 190px) minmax(0, 1fr)";

interface SlowEntry {
  readonly id: number;
  readonly timeMs: number;
  readonly seconds: number;
  readonly command: string;
  readonly client: string;
}

interface SlowLogState {
  readonly entries: readonly SlowEntry[];
  readonly total: number;
  /** Microseconds; −1: nothing is logged. Undefined when the server does not say. */
  readonly threshold: number | undefined;
}

export function SlowLog({ service }: { service: string }): JSX.Element {
  const api = useMemo(() => new RedisApi(service, 0), [service]);
  const read = useCallback(() => readSlowLog(api), [api]);
  const { value, failure, refresh } = usePolled(read, POLL_MS);
  const text = useSignal("");
  const selected = useSignal<number | undefined>(undefined);
  const asking = useSignal<"clear" | "threshold" | undefined>(undefined);
  const wanted = text.value.toLowerCase();
  const shown = (value?.entries ?? []).filter(({ command, client }) =>
    `${command} ${client}`.toLowerCase().includes(wanted),
  );
  const index = shown.findIndex(({ id }) => id === selected.value);
  const entry = shown[index];
  return (
    <section class="card surface fill" aria-label="Slow log">
      <div class="toolbar">
        <SearchBox label="Find in commands" text={text} />
        <button type="button" class="button" onClick={() => (asking.value = "threshold")}>
          {thresholdText(value?.threshold)}
        </button>
        <button type="button" class="button" onClick={() => (asking.value = "clear")}>
          Clear
        </button>
      </div>
      {!narrow.value && (
        <div class="list-heads" style={{ gridTemplateColumns: LAYOUT }}>
          <span>Time</span>
          <span class="number">Took</span>
          <span>Client</span>
          <span>Command</span>
        </div>
      )}
      {failure !== undefined ? (
        <Empty title="The slow log cannot be read">{failure}</Empty>
      ) : shown.length === 0 ? (
        <div class="fill" aria-busy={value === undefined}>
          {value !== undefined && (
            <Empty title={wanted === "" ? "Nothing was slow" : "No command matches"}>
              Commands that take longer than the threshold appear here.
            </Empty>
          )}
        </div>
      ) : (
        <VirtualList
          label="Slow commands"
          count={shown.length}
          rowHeight={narrow.value ? 48 : 29}
          rowClass="slow-row"
          row={(at) => <SlowCells entry={shown[at]!} />}
          selected={index < 0 ? undefined : index}
          onSelect={(at) => (selected.value = shown[at]!.id)}
        />
      )}
      {entry !== undefined && (
        <section class="details" aria-label="Command in full">
          <div class="details-head">
            <span class="mono muted truncate">
              {entry.client} · {seconds(entry.seconds)}
            </span>
            <CopyButton text={entry.command} label="Copy the command" />
            <IconButton small icon="close" label="Close the command" onClick={() => (selected.value = undefined)} />
          </div>
          <pre class="element-text">{entry.command}</pre>
        </section>
      )}
      <div class="surface-foot">
        <span role="status">
          {plural(shown.length, "command")}
          {value !== undefined && value.total > value.entries.length && ` of ${value.total.toLocaleString("en")}`}
        </span>
      </div>
      {asking.value === "clear" && (
        <Ask
          title="Clear the slow log?"
          action="Clear"
          danger
          onClose={() => (asking.value = undefined)}
          onSubmit={async () => {
            await api.run(["SLOWLOG", "RESET"]);
            await refresh();
          }}
        >
          <p>It is gone for everybody who reads it.</p>
        </Ask>
      )}
      {asking.value === "threshold" && (
        <Ask
          title="What is slow?"
          action="Set"
          onClose={() => (asking.value = undefined)}
          onSubmit={async (form) => {
            await api.run(["CONFIG", "SET", "slowlog-log-slower-than", String(form.get("microseconds")).trim()]);
            await refresh();
          }}
        >
          <label>
            Microseconds; 0: every command is, −1: none
            <input
              class="input"
              name="microseconds"
              inputMode="numeric"
              pattern="-?\d+"
              required
              autocomplete="off"
              defaultValue={String(value?.threshold ?? "")}
            />
          </label>
        </Ask>
      )}
    </section>
  );
}

function SlowCells({ entry }: { entry: SlowEntry }): JSX.Element {
  return (
    <>
      <span class="faint">{clockTime(entry.timeMs).slice(0, 8)}</span>
      <span class="number">{seconds(entry.seconds)}</span>
      <span class="faint client">{entry.client}</span>
      <span class="command" title={entry.command}>
        {entry.command}
      </span>
    </>
  );
}

function thresholdText(microseconds: number | undefined): string {
  if (microseconds === undefined) return "Threshold";
  if (microseconds < 0) return "Nothing is slow";
  return microseconds === 0 ? "Everything is slow" : `Slower than ${seconds(microseconds / 1e6)}`;
}

async function readSlowLog(api: RedisApi): Promise<SlowLogState> {
  const [log, length, config] = await api.run(
    ["SLOWLOG", "GET", String(ENTRIES)],
    ["SLOWLOG", "LEN"],
    ["CONFIG", "GET", "slowlog-log-slower-than"],
  );
  const threshold = bytesOf(itemsOf(config)[1]);
  return {
    entries: itemsOf(log).map(slowEntry),
    total: integerOf(length),
    threshold: threshold === undefined ? undefined : Number(threshold),
  };
}

function slowEntry(reply: WireReply): SlowEntry {
  const [id, time, micros, words, address, name] = itemsOf(reply);
  const client = String(bytesOf(address) ?? "");
  const called = String(bytesOf(name) ?? "");
  return {
    id: integerOf(id),
    timeMs: integerOf(time) * 1000,
    seconds: integerOf(micros) / 1e6,
    command: commandText(itemsOf(words).map((word) => bytesOf(word) ?? "")),
    client: called === "" ? client : `${called} ${client}`,
  };
}
