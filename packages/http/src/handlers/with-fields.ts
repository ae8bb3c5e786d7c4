import { FastResponse, type PlainBody } from "../fetch/fast-response.ts";

/** `response` with further fields; one that can only be there once replaces the one that is there. */
export function withFields(response: Response, fields: readonly (readonly [name: string, value: string])[]): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of fields) {
    if (name.toLowerCase() === "vary") headers.append(name, value);
    else headers.set(name, value);
  }
  return withHeaders(response, headers, undefined);
}

/** The same status with other headers, and another body where one is given; plain bodies stay plain. */
export function withHeaders(response: Response, headers: Headers, body: PlainBody | undefined): Response {
  const { status, statusText } = response;
  const init = { status, statusText, headers };
  const kept = body ?? (FastResponse.is(response) ? response.plainBody : undefined);
  if (body !== null && kept === undefined) return new Response(response.body, init);
  return new FastResponse(kept as ConstructorParameters<typeof FastResponse>[0], init);
}
