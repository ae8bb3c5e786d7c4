/**
 * The page's one event stream, as signals. What the server says is the truth: after a lost stream everything is
 * replaced by the new stream's first picture.
 */
import { type Signal, signal } from "@preact/signals";
import type { Hello, LiveEvents, ServiceInfo, SummaryPoint, TopicEvent } from "../../src/protocol.ts";
import { appendLogs, replaceLogs } from "./logs.ts";
import { deliver, hasTopics, reopenTopics } from "./topics.ts";

/** `ended`: this run of the stack is over, and our cookie with it. */
export type LinkState = "connecting" | "live" | "lost" | "ended";

/** The server speaks every second; after this long a silence the stream is dead, whatever the socket says. */
const SILENCE_MS = 6000;
const RETRY_MS = 1500;

/**
 * A browser opens six connections to a server over HTTP/1.1, and every stream takes one of them for all its tabs. So a tab
 * that nobody looks at gives its stream back after this long.
 */
const HIDDEN_MS = 30_000;
const HISTORY_POINTS = 180;

export const link: Signal<LinkState> = signal<LinkState>("connecting");
export const services: Signal<readonly ServiceInfo[]> = signal<readonly ServiceInfo[]>([]);
/** One point a second, oldest first. */
export const summaries: Signal<readonly SummaryPoint[]> = signal<readonly SummaryPoint[]>([]);
/** Server's clock minus ours, so that uptimes are right on a machine whose clock is off. */
export const clockSkewMs: Signal<number> = signal(0);

let source: EventSource | undefined;
let watchdog: number | undefined;

export function connect(): void {
  source?.close();
  const opened = new EventSource("/api/live");
  source = opened;
  const on = <Name extends keyof LiveEvents>(name: Name, listener: (data: LiveEvents[Name]) => void): void => {
    opened.addEventListener(name, (event) => {
      if (source !== opened) return;
      watch();
      listener(JSON.parse((event as MessageEvent<string>).data) as LiveEvents[Name]);
    });
  };
  on("hello", (hello: Hello) => {
    services.value = hello.services;
    summaries.value = hello.history;
    replaceLogs(hello.logs);
    link.value = "live";
    reopenTopics(hello.session);
  });
  on("services", (list) => (services.value = list));
  on("summary", (point) => {
    clockSkewMs.value = point.timeMs - Date.now();
    summaries.value = [...summaries.value.slice(1 - HISTORY_POINTS), point];
  });
  on("logs", appendLogs);
  on("topic", (event: TopicEvent) => deliver(event));
  opened.addEventListener("error", () => {
    if (source === opened) lose();
  });
  watch();
}

/** Lets go of the stream while the tab is hidden, and comes back when it is looked at. */
export function restWhileHidden(): void {
  let timer: number | undefined;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (!document.hidden) {
      if (source === undefined && link.value === "live") connect();
      return;
    }
    timer = setTimeout(() => {
      if (link.value !== "live" || hasTopics()) return;
      clearTimeout(watchdog);
      source?.close();
      source = undefined;
    }, HIDDEN_MS);
  });
}

function watch(): void {
  clearTimeout(watchdog);
  watchdog = setTimeout(lose, SILENCE_MS);
}

function lose(): void {
  source?.close();
  source = undefined;
  clearTimeout(watchdog);
  if (link.value !== "ended") link.value = "lost";
  setTimeout(retry, RETRY_MS);
}

/** Looks whether the server is back, and is still the one that let us in, before it opens a stream again. */
async function retry(): Promise<void> {
  let status: number;
  try {
    status = (await fetch("/", { method: "HEAD" })).status;
  } catch {
    setTimeout(retry, RETRY_MS);
    return;
  }
  if (status === 401 || status === 403) link.value = "ended";
  else connect();
}
