/** Search over the folder that the config names: lines stream in with their context and their matches marked. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { SearchAnswer, SearchEnd, SearchLine, SearchNote, SearchRequest } from "../../../src/tools/search-wire.ts";
import { Empty } from "../../ui/empty.tsx";
import { Segments } from "../../ui/segments.tsx";
import { Check } from "./check.tsx";
import "./grep-panel.css";
import { search } from "./stream.ts";
import { SYNTAX_CHOICES } from "./syntaxes.ts";

/** How long typing has to rest before the search begins anew, in milliseconds. */
const REST_MS = 250;

const FIRST: SearchRequest = { pattern: "", syntax: "ere", ignoreCase: false, words: false, context: 0, include: "" };

const CONTEXTS = [
  ["0", "lines"],
  ["1", "± 1"],
  ["3", "± 3"],
] as const;

export function SearchPanel(): JSX.Element {
  const [request, setRequest] = useState(FIRST);
  const { answers, end, failure, running } = useSearch(request);
  const change = (part: Partial<SearchRequest>): void => setRequest({ ...request, ...part });
  return (
    <>
      <div class="page-head">
        <h1>Search</h1>
        <span class="meta">The files below the folder that the config names.</span>
      </div>
      <div class="toolbar">
        <input
          class="input grep-pattern"
          type="search"
          aria-label="Pattern"
          placeholder="pattern"
          spellcheck={false}
          value={request.pattern}
          onInput={(event) => change({ pattern: event.currentTarget.value })}
        />
        <input
          class="input"
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
        <Check label="any case" on={request.ignoreCase} onChange={(ignoreCase) => change({ ignoreCase })} />
        <Check label="whole words" on={request.words} onChange={(words) => change({ words })} />
      </div>
      <p class="meta" role="status">
        {failure ?? statusText(end, answers.length, running)}
      </p>
      {request.pattern === "" ? (
        <Empty title="Nothing to search for">Type a pattern; results come as they are found.</Empty>
      ) : (
        <div class="grep-results" aria-label="Results">
          {answers.map((answer, index) => (
            <Answer key={index} answer={answer} first={answer.path !== answers[index - 1]?.path} />
          ))}
        </div>
      )}
    </>
  );
}

type Shown = SearchLine | SearchNote;

function Answer({ answer, first }: { answer: Shown; first: boolean }): JSX.Element {
  const head = first && <h2 class="grep-file">{answer.path.slice(1)}</h2>;
  if (answer.kind === "note") {
    return (
      <>
        {head}
        <p class="meta">{answer.text}</p>
      </>
    );
  }
  return (
    <>
      {head}
      {answer.afterGap && !first && <div class="grep-gap" />}
      <div class={answer.selected ? "grep-line" : "grep-line grep-context"}>
        <span class="grep-number">{answer.number}</span>
        <Parts parts={answer.parts} />
      </div>
    </>
  );
}

function Parts({ parts }: { parts: readonly string[] }): JSX.Element {
  const shown: ComponentChildren[] = parts.map((part, index) =>
    index % 2 === 1 ? <mark key={index}>{part}</mark> : part,
  );
  return <code>{shown}</code>;
}

function statusText(end: SearchEnd | undefined, lines: number, running: boolean): string {
  if (end !== undefined) return `${end.selected} lines in ${end.files} files${end.cut ? "; there are more" : ""}`;
  return running ? `searching … ${lines} lines so far` : "";
}

interface SearchState {
  readonly answers: readonly Shown[];
  readonly end: SearchEnd | undefined;
  readonly failure: string | undefined;
  readonly running: boolean;
}

const IDLE: SearchState = { answers: [], end: undefined, failure: undefined, running: false };

/** Searches once typing has rested; a new question ends the old search. */
function useSearch(request: SearchRequest): SearchState {
  const [state, setState] = useState(IDLE);
  useEffect(() => {
    setState(IDLE);
    if (request.pattern === "") return undefined;
    const controller = new AbortController();
    const timer = setTimeout(() => {
      setState({ ...IDLE, running: true });
      const take = (batch: readonly SearchAnswer[]): void => {
        const end = batch.find((answer) => answer.kind === "end");
        const lines = batch.filter((answer) => answer.kind !== "end");
        setState((before) => ({ ...before, answers: [...before.answers, ...lines], end, running: end === undefined }));
      };
      search(request, controller.signal, take).catch((error: unknown) => {
        if (!controller.signal.aborted)
          setState({ ...IDLE, failure: error instanceof Error ? error.message : String(error) });
      });
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [request]);
  return state;
}
