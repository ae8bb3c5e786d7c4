/**
 * A place to try Lua scripts: EVAL with keys and arguments, on a connection of its own, so that a script that does not end holds up nothing
 * but itself, and can be stopped.
 */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { WireReply } from "../../../src/panels/redis/wire.ts";
import { seconds } from "../../format.ts";
import { openTopic, type TopicHandle } from "../../live/topics.ts";
import { CheckBox } from "../../ui/bound-inputs.tsx";
import { DatabaseSelect } from "./database-select.tsx";
import { isObject, RedisApi } from "./redis-api.ts";
import { replyText, splitWords } from "./words.ts";

const MAX_REPLY_CHARACTERS = 200_000;

interface Example {
  readonly title: string;
  readonly script: string;
  readonly keys: string;
  readonly args: string;
}

const EXAMPLES: readonly Example[] = [
  {
    title: "Count, and forget after a while",
    script: `-- A window of ARGV[2] seconds in which KEYS[1] may be counted up to ARGV[1].
local n = redis.call("INCR", KEYS[1])
if n == 1 then
  redis.call("EXPIRE", KEYS[1], ARGV[2])
end
return { n, n <= tonumber(ARGV[1]), redis.call("TTL", KEYS[1]) }`,
    keys: "limit:somebody",
    args: "5 60",
  },
  {
    title: "Delete a lock only if it is ours",
    script: `if redis.call("GET", KEYS[1]) == ARGV[1] then
  return redis.call("DEL", KEYS[1])
end
return 0`,
    keys: "lock:report",
    args: "token-of-ours",
  },
  {
    title: "What a script may use",
    script: `local names = {}
for name in pairs(redis) do
  names[#names + 1] = name
end
table.sort(names)
return { _VERSION, cjson.encode({ 1, 2, { a = true } }), names }`,
    keys: "",
    args: "",
  },
];

interface Outcome {
  readonly text: string;
  readonly isError: boolean;
  readonly tookMs: number;
  /** Of the script, from 1, where the error says one. */
  readonly line: number | undefined;
}

