/**
 * Every limit of an HTTP/1 connection: its name, its default, and what happens beyond it.
 * Bytes are bytes on the wire; times are milliseconds, and may pass by up to two ticks of the timer wheel (250 ms each).
 */
export interface HttpLimits {
  /** Request line, without its CRLF. Beyond: 414. */
  readonly requestLineBytes: number;
  /** All header fields of one message with their line ends. Beyond: 431. */
  readonly headBytes: number;
  /** Fields in one head. Beyond: 431. */
  readonly fieldCount: number;
  /** A request's body. Beyond: 413, before the handler runs when the length is known. */
  readonly bodyBytes: number;
  /** Chunked framing (sizes, extensions, line ends) per body, beyond 8 bytes for each byte of data. Beyond: 400. */
  readonly chunkOverheadBytes: number;
  /** The trailer section. Beyond: 431. */
  readonly trailerBytes: number;
  /** Bytes of a body, or of requests sent ahead, that are kept while the handler is busy. Beyond: reading stops. */
  readonly readAheadBytes: number;
  /** What is read and thrown away of a body that the handler left unread. Beyond: the connection closes. */
  readonly drainBytes: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  /** From accepting to the first byte. Beyond: closed without an answer. */
  readonly firstByteMs: number;
  /** From a request's first byte to the end of its head. Beyond: 408. */
  readonly headMs: number;
  /** Between two reads of a body that the handler waits for. Beyond: 408, or a cut if the answer has begun. */
  readonly bodyReadMs: number;
  /** Without the client taking anything of what is waiting for it (measured to a quarter of it). Beyond: reset. */
  readonly writeStallMs: number;
  /** Between two requests. Beyond: closed. */
  readonly keepAliveMs: number;
  /** How long a closing connection is still read, so that the client sees the last answer rather than a reset. */
  readonly lingerMs: number;
}

export const DEFAULT_LIMITS: HttpLimits = {
  requestLineBytes: 8 * 1024,
  headBytes: 32 * 1024,
  fieldCount: 100,
  bodyBytes: 64 * 1024 * 1024,
  chunkOverheadBytes: 16 * 1024,
  trailerBytes: 8 * 1024,
  readAheadBytes: 64 * 1024,
  drainBytes: 256 * 1024,
  maxConnections: 10_000,
  maxConnectionsPerAddress: 10_000,
  firstByteMs: 30_000,
  headMs: 15_000,
  bodyReadMs: 30_000,
  writeStallMs: 30_000,
  keepAliveMs: 75_000,
  lingerMs: 2_000,
};
