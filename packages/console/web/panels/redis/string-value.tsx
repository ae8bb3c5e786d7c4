/** A string: as text, as indented JSON or in hex; read in pieces, changed as a whole. */
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { WireBytes } from "../../../src/protocol.ts";
import { bytes } from "../../format.ts";
import { Empty } from "../../ui/empty.tsx";
import { Segments } from "../../ui/segments.tsx";
import { byteLength, hexDump, prettyJson, rawBytes } from "./bytes-text.ts";
import { bytesOf, integerOf, type RedisApi } from "./redis-api.ts";

/** Bytes read at once; what follows comes when asked for. */
const PIECE_BYTES = 64 * 1024;

/** Longer values are read here and changed elsewhere. */
const MAX_EDIT_BYTES = 1024 * 1024;

type View = "text" | "json" | "hex";

export interface StringValueProps {
  api: RedisApi;
  name: WireBytes;
  onSize: (bytes: number) => void;
  onChanged: () => void;
}

export function StringValue({ api, name, onSize, onChanged }: StringValueProps): JSX.Element {
  const [data, setData] = useState<Uint8Array>();
  const [total, setTotal] = useState(0);
  const [chosen, choose] = useState<View>();
  const [draft, setDraft] = useState<string>();
  const [failure, setFailure] = useState<string>();

  const read = async (from: number): Promise<void> => {
    try {
      const [length, piece] = await api.run(
        ["STRLEN", name],
        ["GETRANGE", name, String(from), String(from + PIECE_BYTES - 1)],
      );
      const more = rawBytes(bytesOf(piece) ?? "");
      setData((before) => (from === 0 || before === undefined ? more : concat(before, more)));
      setTotal(integerOf(length));
      onSize(integerOf(length));
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    }
  };
  useEffect(() => void read(0), [api, name]);

  const isWhole = data !== undefined && data.length >= total;
  const text = useMemo(() => (data === undefined ? undefined : decode(data, isWhole)), [data, isWhole]);
  const json = useMemo(() => (text === undefined || !isWhole ? undefined : prettyJson(text)), [text, isWhole]);
  const hex = useMemo(() => (data === undefined ? "" : hexDump(data)), [data]);
  if (data === undefined) {
    return failure === undefined ? (
      <div class="fill" aria-busy="true" />
    ) : (
      <Empty title="The value cannot be read">{failure}</Empty>
    );
  }
  const views: (readonly [View, string])[] = [["hex", "Hex"]];
  if (json !== undefined) views.unshift(["json", "JSON"]);
  if (text !== undefined) views.unshift(["text", "Text"]);
  const view = views.some(([name_]) => name_ === chosen) ? chosen! : json !== undefined ? "json" : views[0]![0];
  const canEdit = text !== undefined && isWhole && total <= MAX_EDIT_BYTES;

  const save = async (): Promise<void> => {
    try {
      await api.run(["SET", name, draft!, "KEEPTTL"]);
      setDraft(undefined);
      setFailure(undefined);
      await read(0);
      onChanged();
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <>
      {draft !== undefined ? (
        <textarea
          class="value-text"
          aria-label="New value"
          spellcheck={false}
          value={draft}
          onInput={(event) => setDraft(event.currentTarget.value)}
          ref={(element) => element?.focus()}
        />
      ) : (
        <pre class={`value-text ${view}`} tabIndex={0} aria-label="Value">
          {view === "json" ? json : view === "text" ? text : hex}
        </pre>
      )}
      <div class="surface-foot">
        {draft === undefined ? (
          <>
            <Segments label="View" value={view} options={views} onChange={choose} />
            {!isWhole && (
              <button type="button" class="button small" onClick={() => void read(data.length)}>
                {bytes(data.length)} of {bytes(total)} · show more
              </button>
            )}
            {canEdit && (
              <button type="button" class="button small end" onClick={() => setDraft(view === "json" ? json : text)}>
                Edit
              </button>
            )}
          </>
        ) : (
          <>
            <span class={failure === undefined ? "" : "bad"} role="status">
              {failure ?? bytes(byteLength(draft))}
            </span>
            <button type="button" class="button small end" onClick={() => setDraft(undefined)}>
              Cancel
            </button>
            <button type="button" class="button small primary" onClick={() => void save()}>
              Save
            </button>
          </>
        )}
      </div>
    </>
  );
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

/** Text when it is valid UTF-8 without controls but for white space; the last character may be cut off by a piece's end. */
function decode(data: Uint8Array, isWhole: boolean): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data, { stream: !isWhole });
    return /[\u0000-\u0008\u000e-\u001f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
