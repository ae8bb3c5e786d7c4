/** Where the memory goes, by what names of keys have in common: measured as a scan goes along, which never stops the server. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { MemoryGroup } from "../../../src/panels/redis/wire.ts";
import { mergedGroup } from "../../../src/panels/redis/memory-groups.ts";
import { bytes, count, plural } from "../../format.ts";
import { Empty } from "../../ui/empty.tsx";
import { narrow } from "../../ui/narrow.ts";
import { VirtualList } from "../../ui/virtual-list.tsx";
import { oneLine } from "./bytes-text.ts";
import { DatabaseSelect } from "./database-select.tsx";
import { RedisApi } from "./redis-api.ts";

const LAYOUT = "minmax(0, 3fr) 52px minmax(60px, 2fr) 72px 60px 66px";

interface Progress {
  readonly groups: readonly MemoryGroup[];
  readonly measured: number;
  readonly total: number;
  readonly state: "running" | "stopped" | "done" | "failed";
  readonly failure?: string;
}

const NOTHING: Progress = { groups: [], measured: 0, total: 0, state: "stopped" };

export function Memory({ service }: { service: string }): JSX.Element {
  const [db, setDb] = useState(0);
  const api = useMemo(() => new RedisApi(service, db), [service, db]);
  const match = useSignal("");
  const [progress, setProgress] = useState(NOTHING);
  const selected = useSignal<string | undefined>(undefined);
  const running = useRef<AbortController>(undefined);

  const stop = (): void => running.current?.abort();
  const start = async (): Promise<void> => {
    stop();
    const abort = new AbortController();
    running.current = abort;
    selected.value = undefined;
    const groups = new Map<string, MemoryGroup>();
    let [cursor, measured, total] = ["0", 0, 0];
    const show = (state: Progress["state"], failure?: string): void => {
      const sorted = [...groups.values()].toSorted((a, b) => b.bytes - a.bytes);
      setProgress({ groups: sorted, measured, total, state, ...(failure !== undefined && { failure }) });
    };
    show("running");
    try {
      do {
        const answer = await api.memory({ cursor, match: match.value.trim() }, abort.signal);
        cursor = answer.cursor;
        measured += answer.keys;
        total = answer.total;
        for (const group of answer.groups) {
          const id = idOf(group);
          const known = groups.get(id);
          groups.set(id, known === undefined ? group : mergedGroup(known, group));
        }
        show(cursor === "0" ? "done" : "running");
      } while (cursor !== "0");
    } catch (error) {
      if (running.current !== abort) return;
      if (abort.signal.aborted) show("stopped");
      else show("failed", error instanceof Error ? error.message : String(error));
    }
  };
  useEffect(() => {
    void start();
    return () => {
      running.current = undefined;
      stop();
    };
  }, [api]);

  const { groups, state } = progress;
  const all = groups.reduce((sum, group) => sum + group.bytes, 0);
  const index = groups.findIndex((group) => idOf(group) === selected.value);
  const group = groups[index];
  return (
    <section class="card surface fill" aria-label="Memory">
      <form
        class="toolbar"
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <input
          class="input grow"
          type="search"
          placeholder="All keys, or a pattern: session:*"
          aria-label="Measure keys of a pattern"
          spellcheck={false}
          value={match.value}
          onInput={(event) => (match.value = event.currentTarget.value)}
        />
        <DatabaseSelect api={api} db={db} generation={0} onChange={setDb} />
        {state === "running" ? (
          <button type="button" class="button" onClick={stop}>
            Stop
          </button>
        ) : (
          <button type="submit" class="button">
            Measure
          </button>
        )}
      </form>
      {!narrow.value && (
        <div class="list-heads" style={{ gridTemplateColumns: LAYOUT }}>
          <span>Keys like</span>
          <span>Type</span>
          <span />
          <span class="number">Memory</span>
          <span class="number">Keys</span>
          <span class="number">Each</span>
        </div>
      )}
      {state === "failed" ? (
        <Empty title="The keys cannot be measured">{progress.failure}</Empty>
      ) : groups.length === 0 ? (
        <div class="fill" aria-busy={state === "running"}>
          {state !== "running" && <Empty title="No key">There is nothing to measure.</Empty>}
        </div>
      ) : (
        <VirtualList
          label="Groups of keys"
          count={groups.length}
          rowHeight={narrow.value ? 48 : 30}
          rowClass="memory-row"
          row={(at) => <GroupCells group={groups[at]!} share={groups[at]!.bytes / all} />}
          selected={index < 0 ? undefined : index}
          onSelect={(at) => (selected.value = idOf(groups[at]!))}
        />
      )}
      {group !== undefined && (
        <section class="details" aria-label="Group in full">
          <dl class="facts">
            <dt>keys like</dt>
            <dd>{group.pattern}</dd>
            <dt>largest</dt>
            <dd>
              {oneLine(group.largest.name)} · {bytes(group.largest.bytes)}
            </dd>
            <dt>expire</dt>
            <dd>
              {group.expiring === group.keys
                ? "all of them"
                : group.expiring === 0
                  ? "none of them"
                  : `${group.expiring.toLocaleString("en")} of ${group.keys.toLocaleString("en")}`}
            </dd>
          </dl>
        </section>
      )}
      <div class="surface-foot">
        <span role="status">
          {bytes(all)} in {plural(progress.measured, "key")}
          {state === "running" && ` of ${progress.total.toLocaleString("en")}, measuring …`}
          {state === "stopped" && progress.total > 0 && ` of ${progress.total.toLocaleString("en")}, stopped`}
        </span>
      </div>
    </section>
  );
}

function GroupCells({ group, share }: { group: MemoryGroup; share: number }): JSX.Element {
  return (
    <>
      <span class="mono pattern" title={group.pattern}>
        {group.pattern}
      </span>
      <span class="faint type">{group.type}</span>
      <span class="share" aria-hidden="true">
        <span style={{ width: `${Math.max(1, share * 100)}%` }} />
      </span>
      <span class="number bytes">{bytes(group.bytes)}</span>
      <span class="faint number">{count(group.keys)}</span>
      <span class="faint number each">{bytes(group.bytes / group.keys)}</span>
    </>
  );
}

function idOf({ type, pattern }: MemoryGroup): string {
  return `${type} ${pattern}`;
}
