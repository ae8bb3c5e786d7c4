/** Durations written for people: `250ms`, `10s`, `5m`, `2h`, `7d`, and sums of them (`1h30m`). */

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `text`, or `duration` itself when it is already a number. Throws `RangeError` for anything else. */
export function durationMs(duration: number | string): number {
  if (typeof duration === "number") {
    if (!(duration >= 0)) throw new RangeError(`a duration is a number of milliseconds, 0 or more, not ${duration}`);
    return duration;
  }
  let total = 0;
  let matched = 0;
  for (const [whole, amount, unit] of duration.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/gy)) {
    total += Number(amount) * UNIT_MS[unit!]!;
    matched += whole.length;
  }
  if (matched === 0 || matched !== duration.length) {
    throw new RangeError(`a duration reads like 250ms, 10s, 5m, 2h, 7d or 1h30m, not ${JSON.stringify(duration)}`);
  }
  return total;
}
