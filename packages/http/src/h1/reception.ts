/** The body of the request at hand on its way in: decoder, consumer and limits together. */
import type { BodyConsumer } from "../exchange/channel.ts";
import { type BodyDecoder, type BodySink, LengthDecoder } from "./body.ts";
import { ChunkedDecoder } from "./chunked.ts";
import { HttpProtocolError } from "./errors.ts";
import type { HttpLimits } from "./limits.ts";

/** For bodies that no handler may see. */
const DISCARD: BodyConsumer = {
  queuedBytes: 0,
  touched: false,
  wanted: false,
  dropped: true,
  push() {},
  end() {},
  fail() {},
  drop() {},
};

export class BodyReception implements BodySink {
  readonly body: BodyConsumer;
  readonly #decoder: BodyDecoder;
  readonly #limits: HttpLimits;
  #receivedBytes = 0;
  #drainedBytes = 0;

  /** Without a `body` it is thrown away. `contentLength` counts where it is not chunked. Throws HttpProtocolError("body-too-large"). */
  constructor(body: BodyConsumer | undefined, chunked: boolean, contentLength: number, limits: HttpLimits) {
    if (contentLength > limits.bodyBytes) throw new HttpProtocolError("body-too-large");
    this.#decoder = chunked ? new ChunkedDecoder(limits) : new LengthDecoder(contentLength);
    this.#limits = limits;
    this.body = body ?? DISCARD;
  }

  get done(): boolean {
    return this.#decoder.done;
  }

  /** The consumer is behind by as much as it may be. */
  get full(): boolean {
    return this.body.queuedBytes >= this.#limits.readAheadBytes;
  }

  /** Bytes are waited for: by a reader, or because they are in the way of the next request. */
  get wanted(): boolean {
    return this.body.wanted || this.body.dropped;
  }

  /** Whether throwing the rest away costs no more than is allowed, as far as one knows. */
  get drainable(): boolean {
    const { bytesLeft } = this.#decoder;
    return bytesLeft === Infinity || bytesLeft <= this.#limits.drainBytes;
  }

  /** More of an unwanted body has come than is worth reading. */
  get exhausted(): boolean {
    return this.#drainedBytes > this.#limits.drainBytes;
  }

  /** Decodes; returns how many of `bytes` were the body's. Throws HttpProtocolError. */
  feed(bytes: Buffer): number {
    const consumed = this.#decoder.feed(bytes, 0, this);
    if (this.#decoder.done) this.body.end(this.#decoder.trailers);
    return consumed;
  }

  data(chunk: Buffer): void {
    this.#receivedBytes += chunk.length;
    if (this.#receivedBytes > this.#limits.bodyBytes) throw new HttpProtocolError("body-too-large");
    if (this.body.dropped) this.#drainedBytes += chunk.length;
    else this.body.push(chunk);
  }
}
