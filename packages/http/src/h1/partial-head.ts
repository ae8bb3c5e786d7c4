/** A head that came in part: its bytes so far, and the parser that stands in the middle of it. */
import type { RequestHeadParser } from "./request-head.ts";

const FIRST_BYTES = 1024;

export class PartialHead {
  readonly parser: RequestHeadParser;
  length = 0;
  bytes: Buffer = Buffer.allocUnsafeSlow(0);

  constructor(parser: RequestHeadParser) {
    this.parser = parser;
  }

  append(more: Buffer): void {
    const length = this.length + more.length;
    if (this.bytes.length < length) {
      // Doubling keeps what is copied linear in what is sent.
      const grown = Buffer.allocUnsafeSlow(Math.max(FIRST_BYTES, 2 * length));
      this.bytes.copy(grown, 0, 0, this.length);
      this.bytes = grown;
    }
    more.copy(this.bytes, this.length);
    this.length = length;
  }
}
