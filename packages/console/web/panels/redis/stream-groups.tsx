/** A stream's consumer groups; of the chosen one its consumers, and what they have got and not acknowledged. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import type { WireReply } from "../../../src/panels/redis/wire.ts";
import type { WireBytes } from "../../../src/protocol.ts";
import { duration, plural } from "../../format.ts";
import { Ask } from "../../ui/ask.tsx";
import { Empty } from "../../ui/empty.tsx";
import { IconButton } from "../../ui/icon-button.tsx";
import { narrow } from "../../ui/narrow.ts";
import { VirtualList } from "../../ui/virtual-list.tsx";
import { identity, oneLine } from "./bytes-text.ts";
import { usePolled } from "../../live/polled.ts";
import { bytesOf, type Command, integerOf, itemsOf, type RedisApi } from "./redis-api.ts";

const POLL_MS = 3000;
const PAGE = 200;
const AHEAD_ROWS = 40;
const ROW_PX = 29;
const LAYOUT = "minmax(110px, 170px) minmax(0, 1fr) 70px 60px";
const NARROW_LAYOUT = "124px minmax(0, 1fr) 40px 38px";

interface Group {
  readonly name: WireBytes;
  readonly consumers: number;
  readonly pending: number;
  readonly lastDelivered: string;
  /** Entries that are still to be delivered; undefined where the server cannot tell. */
  readonly lag: number | undefined;
}

interface Consumer {
  readonly name: WireBytes;
  readonly pending: number;
  readonly idleMs: number;
}

interface Pending {
  readonly id: string;
  readonly consumer: WireBytes;
  readonly idleMs: number;
  readonly deliveries: number;
}

export interface StreamGroupsProps {
  api: RedisApi;
  name: WireBytes;
  onChanged: () => void;
}

export function StreamGroups({ api, name, onChanged }: StreamGroupsProps): JSX.Element {
  const read = useCallback(async () => {
    const [groups] = await api.run(["XINFO", "GROUPS", name]);
    return itemsOf(groups).map(groupOf);
  }, [api, name]);
  const { value: groups, failure, refresh } = usePolled(read, POLL_MS);
  const chosen = useSignal<string | undefined>(undefined);
  const asking = useSignal<"add" | "remove" | undefined>(undefined);
  const group = groups?.find((candidate) => identity(candidate.name) === chosen.value) ?? groups?.[0];

  /** Runs commands and reads again. */
  const change = async (...commands: Command[]): Promise<void> => {
    await api.run(...commands);
    await refresh();
    onChanged();
  };
  if (failure !== undefined) return <Empty title="The groups cannot be read">{failure}</Empty>;
  if (groups === undefined) return <div class="fill" aria-busy="true" />;
  return (
    <>
      {groups.length === 0 ? (
        <div class="fill">
          <Empty title="No consumer group">
            Entries are read by whoever asks; a group shares them out among its consumers.
          </Empty>
        </div>
      ) : (
        <>
          <ul class="stream-groups" aria-label="Groups">
            {groups.map((each) => (
              <li key={identity(each.name)}>
                <button
                  type="button"
                  aria-pressed={each === group}
                  onClick={() => (chosen.value = identity(each.name))}
                >
                  <span class="mono truncate">{oneLine(each.name)}</span>
                  <span class="faint truncate">
                    {plural(each.consumers, "consumer")} · {each.pending.toLocaleString("en")} pending
                    {each.lag !== undefined && ` · ${each.lag.toLocaleString("en")} behind`}
                  </span>
                  <span class="faint mono truncate last">last {each.lastDelivered}</span>
                </button>
              </li>
            ))}
          </ul>
          {group !== undefined && (
            <GroupDetails key={identity(group.name)} api={api} name={name} group={group} change={change} />
          )}
        </>
      )}
      <div class="surface-foot">
        <span class="groups-count">{plural(groups.length, "group")}</span>
        {group !== undefined && (
          <button type="button" class="button small danger end" onClick={() => (asking.value = "remove")}>
            Remove the group
          </button>
        )}
        <button
          type="button"
          class={`button small ${group === undefined ? "end" : ""}`}
          onClick={() => (asking.value = "add")}
        >
          Add a group
        </button>
      </div>
      {asking.value === "remove" && group !== undefined && (
        <Ask
          title="Remove the group?"
          action="Remove"
          danger
          onClose={() => (asking.value = undefined)}
          onSubmit={() => change(["XGROUP", "DESTROY", name, group.name])}
        >
          <p>
            <span class="mono">{oneLine(group.name)}</span> is forgotten, and what its consumers have not acknowledged.
            The entries stay.
          </p>
        </Ask>
      )}
      {asking.value === "add" && (
        <Ask
          title="Add a group"
          action="Add"
          onClose={() => (asking.value = undefined)}
          onSubmit={(form) => change(["XGROUP", "CREATE", name, String(form.get("name")), String(form.get("from"))])}
        >
          <label>
            Name
            <input class="input mono" name="name" required autocomplete="off" />
          </label>
          <label>
            It gets
            <select class="input" name="from">
              <option value="$">entries from now on</option>
              <option value="0">all entries</option>
            </select>
          </label>
        </Ask>
      )}
    </>
  );
}

