/** Topics on the event stream. A topic outlives the stream: it is opened again on the next one. */
import type { OpenTopic, TopicEvent } from "../../src/protocol.ts";
import { post, remove } from "./api.ts";

export interface TopicListener {
  /** The topic is open: for the first time, or again on a new stream, where it starts anew. */
  opened?(): void;
  message(message: unknown): void;
  /** The server ended it or refused to open it. */
  ended?(reason: string): void;
}

export interface TopicHandle {
  /** Rejects with RequestError when the topic is not open now. */
  send<Answer>(message: unknown): Promise<Answer>;
  close(): void;
}

interface Entry extends OpenTopic {
  readonly listener: TopicListener;
}

const entries = new Map<string, Entry>();
let session: string | undefined;
let nextId = 1;

export function openTopic(service: string, topic: string, listener: TopicListener, params?: unknown): TopicHandle {
  const id = String(nextId++);
  const entry: Entry = { id, service, topic, listener, params };
  entries.set(id, entry);
  if (session !== undefined) void announce(entry, session);
  return {
    send: (message) => post(`live/${session ?? "none"}/topics/${id}`, message),
    close: () => {
      if (!entries.delete(id) || session === undefined) return;
      remove(`live/${session}/topics/${id}`).catch(() => undefined); // The stream is gone, and the topic with it.
    },
  };
}

/** Whether something lives on the stream that would be lost with it, such as a transaction on a command line. */
export function hasTopics(): boolean {
  return entries.size > 0;
}

/** The stream is new: everything that was open is opened on it. */
export function reopenTopics(newSession: string): void {
  session = newSession;
  for (const entry of entries.values()) void announce(entry, newSession);
}

export function deliver({ id, message, ended }: TopicEvent): void {
  const entry = entries.get(id);
  if (entry === undefined) return;
  if (message !== undefined && ended !== true) entry.listener.message(message);
  if (ended === true) {
    entries.delete(id);
    entry.listener.ended?.(typeof message === "string" ? message : "");
  }
}

async function announce({ id, service, topic, params, listener }: Entry, on: string): Promise<void> {
  try {
    await post(`live/${on}/topics`, { id, service, topic, params } satisfies OpenTopic);
  } catch (error) {
    if (session !== on || !entries.has(id)) return; // A newer stream, or nobody waits any more.
    entries.delete(id);
    listener.ended?.(error instanceof Error ? error.message : String(error));
    return;
  }
  if (session === on && entries.has(id)) listener.opened?.();
}
