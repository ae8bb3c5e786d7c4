/** What changes a moment: the modifiers of the functions of date and time (https://www.sqlite.org/lang_datefunc.html §3). */
import { DAY, daysAfterSunday, Moment, UNIX_EPOCH } from "./calendar.ts";
import { numericPrefix } from "../values/text-number.ts";
import { parseTime, wholeNumber } from "./time-strings.ts";

/** How far local time is ahead of UTC, in seconds, at milliseconds since 1970. Throws where local time may not be asked for. */
export type LocalOffset = (utcMs: number) => number;

/** Applies the modifier, up to a NUL; `first`: it is the first one. False: it is none, or not here. */
export function applyModifier(text: string, moment: Moment, first: boolean, localOffset: LocalOffset): boolean {
  const word = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const simple = SIMPLE[word];
  if (simple !== undefined) return simple(moment, first, localOffset);
  if (word.startsWith("weekday ")) return toWeekday(moment, word.slice(8));
  return /^[-+0-9]/.test(text) && shift(text, moment);
}

type Simple = (moment: Moment, first: boolean, localOffset: LocalOffset) => boolean;

const SIMPLE: Readonly<Record<string, Simple | undefined>> = Object.assign(Object.create(null) as object, {
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
} satisfies Record<string, Simple>);

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

function toWeekday(moment: Moment, text: string): boolean {
  const weekday = wholeNumber(text);
  if (weekday === undefined || !(weekday >= 0 && weekday < 7) || !Number.isInteger(weekday)) return false;
  moment.computeFields();
  moment.zone = 0;
  moment.hasMilliseconds = false;
  moment.computeMilliseconds();
  moment.milliseconds += ((weekday - daysAfterSunday(moment) + 7) % 7) * DAY;
  moment.clearFields();
  return true;
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
function shift(text: string, moment: Moment): boolean {
  const date = /^([-+])(\d{4,5})-(\d\d)-(\d\d)(?:$|[ \t\n\v\f\r](?=\d\d:\d\d))/.exec(text);
  if (date !== null) {
    const [all, sign, years, months, days] = date;
    if (Number(years) > 14_712 || Number(months) > 11 || Number(days) > 30) return false;
    const direction = sign === "-" ? -1 : 1;
    moment.computeFields();
    moment.setMonth(moment.year + direction * Number(years), moment.month + direction * Number(months));
    moment.computeExcess();
    moment.computeMilliseconds();
    moment.hasTime = false;
    moment.hasDate = false;
    moment.milliseconds += direction * Number(days) * DAY;
    return all.length === text.length || shiftTime(text.slice(all.length), direction, moment);
  }
  const time = /^([-+]?)(?=[^ \t\n\v\f\r:]*:)/.exec(text);
  if (time !== null) return shiftTime(text.slice(time[0].length), time[1] === "-" ? -1 : 1, moment);
  return shiftUnits(text, moment);
}

function shiftTime(text: string, direction: number, moment: Moment): boolean {
  const time = new Moment();
  if (!parseTime(text, time)) return false;
  time.computeMilliseconds();
  const ofDay = (time.milliseconds - DAY / 2) % DAY;
  moment.computeMilliseconds();
  moment.clearFields();
  moment.milliseconds += direction * ofDay;
  return true;
}

/** Seconds of a unit, and how many of it there may be at most. */
const UNITS: ReadonlyMap<string, { readonly seconds: number; readonly limit: number }> = new Map([
  ["second", { seconds: 1, limit: Math.fround(4.6427e14) }],
  ["minute", { seconds: 60, limit: Math.fround(7.7379e12) }],
  ["hour", { seconds: 3_600, limit: Math.fround(1.2897e11) }],
  ["day", { seconds: 86_400, limit: 5_373_485 }],
  ["month", { seconds: 2_592_000, limit: 176_546 }],
  ["year", { seconds: 31_536_000, limit: 14_713 }],
]);

function shiftUnits(text: string, moment: Moment): boolean {
  const end = /[ \t\n\v\f\r]/.exec(text)?.index ?? text.length;
  const { extent, real } = numericPrefix(text.slice(0, end));
  if (extent !== "whole") return false;
  const name = text.slice(end).replace(/^[ \t\n\v\f\r]+/, "");
  if (name.length < 3 || name.length > 10) return false;
  moment.computeMilliseconds();
  moment.excess = 0;
  const key = name.toLowerCase().replace(/s$/, "");
  const unit = UNITS.get(key);
  const isKnown = unit !== undefined && real > -unit.limit && real < unit.limit;
  if (isKnown) {
    let rest = real;
    if (key === "month" || key === "year") {
      const whole = Math.trunc(real);
      moment.computeFields();
      if (key === "month") moment.setMonth(moment.year, moment.month + whole);
      else moment.setMonth(moment.year + whole, moment.month);
      moment.computeExcess();
      rest -= whole;
    }
    moment.computeMilliseconds();
    moment.milliseconds += Math.trunc(rest * 1000 * unit.seconds + (real < 0 ? -0.5 : 0.5));
  }
  moment.clearFields();
  return isKnown;
}
