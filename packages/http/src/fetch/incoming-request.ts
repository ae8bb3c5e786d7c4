/**
 * The Request that a handler gets: `instanceof Request`, with every getter and method of Node's own, but made of
 * nothing until asked. A handler that looks at `method` and `url` causes two strings and no `Headers`, `URL`, stream
 * or `AbortController`.
 *
 * What it cannot be is the first argument of `new Request(…)` and `fetch(…)`, which look for private fields of Node's class;
 * as their second it serves. `installIncomingRequest()` lifts that; without it, pass `request.clone()`.
 */
import { Readable } from "node:stream";
import { inspect } from "node:util";
import { IncomingHeaders } from "./incoming-headers.ts";
import type { RequestSource } from "./request-source.ts";

const NativeRequest = Request;
const NativeResponse = Response;
const UTF8 = new TextDecoder();

export class IncomingRequest implements Request {
  readonly #source: RequestSource;
  #url: string | undefined;
  #headers: Headers | undefined;
  /** Read through one of the methods, without a stream ever having been made. */
  #consumed = false;
  #stream: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  /** Node's own, for what is rarely asked, and for everything about the body once it has taken this one's place. */
  #native: Request | undefined;
  #delegates = false;

  constructor(source: RequestSource) {
    this.#source = source;
  }

  /** Where `value` is one of these: Node's own Request that takes its place, body included; else `value`. */
  static native<T>(value: T): T | Request {
    return typeof value === "object" && value !== null && #source in value ? value.#becomeNative() : value;
  }

  get method(): string {
    return this.#source.method;
  }

  get url(): string {
    return (this.#url ??= this.#source.url);
  }

  get headers(): Headers {
    return (this.#headers ??= new IncomingHeaders(this.#source.fields));
  }

  get signal(): AbortSignal {
    return this.#source.signal;
  }

  get body(): ReadableStream<Uint8Array<ArrayBuffer>> | null {
    if (this.#delegates) return this.#native!.body as ReadableStream<Uint8Array<ArrayBuffer>> | null;
    const { body } = this.#source;
    if (body === undefined) return null;
    if (this.#stream === undefined) {
      this.#stream = body.stream();
      // Read before it was a stream: what is there to see is a stream that is used up and held.
      if (this.#consumed) void this.#stream.cancel();
    }
    return this.#stream;
  }

  get bodyUsed(): boolean {
    if (this.#delegates) return this.#native!.bodyUsed;
    return this.#consumed || (this.#stream !== undefined && Readable.isDisturbed(this.#stream));
  }

  text(): Promise<string> {
    return this.#consume().then((bytes) => UTF8.decode(bytes));
  }

  json(): Promise<unknown> {
    return this.#consume().then((bytes) => JSON.parse(UTF8.decode(bytes)) as unknown);
  }

  bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#consume().then((bytes) => Uint8Array.from(bytes));
  }

  arrayBuffer(): Promise<ArrayBuffer> {
    return this.#consume().then((bytes) => Uint8Array.from(bytes).buffer);
  }

  blob(): Promise<Blob> {
    return this.#asResponse().then((response) => response.blob());
  }

  formData(): Promise<FormData> {
    return this.#asResponse().then((response) => response.formData());
  }

  textStream(): ReadableStream<string> {
    const text = new TextDecoderStream() as unknown as ReadableWritablePair<string, Uint8Array>;
    return (this.body ?? new NativeResponse("").body!).pipeThrough(text);
  }

  clone(): Request {
    if (this.bodyUsed || this.#stream?.locked === true)
      throw new TypeError("Request.clone: Body has already been consumed.");
    return this.#becomeNative().clone();
  }

  #becomeNative(): Request {
    if (!this.#delegates) {
      const unusable = this.bodyUsed || this.#stream?.locked === true;
      this.#native = this.#makeNative(unusable ? null : this.body);
      // What was read stays read, with no body of its own to show for it.
      if (unusable) return this.#native;
      this.#delegates = true;
    }
    return this.#native!;
  }

  get destination(): Request["destination"] {
    return this.#facts.destination;
  }
  get referrer(): string {
    return this.#facts.referrer;
  }
  get referrerPolicy(): Request["referrerPolicy"] {
    return this.#facts.referrerPolicy;
  }
  get mode(): Request["mode"] {
    return this.#facts.mode;
  }
  get credentials(): Request["credentials"] {
    return this.#facts.credentials;
  }
  get cache(): Request["cache"] {
    return this.#facts.cache;
  }
  get redirect(): Request["redirect"] {
    return this.#facts.redirect;
  }
  get integrity(): string {
    return this.#facts.integrity;
  }
  get keepalive(): boolean {
    return this.#facts.keepalive;
  }
  get duplex(): "half" {
    return "half";
  }
  get isReloadNavigation(): boolean {
    return false;
  }
  get isHistoryNavigation(): boolean {
    return false;
  }

  get #facts(): Request {
    return (this.#native ??= this.#makeNative(null));
  }

  #makeNative(body: ReadableStream<Uint8Array<ArrayBuffer>> | null): Request {
    const { method, url, headers, signal } = this;
    return new NativeRequest(url, { method, headers, signal, ...(body === null ? {} : { body, duplex: "half" }) });
  }

  /** The whole body, which is used up by it. */
  async #consume(): Promise<Uint8Array> {
    const { body } = this.#source;
    if (this.#delegates) return new Uint8Array(await this.#native!.arrayBuffer());
    if (this.bodyUsed || this.#stream?.locked === true) {
      throw new TypeError("Body is unusable: Body has already been read");
    }
    if (body === undefined) return new Uint8Array();
    if (this.#stream !== undefined) return new Uint8Array(await new NativeResponse(this.#stream).arrayBuffer());
    this.#consumed = true;
    return body.collect();
  }

  async #asResponse(): Promise<Response> {
    const type = this.headers.get("content-type");
    const bytes = (await this.#consume()) as Uint8Array<ArrayBuffer>;
    return new NativeResponse(bytes, type === null ? {} : { headers: { "content-type": type } });
  }
}

Object.setPrototypeOf(IncomingRequest.prototype, NativeRequest.prototype);
// Node's own would look for private fields.
Object.defineProperty(IncomingRequest.prototype, inspect.custom, {
  value(this: IncomingRequest): object {
    const { method, url, headers, bodyUsed } = this;
    return { method, url, headers, bodyUsed };
  },
});
