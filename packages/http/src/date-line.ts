import { formatHttpDate } from "./semantics/dates.ts";

/** The `Date` field's line, made once per second. */
export class DateLine {
  #second = Number.NaN;
  #line = "";

  /** `Date: …` with its line end, at `timeMs` milliseconds since the epoch. */
  at(timeMs: number): string {
    const second = Math.floor(timeMs / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#line = `Date: ${formatHttpDate(timeMs)}\r\n`;
    }
    return this.#line;
  }
}
