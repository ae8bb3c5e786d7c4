/** Functions of date and time (https://www.sqlite.org/lang_datefunc.html). Anything that is no moment gives NULL. */
import { SqliteError } from "../errors.ts";
import { type Cells, INTEGER, NULL, REAL } from "../values/value.ts";
import { realAt, tagAt, textAt } from "./arguments.ts";
import { fromBinary, toBinary } from "./binary-string.ts";
import { Moment, UNIX_EPOCH } from "./calendar.ts";
import { pure } from "./core-values.ts";
import type { CallContext, ScalarFunction } from "./function.ts";
import { Recent } from "./recent.ts";
import { formatMoment, withPlaces } from "./time-format.ts";
import { type LocalOffset, type Modifier, parseModifier } from "./time-modifiers.ts";
import { parseMoment, setRaw } from "./time-strings.ts";
import { beforeNul } from "./utf8.ts";

const varying = { deterministic: false } as const;

export const datetimeFunctions: readonly ScalarFunction[] = [
  ofMoment("current_date", 0, 0, showDate, varying),
  ofMoment("current_time", 0, 0, showTime, varying),
  ofMoment("current_timestamp", 0, 0, showDateAndTime, varying),
  ofMoment("date", 0, Infinity, showDate),
  ofMoment("datetime", 0, Infinity, showDateAndTime),
  ofMoment("julianday", 0, Infinity, (context, moment) => context.setReal(moment.milliseconds / 86_400_000)),
  pure("strftime", 0, Infinity, strftime),
  ofMoment("time", 0, Infinity, showTime),
  pure("timediff", 2, 2, timediff),
  ofMoment("unixepoch", 0, Infinity, showUnix),
];

function ofMoment(
  name: string,
  minArguments: number,
  maxArguments: number,
  show: (context: CallContext, moment: Moment) => void,
  more: Partial<ScalarFunction> = {},
): ScalarFunction {
  const call: ScalarFunction["call"] = (context, cells, at, count) => {
    const moment = momentOf(context, cells, at, count, name);
    if (moment === undefined) context.setNull();
    else show(context, moment);
  };
  return pure(name, minArguments, maxArguments, call, more);
}

/** The first argument and its modifiers; nothing means now. Undefined: there is no such moment. */
function momentOf(context: CallContext, cells: Cells, at: number, count: number, name: string): Moment | undefined {
  const moment = new Moment();
  if (count === 0) setNow(context, moment, name);
  else if (!readMoment(context, cells, at, moment, name)) return undefined;
  if (count > 1 && !modify(context, cells, at + 1, at + count, moment, name)) return undefined;
  moment.computeMilliseconds();
  if (moment.isLost || !moment.isInRange) return undefined;
  // The 31st of February is a day of March.
  if (count === 1 && moment.hasDate && moment.day > 28) moment.hasDate = false;
  return moment;
}

const modifiers = new Recent<Modifier>();

function modifierOf(text: string): Modifier | undefined {
  const known = modifiers.get(text);
  if (known !== undefined) return known;
  const modifier = parseModifier(text);
  return modifier === undefined ? undefined : modifiers.set(text, modifier);
}

/** Applies the modifiers in `cells[start … end)`, one after another. */
function modify(context: CallContext, cells: Cells, start: number, end: number, moment: Moment, name: string): boolean {
  const localOffset: LocalOffset = (utcMs) => {
    refuseVarying(context, name);
    return context.environment.localOffsetSeconds(utcMs);
  };
  for (let i = start; i < end; i++) {
    if (tagAt(cells, i) === NULL) return false;
    const modifier = modifierOf(beforeNul(toBinary(textAt(cells, i, context.encoding))));
    if (modifier?.(moment, i === start, localOffset) !== true) return false;
  }
  return true;
}

function readMoment(context: CallContext, cells: Cells, at: number, moment: Moment, name: string): boolean {
  const tag = tagAt(cells, at);
  if (tag === NULL) return false;
  if (tag === INTEGER || tag === REAL) {
    setRaw(moment, realAt(cells, at, context.encoding));
    return true;
  }
  const text = beforeNul(toBinary(textAt(cells, at, context.encoding)));
  if (parseMoment(text, moment)) return true;
  const word = text.toLowerCase();
  moment.showsFraction = word === "subsec" || word === "subsecond";
  if (word !== "now" && !moment.showsFraction) return false;
  setNow(context, moment, name);
  return true;
}

