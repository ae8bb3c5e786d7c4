/**
 * A body that is pulled piece by piece by the server itself, which gives each piece's memory back once it has left: so a
 * download of any size goes through one buffer. To everybody else it is a stream like any other.
 */
export abstract class ByteSource {
  /** The next piece; undefined after the last. One call at a time. */
  abstract next(): Promise<Uint8Array | undefined>;

  /** The last piece is not needed any more, and its memory may be used again. Whoever keeps pieces never calls this. */
  abstract recycle(): void;

  /** Nobody will pull the rest. */
  abstract cancel(): void;

  stream(): ReadableStream<Uint8Array> {
    return new ReadableStream({
      pull: async (controller) => {
        const piece = await this.next();
        if (piece === undefined) controller.close();
        else controller.enqueue(piece);
      },
      cancel: () => this.cancel(),
    });
  }
}
