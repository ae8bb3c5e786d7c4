/** The key browser: a filter and a list on the left, the chosen key's value on the right. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import type { WireBytes } from "../../../src/protocol.ts";
import { bytes, count, duration, plural } from "../../format.ts";
import { Ask } from "../../ui/ask.tsx";
import { Empty } from "../../ui/empty.tsx";
import { IconButton } from "../../ui/icon-button.tsx";
import { VirtualList } from "../../ui/virtual-list.tsx";
import { identity, oneLine } from "./bytes-text.ts";
import { COLLECTIONS } from "./collections.ts";
import { DatabaseSelect } from "./database-select.tsx";
import { KeyList, MAX_KEYS } from "./key-list.ts";
import { RedisApi } from "./redis-api.ts";
import { Value } from "./value.tsx";

const TYPES = ["string", "list", "hash", "set", "zset", "stream"] as const;
const ROW_PX = 30;

/** The list fetches its next page when this many rows are left below. */
const AHEAD_ROWS = 60;

/** What is typed becomes a SCAN when the typing pauses. */
const TYPING_PAUSE_MS = 250;

export function Keys({ service }: { service: string }): JSX.Element {
  const [db, setDb] = useState(0);
  const [match, setMatch] = useState("");
  const [type, setType] = useState("");
  const [generation, refresh] = useState(0);
  const selected = useSignal<WireBytes>();
  const isAdding = useSignal(false);
  const api = useMemo(() => new RedisApi(service, db), [service, db]);
  const list = useMemo(() => new KeyList(api, pattern(match), type), [api, match, type, generation]);
  useEffect(() => {
    void list.more();
    return () => list.close();
  }, [list]);
  useEffect(() => {
    selected.value = undefined;
  }, [api]);

  const onRange = useCallback(
    (first: number, last: number): void => {
      list.describe(first, last);
      if (last >= list.keys.length - AHEAD_ROWS && list.state.value === "idle") void list.more();
    },
    [list],
  );
  void list.version.value; // Drawn again whenever the array grew.
  const index = selected.value === undefined ? -1 : indexOf(list.keys, selected.value);
  return (
    <div class={`redis-keys fill ${selected.value === undefined ? "" : "has-key"}`}>
      <section class="card surface keys-pane" aria-label="Keys">
        <div class="toolbar">
          <PatternInput value={match} onChange={setMatch} />
          <select class="input" aria-label="Type" value={type} onChange={(event) => setType(event.currentTarget.value)}>
            <option value="">All types</option>
            {TYPES.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
          <DatabaseSelect api={api} db={db} generation={generation} onChange={setDb} />
          <IconButton icon="refresh" label="Scan again" onClick={() => refresh((n) => n + 1)} />
          <IconButton icon="plus" label="Add a key" onClick={() => (isAdding.value = true)} />
        </div>
        {list.keys.length > 0 ? (
          <VirtualList
            key={generation}
            label="Keys"
            count={list.keys.length}
            rowHeight={ROW_PX}
            rowClass="key-row"
            row={(row) => <KeyCells list={list} name={list.keys[row]!} />}
            onRange={onRange}
            selected={index < 0 ? undefined : index}
            onSelect={(row) => (selected.value = list.keys[row])}
          />
        ) : (
          <div class="fill" aria-busy={list.state.value === "scanning"}>
            <NoKeys list={list} filtered={match !== "" || type !== ""} />
          </div>
        )}
        <ScanFoot list={list} />
      </section>
      <section class="card surface value-pane" aria-label="Value">
        {selected.value === undefined ? (
          <Empty title="No key chosen">Choose one on the left to see its value.</Empty>
        ) : (
          <Value
            key={`${db} ${identity(selected.value)} ${generation}`}
            api={api}
            name={selected.value}
            onChanged={(name) => void list.touch(name)}
            onRenamed={(from, to) => {
              list.remove(from);
              list.add(to);
              selected.value = to;
            }}
            onGone={(name) => {
              list.remove(name);
              selected.value = undefined;
            }}
            onBack={() => (selected.value = undefined)}
          />
        )}
      </section>
      {isAdding.value && (
        <AddKey
          api={api}
          onClose={() => (isAdding.value = false)}
          onAdded={(name) => {
            list.add(name);
            selected.value = name;
          }}
        />
      )}
    </div>
  );
}

/** What is typed without any glob character is looked for anywhere in the name. */
function pattern(typed: string): string {
  if (typed === "") return "";
  return /[*?[\]\\]/.test(typed) ? typed : `*${typed}*`;
}

function indexOf(keys: readonly WireBytes[], key: WireBytes): number {
  const direct = keys.indexOf(key);
  if (direct >= 0 || typeof key === "string") return direct;
  return keys.findIndex((candidate) => identity(candidate) === identity(key));
}

function KeyCells({ list, name }: { list: KeyList; name: WireBytes }): JSX.Element {
  const facts = list.factsOf(name);
  return (
    <>
      <span class="type">{facts?.type ?? ""}</span>
      <span class="mono">{oneLine(name)}</span>
      <span class="ttl">{facts !== undefined && facts.ttlMs >= 0 && duration(facts.ttlMs)}</span>
      <span class="size number">
        {facts !== undefined && (facts.type === "string" ? bytes(facts.size) : count(facts.size))}
      </span>
    </>
  );
}

function PatternInput({ value, onChange }: { value: string; onChange: (value: string) => void }): JSX.Element {
  const [typed, setTyped] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => onChange(typed.trim()), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, onChange]);
  return (
    <input
      class="input grow"
      type="search"
      placeholder="Find keys: user:*"
      aria-label="Find keys by pattern"
      spellcheck={false}
      value={typed}
      onInput={(event) => setTyped(event.currentTarget.value)}
      onKeyDown={(event) => event.key === "Enter" && onChange(typed.trim())}
    />
  );
}

