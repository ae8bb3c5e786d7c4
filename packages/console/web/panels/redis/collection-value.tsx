/** A list, hash, set, sorted set or stream: pages of elements, the chosen one in full below. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { WireBytes } from "../../../src/protocol.ts";
import { Ask } from "../../ui/ask.tsx";
import { Empty } from "../../ui/empty.tsx";
import { CopyButton, IconButton } from "../../ui/icon-button.tsx";
import { VirtualList } from "../../ui/virtual-list.tsx";
import { hexDump, oneLine, prettyJson, rawBytes } from "./bytes-text.ts";
import { Segments } from "../../ui/segments.tsx";
import type { CollectionType, Page, Row } from "./collections.ts";
import { type Command, integerOf, type RedisApi, ReplyError } from "./redis-api.ts";

const ROW_PX = 29;
const AHEAD_ROWS = 40;
/** Of an element that is about to be removed. */
const SHOWN_CHARACTERS = 300;

export interface CollectionValueProps {
  api: RedisApi;
  name: WireBytes;
  type: CollectionType;
  onSize: (elements: number) => void;
  onChanged: () => void;
}

export function CollectionValue({ api, name, type, onSize, onChanged }: CollectionValueProps): JSX.Element {
  const [rows, setRows] = useState<readonly Row[]>([]);
  const [next, setNext] = useState<string | undefined>(type.start);
  const [failure, setFailure] = useState<string>();
  const selected = useSignal<number | undefined>(undefined);
  const isAdding = useSignal(false);
  const [order, setOrder] = useState(type.orders?.[0]?.[0]);
  const isReading = useRef(false);
  /** The server lacks the command that annotates rows. */
  const isPlain = useRef(false);

  const annotated = async (page: Page): Promise<readonly Row[]> => {
    if (type.annotation === undefined || isPlain.current || page.rows.length === 0) return page.rows;
    try {
      const [reply] = await api.run(type.annotation.command(name, page.rows));
      return type.annotation.apply(page.rows, reply);
    } catch (error) {
      if (!(error instanceof ReplyError)) throw error;
      isPlain.current = true;
      return page.rows;
    }
  };

  const read = async (position: string): Promise<void> => {
    if (isReading.current) return;
    isReading.current = true;
    try {
      const [size, reply] = await api.run([type.sizeCommand, name], type.page(name, position, order));
      const page = type.read(reply, position);
      const readRows = await annotated(page);
      setRows((before) => (position === type.start ? readRows : [...before, ...readRows]));
      setNext(page.next);
      onSize(integerOf(size));
      setFailure(undefined);
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    } finally {
      isReading.current = false;
    }
  };
  useEffect(() => {
    selected.value = undefined;
    void read(type.start);
  }, [api, name, type, order]);

  const onRange = useCallback(
    (_first: number, last: number): void => {
      if (next !== undefined && next !== type.start && last >= rows.length - AHEAD_ROWS) void read(next);
    },
    [next, rows],
  );
  /** Runs the commands and reads everything again: positions may have moved. */
  const change = async (commands: readonly Command[]): Promise<void> => {
    await api.run(...commands);
    selected.value = undefined;
    await read(type.start);
    onChanged();
  };
  const row = selected.value === undefined ? undefined : rows[selected.value];
  return (
    <>
      <div class="list-heads" style={{ gridTemplateColumns: type.layout }}>
        {type.columns.map((column) => (
          <span key={column}>{column}</span>
        ))}
      </div>
      {failure !== undefined ? (
        <Empty title="The elements cannot be read">{failure}</Empty>
      ) : (
        <VirtualList
          label="Elements"
          count={rows.length}
          rowHeight={ROW_PX}
          rowClass="element-row"
          rowLayout={type.layout}
          row={(index) => rows[index]!.map((cell, column) => <span key={column}>{oneLine(cell)}</span>)}
          onRange={onRange}
          selected={selected.value}
          onSelect={(index) => (selected.value = index)}
        />
      )}
      {row !== undefined && (
        <ElementDetails
          key={selected.value}
          row={row}
          type={type}
          name={name}
          change={change}
          onClose={() => (selected.value = undefined)}
        />
      )}
      <div class="surface-foot">
        {type.orders !== undefined && order !== undefined && (
          <Segments label="Order" value={order} options={type.orders} onChange={setOrder} />
        )}
        <span>{next === undefined ? "" : `${rows.length.toLocaleString("en")} shown`}</span>
        <button type="button" class="button small end" onClick={() => (isAdding.value = true)}>
          Add
        </button>
      </div>
      {isAdding.value && (
        <Ask
          title="Add an element"
          action="Add"
          onClose={() => (isAdding.value = false)}
          onSubmit={(form) =>
            change(
              type.add(
                name,
                type.addFields.map((field) => String(form.get(field))),
              ),
            )
          }
        >
          {type.addFields.map((field) => (
            <label key={field}>
              {field}
              <input class="input mono" name={field} autocomplete="off" />
            </label>
          ))}
        </Ask>
      )}
    </>
  );
}

