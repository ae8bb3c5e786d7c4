/**
 * What the stack's HTTP service answers when the config gives it neither a folder nor an app: something to point a
 * client at. Every answer shows one thing that clients have to cope with: statuses, slowness, streams, big bodies.
 */
import type { Clock } from "@tenon/kit";

/** Longest `/delay/:ms`, in milliseconds. */
export const MAX_DELAY_MS = 60_000;
/** Longest `/bytes/:n`. */
export const MAX_BYTES: number = 100 * 1024 * 1024;
/** Largest body that `/anything` echoes, in bytes. */
export const MAX_ECHO_BYTES: number = 10 * 1024 * 1024;

const CHUNK_BYTES = 64 * 1024;
const DEFAULT_EVENTS = 10;
const DEFAULT_INTERVAL_MS = 1_000;

interface Route {
  readonly path: string;
  readonly says: string;
  readonly pattern: RegExp;
  answer(visit: Visit): Response | Promise<Response>;
}

interface Visit {
  readonly request: Request;
  readonly url: URL;
  /** What the pattern's group caught. */
  readonly parameter: string;
  readonly clock: Clock;
}

const ROUTES: readonly Route[] = [
  { path: "/", says: "this page", pattern: /^\/$/, answer: index },
  { path: "/anything/…", says: "your request, as JSON", pattern: /^\/anything(?:\/.*)?$/, answer: echo },
  { path: "/status/:code", says: "that status (200 to 599)", pattern: /^\/status\/(\d{1,4})$/, answer: status },
  {
    path: "/delay/:ms",
    says: `an answer after so many milliseconds (at most ${MAX_DELAY_MS})`,
    pattern: /^\/delay\/(\d{1,9})$/,
    answer: delay,
  },
  {
    path: "/events?count=:n&interval=:ms",
    says: `Server-Sent Events: the time, ${DEFAULT_EVENTS} times, once a second`,
    pattern: /^\/events$/,
    answer: events,
  },
  {
    path: "/bytes/:n",
    says: "a stream of so many bytes (at most 100 MiB)",
    pattern: /^\/bytes\/(\d{1,9})$/,
    answer: bytes,
  },
];

export function welcomeApp(clock: Clock): (request: Request) => Response | Promise<Response> {
  return (request) => {
    const url = new URL(request.url);
    for (const route of ROUTES) {
      const match = route.pattern.exec(url.pathname);
      if (match !== null) return route.answer({ request, url, parameter: match[1] ?? "", clock });
    }
    return text(`There is nothing at ${url.pathname}. See ${url.origin}/\n`, 404);
  };
}

function index({ url }: Visit): Response {
  const width = Math.max(...ROUTES.map((route) => route.path.length));
  const lines = ROUTES.map((route) => `  ${route.path.padEnd(width)}  ${route.says}`);
  return text(
    `This is Tenon's HTTP server, at ${url.origin}

${lines.join("\n")}

To serve a folder or an app of your own instead, say so in tenon.config.ts:

  import { defineStack } from "tenon";
  export default defineStack({ http: { dir: "public" } });
  export default defineStack({ http: { app: "./src/app.ts" } });
`,
  );
}

async function echo({ request, url }: Visit): Promise<Response> {
  const body = await readBody(request, MAX_ECHO_BYTES);
  if (body === undefined) return text(`The body exceeds ${MAX_ECHO_BYTES} bytes.\n`, 413);
  const asText = textOf(body);
  return Response.json({
    method: request.method,
    url: request.url,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: Object.fromEntries(request.headers),
    body: asText ?? { base64: body.toString("base64") },
    json: asText === undefined ? undefined : jsonOf(asText),
  });
}

function status({ parameter }: Visit): Response {
  const code = Number(parameter);
  if (code < 200 || code > 599) return text("A status is a number from 200 to 599.\n", 400);
  return new Response(null, { status: code });
}

async function delay({ request, parameter, clock }: Visit): Promise<Response> {
  const delayMs = Number(parameter);
  if (delayMs > MAX_DELAY_MS) return text(`At most ${MAX_DELAY_MS} milliseconds.\n`, 400);
  await clock.sleep(delayMs, request.signal);
  return Response.json({ delayMs });
}

function events({ url, clock }: Visit): Response {
  const count = Number(url.searchParams.get("count") ?? DEFAULT_EVENTS);
  const intervalMs = Number(url.searchParams.get("interval") ?? DEFAULT_INTERVAL_MS);
  if (!Number.isInteger(count) || count < 1 || !(intervalMs >= 0)) {
    return text("count is 1 or more, interval a number of milliseconds.\n", 400);
  }
  const left = new AbortController();
  let sent = 0;
  const stream = new ReadableStream<string>({
    async pull(controller) {
      if (sent > 0) await clock.sleep(intervalMs, left.signal);
      sent++;
      controller.enqueue(
        `id: ${sent}\nevent: tick\ndata: ${JSON.stringify({ n: sent, time: new Date(clock.now()).toISOString() })}\n\n`,
      );
      if (sent === count) controller.close();
    },
    cancel: () => left.abort(),
  });
  return new Response(stream.pipeThrough(new TextEncoderStream()), {
    headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
  });
}

function bytes({ parameter }: Visit): Response {
  let left = Number(parameter);
  if (left > MAX_BYTES) return text(`At most ${MAX_BYTES} bytes.\n`, 400);
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const length = Math.min(left, CHUNK_BYTES);
      left -= length;
      if (length > 0) controller.enqueue(new Uint8Array(length));
      if (left === 0) controller.close();
    },
  });
  return new Response(stream, { headers: { "content-type": "application/octet-stream", "content-length": parameter } });
}

function text(body: string, status = 200): Response {
  return new Response(body, { status, headers: { "content-type": "text/plain; charset=utf-8" } });
}

/** `undefined` when there are more than `limit` bytes; what is more is not read. */
async function readBody(request: Request, limit: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

/** `undefined` when it is not UTF-8. */
function textOf(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}

/** `undefined` when it is not JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
