/** What changes a moment: the modifiers of the functions of date and time (https://www.sqlite.org/lang_datefunc.html §3). */
import { DAY, daysAfterSunday, Moment, UNIX_EPOCH } from "./calendar.ts";
import { parseTime, wholeNumber } from "./time-strings.ts";

/** How far local time is ahead of UTC, in seconds, at milliseconds since 1970. Throws where local time may not be asked for. */
export type LocalOffset = (utcMs: number) => number;

/** Changes a moment; `first`: no other has before. False: it cannot be changed so. */
export type Modifier = (moment: Moment, first: boolean, localOffset: LocalOffset) => boolean;

/** What a text that holds no NUL does; undefined: it is no modifier. */
export function parseModifier(text: string): Modifier | undefined {
  const word = text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  const simple = SIMPLE.get(word);
  if (simple !== undefined) return simple;
  if (word.startsWith("weekday ")) return parseWeekday(word.slice(8));
  return /^[-+0-9]/.test(text) ? parseShift(text) : undefined;
}

const SIMPLE: ReadonlyMap<string, Modifier> = new Map(
  Object.entries<Modifier>({
    auto: (moment, first) => first && guess(moment),
    ceiling: (moment) => {
      moment.computeMilliseconds();
      moment.clearFields();
      moment.excess = 0;
      return true;
    },
    floor: (moment) => {
      moment.computeMilliseconds();
      moment.milliseconds -= moment.excess * DAY;
      moment.clearFields();
      return true;
    },
    julianday: (moment, first) => {
      if (!first || !moment.hasMilliseconds || moment.raw === undefined) return false;
      moment.raw = undefined;
      return true;
    },
    localtime: (moment, _first, localOffset) => {
      if (!moment.isLocal) toLocalTime(moment, localOffset);
      moment.isUtc = false;
      moment.isLocal = true;
      return true;
    },
    "start of day": (moment) => startOf(moment, () => {}),
    "start of month": (moment) => startOf(moment, () => (moment.day = 1)),
    "start of year": (moment) => startOf(moment, () => ([moment.month, moment.day] = [1, 1])),
    subsec: showFraction,
    subsecond: showFraction,
    unixepoch: (moment, first) => {
      if (moment.raw === undefined || !first) return false;
      const milliseconds = moment.raw * 1000 + UNIX_EPOCH;
      if (!(milliseconds >= 0 && milliseconds < 464_269_060_800_000)) return false;
      takeForUnix(moment, milliseconds);
      return true;
    },
    utc: (moment, _first, localOffset) => {
      if (!moment.isUtc) toUtc(moment, localOffset);
      return true;
    },
  }),
);

function showFraction(moment: Moment): boolean {
  moment.showsFraction = true;
  return true;
}

function takeForUnix(moment: Moment, milliseconds: number): void {
  moment.clearFields();
  moment.setMilliseconds(Math.trunc(milliseconds + 0.5));
  moment.raw = undefined;
}

/** A number beyond Julian days is seconds since 1970. */
function guess(moment: Moment): boolean {
  if (moment.raw === undefined || moment.hasMilliseconds) moment.raw = undefined;
  else if (moment.raw >= -210_866_760_000 && moment.raw <= 253_402_300_799)
    takeForUnix(moment, moment.raw * 1000 + UNIX_EPOCH);
  return true;
}

function startOf(moment: Moment, cut: () => void): boolean {
  if (!moment.hasMilliseconds && !moment.hasDate && !moment.hasTime) return false;
  moment.computeDate();
  moment.hasTime = true;
  [moment.hour, moment.minute, moment.second] = [0, 0, 0];
  moment.raw = undefined;
  moment.zone = 0;
  moment.hasMilliseconds = false;
  cut();
  return true;
}

/** To the next such day, or with a minus to the last one, if it is not such a day. */
function parseWeekday(text: string): Modifier | undefined {
  const number = wholeNumber(text);
  if (number === undefined || !(number > -7 && number < 7) || !Number.isInteger(number)) return undefined;
  const isBack = /^[ \t\n\v\f\r]*-/.test(text);
  const weekday = Math.abs(number);
  return (moment) => {
    moment.computeFields();
    moment.zone = 0;
    moment.hasMilliseconds = false;
    moment.computeMilliseconds();
    const ahead = (weekday - daysAfterSunday(moment) + 7) % 7;
    moment.milliseconds += (isBack && ahead > 0 ? ahead - 7 : ahead) * DAY;
    moment.clearFields();
    return true;
  };
}

/** Operating systems know local time of these days only; others are looked up in a year of ours with the same leap day. */
const FIRST_LOCAL: number = UNIX_EPOCH;
const LAST_LOCAL = 213_014_145_600_000;

