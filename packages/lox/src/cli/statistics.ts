/** `--stats`: where the time of a run went. */

const MIB = 2 ** 20;

export class RunStatistics {
  readonly #startMs = performance.now();
  #compiledMs = this.#startMs;

  compiled(): void {
    this.#compiledMs = performance.now();
  }

  /** One line per figure; to be asked when the run is over. */
  text(source: string): string {
    const endMs = performance.now();
    const compileMs = this.#compiledMs - this.#startMs;
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    const lines = source.split("\n").length;
    const figures = [
      ["source", `${lines} lines, ${source.length} characters`],
      ["start", `${this.#startMs.toFixed(1)} ms`],
      ["compile", `${compileMs.toFixed(1)} ms`],
      ["run", `${(endMs - this.#compiledMs).toFixed(1)} ms`],
      ["cpu", `${((user + system) / 1000).toFixed(1)} ms`],
      ["memory", `${(heapUsed / MIB).toFixed(1)} MiB heap, ${(rss / MIB).toFixed(1)} MiB process`],
    ] as const;
    return figures.map(([name, figure]) => `${name.padEnd(8)} ${figure}\n`).join("");
  }
}