function GroupDetails(props: {
  api: RedisApi;
  name: WireBytes;
  group: Group;
  change: (...commands: Command[]) => Promise<void>;
}): JSX.Element {
  const { api, name, group, change } = props;
  const [consumers, setConsumers] = useState<readonly Consumer[]>([]);
  const [consumer, setConsumer] = useState<WireBytes>();
  const [pending, setPending] = useState<readonly Pending[]>([]);
  const [next, setNext] = useState<string>();
  const [failure, setFailure] = useState<string>();
  const selected = useSignal<string | undefined>(undefined);
  const asking = useSignal<"acknowledge" | undefined>(undefined);

  const load = useCallback(
    async (from: string): Promise<void> => {
      try {
        const range: Command = [
          "XPENDING",
          name,
          group.name,
          from,
          "+",
          String(PAGE),
          ...(consumer === undefined ? [] : [consumer]),
        ];
        const [list, page] = await api.run(["XINFO", "CONSUMERS", name, group.name], range);
        const rows = itemsOf(page).map(pendingOf);
        setConsumers(itemsOf(list).map(consumerOf));
        setPending((before) => (from === "-" ? rows : [...before, ...rows]));
        setNext(rows.length < PAGE ? undefined : `(${rows.at(-1)!.id}`);
        setFailure(undefined);
      } catch (error) {
        setFailure(error instanceof Error ? error.message : String(error));
      }
    },
    [api, name, group.name, consumer],
  );
  // Again when the group's numbers have moved.
  useEffect(() => void load("-"), [load, group.pending, group.consumers]);

  const layout = narrow.value ? NARROW_LAYOUT : LAYOUT;
  const index = pending.findIndex(({ id }) => id === selected.value);
  const entry = pending[index];
  return (
    <>
      {consumers.length > 1 && (
        <div class="toolbar">
          <select
            class="input grow"
            aria-label="Consumer"
            value={consumer === undefined ? "" : identity(consumer)}
            onChange={(event) => {
              const wanted = event.currentTarget.value;
              setConsumer(consumers.find((candidate) => identity(candidate.name) === wanted)?.name);
            }}
          >
            <option value="">All consumers</option>
            {consumers.map((each) => (
              <option key={identity(each.name)} value={identity(each.name)}>
                {oneLine(each.name)} · {each.pending} pending · idle {duration(each.idleMs)}
              </option>
            ))}
          </select>
        </div>
      )}
      <div class="list-heads" style={{ gridTemplateColumns: layout }}>
        <span>Pending ID</span>
        <span>Consumer</span>
        <span class="number">Idle</span>
        <span class="number">Given</span>
      </div>
      {failure !== undefined ? (
        <Empty title="The group cannot be read">{failure}</Empty>
      ) : pending.length === 0 ? (
        <div class="fill">
          <Empty title="Nothing is pending">What was delivered has been acknowledged.</Empty>
        </div>
      ) : (
        <VirtualList
          label="Pending entries"
          count={pending.length}
          rowHeight={ROW_PX}
          rowClass="element-row"
          rowLayout={layout}
          row={(at) => {
            const row = pending[at]!;
            return (
              <>
                <span>{row.id}</span>
                <span>{oneLine(row.consumer)}</span>
                <span class="number">{duration(row.idleMs)}</span>
                <span class="number">{row.deliveries}×</span>
              </>
            );
          }}
          onRange={(_first, last) => next !== undefined && last >= pending.length - AHEAD_ROWS && void load(next)}
          selected={index < 0 ? undefined : index}
          onSelect={(at) => (selected.value = pending[at]!.id)}
        />
      )}
      {entry !== undefined && (
        <section class="details" aria-label="Pending entry">
          <div class="details-head">
            <span class="mono muted truncate">
              {entry.id} · {oneLine(entry.consumer)}
            </span>
            <button type="button" class="button small" onClick={() => (asking.value = "acknowledge")}>
              Acknowledge
            </button>
            <IconButton small icon="close" label="Close the entry" onClick={() => (selected.value = undefined)} />
          </div>
          <EntryText api={api} name={name} id={entry.id} />
        </section>
      )}
      {asking.value === "acknowledge" && entry !== undefined && (
        <Ask
          title="Acknowledge the entry?"
          action="Acknowledge"
          onClose={() => (asking.value = undefined)}
          onSubmit={async () => {
            await change(["XACK", name, group.name, entry.id]);
            await load("-");
          }}
        >
          <p>
            <span class="mono">{entry.id}</span> counts as done; <span class="mono">{oneLine(entry.consumer)}</span> is
            not asked.
          </p>
        </Ask>
      )}
    </>
  );
}

