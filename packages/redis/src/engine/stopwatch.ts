/**
 * How long commands take, for commandstats and the slow log.
 *
 * Reading the clock costs 50 ns or more, an eighth of a GET. So a run of calls of one brief command within a batch is measured as
 * a whole, which is all that the sum in commandstats needs. A command that may take long, or any while the slow log wants to hear of
 * less than a millisecond, is measured by itself.
 */
import type { CommandEntry } from "../commands/registry.ts";

/** With more arguments than this, no command counts as brief. */
const BRIEF_ARGUMENTS = 8;
/** While the slow log's threshold is below, every call is measured. */
const FINE_THRESHOLD_MICROSECONDS = 1000;

export class Stopwatch {
  readonly #monotonic: () => number;
  /** When what is being measured began. */
  #mark = 0;
  /** Whose calls are being measured together. */
  #together: CommandEntry | undefined = undefined;
  #calls = 0;
  #measuresEach = false;
  #nested = false;
  /** When the command began that calls others. */
  #outerMark = 0;
  /** Whether commands' histograms are kept (latency-tracking). In them, calls measured together took equally long. */
  tracksLatency = true;

  /** `monotonic`: milliseconds, fractional, never going back. */
  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /** `microseconds`: from where on the slow log keeps a command; negative: it keeps none. */
  set slowLogThreshold(microseconds: number) {
    this.#measuresEach = microseconds >= 0 && microseconds < FINE_THRESHOLD_MICROSECONDS;
  }

  /** A batch of commands begins. */
  start(): void {
    this.#mark = this.#monotonic();
    this.#together = undefined;
    this.#calls = 0;
  }

  /** The command that is being measured calls others: each of them is measured by itself until `leave`. */
  enter(): void {
    this.#outerMark = this.#mark;
    this.#nested = true;
  }

  /** Back in the command that called them; what they took is part of it. */
  leave(): void {
    this.#mark = this.#outerMark;
    this.#nested = false;
  }

  /** `entry` is about to be called. */
  before(entry: CommandEntry): void {
    if (this.#nested) {
      this.#mark = this.#monotonic();
      return;
    }
    if (this.#together !== undefined && this.#together !== entry) this.settle();
  }

  /** `entry` was called. Returns how many microseconds it took; 0 when it is measured together with others. */
  after(entry: CommandEntry, argumentCount: number): number {
    if (!this.#nested && entry.brief && argumentCount <= BRIEF_ARGUMENTS && !this.#measuresEach) {
      this.#together = entry;
      this.#calls++;
      return 0;
    }
    const ended = this.#monotonic();
    const microseconds = (ended - this.#mark) * 1000;
    this.#mark = ended;
    entry.microseconds += microseconds;
    const calls = this.#calls + 1;
    if (this.tracksLatency) entry.latency.record(microseconds / calls, calls);
    this.#calls = 0;
    this.#together = undefined;
    return microseconds;
  }

  /** The batch is over, or another command's turn has come: calls measured together get their time. */
  settle(): void {
    const entry = this.#together;
    if (entry === undefined) return;
    this.#together = undefined;
    const ended = this.#monotonic();
    const microseconds = (ended - this.#mark) * 1000;
    entry.microseconds += microseconds;
    if (this.tracksLatency) entry.latency.record(microseconds / this.#calls, this.#calls);
    this.#calls = 0;
    this.#mark = ended;
  }
}
