/**
 * Progress of long work, on standard error and only on a terminal; elsewhere it is silent, and the library that
 * draws (cli-progress) is not even loaded.
 */
import type { CliStream } from "./run.ts";

export interface ProgressOptions {
  /** What is being done: `Receiving objects`. */
  readonly label: string;
  /** How much there is; may be corrected later through `update`. */
  readonly total: number;
  /** What is counted: `objects`, `bytes`. */
  readonly unit?: string;
  /** Default: standard error. */
  readonly stream?: CliStream;
}

export interface ProgressBar {
  /** `done` of `total` so far. Cheap: drawing happens at most ten times a second. */
  update(done: number, total?: number): void;
  /** Draws the last state and leaves the line. Must be called, or the bar's timer keeps the process alive. */
  stop(): void;
}

const SILENT: ProgressBar = { update() {}, stop() {} };

export function progressBar(options: ProgressOptions): ProgressBar {
  const { stream = process.stderr } = options;
  return stream.isTTY === true ? new TerminalBar(options, stream) : SILENT;
}

interface Drawn {
  start(total: number, startValue: number): void;
  setTotal(total: number): void;
  update(value: number): void;
  stop(): void;
}

class TerminalBar implements ProgressBar {
  #done = 0;
  #total: number;
  #stopped = false;
  #bar: Drawn | undefined;

  constructor(options: ProgressOptions, stream: CliStream) {
    this.#total = options.total;
    void this.#load(options, stream);
  }

  update(done: number, total: number = this.#total): void {
    this.#done = done;
    if (total !== this.#total) this.#bar?.setTotal(total);
    this.#total = total;
    this.#bar?.update(done);
  }

  stop(): void {
    this.#stopped = true;
    this.#bar?.stop();
  }

  async #load(options: ProgressOptions, stream: CliStream): Promise<void> {
    const { label, unit = "" } = options;
    const { SingleBar, Presets } = (await import("cli-progress")).default;
    // Work that was over before there was anything to draw needs no bar.
    if (this.#stopped) return;
    const format = `${label} {bar} {percentage}% | {value}/{total}${unit === "" ? "" : ` ${unit}`} | {eta_formatted}`;
    // The library's types ask for a Node stream; it only writes and moves the cursor on what is a terminal here.
    const bar = new SingleBar(
      { format, fps: 10, hideCursor: true, stream: stream as unknown as NodeJS.WritableStream },
      Presets.rect,
    );
    bar.start(this.#total, this.#done);
    this.#bar = bar;
  }
}
