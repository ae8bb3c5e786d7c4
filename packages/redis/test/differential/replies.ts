/** RESP, both versions, as trees that keep every mark: what came can be compared by what it means, and printed as it was. */

/** A leaf is its mark and its text, as in "$value", "+OK", ":1", "-ERR …", ",1.5", "_", "#t"; "$" with nothing is the empty string, "$-" and "*-" are nulls. */
export type Reply = string | Aggregate;

export interface Aggregate {
  readonly mark: "*" | "~" | "%" | ">" | "|";
  /** Of a map, keys and values in turn. */
  readonly items: readonly Reply[];
}

/** One whole reply or push. */
export interface Frame {
  readonly raw: string;
  readonly reply: Reply;
}

const INCOMPLETE = Symbol("incomplete");

/** Cuts what a server sends, as one-byte characters, into frames. */
export class FrameReader {
  #text = "";
  #at = 0;

  push(chunk: string): void {
    this.#text += chunk;
  }

  /** The frames that are complete. */
  *take(): Generator<Frame> {
    for (;;) {
      const start = this.#at;
      try {
        if (start >= this.#text.length) break;
        const reply = this.#next();
        yield { raw: this.#text.slice(start, this.#at), reply };
      } catch (error) {
        if (error !== INCOMPLETE) throw error;
        this.#at = start;
        break;
      }
    }
    this.#text = this.#text.slice(this.#at);
    this.#at = 0;
  }

  #next(): Reply {
    const end = this.#text.indexOf("\r\n", this.#at);
    if (end < 0) throw INCOMPLETE;
    const mark = this.#text[this.#at]!;
    const head = this.#text.slice(this.#at + 1, end);
    this.#at = end + 2;
    switch (mark) {
      case "$":
      case "=":
      case "!": {
        if (head === "-1") return "$-";
        const start = this.#at;
        const length = Number(head);
        if (this.#text.length < start + length + 2) throw INCOMPLETE;
        this.#at += length + 2;
        return mark + this.#text.slice(start, start + length);
      }
      case "*":
      case "~":
      case "%":
      case ">":
      case "|": {
        if (head === "-1") return "*-";
        const items: Reply[] = [];
        for (let left = Number(head) * (mark === "%" || mark === "|" ? 2 : 1); left > 0; left--)
          items.push(this.#next());
        return { mark, items };
      }
      default:
        return mark + head;
    }
  }
}

/** The reply, changed from the leaves up. */
export function mapReply(reply: Reply, change: (reply: Reply) => Reply): Reply {
  if (typeof reply === "string") return change(reply);
  return change({ mark: reply.mark, items: reply.items.map((item) => mapReply(item, change)) });
}

/** Whether it is a list of any kind. */
export function isAggregate(reply: Reply | undefined): reply is Aggregate {
  return typeof reply === "object";
}

export function isError(reply: Reply): boolean {
  return typeof reply === "string" && reply.startsWith("-");
}

/** In short, for people. */
export function shown(reply: Reply, limit = 600): string {
  const text = (each: Reply): string =>
    typeof each === "string"
      ? JSON.stringify(each.length > 120 ? `${each.slice(0, 120)}… (${each.length})` : each)
      : `${each.mark}[${each.items.map(text).join(" ")}]`;
  const whole = text(reply);
  return whole.length > limit ? `${whole.slice(0, limit)}…` : whole;
}