function setNow(context: CallContext, moment: Moment, name: string): void {
  refuseVarying(context, name);
  moment.setMilliseconds(context.environment.now() + UNIX_EPOCH);
}

function refuseVarying({ pureFor }: CallContext, name: string): void {
  if (pureFor !== undefined) throw new SqliteError("SQLITE_ERROR", `non-deterministic use of ${name}() in ${pureFor}`);
}

function showDate(context: CallContext, moment: Moment): void {
  moment.computeDate();
  context.setText(dateText(moment));
}

function showTime(context: CallContext, moment: Moment): void {
  moment.computeTime();
  context.setText(timeText(moment));
}

function showDateAndTime(context: CallContext, moment: Moment): void {
  moment.computeFields();
  context.setText(`${dateText(moment)} ${timeText(moment)}`);
}

function dateText({ year, month, day }: Moment): string {
  const sign = year < 0 ? "-" : "";
  return `${sign}${withPlaces(Math.abs(year), 4)}-${withPlaces(month, 2)}-${withPlaces(day, 2)}`;
}

function timeText({ hour, minute, second, showsFraction }: Moment): string {
  const minutes = `${withPlaces(hour, 2)}:${withPlaces(minute, 2)}`;
  if (!showsFraction) return `${minutes}:${withPlaces(Math.trunc(second), 2)}`;
  const milliseconds = Math.trunc(1000 * second + 0.5);
  return `${minutes}:${withPlaces(Math.trunc(milliseconds / 1000), 2)}.${withPlaces(milliseconds % 1000, 3)}`;
}

function showUnix(context: CallContext, { milliseconds, showsFraction }: Moment): void {
  if (showsFraction) context.setReal((milliseconds - UNIX_EPOCH) / 1000);
  else context.setInteger(Math.trunc(milliseconds / 1000) - UNIX_EPOCH / 1000);
}

function strftime(context: CallContext, cells: Cells, at: number, count: number): void {
  if (count === 0 || tagAt(cells, at) === NULL) return context.setNull();
  const format = beforeNul(toBinary(textAt(cells, at, context.encoding)));
  const moment = momentOf(context, cells, at + 1, count - 1, "strftime");
  const text = moment === undefined ? undefined : formatMoment(format, moment);
  if (text === undefined) context.setNull();
  else context.setText(fromBinary(text));
}

/** What has to be added to the second argument to come to the first: `±YYYY-MM-DD HH:MM:SS.SSS`. */
function timediff(context: CallContext, cells: Cells, at: number): void {
  const to = momentOf(context, cells, at, 1, "timediff");
  const from = to === undefined ? undefined : momentOf(context, cells, at + 1, 1, "timediff");
  if (to === undefined || from === undefined) return context.setNull();
  to.computeFields();
  from.computeFields();
  const direction = to.milliseconds >= from.milliseconds ? 1 : -1;
  let years = direction * (to.year - from.year);
  let months = direction * (to.month - from.month);
  if (months < 0) {
    years -= 1;
    months += 12;
  }
  if (from.year !== to.year || from.month !== to.month) moveTo(from, to.year, to.month);
  while (direction * (to.milliseconds - from.milliseconds) < 0) {
    months -= 1;
    if (months < 0) {
      months = 11;
      years -= 1;
    }
    moveTo(from, from.year, from.month - direction);
  }
  const rest = new Moment();
  // From the beginning of a month on, so that its days count from 1.
  rest.setMilliseconds(direction * (to.milliseconds - from.milliseconds) + 148_699_540_800_000);
  rest.computeFields();
  const sign = direction > 0 ? "+" : "-";
  const date = `${withPlaces(years, 4)}-${withPlaces(months, 2)}-${withPlaces(rest.day - 1, 2)}`;
  rest.showsFraction = true;
  context.setText(`${sign}${date} ${timeText(rest)}`);
}

function moveTo(moment: Moment, year: number, month: number): void {
  moment.setMonth(year, month);
  moment.computeMilliseconds();
}
