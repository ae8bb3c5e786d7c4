/** The heads of answers that are alike: made once, sent often. */
import type { FieldBlock } from "./response-head.ts";
import { statusLine } from "./status.ts";

/**
 * Keeps the last head of its kind: framed by length, on a connection that stays. Answers with shared fields (a constant
 * type, a file in memory) hit it for a second at a time, until the date changes.
 */
export class HeadCache {
  #status = 0;
  #block: FieldBlock | undefined;
  #length = -1;
  #dateLine = "";
  #head = "";

  /** Status line, fields, Content-Length, Date and the empty line. */
  head(status: number, block: FieldBlock, length: number, dateLine: string): string {
    if (
      this.#block !== block ||
      this.#length !== length ||
      this.#status !== status ||
      // Usually the same string, and then compared by its address.
      this.#dateLine !== dateLine
    ) {
      this.#status = status;
      this.#block = block;
      this.#length = length;
      this.#dateLine = dateLine;
      this.#head = `${statusLine(status)}${block.text}Content-Length: ${length}\r\n${block.hasDate ? "" : dateLine}\r\n`;
      // A string put together is a tree until somebody looks into it; better one look here than a walk per answer.
      this.#head.charCodeAt(0);
    }
    return this.#head;
  }
}
