/** Requests to the console's own server. */
import type { ErrorBody } from "../../src/protocol.ts";

/** An answer that is not a success; `message` is for the person at the screen. */
export class RequestError extends Error {
  override readonly name = "RequestError";
  /** 0 when there was no answer at all. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** POSTs JSON to `/api/<path>` and returns the JSON answer, whose shape the caller vouches for. Rejects with RequestError. */
export async function post<Answer>(path: string, body: unknown = {}, signal?: AbortSignal): Promise<Answer> {
  return (await request(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    ...(signal !== undefined && { signal }),
  })) as Answer;
}

export async function remove(path: string): Promise<void> {
  await request(path, { method: "DELETE" });
}

async function request(path: string, init: RequestInit): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(`/api/${path}`, init);
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    throw new RequestError(0, "The console does not answer.");
  }
  if (response.status === 204) return undefined;
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer;
  throw new RequestError(response.status, (answer as ErrorBody | undefined)?.error.message ?? response.statusText);
}
