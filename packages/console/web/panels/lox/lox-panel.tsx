/** The Lox playground: a program, what it prints, and what it is made into. Everything happens in the browser. */
import type { DialectName, EngineName } from "@tenon/lox";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { CopyButton } from "../../ui/icon-button.tsx";
import { Editor, type EditorEvents } from "../../ui/code-editor.ts";
import { Empty } from "../../ui/empty.tsx";
import { Segments } from "../../ui/segments.tsx";
import { EXAMPLES } from "./examples.ts";
import { programFromHash, programToHash } from "./link.ts";
import { loxLanguage } from "./language.ts";
import { layOut } from "./layout.ts";
import "./lox-panel.css";
import { Checker, Run } from "./threads.ts";
import { Tree } from "./tree.tsx";
import type { Analysis, Ended } from "./wire.ts";

/** How long typing has to rest before the program is checked, in milliseconds. */
const CHECK_DELAY_MS = 200;

type View = "output" | "tree" | "javascript";

const VIEWS: readonly (readonly [View, string])[] = [
  ["output", "Output"],
  ["tree", "AST"],
  ["javascript", "JavaScript"],
];
const DIALECT_CHOICES: readonly (readonly [DialectName, string])[] = [
  ["jlox", "jlox"],
  ["clox", "clox"],
];
const ENGINE_CHOICES: readonly (readonly [EngineName, string])[] = [
  ["fast", "fast"],
  ["closures", "closures"],
  ["tree", "tree"],
];

export function LoxPanel(): JSX.Element {
  const [source, setSource] = useState<string>();
  useEffect(() => {
    void programFromHash(location.hash).then((linked) => setSource(linked ?? EXAMPLES[0]!.source));
  }, []);
  return (
    <>
      <div class="page-head">
        <h1>Lox</h1>
        <span class="meta">A playground: programs run in this browser, for ten seconds at most.</span>
      </div>
      {source !== undefined && <Playground initial={source} />}
    </>
  );
}

function Playground({ initial }: { initial: string }): JSX.Element {
  const [source, setSource] = useState(initial);
  const [dialect, setDialect] = useState<DialectName>("jlox");
  const [engine, setEngine] = useState<EngineName>("fast");
  const [view, setView] = useState<View>("output");
  const [analysis, setAnalysis] = useState<Analysis>();
  const [ran, setRan] = useState<string>();
  const { run, output, result, start } = useRun();
  const begin = (): void => {
    setView("output");
    setRan(source);
    start({ source, dialect, engine });
  };
  const { host, editor } = useEditor(initial, { changed: setSource, run: begin });
  const link = useLink(source);

  useCheck(source, dialect, setAnalysis);
  // Where the last run failed is worth a mark only while the program is the one that ran.
  const failures = ran === source ? result?.marks : undefined;
  useEffect(() => {
    editor.current?.mark([...(failures ?? analysis?.marks ?? [])]);
  }, [analysis, failures]);

  return (
    <>
      <div class="toolbar">
        {run === undefined ? (
          <button type="button" class="button primary" onClick={begin} title="Ctrl-Enter">
            Run
          </button>
        ) : (
          <button type="button" class="button danger" onClick={() => run.stop()}>
            Stop
          </button>
        )}
        <select
          class="input"
          aria-label="Example"
          value=""
          onChange={(event) => {
            const example = EXAMPLES[Number(event.currentTarget.value)];
            if (example !== undefined) editor.current?.setText(example.source);
            event.currentTarget.value = "";
          }}
        >
          <option value="">Examples…</option>
          {EXAMPLES.map(({ title }, index) => (
            <option key={title} value={index}>
              {title}
            </option>
          ))}
        </select>
        <Segments label="Dialect" value={dialect} options={DIALECT_CHOICES} onChange={setDialect} />
        <Segments label="Engine" value={engine} options={ENGINE_CHOICES} onChange={setEngine} />
        <span class="end lox-link">
          <span class="muted">Link to this program</span>
          <CopyButton text={link} label="Copy a link to this program" />
        </span>
      </div>
      <div class="lox-panel fill">
        <div class="card lox-editor" ref={host} />
        <div class="card lox-result">
          <div class="lox-result-head">
            <Segments label="Result" value={view} options={VIEWS} onChange={setView} />
            <span class="muted" role="status">
              {run === undefined ? result !== undefined && summary(result) : "running"}
            </span>
          </div>
          {view === "output" && <Output text={output} result={result} />}
          {view === "tree" && <TreeView analysis={analysis} choose={(from, to) => editor.current?.select(from, to)} />}
          {view === "javascript" && <JavaScriptView analysis={analysis} />}
        </div>
      </div>
    </>
  );
}

