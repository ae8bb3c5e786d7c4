/**
 * The writing end of a Server-Sent Events stream (HTML Living Standard §9.2), with a bound on what a page that does
 * not read may make us keep.
 */
import type { Clock } from "@tenon/kit";

/** A page that lags this far behind loses its stream, and gets a new picture when it comes back. */
export const MAX_QUEUED_BYTES = 8 * 1024 * 1024;

/** Above this many queued bytes `send` asks its caller to thin out. */
const SLOW_BYTES = 512 * 1024;

/** A comment this often keeps the stream alive, and finds out that a page has gone without a word. */
const HEARTBEAT_MS = 15_000;

/** How long the page waits before it opens a lost stream again. */
const RETRY_MS = 1000;

export interface EventSink {
  /** Queues an event; `data` has no line breaks. Returns false when the page does not keep up, or is gone. */
  send(event: string, data: string): boolean;
  close(): void;
}

export interface EventSinkOptions {
  readonly clock: Clock;
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal;
  /** Called once, when either side has ended the stream. */
  readonly onClose: () => void;
}

export function openEventSink({ clock, signal, onClose }: EventSinkOptions): { sink: EventSink; response: Response } {
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const heartbeat = clock.setInterval(() => write(":\n\n"), HEARTBEAT_MS);
  heartbeat.unref();

  const finish = (): void => {
    if (controller === undefined) return;
    const open = controller;
    controller = undefined;
    heartbeat.close();
    signal.removeEventListener("abort", finish);
    try {
      open.close();
    } catch {
      // The reader cancelled: it is closed already.
    }
    onClose();
  };

  const write = (text: string): boolean => {
    if (controller === undefined) return false;
    controller.enqueue(encoder.encode(text));
    const queued = MAX_QUEUED_BYTES - (controller.desiredSize ?? MAX_QUEUED_BYTES);
    if (queued > MAX_QUEUED_BYTES) finish();
    return queued < SLOW_BYTES;
  };

  const body = new ReadableStream<Uint8Array>(
    { start: (opened) => void (controller = opened), cancel: finish },
    new ByteLengthQueuingStrategy({ highWaterMark: MAX_QUEUED_BYTES }),
  );
  if (signal.aborted) finish();
  else signal.addEventListener("abort", finish, { once: true });
  write(`retry: ${RETRY_MS}\n\n`);

  return {
    sink: { send: (event, data) => write(`event: ${event}\ndata: ${data}\n\n`), close: finish },
    response: new Response(body, {
      headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" },
    }),
  };
}
