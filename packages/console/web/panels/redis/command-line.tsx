/** A command line on a connection of its own: history, completion and hints from the server's command table. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { CommandEntry, WireReply } from "../../../src/panels/redis/wire.ts";
import { openTopic, type TopicHandle } from "../../live/topics.ts";
import { Empty } from "../../ui/empty.tsx";
import { hint, proposals } from "./completion.ts";
import { isObject, RedisApi } from "./redis-api.ts";
import { replyText, splitWords } from "./words.ts";

interface Entry {
  readonly line: string;
  readonly text: string;
  readonly isError: boolean;
}

const MAX_ENTRIES = 500;
const MAX_HISTORY = 200;

/** Longest text of one reply that is shown. */
const MAX_REPLY_CHARACTERS = 200_000;

/** Lines that may hold a password: they are not stored. */
const SECRET_COMMANDS = /^\s*(?:auth|hello|acl|config|migrate)\b/i;

const LISTBOX_ID = "redis-proposals";

export function CommandLine({ service }: { service: string }): JSX.Element {
  const [table, setTable] = useState<readonly CommandEntry[]>([]);
  const [ended, setEnded] = useState<string>();
  const [attempt, setAttempt] = useState(0);
  const entries = useSignal<readonly Entry[]>([]);
  const line = useSignal("");
  const chosen = useSignal(-1);
  const dismissed = useSignal("");
  /** Lines that are not answered yet. */
  const waiting = useSignal(0);
  const turns = useRef(Promise.resolve());
  const session = useRef<TopicHandle>(undefined);
  const output = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const past = useMemo(() => new LineHistory(`tenon.redis.history.${service}`), [service]);

  useEffect(() => {
    new RedisApi(service, 0).table().then(setTable, () => setTable([]));
  }, [service]);
  useEffect(() => {
    setEnded(undefined);
    const topic = openTopic(service, "session", {
      message: (message) => print("", (message as { push: WireReply }).push),
      ended: (reason) => setEnded(reason),
    });
    session.current = topic;
    return () => topic.close();
  }, [service, attempt]);
  useEffect(() => {
    if (output.current !== null) output.current.scrollTop = output.current.scrollHeight;
  }, [entries.value]);
  useEffect(() => input.current?.focus(), []);

  const show = (entry: Entry): void => {
    entries.value = [...entries.value, entry].slice(-MAX_ENTRIES);
  };
  const print = (typed: string, reply: WireReply): void => {
    const text = replyText(reply);
    const cut = text.length > MAX_REPLY_CHARACTERS;
    show({
      line: typed,
      text: cut
        ? `${text.slice(0, MAX_REPLY_CHARACTERS)}\n… ${text.length.toLocaleString("en")} characters in all`
        : text,
      isError: isObject(reply) && "error" in reply,
    });
  };

  /** Lines that are typed while a command still runs wait for their turn, as in a terminal. */
  const submit = (): void => {
    const typed = line.value.trim();
    if (typed === "") return;
    past.add(typed);
    line.value = "";
    waiting.value++;
    turns.current = turns.current.then(() => run(typed)).finally(() => waiting.value--);
  };
  const run = async (typed: string): Promise<void> => {
    if (/^clear$/i.test(typed)) {
      entries.value = [];
      return;
    }
    const command = splitWords(typed);
    if (command === undefined) {
      show({ line: typed, text: "Invalid argument(s): a quote is not closed", isError: true });
      return;
    }
    try {
      const { reply } = await session.current!.send<{ reply: WireReply }>({ command });
      print(typed, reply);
    } catch (error) {
      show({ line: typed, text: error instanceof Error ? error.message : String(error), isError: true });
    }
  };

  const offered = dismissed.value === line.value ? [] : proposals(table, line.value);
  const accept = (entry: CommandEntry): void => {
    line.value = `${entry.name} `;
    chosen.value = -1;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const hasChoice = offered.length > 0;
    const move = (by: number): void => {
      chosen.value = (Math.max(chosen.value, by > 0 ? -1 : 0) + by + offered.length) % offered.length;
    };
    if (event.key === "Tab" && hasChoice && !event.shiftKey) accept(offered[Math.max(0, chosen.value)]!);
    else if (event.key === "Enter" && hasChoice && chosen.value >= 0) accept(offered[chosen.value]!);
    else if (event.key === "Enter") submit();
    else if (event.key === "ArrowDown" && hasChoice) move(1);
    else if (event.key === "ArrowUp" && hasChoice && chosen.value >= 0) move(-1);
    else if (event.key === "ArrowUp") line.value = past.back(line.value);
    else if (event.key === "ArrowDown") line.value = past.forward();
    else if (event.key === "Escape" && hasChoice) dismissed.value = line.value;
    else if (event.key.toLowerCase() === "l" && event.ctrlKey) entries.value = [];
    else return;
    event.preventDefault();
  };
  const known = hint(table, line.value);
  return (
    <section class="card terminal fill" aria-label="Command line">
      <div class="terminal-output" ref={output} role="log" aria-label="Replies" tabIndex={0}>
        {entries.value.length === 0 && (
          <Empty title="A connection of its own">Type a command. Tab completes, ↑ brings back, Ctrl+L clears.</Empty>
        )}
        {entries.value.map((entry, index) => (
          <div key={index} class="terminal-entry">
            {entry.line !== "" && (
              <div class="line">
                <span class="prompt">&gt;</span> <b>{entry.line}</b>
              </div>
            )}
            <div class={entry.isError ? "error" : ""}>{entry.text}</div>
          </div>
        ))}
      </div>
      {ended !== undefined && (
        <div class="banner">
          {ended || "The connection has ended."}
          <button type="button" class="button small" onClick={() => setAttempt((n) => n + 1)}>
            Connect again
          </button>
        </div>
      )}
      <div class="terminal-form">
        {offered.length > 0 && (
          <ul class="proposals" role="listbox" id={LISTBOX_ID} aria-label="Commands">
            {offered.map((entry, index) => (
              <li
                key={entry.name}
                id={`${LISTBOX_ID}-${index}`}
                role="option"
                aria-selected={index === chosen.value}
                onMouseDown={(event) => {
                  event.preventDefault();
                  accept(entry);
                }}
              >
                {entry.name}
                <span>{entry.summary}</span>
              </li>
            ))}
          </ul>
        )}
        <div class="terminal-line">
          <span class="prompt" aria-hidden="true">
            {waiting.value ? "…" : ">"}
          </span>
          <input
            ref={input}
            aria-label="Command"
            role="combobox"
            aria-expanded={offered.length > 0}
            aria-controls={LISTBOX_ID}
            aria-autocomplete="list"
            aria-activedescendant={chosen.value >= 0 ? `${LISTBOX_ID}-${chosen.value}` : undefined}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            placeholder={waiting.value ? "Waiting for the reply" : "SET greeting hello"}
            value={line.value}
            onInput={(event) => {
              line.value = event.currentTarget.value;
              chosen.value = -1;
            }}
            onKeyDown={onKeyDown}
          />
        </div>
        <div class="terminal-hint" aria-live="polite">
          {known !== undefined && (
            <>
              <b>{known.entry.name}</b> {known.rest}
              {known.entry.summary !== "" && ` — ${known.entry.summary}`}
            </>
          )}
        </div>
      </div>
    </section>
  );
}

/** Lines typed before, kept for this browser tab. */
class LineHistory {
  readonly #key: string;
  readonly #lines: string[];
  /** Where ↑ and ↓ have led; the end is the line being typed. */
  #at: number;
  #typed = "";

  constructor(key: string) {
    this.#key = key;
    this.#lines = JSON.parse(sessionStorage.getItem(key) ?? "[]") as string[];
    this.#at = this.#lines.length;
  }

  add(line: string): void {
    if (this.#lines.at(-1) !== line) this.#lines.push(line);
    if (this.#lines.length > MAX_HISTORY) this.#lines.shift();
    this.#at = this.#lines.length;
    sessionStorage.setItem(this.#key, JSON.stringify(this.#lines.filter((kept) => !SECRET_COMMANDS.test(kept))));
  }

  back(current: string): string {
    if (this.#at === this.#lines.length) this.#typed = current;
    if (this.#at > 0) this.#at--;
    return this.#lines[this.#at] ?? current;
  }

  forward(): string {
    if (this.#at < this.#lines.length) this.#at++;
    return this.#lines[this.#at] ?? this.#typed;
  }
}
