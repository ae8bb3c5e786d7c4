/**
 * Moments as the functions of date and time have them: milliseconds since noon in Greenwich on November 24th, 4714 B.C. in the Gregorian calendar, which
 * is taken to have been there always (Meeus, Astronomical Algorithms, chapter 7), or year, month, day and time, or both, each made from the other
 * when it is wanted. Years go from −4713 to 9999.
 */

/** 1970-01-01. */
export const UNIX_EPOCH = 210_866_760_000_000;
export const DAY = 86_400_000;
const HALF_DAY = 43_200_000;
/** 9999-12-31 23:59:59.999. */
const LAST = 464_269_060_799_999;

export class Moment {
  /** Milliseconds, whole. */
  milliseconds = 0;
  hasMilliseconds = false;
  year = 2000;
  month = 1;
  day = 1;
  hasDate = false;
  hour = 0;
  minute = 0;
  second = 0;
  hasTime = false;
  /** Minutes that the time is ahead of UTC, until `milliseconds` are made from it. */
  zone = 0;
  /** A mere number, which may be a day or seconds since 1970, until a modifier tells. */
  raw: number | undefined = undefined;
  /** Days that the day of the month is beyond the month's end. */
  excess = 0;
  isUtc = false;
  isLocal = false;
  /** Whether fractions of seconds are to be shown. */
  showsFraction = false;
  /** Nothing helps any more: it is beyond all years. */
  isLost = false;

  /** Forgets all but that it is lost. */
  lose(): void {
    Object.assign(this, new Moment());
    this.year = 0;
    this.isLost = true;
  }

  get isInRange(): boolean {
    return this.milliseconds >= 0 && this.milliseconds <= LAST;
  }

  clearFields(): void {
    this.hasDate = false;
    this.hasTime = false;
    this.zone = 0;
  }

  setMilliseconds(milliseconds: number): void {
    this.milliseconds = milliseconds;
    this.hasMilliseconds = true;
  }

  computeMilliseconds(): void {
    if (this.hasMilliseconds) return;
    const [year, month, day] = this.hasDate ? [this.year, this.month, this.day] : [2000, 1, 1];
    if (year < -4713 || year > 9999 || this.raw !== undefined) return this.lose();
    this.setMilliseconds(dayNumber(year, month, day) * DAY - HALF_DAY);
    if (!this.hasTime) return;
    this.milliseconds += this.hour * 3_600_000 + this.minute * 60_000 + Math.trunc(this.second * 1000 + 0.5);
    if (this.zone === 0) return;
    this.milliseconds -= this.zone * 60_000;
    this.clearFields();
    this.isUtc = true;
    this.isLocal = false;
  }

  computeDate(): void {
    if (this.hasDate) return;
    if (!this.hasMilliseconds) [this.year, this.month, this.day] = [2000, 1, 1];
    else if (!this.isInRange) return this.lose();
    else {
      const z = Math.trunc((this.milliseconds + HALF_DAY) / DAY);
      const alpha = Math.trunc((z + 32_044.75) / 36_524.25) - 52;
      const b = z + 1 + alpha - Math.trunc((alpha + 100) / 4) + 25 + 1524;
      const c = Math.trunc((b - 122.1) / 365.25);
      const d = Math.trunc((36_525 * (c & 32_767)) / 100);
      const e = Math.trunc((b - d) / 30.6001);
      this.day = b - d - Math.trunc(30.6001 * e);
      this.month = e < 14 ? e - 1 : e - 13;
      this.year = this.month > 2 ? c - 4716 : c - 4715;
    }
    this.hasDate = true;
  }

  computeTime(): void {
    if (this.hasTime) return;
    this.computeMilliseconds();
    const ofDay = (this.milliseconds + HALF_DAY) % DAY;
    this.second = (ofDay % 60_000) / 1000;
    const minutes = Math.trunc(ofDay / 60_000);
    this.minute = minutes % 60;
    this.hour = Math.trunc(minutes / 60);
    this.raw = undefined;
    this.hasTime = true;
  }

  computeFields(): void {
    this.computeDate();
    this.computeTime();
  }

  computeExcess(): void {
    const { year, month, day } = this;
    if (day <= 28) this.excess = 0;
    else if (month === 2) this.excess = day - (isLeapYear(year) ? 29 : 28);
    else this.excess = day === 31 && [4, 6, 9, 11].includes(month) ? 1 : 0;
  }

  /** Changes the date, where a month may be any number, and leaves the day as it is though the month may be shorter. */
  setMonth(year: number, month: number): void {
    const years = month > 0 ? Math.trunc((month - 1) / 12) : Math.trunc((month - 12) / 12);
    this.year = year + years;
    this.month = month - years * 12;
    this.hasMilliseconds = false;
  }

  copy(): Moment {
    return Object.assign(new Moment(), this);
  }
}

/** Of the day that begins at the noon before a date, plus one half: Julian days × 1, floored. */
function dayNumber(year: number, month: number, day: number): number {
  const [y, m] = month <= 2 ? [year - 1, month + 12] : [year, month];
  const a = Math.trunc((y + 4800) / 100);
  const b = 38 - a + Math.trunc(a / 4);
  const days = Math.trunc((36_525 * (y + 4716)) / 100) + Math.trunc((306_001 * (m + 1)) / 10_000);
  return days + day + b - 1524;
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** 0: Monday. */
export function daysAfterMonday(moment: Moment): number {
  return Math.trunc((moment.milliseconds + HALF_DAY) / DAY) % 7;
}

/** 0: Sunday. */
export function daysAfterSunday(moment: Moment): number {
  return Math.trunc((moment.milliseconds + HALF_DAY + DAY) / DAY) % 7;
}

export function daysAfterJanuary1(moment: Moment): number {
  const start = moment.copy();
  start.computeFields();
  start.hasMilliseconds = false;
  start.month = 1;
  start.day = 1;
  start.computeMilliseconds();
  return Math.trunc((moment.milliseconds - start.milliseconds + HALF_DAY) / DAY);
}
