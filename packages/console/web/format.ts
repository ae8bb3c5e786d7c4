/** Numbers for people: two or three digits and a unit, since a figure that changes every second is read at a glance. */

const BYTE_UNITS = ["B", "KB", "MB", "GB", "TB"] as const;

/** Bytes in powers of 1024: `812 B`, `4.2 KB`, `118 MB`. */
export function bytes(value: number): string {
  let unit = 0;
  let amount = value;
  while (amount >= 1000 && unit < BYTE_UNITS.length - 1) {
    amount /= 1024;
    unit++;
  }
  return `${unit === 0 || amount >= 100 ? Math.round(amount) : amount.toFixed(1)} ${BYTE_UNITS[unit]!}`;
}

/** Counts: `812`, `4.2k`, `118k`, `3.1M`. */
export function count(value: number): string {
  if (value < 1000) return String(value < 9.95 ? Number(value.toFixed(1)) : Math.round(value));
  const [amount, unit] = value < 1e6 ? [value / 1e3, "k"] : value < 1e9 ? [value / 1e6, "M"] : [value / 1e9, "G"];
  return `${amount >= 100 ? Math.round(amount) : amount.toFixed(1)}${unit}`;
}

/** Seconds: `84 µs`, `3.1 ms`, `2.4 s`. */
export function seconds(value: number): string {
  if (value === 0) return "0";
  const [amount, unit] = value < 1e-3 ? [value * 1e6, "µs"] : value < 1 ? [value * 1e3, "ms"] : [value, "s"];
  return `${amount >= 100 ? Math.round(amount) : Number(amount.toPrecision(2))} ${unit}`;
}

/** A length of time, in its two largest units: `42s`, `3m 07s`, `5h 20m`, `12d 4h`. */
export function duration(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const [s, m, h, d] = [
    total % 60,
    Math.floor(total / 60) % 60,
    Math.floor(total / 3600) % 24,
    Math.floor(total / 86_400),
  ];
  if (d > 0) return `${d}d ${h}h`;
  if (h > 0) return `${h}h ${String(m).padStart(2, "0")}m`;
  if (m > 0) return `${m}m ${String(s).padStart(2, "0")}s`;
  return `${s}s`;
}

/** Time of day with milliseconds, in the person's time zone: `14:03:27.118`. */
export function clockTime(timeMs: number): string {
  const date = new Date(timeMs);
  const two = (value: number): string => String(value).padStart(2, "0");
  const ms = String(date.getMilliseconds()).padStart(3, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}

/** `1 key`, `2,048 keys`. */
export function plural(value: number, noun: string): string {
  return `${value.toLocaleString("en")} ${noun}${value === 1 ? "" : "s"}`;
}
