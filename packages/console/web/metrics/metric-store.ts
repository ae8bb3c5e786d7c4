/** A service's metrics as the page holds them: columns that grow at the end and are cut at the front. */
import type { MetricsMessage, SeriesInfo } from "../../src/protocol.ts";

/** A quarter of an hour, as the server keeps. */
const MAX_POINTS = 900;

export type Column = (number | null)[];

export class MetricStore {
  readonly series: SeriesInfo[] = [];
  readonly timesMs: number[] = [];
  readonly columns: Column[] = [];

  /** Takes in a message of topic `metrics`. */
  apply(message: MetricsMessage): void {
    if (message.first === true) {
      this.series.length = 0;
      this.timesMs.length = 0;
      this.columns.length = 0;
    }
    for (const info of message.series) {
      this.series.push(info);
      this.columns.push(this.timesMs.map(() => null));
    }
    this.timesMs.push(...message.timesMs);
    this.columns.forEach((column, index) => {
      column.push(...(message.columns[index] ?? message.timesMs.map(() => null)));
    });
    const excess = this.timesMs.length - MAX_POINTS;
    if (excess <= 0) return;
    this.timesMs.splice(0, excess);
    for (const column of this.columns) column.splice(0, excess);
  }
}
