/** Dates and times as arguments spell them (https://www.sqlite.org/lang_datefunc.html §2). */
import { numericPrefix } from "../values/text-number.ts";
import type { Moment } from "./calendar.ts";

const TIME = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?/;
const ZONE = /^[ \t\n\v\f\r]*(?:([zZ])|([-+])(\d\d):(\d\d))?[ \t\n\v\f\r]*$/;
const DATE = /^(-?)(\d{4})-(\d\d)-(\d\d)/;

/** Up to a NUL: a date, a time or both, a number; false: none of these. */
export function parseMoment(text: string, moment: Moment): boolean {
  if (parseDate(text, moment) || parseTime(text, moment)) return true;
  const number = wholeNumber(text);
  if (number === undefined) return false;
  setRaw(moment, number);
  return true;
}

/** A text that is a number from one end to the other. */
export function wholeNumber(text: string): number | undefined {
  const { extent, real } = numericPrefix(text);
  return extent === "whole" ? real : undefined;
}

/** `HH:MM`, `HH:MM:SS` or `HH:MM:SS.FFF`, and a zone. */
export function parseTime(text: string, moment: Moment): boolean {
  const match = TIME.exec(text);
  if (match === null) return false;
  const [all, hour, minute, second = "0", fraction] = match;
  if (Number(hour) > 24 || Number(minute) > 59 || Number(second) > 59) return false;
  const zone = ZONE.exec(text.slice(all.length));
  if (zone === null) return false;
  const [, zulu, sign, hours, minutes] = zone;
  if (hours !== undefined && (Number(hours) > 14 || Number(minutes) > 59)) return false;
  moment.hasMilliseconds = false;
  moment.raw = undefined;
  moment.hasTime = true;
  moment.hour = Number(hour);
  moment.minute = Number(minute);
  moment.second = Number(second) + (fraction === undefined ? 0 : Math.min(0.999, fractionOf(fraction)));
  moment.zone = sign === undefined ? 0 : (sign === "-" ? -1 : 1) * (Number(minutes) + Number(hours) * 60);
  if (zulu !== undefined || (sign !== undefined && moment.zone === 0)) {
    moment.isLocal = false;
    moment.isUtc = true;
  }
  return true;
}

/** As the original adds digits up, without looking for the nearest. */
function fractionOf(digits: string): number {
  let value = 0;
  let scale = 1;
  for (const digit of digits) {
    value = value * 10 + Number(digit);
    scale *= 10;
  }
  return value / scale;
}

function parseDate(text: string, moment: Moment): boolean {
  const match = DATE.exec(text);
  if (match === null) return false;
  const [all, sign, year, month, day] = match;
  if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > 31) return false;
  const rest = text.slice(all.length).replace(/^[ \t\n\v\f\rT]+/, "");
  if (rest === "") moment.hasTime = false;
  else if (!parseTime(rest, moment)) return false;
  moment.hasMilliseconds = false;
  moment.hasDate = true;
  moment.year = sign === "-" ? -Number(year) : Number(year);
  moment.month = Number(month);
  moment.day = Number(day);
  moment.computeExcess();
  if (moment.zone !== 0) moment.computeMilliseconds();
  return true;
}

/** A number that is taken for a Julian day when it can be one. */
export function setRaw(moment: Moment, number: number): void {
  moment.raw = number;
  if (number >= 0 && number < 5_373_484.5) moment.setMilliseconds(Math.trunc(number * 86_400_000 + 0.5));
}