function toLocalTime(moment: Moment, localOffset: LocalOffset): void {
  moment.computeMilliseconds();
  let { milliseconds } = moment;
  let years = 0;
  if (milliseconds < FIRST_LOCAL || milliseconds > LAST_LOCAL) {
    const known = moment.copy();
    known.computeFields();
    years = 2000 + (known.year % 4) - known.year;
    known.year += years;
    known.hasMilliseconds = false;
    known.computeMilliseconds();
    milliseconds = known.milliseconds;
  }
  const utcMs = Math.trunc(milliseconds / 1000) * 1000 - UNIX_EPOCH;
  const local = new Moment();
  local.setMilliseconds(utcMs + UNIX_EPOCH + localOffset(utcMs) * 1000);
  local.computeFields();
  [moment.year, moment.month, moment.day] = [local.year - years, local.month, local.day];
  [moment.hour, moment.minute] = [local.hour, local.minute];
  moment.second = local.second + (moment.milliseconds % 1000) * 0.001;
  moment.hasDate = true;
  moment.hasTime = true;
  moment.hasMilliseconds = false;
  moment.raw = undefined;
  moment.zone = 0;
  moment.isLost = false;
}

/** By guesses, as zones can only be asked the other way round. */
function toUtc(moment: Moment, localOffset: LocalOffset): void {
  moment.computeMilliseconds();
  const wanted = moment.milliseconds;
  let guessed = wanted;
  let error = 0;
  let count = 0;
  do {
    guessed -= error;
    const local = new Moment();
    local.setMilliseconds(guessed);
    toLocalTime(local, localOffset);
    local.computeMilliseconds();
    error = local.milliseconds - wanted;
  } while (error !== 0 && count++ < 3);
  Object.assign(moment, new Moment());
  moment.setMilliseconds(guessed);
  moment.isUtc = true;
}

/** `±YYYY-MM-DD` and a time behind it, `±HH:MM:SS.FFF`, `NNN units`. */
function parseShift(text: string): Modifier | undefined {
  const date = /^([-+])(\d{4,5})-(\d\d)-(\d\d)(?:$|[ \t\n\v\f\r](?=\d\d:\d\d))/.exec(text);
  if (date !== null) {
    const [all, sign, years, months, days] = date;
    const direction = sign === "-" ? -1 : 1;
    const byTime = all.length === text.length ? undefined : parseTimeShift(text, all.length, direction);
    if (byTime === undefined && all.length < text.length) return undefined;
    return parseDateShift(direction, Number(years), Number(months), Number(days), byTime);
  }
  const time = /^([-+]?)(?=[^ \t\n\v\f\r:]*:)/.exec(text);
  if (time !== null) return parseTimeShift(text, time[0].length, time[1] === "-" ? -1 : 1);
  return parseUnits(text);
}

function parseDateShift(
  direction: number,
  years: number,
  months: number,
  days: number,
  byTime: Modifier | undefined,
): Modifier | undefined {
  if (years > 14_712 || months > 11 || days > 30) return undefined;
  return (moment, first, localOffset) => {
    moment.computeFields();
    moment.setMonth(moment.year + direction * years, moment.month + direction * months);
    moment.computeExcess();
    moment.computeMilliseconds();
    moment.hasTime = false;
    moment.hasDate = false;
    moment.milliseconds += direction * days * DAY;
    return byTime === undefined || byTime(moment, first, localOffset);
  };
}

function parseTimeShift(text: string, start: number, direction: number): Modifier | undefined {
  const time = new Moment();
  if (!parseTime(text, start, time)) return undefined;
  time.computeMilliseconds();
  const ofDay = (time.milliseconds - DAY / 2) % DAY;
  return (moment) => {
    moment.computeMilliseconds();
    moment.clearFields();
    moment.milliseconds += direction * ofDay;
    return true;
  };
}

interface Unit {
  readonly seconds: number;
  /** So many of it are too many. */
  readonly limit: number;
}

const UNITS: ReadonlyMap<string, Unit> = new Map([
  ["second", { seconds: 1, limit: Math.fround(4.6427e14) }],
  ["minute", { seconds: 60, limit: Math.fround(7.7379e12) }],
  ["hour", { seconds: 3_600, limit: Math.fround(1.2897e11) }],
  ["day", { seconds: 86_400, limit: 5_373_485 }],
  ["month", { seconds: 2_592_000, limit: 176_546 }],
  ["year", { seconds: 31_536_000, limit: 14_713 }],
]);

function parseUnits(text: string): Modifier | undefined {
  const end = /[ \t\n\v\f\r]/.exec(text)?.index ?? text.length;
  const number = wholeNumber(text.slice(0, end));
  const name = text.slice(end).replace(/^[ \t\n\v\f\r]+/, "");
  const key = name.toLowerCase().replace(/s$/, "");
  const unit = UNITS.get(key);
  if (number === undefined || unit === undefined || !(number > -unit.limit && number < unit.limit)) return undefined;
  const whole = key === "month" || key === "year" ? Math.trunc(number) : 0;
  const milliseconds = Math.trunc((number - whole) * 1000 * unit.seconds + (number < 0 ? -0.5 : 0.5));
  return (moment) => {
    moment.computeMilliseconds();
    moment.excess = 0;
    if (key === "month" || key === "year") {
      moment.computeFields();
      if (key === "month") moment.setMonth(moment.year, moment.month + whole);
      else moment.setMonth(moment.year + whole, moment.month);
      moment.computeExcess();
    }
    moment.computeMilliseconds();
    moment.milliseconds += milliseconds;
    moment.clearFields();
    return true;
  };
}
