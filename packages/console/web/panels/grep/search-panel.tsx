/** Search over the folder that the config names: lines stream in with their context and their matches marked. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { SearchFolder, SearchLine, SearchRequest } from "../../../src/tools/search-wire.ts";
import { plural } from "../../format.ts";
import { post } from "../../live/api.ts";
import { Check } from "../../ui/check.tsx";
import { Empty } from "../../ui/empty.tsx";
import { CopyButton, IconButton } from "../../ui/icon-button.tsx";
import { Segments } from "../../ui/segments.tsx";
import { VirtualList } from "../../ui/virtual-list.tsx";
import "./grep-panel.css";
import { Marked } from "./marked.tsx";
import { SYNTAX_CHOICES } from "./syntaxes.ts";
import { type Row, type SearchState, useSearch } from "./use-search.ts";

const ROW_PX = 24;

const FIRST: SearchRequest = { pattern: "", syntax: "ere", ignoreCase: false, words: false, context: 0, include: "" };

const CONTEXTS = [
  ["0", "lines"],
  ["1", "± 1"],
  ["3", "± 3"],
] as const;

export function SearchPanel(): JSX.Element {
  const [request, setRequest] = useState(FIRST);
  const [folder, setFolder] = useState<string>();
  const [trouble, setTrouble] = useState<string>();
  useEffect(() => {
    post<SearchFolder>("search/folder").then(
      (answer) => setFolder(answer.folder),
      (error: unknown) => setTrouble(error instanceof Error ? error.message : String(error)),
    );
  }, []);
  const state = useSearch(request);
  const change = (part: Partial<SearchRequest>): void => setRequest({ ...request, ...part });
  return (
    <>
      <div class="page-head">
        <h1>Search</h1>
        {folder !== undefined && (
          <span class="meta truncate">
            below <code>{folder}</code>
          </span>
        )}
      </div>
      <section class="card surface fill" aria-label="Search">
        <div class="toolbar">
          <input
            class="input mono grow"
            type="search"
            aria-label="Pattern"
            placeholder="Pattern"
            spellcheck={false}
            value={request.pattern}
            onInput={(event) => change({ pattern: event.currentTarget.value })}
          />
          <input
            class="input mono grep-include"
            type="search"
            aria-label="File names"
            placeholder="*.ts"
            spellcheck={false}
            value={request.include}
            onInput={(event) => change({ include: event.currentTarget.value })}
          />
          <Segments
            label="Syntax"
            options={SYNTAX_CHOICES}
            value={request.syntax}
            onChange={(syntax) => change({ syntax })}
          />
          <Segments
            label="Context"
            options={CONTEXTS}
            value={String(request.context) as (typeof CONTEXTS)[number][0]}
            onChange={(context) => change({ context: Number(context) })}
          />
          <Check label="Any case" on={request.ignoreCase} onChange={(ignoreCase) => change({ ignoreCase })} />
          <Check label="Whole words" on={request.words} onChange={(words) => change({ words })} />
        </div>
        {trouble === undefined ? <Found state={state} /> : <Empty title="There is nothing to search">{trouble}</Empty>}
        <div class="surface-foot">
          <span role="status">{statusText(state)}</span>
          {state.phase === "running" && (
            <button type="button" class="button small end" onClick={state.stop}>
              Stop
            </button>
          )}
        </div>
      </section>
    </>
  );
}

function Found({ state }: { state: SearchState }): JSX.Element {
  const [selected, select] = useState<number>();
  const { rows, phase } = state;
  const row = selected === undefined ? undefined : rows[selected];
  if (phase === "failed" && rows.length === 0) {
    return (
      <div class="fill" role="alert">
        <Empty title="Not searched">{state.failure}</Empty>
      </div>
    );
  }
  if (rows.length === 0) {
    return (
      <div class="fill" aria-busy={phase === "running"}>
        {phase === "idle" && <Empty title="Nothing to search for">Type a pattern; lines come as they are found.</Empty>}
        {(phase === "ended" || phase === "stopped") && <Empty title="Nothing was found" />}
      </div>
    );
  }
  return (
    <>
      <VirtualList
        label="Results"
        count={rows.length}
        rowHeight={ROW_PX}
        rowClass="found-row"
        row={(index) => <FoundCells row={rows[index]!} />}
        selected={row === undefined ? undefined : selected}
        onSelect={select}
      />
      {row?.kind === "line" && <LineInFull line={row} onClose={() => select(undefined)} />}
    </>
  );
}

function FoundCells({ row }: { row: Row }): JSX.Element {
  if (row.kind === "gap") return <span class="found-gap" />;
  if (row.kind === "file") return <strong class="found-file">{row.path.slice(1)}</strong>;
  if (row.kind === "note") return <span class="found-note muted">{row.text}</span>;
  return (
    <>
      <span class="found-number faint">{row.number}</span>
      <span class={row.selected ? "found-line" : "found-line muted"}>
        <Marked parts={row.parts} />
      </span>
    </>
  );
}

function LineInFull({ line, onClose }: { line: SearchLine; onClose: () => void }): JSX.Element {
  const place = `${line.path.slice(1)}:${line.number}`;
  return (
    <section class="details" aria-label="Line in full">
      <div class="details-head">
        <span class="mono muted truncate">{place}</span>
        <CopyButton text={place} label="Copy the place" />
        <IconButton small icon="close" label="Close the line" onClick={onClose} />
      </div>
      <pre class="found-full">
        <Marked parts={line.parts} />
      </pre>
    </section>
  );
}

function statusText({ phase, selected, end, failure, rows }: SearchState): string {
  const found = plural(selected, "line");
  if (phase === "running") return `Searching … ${found} so far`;
  if (phase === "stopped") return `Stopped; ${found} so far`;
  if (phase === "failed") return rows.length === 0 ? "" : `${found}; then the search failed: ${failure ?? ""}`;
  if (end === undefined) return "";
  return `${plural(end.selected, "line")} in ${plural(end.files, "file")}${end.cut ? "; there are more" : ""}`;
}
