/** Dates and times as arguments spell them (https://www.sqlite.org/lang_datefunc.html §2). Hot: read unit by unit, without making strings. */
import { numericPrefix } from "../values/text-number.ts";
import type { Moment } from "./calendar.ts";

const NONE = -1;
const HYPHEN = 0x2d;
const PLUS = 0x2b;
const COLON = 0x3a;
const POINT = 0x2e;
const T = 0x54;

/** A text that holds no NUL: a date, a time or both, a number; false: none of these. */
export function parseMoment(text: string, moment: Moment): boolean {
  if (parseDate(text, moment) || parseTime(text, 0, moment)) {
    if (moment.hour === 24) {
      // The end of a day is the beginning of the next.
      moment.computeMilliseconds();
      moment.clearFields();
    }
    return true;
  }
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

/** From `start` on nothing but `HH:MM`, `HH:MM:SS` or `HH:MM:SS.FFF`, and a zone. */
export function parseTime(text: string, start: number, moment: Moment): boolean {
  const hour = digitsAt(text, start, 2);
  const minute = text.charCodeAt(start + 2) === COLON ? digitsAt(text, start + 3, 2) : NONE;
  if (hour === NONE || minute === NONE || hour > 24 || minute > 59) return false;
  let at = start + 5;
  let second = 0;
  if (text.charCodeAt(at) === COLON) {
    second = digitsAt(text, at + 1, 2);
    if (second === NONE || second > 59) return false;
    at += 3;
    if (text.charCodeAt(at) === POINT && isDigit(text, at + 1)) {
      at += 1;
      // As the original adds digits up, without looking for the nearest number.
      let fraction = 0;
      let scale = 1;
      for (; isDigit(text, at); at++) {
        fraction = fraction * 10 + text.charCodeAt(at) - 0x30;
        scale *= 10;
      }
      second += Math.min(0.999, fraction / scale);
    }
  }
  if (hour === 24 && (minute > 0 || second > 0)) return false;
  if (!parseZone(text, at, moment)) return false;
  moment.hasMilliseconds = false;
  moment.raw = undefined;
  moment.hasTime = true;
  moment.hour = hour;
  moment.minute = minute;
  moment.second = second;
  return true;
}

/** From `start` on nothing but `Z`, `±HH:MM` or nothing, and space around it. */
function parseZone(text: string, start: number, moment: Moment): boolean {
  let at = afterSpace(text, start);
  const first = text.charCodeAt(at);
  let zone = 0;
  let isUtc = false;
  if (first === HYPHEN || first === PLUS) {
    const hours = digitsAt(text, at + 1, 2);
    const minutes = text.charCodeAt(at + 3) === COLON ? digitsAt(text, at + 4, 2) : NONE;
    if (hours === NONE || minutes === NONE || hours > 14 || minutes > 59) return false;
    zone = (first === HYPHEN ? -1 : 1) * (hours * 60 + minutes) + 0;
    isUtc = zone === 0;
    at += 6;
  } else if ((first | 0x20) === 0x7a) {
    isUtc = true;
    at += 1;
  }
  if (afterSpace(text, at) !== text.length) return false;
  moment.zone = zone;
  if (isUtc) {
    moment.isLocal = false;
    moment.isUtc = true;
  }
  return true;
}

function parseDate(text: string, moment: Moment): boolean {
  const start = text.charCodeAt(0) === HYPHEN ? 1 : 0;
  const year = digitsAt(text, start, 4);
  if (year === NONE || text.charCodeAt(start + 4) !== HYPHEN || text.charCodeAt(start + 7) !== HYPHEN) return false;
  const month = digitsAt(text, start + 5, 2);
  const day = digitsAt(text, start + 8, 2);
  if (month < 1 || month > 12 || day < 1 || day > 31) return false;
  let at = start + 10;
  while (text.charCodeAt(at) === T || isSpace(text, at)) at += 1;
  if (at === text.length) moment.hasTime = false;
  else if (!parseTime(text, at, moment)) return false;
  moment.hasMilliseconds = false;
  moment.hasDate = true;
  moment.year = start === 1 ? -year : year;
  moment.month = month;
  moment.day = day;
  moment.computeExcess();
  if (moment.zone !== 0) moment.computeMilliseconds();
  return true;
}

/** The number of `count` digits; NONE where there is anything else. */
function digitsAt(text: string, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    if (!isDigit(text, i)) return NONE;
    value = value * 10 + text.charCodeAt(i) - 0x30;
  }
  return value;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at); // NaN at the end, which is none
  return code >= 0x30 && code <= 0x39;
}

function isSpace(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

function afterSpace(text: string, start: number): number {
  let at = start;
  while (isSpace(text, at)) at += 1;
  return at;
}

/** A number that is taken for a Julian day when it can be one. */
export function setRaw(moment: Moment, number: number): void {
  moment.raw = number;
  if (number >= 0 && number < 5_373_484.5) moment.setMilliseconds(Math.trunc(number * 86_400_000 + 0.5));
}
