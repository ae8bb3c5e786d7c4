/** Every command that the server executes, as it does. Costs the server something, so it runs only while it is watched. */
import { useComputed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { MonitorLine } from "../../../src/panels/redis/wire.ts";
import { clockTime, plural } from "../../format.ts";
import { useHappenings } from "../../live/batches.ts";
import { CheckBox, SearchBox } from "../../ui/bound-inputs.tsx";
import { Empty } from "../../ui/empty.tsx";
import { FollowList } from "../../ui/follow-list.tsx";
import { narrow } from "../../ui/narrow.ts";

const MAX_LINES = 20_000;

export function Monitor({ service }: { service: string }): JSX.Element {
  const { items: lines, dropped, isOn, ended, clear } = useHappenings<MonitorLine>(service, "monitor", MAX_LINES);
  const text = useSignal("");
  const showOwn = useSignal(false);
  const follow = useSignal(true);

  const shown = useComputed(() => {
    const wanted = text.value.toLowerCase();
    return lines.value.filter(
      (line) =>
        (showOwn.value || !line.own) &&
        (wanted === "" || line.text.toLowerCase().includes(wanted) || line.client.includes(wanted)),
    );
  });
  return (
    <section class="card surface fill" aria-label="Monitor">
      <div class="toolbar">
        <button type="button" class="button" onClick={() => (isOn.value = !isOn.value)}>
          {isOn.value ? "Pause" : "Resume"}
        </button>
        <SearchBox label="Find in commands" text={text} />
        <CheckBox label="This console's too" on={showOwn} />
        <CheckBox label="Follow" on={follow} />
        <button type="button" class="button" onClick={clear}>
          Clear
        </button>
      </div>
      {shown.value.length === 0 ? (
        <div class="fill">
          <Empty title={isOn.value ? "Waiting for commands" : "Paused"}>
            {ended.value ?? "Each command that a client sends appears here."}
          </Empty>
        </div>
      ) : (
        <FollowList
          label="Commands"
          items={shown.value}
          rowHeight={narrow.value ? 48 : 27}
          rowClass="monitor-row"
          row={(line) => <MonitorCells line={line} />}
          follow={follow}
        />
      )}
      <div class="surface-foot">
        <span role="status">
          {plural(shown.value.length, "command")}
          {dropped.value > 0 && ` · ${dropped.value.toLocaleString("en")} more came too fast to show`}
        </span>
      </div>
    </section>
  );
}

function MonitorCells({ line }: { line: MonitorLine }): JSX.Element {
  return (
    <>
      <span class="faint">{clockTime(line.timeMs)}</span>
      <span class="faint db" title={`database ${line.db}`}>
        {line.db}
      </span>
      <span class="faint">{line.client}</span>
      <span class="command" title={line.text}>
        {line.text}
      </span>
    </>
  );
}
