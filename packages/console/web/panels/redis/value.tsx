/** One key: what it is, how long it lives, and its value by type. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import type { WireBytes } from "../../../src/protocol.ts";
import { bytes, duration, plural } from "../../format.ts";
import { Ask } from "../../ui/ask.tsx";
import { Empty } from "../../ui/empty.tsx";
import { CopyButton, IconButton } from "../../ui/icon-button.tsx";
import { oneLine } from "./bytes-text.ts";
import { COLLECTIONS } from "./collections.ts";
import { CollectionValue } from "./collection-value.tsx";
import { bytesOf, integerOf, isObject, ReplyError, type RedisApi } from "./redis-api.ts";
import { StreamValue } from "./stream-value.tsx";
import { StringValue } from "./string-value.tsx";

interface Facts {
  readonly type: string;
  /** On our clock; undefined: never. */
  readonly expiresAtMs: number | undefined;
  readonly encoding: string | undefined;
  readonly memoryBytes: number | undefined;
}

export interface ValueProps {
  api: RedisApi;
  name: WireBytes;
  onChanged: (name: WireBytes) => void;
  onRenamed: (from: WireBytes, to: WireBytes) => void;
  onGone: (name: WireBytes) => void;
  onBack: () => void;
}

export function Value({ api, name, onChanged, onRenamed, onGone, onBack }: ValueProps): JSX.Element {
  const [facts, setFacts] = useState<Facts>();
  const [size, setSize] = useState<string>();
  const [failure, setFailure] = useState<string>();
  const [generation, setGeneration] = useState(0);
  const asking = useSignal<"rename" | "expire" | "delete" | undefined>(undefined);

  const load = useCallback(async (): Promise<void> => {
    try {
      setFacts(await readFacts(api, name));
      setFailure(undefined);
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    }
  }, [api, name]);
  useEffect(() => void load(), [load]);

  const changed = (): void => {
    void load();
    onChanged(name);
  };
  const title = oneLine(name);
  const collection = facts === undefined ? undefined : COLLECTIONS[facts.type];
  return (
    <>
      <header class="value-head">
        <div class="value-title">
          <span class="only-narrow">
            <IconButton icon="back" label="Back to the keys" onClick={onBack} />
          </span>
          <h2 class="truncate" title={title}>
            {title}
          </h2>
          <CopyButton text={title} label="Copy the key" />
          <span class="actions">
            <IconButton
              icon="refresh"
              label="Read again"
              onClick={() => {
                void load();
                setGeneration((n) => n + 1);
              }}
            />
            <IconButton icon="edit" label="Rename the key" onClick={() => (asking.value = "rename")} />
            <IconButton icon="trash" label="Delete the key" onClick={() => (asking.value = "delete")} />
          </span>
        </div>
        <p class="value-meta">
          <span>{facts?.type ?? "\u00a0"}</span>
          {size !== undefined && <span>{size}</span>}
          {facts?.encoding !== undefined && <span>{facts.encoding}</span>}
          {facts?.memoryBytes !== undefined && <span>{bytes(facts.memoryBytes)} in memory</span>}
          {facts !== undefined && facts.type !== "none" && (
            <button type="button" onClick={() => (asking.value = "expire")}>
              <Expiry atMs={facts.expiresAtMs} />
            </button>
          )}
        </p>
      </header>
      {failure !== undefined ? (
        <Empty title="The value cannot be read">{failure}</Empty>
      ) : facts === undefined ? (
        <div class="fill" aria-busy="true" />
      ) : facts.type === "none" ? (
        <Empty title="The key is gone">It expired, or somebody deleted it.</Empty>
      ) : facts.type === "string" ? (
        <StringValue
          key={generation}
          api={api}
          name={name}
          onSize={(length) => setSize(bytes(length))}
          onChanged={changed}
        />
      ) : facts.type === "stream" ? (
        <StreamValue
          key={generation}
          api={api}
          name={name}
          onSize={(length) => setSize(`${length.toLocaleString("en")} ${length === 1 ? "entry" : "entries"}`)}
          onChanged={changed}
        />
      ) : collection !== undefined ? (
        <CollectionValue
          key={generation}
          api={api}
          name={name}
          type={collection}
          onSize={(length) => setSize(plural(length, "element"))}
          onChanged={changed}
        />
      ) : (
        <Empty title={`A ${facts.type}`}>This page has no view for it; the command line reaches it.</Empty>
      )}
      {asking.value === "rename" && (
        <Ask
          title="Rename the key"
          action="Rename"
          onClose={() => (asking.value = undefined)}
          onSubmit={async (form) => {
            const to = String(form.get("name"));
            const [done] = await api.run(["RENAMENX", name, to]);
            if (integerOf(done) === 0) throw new Error("There is a key of this name already.");
            onRenamed(name, to);
          }}
        >
          <label>
            New name
            <input
              class="input mono"
              name="name"
              required
              autocomplete="off"
              defaultValue={typeof name === "string" ? name : ""}
            />
          </label>
        </Ask>
      )}
      {asking.value === "expire" && (
        <Ask
          title="Time to live"
          action="Set"
          onClose={() => (asking.value = undefined)}
          onSubmit={async (form) => {
            const seconds = String(form.get("seconds")).trim();
            await api.run(seconds === "" ? ["PERSIST", name] : ["EXPIRE", name, seconds]);
            changed();
          }}
        >
          <label>
            Seconds from now; empty: never expires
            <input class="input" name="seconds" inputMode="numeric" pattern="\d*" autocomplete="off" />
          </label>
        </Ask>
      )}
      {asking.value === "delete" && (
        <Ask
          title="Delete the key?"
          action="Delete"
          danger
          onClose={() => (asking.value = undefined)}
          onSubmit={async () => {
            await api.run(["DEL", name]);
            onGone(name);
          }}
        >
          <p class="mono">{title}</p>
        </Ask>
      )}
    </>
  );
}

async function readFacts(api: RedisApi, name: WireBytes): Promise<Facts> {
  const [type, ttl] = await api.run(["TYPE", name], ["PTTL", name]);
  const ttlMs = integerOf(ttl);
  // A first form of a server may not have these; they are no reason to show no value.
  const [encoding, memory] = await Promise.all([
    optional(api.run(["OBJECT", "ENCODING", name])),
    optional(api.run(["MEMORY", "USAGE", name])),
  ]);
  return {
    type: String(bytesOf(type)),
    expiresAtMs: ttlMs >= 0 ? Date.now() + ttlMs : undefined,
    encoding: typeof encoding === "string" ? encoding : undefined,
    memoryBytes: isObject(memory) && "integer" in memory ? Number(memory.integer) : undefined,
  };
}

async function optional(replies: ReturnType<RedisApi["run"]>): Promise<Awaited<typeof replies>[number] | undefined> {
  try {
    return (await replies)[0];
  } catch (error) {
    if (error instanceof ReplyError) return undefined;
    throw error;
  }
}

function Expiry({ atMs }: { atMs: number | undefined }): JSX.Element {
  const now = useSignal(Date.now());
  useEffect(() => {
    const timer = setInterval(() => (now.value = Date.now()), 1000);
    return () => clearInterval(timer);
  }, [now]);
  if (atMs === undefined) return <>never expires</>;
  return <>{atMs <= now.value ? "expired" : `expires in ${duration(atMs - now.value)}`}</>;
}
