/** All open pages: gives each its first picture and tells it what changes. */
import { eventStream } from "@tenon/http";
import type { Clock, LogRecord, Random, Timer } from "@tenon/kit";
import { ApiError } from "../api-error.ts";
import type { Hello, ServiceInfo } from "../protocol.ts";
import type { StackView } from "../stack-view.ts";
import { LiveSession } from "./live-session.ts";
import type { Sampler } from "./sampler.ts";

export const MAX_SESSIONS = 64;

/** Log records are sent in batches: a service that logs a thousand lines a second must not be a thousand events. */
const LOG_BATCH_MS = 100;

/** A page that lags this far behind loses its stream, and gets a new picture when it comes back. */
const MAX_QUEUED_BYTES = 8 * 1024 * 1024;

/** Log records in a page's first picture. */
const FIRST_LOG_RECORDS = 2000;

export interface LiveHubOptions {
  readonly stack: StackView;
  readonly sampler: Sampler;
  readonly clock: Clock;
  readonly random: Random;
  readonly describe: () => ServiceInfo[];
}

export class LiveHub {
  readonly #options: LiveHubOptions;
  readonly #sessions = new Map<string, LiveSession>();
  readonly #unsubscribe: readonly (() => void)[];
  #pendingLogs: LogRecord[] = [];
  #logTimer: Timer | undefined;

  constructor(options: LiveHubOptions) {
    this.#options = options;
    const { stack, sampler } = options;
    this.#unsubscribe = [
      stack.onChange(() => this.#broadcast("services", options.describe())),
      sampler.onSample((point) => this.#broadcast("summary", point)),
      stack.logs.subscribe((record) => this.#queueLog(record)),
    ];
  }

  /** Pages that are open now. */
  get size(): number {
    return this.#sessions.size;
  }

  /** Opens a page's stream; the response's body is the stream. */
  open(request: Request): Response {
    if (this.#sessions.size >= MAX_SESSIONS) {
      throw new ApiError(503, "too-many-pages", `at most ${MAX_SESSIONS} pages can be open at once`);
    }
    this.#flushLogs(); // What is pending belongs to the pages that were there; the new one gets it in its picture.
    const { clock, random, stack, sampler, describe } = this.#options;
    const id = Buffer.from(random.bytes(16)).toString("hex");
    const picture: Hello = {
      session: id,
      services: describe(),
      history: sampler.summaries,
      logs: stack.logs.records({ limit: FIRST_LOG_RECORDS }),
    };
    return eventStream(
      request,
      (sink) => {
        const session = new LiveSession(id, sink);
        this.#sessions.set(id, session);
        session.send("hello", picture);
        return () => this.#forget(id);
      },
      { clock, maxQueuedBytes: MAX_QUEUED_BYTES },
    );
  }

  /** Throws 404 when the stream is not open (any more). */
  session(id: string): LiveSession {
    const session = this.#sessions.get(id);
    if (session === undefined) throw new ApiError(404, "no-such-session", "this page's event stream is not open");
    return session;
  }

  close(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#logTimer?.close();
    for (const session of [...this.#sessions.values()]) session.close();
  }

  #forget(id: string): void {
    const session = this.#sessions.get(id);
    this.#sessions.delete(id);
    session?.close();
  }

  #broadcast: LiveSession["send"] = (event, data) => {
    for (const session of this.#sessions.values()) session.send(event, data);
    return true;
  };

  #queueLog(record: LogRecord): void {
    if (this.#sessions.size === 0) return;
    this.#pendingLogs.push(record);
    if (this.#pendingLogs.length > FIRST_LOG_RECORDS) this.#pendingLogs.shift();
    this.#logTimer ??= this.#options.clock.setTimeout(() => this.#flushLogs(), LOG_BATCH_MS);
  }

  #flushLogs(): void {
    this.#logTimer?.close();
    this.#logTimer = undefined;
    if (this.#pendingLogs.length === 0) return;
    const records = this.#pendingLogs;
    this.#pendingLogs = [];
    this.#broadcast("logs", records);
  }
}
