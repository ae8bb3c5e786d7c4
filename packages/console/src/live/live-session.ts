/** One page's event stream, and the topics that the page opened on it. */
import type { EventSink } from "@tenon/http";
import { ApiError } from "../api-error.ts";
import type { Subscriber, Topic } from "../panels/panel.ts";
import type { LiveEvents, TopicEvent } from "../protocol.ts";
import { toJson } from "./to-json.ts";

export const MAX_TOPICS_PER_SESSION = 16;

export class LiveSession {
  readonly id: string;
  readonly #sink: EventSink;
  /** A topic that is still opening has no `Topic` yet. */
  readonly #topics = new Map<string, { topic?: Topic }>();

  constructor(id: string, sink: EventSink) {
    this.id = id;
    this.#sink = sink;
  }

  send<Name extends keyof LiveEvents>(event: Name, data: LiveEvents[Name]): boolean {
    return this.#sink.send({ event, data: toJson(data) });
  }

  /** Opens a topic under the page's `id`. Throws 409 when the id is taken, 429 when there are too many. */
  async openTopic(id: string, open: (subscriber: Subscriber) => Topic | Promise<Topic>): Promise<void> {
    if (this.#topics.has(id)) throw new ApiError(409, "topic-exists", `topic ${id} is already open`);
    if (this.#topics.size >= MAX_TOPICS_PER_SESSION) {
      throw new ApiError(429, "too-many-topics", `a page may have ${MAX_TOPICS_PER_SESSION} topics open`);
    }
    const entry: { topic?: Topic } = {};
    this.#topics.set(id, entry);
    const isOpen = (): boolean => this.#topics.get(id) === entry;
    const subscriber: Subscriber = {
      send: (message) => isOpen() && this.#sendTopic({ id, message }),
      end: (message) => {
        if (!isOpen()) return;
        this.#sendTopic({ id, message, ended: true });
        this.closeTopic(id);
      },
    };
    try {
      const topic = await open(subscriber);
      // The page may have left, or the topic may have ended, while it was opening.
      if (isOpen()) entry.topic = topic;
      else topic.close();
    } catch (error) {
      if (isOpen()) this.#topics.delete(id);
      throw error;
    }
  }

  /** Answers what the page posted to a topic. Throws 404 when it is not open or takes no messages. */
  async receive(id: string, message: unknown): Promise<unknown> {
    const topic = this.#topics.get(id)?.topic;
    if (topic?.receive === undefined) throw new ApiError(404, "no-such-topic", `no topic ${id} takes messages`);
    return await topic.receive(message);
  }

  closeTopic(id: string): void {
    const entry = this.#topics.get(id);
    this.#topics.delete(id);
    entry?.topic?.close();
  }

  /** Ends the stream and every topic. */
  close(): void {
    for (const id of [...this.#topics.keys()]) this.closeTopic(id);
    this.#sink.close();
  }

  #sendTopic(event: TopicEvent): boolean {
    return this.send("topic", event);
  }
}
