/** HTTP dates (RFC 9110 §5.6.7): written in one form, read in three. */

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

const MONTH = MONTHS.join("|");
const TIME = String.raw`(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)`;
const IMF = new RegExp(`^(?:${DAYS.join("|")}), (?<day>\\d\\d) (?<month>${MONTH}) (?<year>\\d{4}) ${TIME} GMT$`);
const RFC_850 = new RegExp(
  `^(?:Sunday|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday), (?<day>\\d\\d)-(?<month>${MONTH})-(?<year>\\d\\d) ${TIME} GMT$`,
);
const ASCTIME = new RegExp(`^(?:${DAYS.join("|")}) (?<month>${MONTH}) (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})$`);

const twoDigits = (value: number): string => (value < 10 ? `0${value}` : `${value}`);

/** `Sun, 06 Nov 1994 08:49:37 GMT`; the milliseconds since the epoch are cut to seconds. */
export function formatHttpDate(timeMs: number): string {
  const d = new Date(timeMs);
  const time = `${twoDigits(d.getUTCHours())}:${twoDigits(d.getUTCMinutes())}:${twoDigits(d.getUTCSeconds())}`;
  const year = `${d.getUTCFullYear()}`.padStart(4, "0");
  return `${DAYS[d.getUTCDay()]!}, ${twoDigits(d.getUTCDate())} ${MONTHS[d.getUTCMonth()]!} ${year} ${time} GMT`;
}

/**
 * Milliseconds since the epoch, of any of the three forms; undefined for everything else, which is to be ignored
 * (RFC 9110 §13.1.3). `nowMs` places the two-digit years of RFC 850: more than 50 years ahead means the century before.
 */
export function parseHttpDate(text: string, nowMs: number): number | undefined {
  const groups = (IMF.exec(text) ?? ASCTIME.exec(text) ?? RFC_850.exec(text))?.groups;
  if (groups === undefined) return undefined;
  const [day, hour, minute, second] = [groups["day"], groups["hour"], groups["minute"], groups["second"]].map(
    Number,
  ) as [number, number, number, number];
  const month = MONTHS.indexOf(groups["month"] as (typeof MONTHS)[number]);
  let year = Number(groups["year"]);
  if (groups["year"]!.length === 2) {
    const thisYear = new Date(nowMs).getUTCFullYear();
    year += thisYear - (thisYear % 100);
    if (year > thisYear + 50) year -= 100;
  }
  // A leap second is the next minute's first; anything else beyond its range is no date.
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  if (date.getUTCMonth() !== month || date.getUTCDate() !== day) return undefined;
  return date.setUTCHours(hour, minute, second);
}
