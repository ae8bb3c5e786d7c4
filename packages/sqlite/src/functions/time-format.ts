/** strftime's letters (https://www.sqlite.org/lang_datefunc.html §4). */
import { DAY, daysAfterJanuary1, daysAfterMonday, daysAfterSunday, type Moment, UNIX_EPOCH } from "./calendar.ts";
import { printReal } from "./printf-numbers.ts";

/** A whole number with zeros before it. */
export function withPlaces(value: number, places: number): string {
  return value < 0 ? `-${String(-value).padStart(places - 1, "0")}` : String(value).padStart(places, "0");
}

const two = (value: number): string => withPlaces(value, 2);
const spaced = (value: number): string => String(value).padStart(2);
const twelve = (hour: number): number => hour % 12 || 12;
const seconds = (moment: Moment): string => two(Math.trunc(moment.second));

/** The Thursday of the same week, whose year the week belongs to (ISO 8601). */
function thursday(moment: Moment): Moment {
  const day = moment.copy();
  day.milliseconds += (3 - daysAfterMonday(moment)) * DAY;
  day.hasDate = false;
  day.computeDate();
  return day;
}

const PLAIN = { width: 0, isLeft: false, sign: "", alternate: false, exclamation: false, zeros: false, commas: false };

/** All letters; a moment has date, time and milliseconds here. */
const LETTERS: ReadonlyMap<string, (moment: Moment) => string> = new Map<string, (moment: Moment) => string>([
  ["d", (m) => two(m.day)],
  ["e", (m) => spaced(m.day)],
  ["f", (m) => printReal(Math.min(m.second, 59.999), "f", { ...PLAIN, width: 6, precision: 3, zeros: true })],
  ["F", (m) => `${withPlaces(m.year, 4)}-${two(m.month)}-${two(m.day)}`],
  ["g", (m) => two(thursday(m).year % 100)],
  ["G", (m) => withPlaces(thursday(m).year, 4)],
  ["H", (m) => two(m.hour)],
  ["I", (m) => two(twelve(m.hour))],
  ["j", (m) => withPlaces(daysAfterJanuary1(m) + 1, 3)],
  ["J", (m) => printReal(m.milliseconds / DAY, "g", { ...PLAIN, precision: 16 })],
  ["k", (m) => spaced(m.hour)],
  ["l", (m) => spaced(twelve(m.hour))],
  ["m", (m) => two(m.month)],
  ["M", (m) => two(m.minute)],
  ["p", (m) => (m.hour >= 12 ? "PM" : "AM")],
  ["P", (m) => (m.hour >= 12 ? "pm" : "am")],
  ["R", (m) => `${two(m.hour)}:${two(m.minute)}`],
  ["s", unixText],
  ["S", seconds],
  ["T", (m) => `${two(m.hour)}:${two(m.minute)}:${seconds(m)}`],
  ["u", (m) => String(daysAfterSunday(m) || 7)],
  ["U", (m) => two(Math.trunc((daysAfterJanuary1(m) - daysAfterSunday(m) + 7) / 7))],
  ["V", (m) => two(Math.trunc(daysAfterJanuary1(thursday(m)) / 7) + 1)],
  ["w", (m) => String(daysAfterSunday(m))],
  ["W", (m) => two(Math.trunc((daysAfterJanuary1(m) - daysAfterMonday(m) + 7) / 7))],
  ["Y", (m) => withPlaces(m.year, 4)],
  ["%", () => "%"],
]);

function unixText({ milliseconds, showsFraction }: Moment): string {
  if (showsFraction) return printReal((milliseconds - UNIX_EPOCH) / 1000, "f", { ...PLAIN, precision: 3 });
  return String(Math.trunc(milliseconds / 1000) - UNIX_EPOCH / 1000);
}

/** Undefined: the format has a letter that there is not, or ends with a %. */
export function formatMoment(format: string, moment: Moment): string | undefined {
  moment.computeMilliseconds();
  moment.computeFields();
  let text = "";
  let at = 0;
  for (;;) {
    const percent = format.indexOf("%", at);
    if (percent < 0) return text + format.slice(at);
    const letter = LETTERS.get(format[percent + 1] ?? "");
    if (letter === undefined) return undefined;
    text += format.slice(at, percent) + letter(moment);
    at = percent + 2;
  }
}