/** The program that runs, what it has printed, and how the last one ended. */
function useRun(): {
  run: Run | undefined;
  output: string;
  result: Ended | undefined;
  start: (request: ConstructorParameters<typeof Run>[0]) => void;
} {
  const [run, setRun] = useState<Run>();
  const [output, setOutput] = useState("");
  const [result, setResult] = useState<Ended>();
  const current = useRef<Run>(null);
  useEffect(() => () => current.current?.stop(), []);
  const start = (request: ConstructorParameters<typeof Run>[0]): void => {
    current.current?.stop();
    setOutput("");
    setResult(undefined);
    const next = new Run(request, {
      printed: (text) => setOutput((before) => before + text),
      ended: (ended) => {
        current.current = null;
        setRun(undefined);
        setResult(ended);
      },
    });
    current.current = next;
    setRun(next);
  };
  return { run, output, result, start };
}

function useEditor(
  initial: string,
  events: EditorEvents,
): { host: { current: HTMLDivElement | null }; editor: { current: Editor | null } } {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor>(null);
  // The editor is made once, and must reach what the newest draw handed over.
  const newest = useRef(events);
  newest.current = events;
  useEffect(() => {
    const made = new Editor(
      host.current!,
      { text: initial, label: "Lox program", language: loxLanguage },
      { changed: (text) => newest.current.changed(text), run: () => newest.current.run() },
    );
    editor.current = made;
    made.focus();
    return () => made.destroy();
  }, []);
  return { host, editor };
}

/** Checks the program whenever typing rests. */
function useCheck(source: string, dialect: DialectName, found: (analysis: Analysis) => void): void {
  const [checker] = useState(() => new Checker());
  useEffect(() => () => checker.close(), [checker]);
  useEffect(() => {
    const timer = setTimeout(() => {
      void checker.check({ source, dialect }).then((analysis) => analysis && found(analysis));
    }, CHECK_DELAY_MS);
    return () => clearTimeout(timer);
  }, [source, dialect]);
}

/** The address of this page with the program in it. */
function useLink(source: string): string {
  const [link, setLink] = useState(location.href);
  useEffect(() => {
    let wanted = true;
    void programToHash(source).then((hash) => wanted && setLink(`${location.origin}${location.pathname}${hash}`));
    return () => {
      wanted = false;
    };
  }, [source]);
  return link;
}

function summary({ compileMs, runMs, error }: Ended): string {
  const times = `compiled in ${compileMs.toFixed(1)} ms, ran ${runMs.toFixed(1)} ms`;
  return error === "" ? times : `failed; ${times}`;
}

function Output({ text, result }: { text: string; result: Ended | undefined }): JSX.Element {
  const end = useRef<HTMLPreElement>(null);
  useEffect(() => {
    end.current?.scrollTo(0, end.current.scrollHeight);
  }, [text, result]);
  if (text === "" && result === undefined) return <Empty title="Nothing has run yet">Run is Ctrl-Enter.</Empty>;
  return (
    <pre class="lox-text" role="log" aria-label="Output" tabIndex={0} ref={end}>
      {text}
      {result !== undefined && result.error !== "" && <span class="bad">{result.error}</span>}
      {text === "" && result?.error === "" && <span class="faint">The program printed nothing.</span>}
    </pre>
  );
}

function TreeView(props: {
  analysis: Analysis | undefined;
  choose: (start: number, end: number) => void;
}): JSX.Element {
  if (props.analysis?.tree === undefined) return <NotCompiled analysis={props.analysis} />;
  return <Tree tree={props.analysis.tree} choose={props.choose} />;
}

function JavaScriptView({ analysis }: { analysis: Analysis | undefined }): JSX.Element {
  if (analysis?.javascript === undefined) return <NotCompiled analysis={analysis} />;
  return (
    <pre class="lox-text" aria-label="JavaScript" tabIndex={0}>
      {layOut(analysis.javascript)}
    </pre>
  );
}

function NotCompiled({ analysis }: { analysis: Analysis | undefined }): JSX.Element {
  if (analysis === undefined) return <div class="fill" aria-busy />;
  return <Empty title="The program has errors">They are marked beside it.</Empty>;
}