export function ScratchPad({ service }: { service: string }): JSX.Element {
  const [db, setDb] = useState(0);
  const api = useMemo(() => new RedisApi(service, db), [service, db]);
  const stored = useMemo(() => restore(service), [service]);
  const script = useSignal(stored.script);
  const keys = useSignal(stored.keys);
  const args = useSignal(stored.args);
  const isReadOnly = useSignal(false);
  const [outcome, setOutcome] = useState<Outcome>();
  const [isRunning, setRunning] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const session = useRef<TopicHandle>(undefined);
  const editor = useRef<HTMLTextAreaElement>(null);

  useEffect(() => {
    const topic = openTopic(service, "session", {
      message: () => {},
      // Its connection has ended: another one for the next run.
      ended: () => setTimeout(() => setAttempt((n) => n + 1), 1000),
    });
    session.current = topic;
    return () => topic.close();
  }, [service, attempt]);

  const run = async (): Promise<void> => {
    if (isRunning) return;
    store(service, { script: script.value, keys: keys.value, args: args.value });
    const [names, values] = [splitWords(keys.value), splitWords(args.value)];
    if (names === undefined || values === undefined) {
      setOutcome({
        text: "A quote is not closed in the keys or arguments.",
        isError: true,
        tookMs: 0,
        line: undefined,
      });
      return;
    }
    setRunning(true);
    const begun = performance.now();
    try {
      await session.current!.send({ command: ["SELECT", String(db)] });
      const command = [isReadOnly.value ? "EVAL_RO" : "EVAL", script.value, String(names.length), ...names, ...values];
      const { reply } = await session.current!.send<{ reply: WireReply }>({ command });
      setOutcome(outcomeOf(reply, performance.now() - begun));
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      setOutcome({ text, isError: true, tookMs: performance.now() - begun, line: undefined });
    } finally {
      setRunning(false);
    }
  };
  const stop = async (): Promise<void> => {
    // A script that has written cannot be killed; the server says so.
    await api.killScript().catch((error: unknown) => {
      setOutcome({
        text: error instanceof Error ? error.message : String(error),
        isError: true,
        tookMs: 0,
        line: undefined,
      });
    });
  };
  const goTo = (line: number): void => {
    const lines = script.value.split("\n");
    const from = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
    editor.current?.focus();
    editor.current?.setSelectionRange(from, from + (lines[line - 1]?.length ?? 0));
  };
  return (
    <div class="scratch-pad fill">
      <section class="card surface" aria-label="Script">
        <div class="toolbar">
          <select
            class="input"
            aria-label="Examples"
            value=""
            onChange={(event) => {
              const example = EXAMPLES[Number(event.currentTarget.value)]!;
              script.value = example.script;
              keys.value = example.keys;
              args.value = example.args;
              event.currentTarget.value = "";
            }}
          >
            <option value="">Examples</option>
            {EXAMPLES.map(({ title }, index) => (
              <option key={title} value={index}>
                {title}
              </option>
            ))}
          </select>
          <DatabaseSelect api={api} db={db} generation={0} onChange={setDb} />
          <CheckBox label="Read only" on={isReadOnly} />
          {isRunning ? (
            <button type="button" class="button danger end" onClick={() => void stop()}>
              Stop
            </button>
          ) : (
            <button type="button" class="button primary end" title="Ctrl+Enter" onClick={() => void run()}>
              Run
            </button>
          )}
        </div>
        <textarea
          ref={editor}
          class="value-text script"
          aria-label="Lua script"
          spellcheck={false}
          autocapitalize="off"
          value={script.value}
          onInput={(event) => (script.value = event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            void run();
          }}
        />
        <div class="script-words">
          <label for="scratch-keys">KEYS</label>
          <Words id="scratch-keys" label="KEYS" placeholder="names of keys" words={keys} run={run} />
          <label for="scratch-args">ARGV</label>
          <Words
            id="scratch-args"
            label="ARGV"
            placeholder={'arguments, "in quotes" where they have spaces'}
            words={args}
            run={run}
          />
        </div>
      </section>
      <section class="card surface" aria-label="Result">
        <pre
          class={`value-text ${outcome?.isError === true ? "bad" : ""}`}
          tabIndex={0}
          aria-label="Reply"
          aria-busy={isRunning}
        >
          {isRunning ? "" : (outcome?.text ?? "")}
          {outcome === undefined && !isRunning && <span class="faint">Ctrl+Enter runs the script.</span>}
        </pre>
        <div class="surface-foot">
          <span role="status">{isRunning ? "running …" : outcome !== undefined && seconds(outcome.tookMs / 1000)}</span>
          {outcome?.line !== undefined && !isRunning && (
            <button type="button" class="button small end" onClick={() => goTo(outcome.line!)}>
              Go to line {outcome.line}
            </button>
          )}
        </div>
      </section>
    </div>
  );
}

function Words(props: {
  id: string;
  label: string;
  placeholder: string;
  words: { value: string };
  run: () => Promise<void>;
}): JSX.Element {
  const { id, label, placeholder, words, run } = props;
  return (
    <input
      id={id}
      class="input mono"
      aria-label={label}
      placeholder={placeholder}
      spellcheck={false}
      autocomplete="off"
      value={words.value}
      onInput={(event) => (words.value = event.currentTarget.value)}
      onKeyDown={(event) => event.key === "Enter" && void run()}
    />
  );
}

function outcomeOf(reply: WireReply, tookMs: number): Outcome {
  const isError = isObject(reply) && "error" in reply;
  const whole = isError ? reply.error : replyText(reply);
  const cut = whole.length > MAX_REPLY_CHARACTERS;
  const line = isError ? /user_script:(\d+):/.exec(whole)?.[1] : undefined;
  return {
    text: cut
      ? `${whole.slice(0, MAX_REPLY_CHARACTERS)}\n… ${whole.length.toLocaleString("en")} characters in all`
      : whole,
    isError,
    tookMs,
    line: line === undefined ? undefined : Number(line),
  };
}

type Pad = Omit<Example, "title">;

function storageName(service: string): string {
  return `tenon.redis.scratch.${service}`;
}

function restore(service: string): Pad {
  const [first] = EXAMPLES;
  try {
    const stored = JSON.parse(localStorage.getItem(storageName(service)) ?? "null") as Partial<Pad> | null;
    if (typeof stored?.script === "string") {
      return { script: stored.script, keys: String(stored.keys ?? ""), args: String(stored.args ?? "") };
    }
  } catch {
    // Not ours, or storage is forbidden: the example will do.
  }
  return first!;
}

function store(service: string, pad: Pad): void {
  try {
    localStorage.setItem(storageName(service), JSON.stringify(pad));
  } catch {
    // Full or forbidden: it will be gone with the page.
  }
}
