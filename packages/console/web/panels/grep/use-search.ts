/** A search that begins once typing has rested, as rows of a list that grows. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { SearchAnswer, SearchEnd, SearchLine, SearchNote, SearchRequest } from "../../../src/tools/search-wire.ts";
import { search } from "./stream.ts";

/** Milliseconds. */
const REST_MS = 250;

/** What the list shows: a file's name above what was found in it, and a line between lines that do not adjoin. */
export type Row = { readonly kind: "file"; readonly path: string } | { readonly kind: "gap" } | SearchLine | SearchNote;

export interface SearchState {
  readonly rows: readonly Row[];
  /** Selected lines so far. */
  readonly selected: number;
  readonly phase: "idle" | "running" | "stopped" | "ended" | "failed";
  readonly end?: SearchEnd;
  readonly failure?: string;
}

const IDLE: SearchState = { rows: [], selected: 0, phase: "idle" };

/** A new question ends the search before; `stop` ends it with what it has found. */
export function useSearch(request: SearchRequest): SearchState & { readonly stop: () => void } {
  const [state, setState] = useState(IDLE);
  const current = useRef<AbortController>(undefined);
  useEffect(() => {
    if (request.pattern === "") {
      setState(IDLE);
      return undefined;
    }
    const controller = new AbortController();
    const timer = setTimeout(() => {
      current.current = controller;
      setState({ ...IDLE, phase: "running" });
      const take = (answers: readonly SearchAnswer[]): void => {
        if (!controller.signal.aborted) setState((before) => grown(before, answers));
      };
      search(request, controller.signal, take).catch((error: unknown) => {
        if (controller.signal.aborted) return;
        const failure = error instanceof Error ? error.message : String(error);
        setState((before) => ({ ...before, phase: "failed", failure }));
      });
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [request]);
  const stop = (): void => {
    current.current?.abort();
    setState((before) => (before.phase === "running" ? { ...before, phase: "stopped" } : before));
  };
  return { ...state, stop };
}

/** With `answers` behind what there is. */
export function grown(before: SearchState, answers: readonly SearchAnswer[]): SearchState {
  const rows = [...before.rows];
  let { selected } = before;
  let path = rows.findLast((row) => row.kind !== "gap")?.path;
  for (const answer of answers) {
    if (answer.kind === "end") return { rows, selected, phase: "ended", end: answer };
    if (answer.path !== path) rows.push({ kind: "file", path: answer.path });
    else if (answer.kind === "line" && answer.afterGap) rows.push({ kind: "gap" });
    path = answer.path;
    rows.push(answer);
    if (answer.kind === "line" && answer.selected) selected++;
  }
  return { ...before, rows, selected };
}