/** What the pending entry holds, unless it was deleted. */
function EntryText({ api, name, id }: { api: RedisApi; name: WireBytes; id: string }): JSX.Element {
  const [text, setText] = useState("");
  useEffect(() => {
    api.run(["XRANGE", name, id, id]).then(
      ([reply]) => {
        const [entry] = itemsOf(reply);
        const [, fields] = itemsOf(entry);
        const words = itemsOf(fields).map((word) => oneLine(bytesOf(word) ?? ""));
        const lines = words.flatMap((word, at) => (at % 2 === 0 ? [`${word}: ${words[at + 1] ?? ""}`] : []));
        setText(entry === undefined ? "The entry was deleted from the stream." : lines.join("\n"));
      },
      (error: unknown) => setText(error instanceof Error ? error.message : String(error)),
    );
  }, [api, name, id]);
  return <pre class="element-text">{text}</pre>;
}

/** A map of XINFO, which RESP2 has as names and values in turn. */
function fieldsOf(reply: WireReply): ReadonlyMap<string, WireReply> {
  const items = itemsOf(reply);
  const fields = new Map<string, WireReply>();
  for (let at = 0; at + 1 < items.length; at += 2) fields.set(String(bytesOf(items[at])), items[at + 1]!);
  return fields;
}

function groupOf(reply: WireReply): Group {
  const fields = fieldsOf(reply);
  const lag = fields.get("lag");
  return {
    name: bytesOf(fields.get("name")) ?? "",
    consumers: integerOf(fields.get("consumers")),
    pending: integerOf(fields.get("pending")),
    lastDelivered: String(bytesOf(fields.get("last-delivered-id")) ?? ""),
    lag: lag === null || lag === undefined ? undefined : integerOf(lag),
  };
}

function consumerOf(reply: WireReply): Consumer {
  const fields = fieldsOf(reply);
  return {
    name: bytesOf(fields.get("name")) ?? "",
    pending: integerOf(fields.get("pending")),
    idleMs: integerOf(fields.get("idle")),
  };
}

function pendingOf(reply: WireReply): Pending {
  const [id, consumer, idle, deliveries] = itemsOf(reply);
  return {
    id: String(bytesOf(id) ?? ""),
    consumer: bytesOf(consumer) ?? "",
    idleMs: integerOf(idle),
    deliveries: integerOf(deliveries),
  };
}
