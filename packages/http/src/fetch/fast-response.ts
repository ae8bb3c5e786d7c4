/**
 * A Response that costs little where it is plain: a text, bytes, JSON, a stream, nothing.
 *
 * Node's own class makes a stream, a `Headers` and a finalizer for each; this one keeps what it was given, and makes a
 * native Response when somebody asks for more. It is `instanceof Response`. Give it to the server from a handler, or
 * let `installFastResponse()` put it in place of the global.
 */
import { inspect } from "node:util";
import { FieldBlock, NO_FIELDS } from "../h1/response-head.ts";
import { ByteSource } from "./byte-source.ts";
import { headerPairs } from "./context.ts";
import type { BodyInit, HeadersInit } from "./init-types.ts";

const NativeResponse = Response;

/** What a body may be and stay, without a native Response. */
export type PlainBody = string | Uint8Array | ReadableStream<Uint8Array | string> | ByteSource | null;

export interface FastResponseInit extends Omit<ResponseInit, "headers"> {
  /** A `FieldBlock` may serve any number of responses, and is turned into bytes once. */
  headers?: HeadersInit | FieldBlock;
}

const TEXT: FieldBlock = new FieldBlock([["Content-Type", "text/plain;charset=UTF-8"]]);
const JSON_TYPE: FieldBlock = new FieldBlock([["Content-Type", "application/json"]]);

export class FastResponse implements Response {
  readonly status: number;
  readonly statusText: string;
  #body: PlainBody;
  #block: FieldBlock;
  #headers: Headers | undefined;
  /** From then on it is this one that counts. */
  #native: Response | undefined;

  /** As `new Response`. Bytes are not copied: they must not change until they are sent. Throws what `Response` throws. */
  constructor(body?: BodyInit | ByteSource | null, init?: FastResponseInit) {
    this.status = 200;
    this.statusText = "";
    if (init !== undefined) {
      const { status = 200, statusText = "" } = init;
      if (!Number.isInteger(status) || status < 200 || status > 599) {
        throw new RangeError('init["status"] must be in the range of 200 to 599, inclusive.');
      }
      // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
      if (/[^\t\x20-\x7e\x80-\xff]/.test(statusText)) throw new TypeError("Invalid statusText");
      if (body != null && (status === 204 || status === 205 || status === 304)) {
        throw new TypeError(`Response constructor: Invalid response status code ${status}`);
      }
      this.status = status;
      this.statusText = statusText;
    }
    const fields = init?.headers;
    if (typeof body === "string") {
      this.#body = body;
      this.#block = fields === undefined ? TEXT : withType(fields);
    } else if (
      body === undefined ||
      body === null ||
      body instanceof Uint8Array ||
      body instanceof ByteSource ||
      isFresh(body)
    ) {
      this.#body = (body ?? null) as PlainBody;
      this.#block = fields === undefined ? NO_FIELDS : blockOf(fields);
    } else {
      this.#body = null;
      this.#block = NO_FIELDS;
      this.#native = new NativeResponse(body, {
        status: this.status,
        statusText: this.statusText,
        ...(fields === undefined
          ? {}
          : { headers: fields instanceof FieldBlock ? ([...fields.fields] as [string, string][]) : fields }),
      });
    }
  }

  static json(data: unknown, init?: FastResponseInit): FastResponse {
    const text = JSON.stringify(data);
    if (text === undefined) throw new TypeError("The data is not JSON serializable");
    if (init?.headers === undefined) return new FastResponse(text, { ...init, headers: JSON_TYPE });
    const block = blockOf(init.headers);
    return new FastResponse(text, {
      ...init,
      headers: block.hasType ? block : block.with("Content-Type", "application/json"),
    });
  }

  static redirect(url: string | URL, status?: 301 | 302 | 303 | 307 | 308): Response {
    return NativeResponse.redirect(url, status);
  }

  static error(): Response {
    return NativeResponse.error();
  }

  static [Symbol.hasInstance](value: unknown): boolean {
    return this === FastResponse
      ? NativeResponse.prototype.isPrototypeOf(value as object)
      : Function.prototype[Symbol.hasInstance].call(this, value);
  }

  /** Whether `value` was made by this class: a brand check, where `instanceof` asks whether it is any Response. */
  static is(value: unknown): value is FastResponse {
    return typeof value === "object" && value !== null && #block in value;
  }

  /** What the server sends, where this is still a plain response; undefined once a native one stands behind it. */
  get plainBody(): PlainBody | undefined {
    return this.#native === undefined ? this.#body : undefined;
  }

  /** The header fields, ready to send. */
  fieldBlock(): FieldBlock {
    const headers = this.#native === undefined ? this.#headers : this.#native.headers;
    return headers === undefined ? this.#block : new FieldBlock(headers);
  }

  get headers(): Headers {
    if (this.#native !== undefined) return this.#native.headers;
    if (this.#headers === undefined) {
      this.#headers = new Headers();
      for (const [name, value] of this.#block.fields) this.#headers.append(name, value);
    }
    return this.#headers;
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }
  get redirected(): boolean {
    return false;
  }
  get type(): Response["type"] {
    return "default";
  }
  get url(): string {
    return "";
  }
  get body(): ReadableStream<Uint8Array<ArrayBuffer>> | null {
    return this.#becomeNative().body as ReadableStream<Uint8Array<ArrayBuffer>> | null;
  }
  get bodyUsed(): boolean {
    return this.#native?.bodyUsed ?? false;
  }
  text(): Promise<string> {
    return this.#becomeNative().text();
  }
  json(): Promise<unknown> {
    return this.#becomeNative().json();
  }
  bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#becomeNative().bytes() as Promise<Uint8Array<ArrayBuffer>>;
  }
  arrayBuffer(): Promise<ArrayBuffer> {
    return this.#becomeNative().arrayBuffer();
  }
  blob(): Promise<Blob> {
    return this.#becomeNative().blob();
  }
  formData(): Promise<FormData> {
    return this.#becomeNative().formData();
  }
  textStream(): ReadableStream<string> {
    return this.#becomeNative().textStream();
  }
  clone(): Response {
    return this.#becomeNative().clone();
  }

  #becomeNative(): Response {
    if (this.#native === undefined) {
      const { status, statusText, headers } = this;
      const body = this.#body instanceof ByteSource ? this.#body.stream() : this.#body;
      this.#native = new NativeResponse(body as BodyInit | null, { status, statusText, headers });
    }
    return this.#native;
  }
}

/** A stream that nobody has read from or holds. */
function isFresh(body: unknown): boolean {
  return body instanceof ReadableStream && !body.locked;
}

function blockOf(fields: HeadersInit | FieldBlock): FieldBlock {
  return fields instanceof FieldBlock ? fields : new FieldBlock(headerPairs(fields));
}

function withType(fields: HeadersInit | FieldBlock): FieldBlock {
  const block = blockOf(fields);
  return block.hasType ? block : block.with("Content-Type", "text/plain;charset=UTF-8");
}

Object.setPrototypeOf(FastResponse.prototype, NativeResponse.prototype);

/** Makes `Response` mean `FastResponse` in this process. Returns what puts Node's own back. */
export function installFastResponse(): () => void {
  globalThis.Response = FastResponse as unknown as typeof Response;
  return () => {
    globalThis.Response = NativeResponse;
  };
}
// Node's own would look for private fields.
Object.defineProperty(FastResponse.prototype, inspect.custom, {
  value(this: FastResponse): object {
    const { status, statusText, headers, bodyUsed } = this;
    return { status, statusText, headers, bodyUsed };
  },
});