function NoKeys({ list, filtered }: { list: KeyList; filtered: boolean }): JSX.Element | null {
  if (list.state.value === "failed") return <Empty title="The keys cannot be read">{list.failure.value}</Empty>;
  if (list.state.value !== "done") return null;
  if (filtered) return <Empty title="No key matches">There are {count(list.total.value ?? 0)} in this database.</Empty>;
  return (
    <Empty title="This database is empty">
      Try <code>SET greeting hello</code> in the command line.
    </Empty>
  );
}

function ScanFoot({ list }: { list: KeyList }): JSX.Element {
  const state = list.state.value;
  const isFull = list.keys.length >= MAX_KEYS;
  return (
    <div class="surface-foot">
      <span role="status">
        {plural(list.keys.length, "key")}
        {state !== "done" && list.total.value !== undefined && ` of ${list.total.value.toLocaleString("en")}`}
      </span>
      {state === "idle" && !isFull && (
        <button type="button" class="button small end" onClick={() => void list.all()}>
          Scan all
        </button>
      )}
      {state === "scanning" && list.keys.length > 0 && (
        <button type="button" class="button small end" onClick={() => list.stop()}>
          Stop
        </button>
      )}
    </div>
  );
}

function AddKey(props: { api: RedisApi; onClose: () => void; onAdded: (name: string) => void }): JSX.Element {
  const { api, onClose, onAdded } = props;
  const [type, setType] = useState<string>("string");
  const fields = type === "string" ? ["Value"] : COLLECTIONS[type]!.addFields;
  const add = async (form: FormData): Promise<void> => {
    const name = String(form.get("name"));
    const values = fields.map((field) => String(form.get(field)));
    const [existing] = await api.describe([name]);
    if (existing?.type !== "none") throw new Error("There is a key of this name already.");
    const commands = type === "string" ? [["SET", name, values[0]!]] : COLLECTIONS[type]!.add(name, values);
    await api.run(...commands);
    onAdded(name);
  };
  return (
    <Ask title="Add a key" action="Add" onSubmit={add} onClose={onClose}>
      <label>
        Type
        <select class="input" value={type} onChange={(event) => setType(event.currentTarget.value)}>
          {TYPES.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        Key
        <input class="input mono" name="name" required autocomplete="off" />
      </label>
      {fields.map((field) => (
        <label key={field}>
          {field}
          <input class="input mono" name={field} autocomplete="off" />
        </label>
      ))}
    </Ask>
  );
}
