/** Server-Sent Events (WHATWG HTML §9.2). */
import { type Clock, realWorld, type Timer } from "@tenon/kit";
import { FastResponse } from "../fetch/fast-response.ts";
import type { HeadersInit } from "../fetch/init-types.ts";

export interface ServerEvent {
  /** Any text; each line of it becomes a `data` line. */
  readonly data: string;
  /** The event's type; browsers call it `message` without. */
  readonly event?: string;
  /** What the browser sends as Last-Event-ID when it comes back. */
  readonly id?: string;
  /** Milliseconds after which the browser should come back. */
  readonly retry?: number;
}

export interface EventSink {
  /** What the browser saw last, when it has come back; else null. */
  readonly lastEventId: string | null;
  /** Aborts when the client is gone or the stream was closed. */
  readonly signal: AbortSignal;
  /**
   * Sends an event at once. Returns false when the client is behind: what is sent meanwhile waits in memory, up to
   * `maxQueuedBytes`, beyond which the stream is closed; `ready()` says when it has caught up. Nothing happens on a closed
   * stream. Throws TypeError for line breaks in `event` or `id`.
   */
  send(event: ServerEvent | string): boolean;
  /** Resolves when there is room, or the stream is closed. */
  ready(): Promise<void>;
  close(): void;
}

export interface EventStreamOptions {
  /** A comment is sent after this much silence, so that neither side, nor a proxy between, takes the other for dead. Default: 15,000. */
  readonly heartbeatMs?: number;
  readonly headers?: HeadersInit;
  readonly clock?: Clock;
  /** Default: 1 MiB. */
  readonly maxQueuedBytes?: number;
}

/**
 * Answers with a stream of events. `start` gets the sink; what it returns, if anything, is called once when the client is
 * gone or the stream closed. When `start` throws or rejects, the stream breaks off.
 */
export function eventStream(
  request: Request,
  start: (sink: EventSink) => void | (() => void) | Promise<void | (() => void)>,
  options: EventStreamOptions = {},
): Response {
  const stream = new EventStream(request, start, options);
  const headers = new Headers(options.headers);
  headers.set("content-type", "text/event-stream");
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  return new FastResponse(stream.body, { headers });
}

const DEFAULT_HEARTBEAT_MS = 15_000;
const DEFAULT_QUEUED_BYTES = 1024 * 1024;

class EventStream implements EventSink {
  readonly body: ReadableStream<Uint8Array>;
  readonly lastEventId: string | null;
  readonly #closed = new AbortController();
  readonly #maxQueuedBytes: number;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #heartbeat: Timer | undefined;
  #cleanUp: (() => void) | undefined;
  #room: PromiseWithResolvers<void> | undefined;

  constructor(
    request: Request,
    start: (sink: EventSink) => void | (() => void) | Promise<void | (() => void)>,
    options: EventStreamOptions,
  ) {
    this.lastEventId = request.headers.get("last-event-id");
    this.#maxQueuedBytes = options.maxQueuedBytes ?? DEFAULT_QUEUED_BYTES;
    const strategy = { highWaterMark: 64 * 1024, size: (chunk: Uint8Array) => chunk.byteLength };
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => {
          this.#room?.resolve();
          this.#room = undefined;
        },
        cancel: () => this.#end(),
      },
      strategy,
    );
    const { clock = realWorld.clock, heartbeatMs = DEFAULT_HEARTBEAT_MS } = options;
    this.#heartbeat = clock.setTimeout(() => {
      this.#write(":\n\n");
    }, heartbeatMs);
    this.#heartbeat.unref();
    void this.#run(start);
  }

  get signal(): AbortSignal {
    return this.#closed.signal;
  }

  async #run(start: (sink: EventSink) => void | (() => void) | Promise<void | (() => void)>): Promise<void> {
    try {
      const cleanUp = await start(this);
      if (typeof cleanUp !== "function") return;
      if (this.signal.aborted) cleanUp();
      else this.#cleanUp = cleanUp;
    } catch (error) {
      if (this.signal.aborted) return;
      this.#controller.error(error);
      this.#end();
    }
  }

  send(event: ServerEvent | string): boolean {
    return this.#write(eventText(typeof event === "string" ? { data: event } : event));
  }

  ready(): Promise<void> {
    if (this.signal.aborted || this.#controller.desiredSize! > 0) return Promise.resolve();
    this.#room ??= Promise.withResolvers();
    return this.#room.promise;
  }

  close(): void {
    if (this.signal.aborted) return;
    this.#controller.close();
    this.#end();
  }

  #write(text: string): boolean {
    if (this.signal.aborted) return false;
    this.#heartbeat?.refresh();
    this.#controller.enqueue(Buffer.from(text));
    const room = this.#controller.desiredSize!;
    if (room < -this.#maxQueuedBytes) {
      // Whoever is that far behind comes back with Last-Event-ID.
      this.#controller.error(new Error("the client does not keep up with its event stream"));
      this.#end();
    }
    return room > 0;
  }

  #end(): void {
    this.#heartbeat?.close();
    this.#heartbeat = undefined;
    this.#closed.abort();
    this.#room?.resolve();
    this.#cleanUp?.();
    this.#cleanUp = undefined;
  }
}

/** An event on the wire. Throws TypeError for line breaks (and NUL in an id) where there can be none. */
export function eventText({ data, event, id, retry }: ServerEvent): string {
  let text = "";
  if (event !== undefined) {
    if (/[\r\n]/.test(event)) throw new TypeError("an event's type is one line");
    text += `event: ${event}\n`;
  }
  if (id !== undefined) {
    if (/[\r\n\0]/.test(id)) throw new TypeError("an event's id is one line without NUL");
    text += `id: ${id}\n`;
  }
  if (retry !== undefined) {
    if (!Number.isInteger(retry) || retry < 0) throw new TypeError("retry is a whole number of milliseconds");
    text += `retry: ${retry}\n`;
  }
  for (const line of data.split(/\r\n|\r|\n/)) text += `data: ${line}\n`;
  return `${text}\n`;
}
