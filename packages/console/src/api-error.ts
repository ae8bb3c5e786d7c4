/** Failures of the JSON API, and the readers that turn what a page sent into typed values or such a failure. */
import type { ErrorBody } from "./protocol.ts";

/** Largest request body, in bytes: a value typed or pasted into an editor of the page. */
export const MAX_BODY_BYTES: number = 8 * 1024 * 1024;

/** Becomes the answer `{ error: { code, message } }` with `status`. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function json(body: unknown, status = 200): Response {
  return Response.json(body, { status });
}

export function errorResponse(error: ApiError): Response {
  const body: ErrorBody = { error: { code: error.code, message: error.message } };
  return json(body, error.status);
}

/** The JSON value of a request's body. Throws 415, 413 or 400. */
export async function readJson(request: Request): Promise<unknown> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json\s*(?:;|$)/i.test(type)) {
    throw new ApiError(415, "unsupported-media-type", "the body must be application/json");
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  if (request.body !== null) {
    for await (const chunk of request.body) {
      length += chunk.length;
      if (length > MAX_BODY_BYTES)
        throw new ApiError(413, "body-too-large", `the body exceeds ${MAX_BODY_BYTES} bytes`);
      chunks.push(chunk);
    }
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks)));
  } catch {
    throw new ApiError(400, "bad-json", "the body is not valid JSON");
  }
}

/** A JSON object's fields, read one by one with what each must be. Every reader throws a 400 that names the field. */
export class Fields {
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(value: unknown) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw bad("expected a JSON object");
    this.#fields = value as Record<string, unknown>;
  }

  value(name: string): unknown {
    return Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined;
  }

  text(name: string, maxLength = 1024): string {
    const value = this.value(name);
    if (typeof value !== "string" || value.length > maxLength) {
      throw bad(`\`${name}\` must be a string of at most ${maxLength} characters`);
    }
    return value;
  }

  optionalText(name: string, maxLength = 1024): string | undefined {
    return this.value(name) === undefined ? undefined : this.text(name, maxLength);
  }

  integer(name: string, min: number, max: number, fallback?: number): number {
    const value = this.value(name);
    if (value === undefined && fallback !== undefined) return fallback;
    if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
      throw bad(`\`${name}\` must be an integer between ${min} and ${max}`);
    }
    return value;
  }

  array(name: string, maxLength: number): readonly unknown[] {
    const value = this.value(name);
    if (!Array.isArray(value) || value.length > maxLength) {
      throw bad(`\`${name}\` must be an array of at most ${maxLength} items`);
    }
    return value;
  }
}

export function bad(message: string): ApiError {
  return new ApiError(400, "bad-request", message);
}
