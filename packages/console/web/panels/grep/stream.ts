/** The search page's question to the console, and the answers as they come in. */
import type { SearchAnswer, SearchRequest } from "../../../src/tools/search-wire.ts";
import type { ErrorBody } from "../../../src/protocol.ts";

/** Asks, and hands over the answers in batches, in order. Rejects with an Error for the person at the screen, or when `signal` aborts. */
export async function search(
  request: SearchRequest,
  signal: AbortSignal,
  take: (answers: readonly SearchAnswer[]) => void,
): Promise<void> {
  const response = await fetch("/api/search", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request),
    signal,
  });
  if (!response.ok || response.body === null) {
    const body = (await response.json().catch(() => undefined)) as ErrorBody | undefined;
    throw new Error(body?.error.message ?? response.statusText);
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    if (lines.length > 0) take(lines.map((line) => JSON.parse(line) as SearchAnswer));
  }
}
