/** From counters to rates. */

/**
 * Change per second between neighbours; undefined where either is missing. A counter that went down was restarted
 * from zero, as in Prometheus.
 */
export function rates(
  timesMs: readonly number[],
  values: readonly (number | null | undefined)[],
): (number | undefined)[] {
  return values.map((value, index) => {
    const before = values[index - 1];
    const elapsedMs = timesMs[index]! - (timesMs[index - 1] ?? Number.NaN);
    if (value === null || value === undefined || before === null || before === undefined) return undefined;
    if (!(elapsedMs > 0)) return undefined;
    return ((value < before ? value : value - before) / elapsedMs) * 1000;
  });
}
