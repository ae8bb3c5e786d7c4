/**
 * Fragments of generated JavaScript, and how they remember where they came from.
 *
 * An operation that can fail begins a new line of JavaScript, and a table says which place of the Lox source each line
 * stands for. So the hot path carries no positions: when something fails, the line in V8's stack trace finds the place.
 * While fragments are put together, a mark (a control character that no literal contains unescaped) stands for the line break.
 */
import type { Place } from "../syntax/ast.ts";
import { ANY, type TypeSet } from "./types.ts";

export interface Code {
  readonly text: string;
  readonly type: TypeSet;
  /**
   * What may be done with the text:
   * - `constant`: a name or literal whose value nothing changes; may be repeated, before or after anything.
   * - `variable`: a name; may be repeated, as long as nothing with effects lies between.
   * - `computed`: to be evaluated once, in its place.
   */
  readonly form: "constant" | "variable" | "computed";
}

export function computed(text: string, type: TypeSet = ANY): Code {
  return { text, type, form: "computed" };
}

const MARK = "\u0001";
const MARK_END = "\u0002";

/** Begins a line of JavaScript that stands for `place`. */
export function mark(place: Place): string {
  return `${MARK}${place.at}:${place.line}${MARK_END}`;
}

export interface GeneratedSource {
  readonly text: string;
  /** For each line of the text, counted from 0, the place it stands for; undefined before the first mark. */
  readonly places: readonly (Place | undefined)[];
}

/** Turns marks into lines. Text that has line breaks of its own keeps the place before them. */
export class Assembler {
  readonly #parts: string[] = [];
  readonly #places: (Place | undefined)[] = [];
  #place: Place | undefined;
  #key = "";

  append(marked: string): void {
    let from = 0;
    for (let at = marked.indexOf(MARK); at !== -1; at = marked.indexOf(MARK, from)) {
      this.#plain(marked.slice(from, at));
      const end = marked.indexOf(MARK_END, at);
      const key = marked.slice(at + 1, end);
      from = end + 1;
      if (key === this.#key) continue;
      this.#key = key;
      this.#plain("\n");
      const colon = key.indexOf(":");
      this.#place = { at: Number(key.slice(0, colon)), line: Number(key.slice(colon + 1)) };
    }
    this.#plain(marked.slice(from));
  }

  #plain(text: string): void {
    this.#parts.push(text);
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) this.#places.push(this.#place);
  }

  finish(): GeneratedSource {
    return { text: this.#parts.join(""), places: [...this.#places, this.#place] };
  }
}