function ElementDetails(props: {
  row: Row;
  type: CollectionType;
  name: WireBytes;
  change: (commands: readonly Command[]) => Promise<void>;
  onClose: () => void;
}): JSX.Element {
  const { row, type, name, change, onClose } = props;
  const [draft, setDraft] = useState<string>();
  const [failure, setFailure] = useState<string>();
  const asking = useSignal<"remove" | "expire" | undefined>(undefined);
  const value = row[type.valueColumn]!;
  const editable = row[type.editColumn ?? type.valueColumn]!;
  const text = typeof value === "string" ? (prettyJson(value) ?? value) : hexDump(rawBytes(value));
  const attempt = (commands: readonly Command[]): void => {
    change(commands).catch((error: unknown) => setFailure(error instanceof Error ? error.message : String(error)));
  };
  return (
    <section class="details" aria-label="Element in full">
      <div class="details-head">
        <span class="mono muted truncate">
          {row.length > 1
            ? row
                .filter((_, column) => column !== type.valueColumn)
                .map(oneLine)
                .join(" ")
            : type.columns[0]}
        </span>
        <CopyButton text={typeof value === "string" ? value : value.base64} label="Copy the value" />
        <IconButton small icon="close" label="Close the element" onClick={onClose} />
      </div>
      {draft === undefined ? (
        <pre class="element-text">{text}</pre>
      ) : (
        <textarea
          class="input mono element-text"
          aria-label="New value"
          rows={4}
          spellcheck={false}
          value={draft}
          onInput={(event) => setDraft(event.currentTarget.value)}
        />
      )}
      {failure !== undefined && (
        <p class="bad" role="alert">
          {failure}
        </p>
      )}
      <div class="toolbar">
        {draft === undefined ? (
          <>
            {type.edit !== undefined && typeof editable === "string" && (
              <button type="button" class="button small" onClick={() => setDraft(editable)}>
                {type.editColumn === undefined ? "Edit" : `Edit the ${type.columns[type.editColumn]!.toLowerCase()}`}
              </button>
            )}
            {type.expire !== undefined && (
              <button type="button" class="button small" onClick={() => (asking.value = "expire")}>
                Time to live
              </button>
            )}
            <button type="button" class="button small danger" onClick={() => (asking.value = "remove")}>
              Remove
            </button>
          </>
        ) : (
          <>
            <button type="button" class="button small primary" onClick={() => attempt(type.edit!(name, row, draft))}>
              Save
            </button>
            <button type="button" class="button small" onClick={() => setDraft(undefined)}>
              Cancel
            </button>
          </>
        )}
      </div>
      {asking.value === "remove" && (
        <Ask
          title="Remove the element?"
          action="Remove"
          danger
          onClose={() => (asking.value = undefined)}
          onSubmit={() => change(type.remove(name, row))}
        >
          <p class="mono">{row.map(oneLine).join("  ").slice(0, SHOWN_CHARACTERS)}</p>
        </Ask>
      )}
      {asking.value === "expire" && (
        <Ask
          title="Time to live of the field"
          action="Set"
          onClose={() => (asking.value = undefined)}
          onSubmit={(form) => {
            const seconds = String(form.get("seconds")).trim();
            return change(type.expire!(name, row, seconds === "" ? undefined : seconds));
          }}
        >
          <label>
            Seconds from now; empty: never expires
            <input class="input" name="seconds" inputMode="numeric" pattern="\d*" autocomplete="off" />
          </label>
        </Ask>
      )}
    </section>
  );
}
