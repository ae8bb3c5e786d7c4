/** The log of all services: filtered by service, level and text; follows the end until the person scrolls away. */
import { useComputed, useSignal } from "@preact/signals";
import type { LogLevel, LogRecord } from "@tenon/kit";
import type { JSX } from "preact";
import { clockTime, plural } from "../format.ts";
import { services } from "../live/live.ts";
import { clearLogs, logs } from "../live/logs.ts";
import { CheckBox, SearchBox } from "../ui/bound-inputs.tsx";
import { Empty } from "../ui/empty.tsx";
import { FollowList } from "../ui/follow-list.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import { narrow } from "../ui/narrow.ts";
import { fieldText, LogLine, shortFieldText } from "./log-line.tsx";

const RANK: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

export function LogsPage(): JSX.Element {
  const service = useSignal("");
  const level = useSignal<LogLevel>("debug");
  const text = useSignal("");
  const follow = useSignal(true);
  const selected = useSignal<LogRecord>();
  const shown = useComputed(() => {
    const wanted = text.value.toLowerCase();
    return logs.value.filter(
      (record) =>
        RANK[record.level] >= RANK[level.value] &&
        (service.value === "" || record.service === service.value || record.service.startsWith(`${service.value}.`)) &&
        (wanted === "" || searchText(record).includes(wanted)),
    );
  });
  // The logs name more than services: the stack itself, and parts of a service.
  const names = useComputed(() => [
    ...new Set([
      ...services.value.map(({ name }) => name),
      ...logs.value.map((record) => record.service.split(".")[0]!).filter(Boolean),
    ]),
  ]);
  return (
    <>
      <div class="page-head">
        <h1>Logs</h1>
        <span class="meta">{plural(shown.value.length, "line")}</span>
      </div>
      <section class="card surface fill" aria-label="Log">
        <div class="toolbar">
          <SearchBox label="Find in logs" text={text} />
          <select
            class="input"
            aria-label="Service"
            value={service.value}
            onChange={(event) => (service.value = event.currentTarget.value)}
          >
            <option value="">All services</option>
            {names.value.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
          <select
            class="input"
            aria-label="Level"
            value={level.value}
            onChange={(event) => (level.value = event.currentTarget.value as LogLevel)}
          >
            <option value="debug">All levels</option>
            <option value="info">Info and above</option>
            <option value="warn">Warnings and errors</option>
            <option value="error">Errors</option>
          </select>
          <CheckBox label="Follow" on={follow} />
          <button type="button" class="button only-wide" onClick={clearLogs}>
            Clear
          </button>
        </div>
        {shown.value.length === 0 ? (
          <Empty title={logs.value.length === 0 ? "Nothing logged yet" : "No line matches"}>
            {logs.value.length === 0
              ? "Lines appear here as services write them."
              : "Other lines are there: loosen the filter."}
          </Empty>
        ) : (
          <FollowList
            label="Log lines"
            items={shown.value}
            rowHeight={narrow.value ? 50 : 28}
            rowClass="log-row"
            row={(record) => <LogLine record={record} />}
            follow={follow}
            selected={selected}
          />
        )}
        {selected.value !== undefined && (
          <LogDetails record={selected.value} onClose={() => (selected.value = undefined)} />
        )}
      </section>
    </>
  );
}

function LogDetails({ record, onClose }: { record: LogRecord; onClose: () => void }): JSX.Element {
  return (
    <section class="details" aria-label="Log line in full">
      <div class="details-head">
        <div>
          <span class={`level-${record.level}`}>{record.level}</span> <span class="muted">{record.service}</span>{" "}
          <span class="mono faint">{clockTime(record.timeMs)}</span>
          <p>{record.message}</p>
        </div>
        <IconButton small icon="close" label="Close the details" onClick={onClose} />
      </div>
      <dl class="facts">
        {Object.entries(record.fields).map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{fieldText(value)}</dd>
          </>
        ))}
      </dl>
    </section>
  );
}

/** Lower-case text of each record that was searched, so that typing in the filter does not build it again. */
const searchTexts = new WeakMap<LogRecord, string>();

function searchText(record: LogRecord): string {
  let text = searchTexts.get(record);
  if (text === undefined) {
    const fields = Object.entries(record.fields).map(([name, value]) => `${name}=${shortFieldText(value)}`);
    text = [record.service, record.message, ...fields].join(" ").toLowerCase();
    searchTexts.set(record, text);
  }
  return text;
}
