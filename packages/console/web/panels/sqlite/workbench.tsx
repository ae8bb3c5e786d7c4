/** One open database: schema, editor, and below it what a script gave. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { SchemaAnswer, TableInfo } from "../../../src/tools/sqlite/sqlite-wire.ts";
import * as format from "../../format.ts";
import { Editor, type Mark } from "../../ui/code-editor.ts";
import { Empty } from "../../ui/empty.tsx";
import { Segments } from "../../ui/segments.tsx";
import { JavaScriptView, PlanView } from "./explained.tsx";
import { sqlLanguage } from "./language.ts";
import { quoted, RunView } from "./run-view.tsx";
import { SchemaDiagram } from "./schema-diagram.tsx";
import { SchemaTree } from "./schema-tree.tsx";
import type { DatabaseSource } from "./source.ts";
import { type Ran, useDatabase, useExplained } from "./use-database.ts";

type View = "rows" | "chart" | "plan" | "javascript" | "diagram";

const VIEWS: readonly (readonly [View, string])[] = [
  ["rows", "Rows"],
  ["chart", "Chart"],
  ["plan", "Plan"],
  ["javascript", "JavaScript"],
  ["diagram", "Diagram"],
];

/** `source` stays the same; a new one is a new workbench. */
export function Workbench({ source }: { source: DatabaseSource }): JSX.Element {
  const { schema, running, ran, run } = useDatabase(source);
  const [view, setView] = useState<View>("rows");
  const [text, setText] = useState("");
  const known = schema !== undefined && !("failure" in schema) ? schema : undefined;
  const explained = useExplained(source, text, view === "plan" || view === "javascript", schema);
  const begin = (): void => {
    if (running) return;
    const whole = editor.current?.text ?? "";
    const { from, to } = editor.current?.selection ?? { from: 0, to: whole.length };
    if (view !== "chart") setView("rows");
    run({ sql: whole.slice(from, to), at: from, text: whole });
  };
  const { host, editor } = useSqlEditor(known, { changed: setText, run: begin });
  useFirstQuery(known, editor);
  // Where the last run failed is worth a mark only while the text is the one that ran.
  useEffect(() => editor.current?.mark(ran?.text === text ? marksOf(ran) : []), [ran, text]);

  return (
    <>
      <div class="toolbar">
        {running ? (
          <button type="button" class="button danger" onClick={() => source.stop()}>
            Stop
          </button>
        ) : (
          <button type="button" class="button primary" onClick={begin} title="Ctrl-Enter">
            Run
          </button>
        )}
        <span class="muted" role="status">
          {running ? "running" : ran !== undefined && statusOf(ran)}
        </span>
        {known !== undefined && <span class="muted end">{format.bytes(known.size)}</span>}
      </div>
      <div class="sqlite-panel fill">
        <section class="card sqlite-schema" aria-label="Schema" aria-busy={schema === undefined}>
          {schema !== undefined && "failure" in schema && (
            <div role="alert">
              <Empty title="The database cannot be read">{schema.failure.message}</Empty>
            </div>
          )}
          {known?.tables.length === 0 && <Empty title="There are no tables yet" />}
          {known !== undefined && (
            <SchemaTree tables={known.tables} choose={(name) => editor.current?.insert(quoted(name))} />
          )}
        </section>
        <div class="card sqlite-editor" ref={host} />
        <div class="card sqlite-result">
          <div class="sqlite-result-head">
            <Segments label="Result" value={view} options={VIEWS} onChange={setView} />
          </div>
          {(view === "rows" || view === "chart") && <RunView ran={ran} chart={view === "chart"} />}
          {view === "plan" && <PlanView explained={explained} />}
          {view === "javascript" && <JavaScriptView explained={explained} />}
          {view === "diagram" && <SchemaDiagram tables={known?.tables ?? []} />}
        </div>
      </div>
    </>
  );
}

function useSqlEditor(
  schema: SchemaAnswer | undefined,
  events: { changed: (text: string) => void; run: () => void },
): { host: { current: HTMLDivElement | null }; editor: { current: Editor | null } } {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor>(null);
  // The editor is made once, and must reach what the newest draw handed over.
  const newest = useRef({ schema, ...events });
  newest.current = { schema, ...events };
  useEffect(() => {
    const made = new Editor(
      host.current!,
      { text: "", label: "SQL", language: sqlLanguage(() => newest.current.schema) },
      { changed: (text) => newest.current.changed(text), run: () => newest.current.run() },
    );
    editor.current = made;
    made.focus();
    return () => made.destroy();
  }, []);
  return { host, editor };
}

/** An empty editor begins with a query of the first table. */
function useFirstQuery(schema: SchemaAnswer | undefined, editor: { readonly current: Editor | null }): void {
  const done = useRef(false);
  useEffect(() => {
    if (schema === undefined || done.current) return;
    done.current = true;
    const [table] = schema.tables.filter(({ kind }: TableInfo) => kind === "table");
    if (table !== undefined && editor.current?.text === "")
      editor.current.setText(`SELECT * FROM ${quoted(table.name)} LIMIT 1000;\n`);
  }, [schema]);
}

function marksOf({ answer, at }: Ran): Mark[] {
  if ("failure" in answer || answer.trouble === undefined) return [];
  const { start, end, message } = answer.trouble;
  return [{ start: at + start, end: at + end, message }];
}

function statusOf({ answer }: Ran): string {
  if ("failure" in answer) return "failed";
  const { results, trouble, inTransaction } = answer;
  const timeMs = results.reduce((sum, result) => sum + result.timeMs, 0);
  const changes = results.reduce((sum, result) => sum + result.changes, 0);
  return [
    trouble === undefined ? `ran in ${format.seconds(timeMs / 1000)}` : "failed",
    ...(changes > 0 ? [`${format.plural(changes, "row")} changed`] : []),
    ...(inTransaction ? ["a transaction is open"] : []),
  ].join(" · ");
}
